// The optional parts of a page.
#ifndef BRYGGA_SERVICES_GATEWAY_RPC_SECTIONS_H_
#define BRYGGA_SERVICES_GATEWAY_RPC_SECTIONS_H_

#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace brygga::gateway {

// True for what says nothing about the question: the service is away, slow or
// busy. Any other error is an answer.
inline bool IsUnreachable(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || absl::IsResourceExhausted(status);
}

// Decides what becomes of a section that cannot be had: the whole call fails,
// or, where the caller accepts partial results, the section is empty and noted.
// Never both empty and unnoted. Not thread-safe.
template <typename Section>
class Sections {
 public:
  explicit Sections(bool allow_partial) : allow_partial_(allow_partial) {}

  // `answer`, or an empty one in its place.
  template <typename T>
  absl::StatusOr<T> Optional(Section section, absl::StatusOr<T> answer) {
    if (answer.ok() || !allow_partial_ || !IsUnreachable(answer.status())) return answer;
    unreachable_.insert(section);
    return T();
  }

  // Notes a section that cannot be had because it builds on one that is missing.
  void Miss(Section section) { unreachable_.insert(section); }

  bool IsMissing(Section section) const { return unreachable_.contains(section); }

  // Adds the noted sections to the page's list.
  template <typename Field>
  void NameIn(Field* unreachable) const {
    for (const Section section : unreachable_) unreachable->Add(section);
  }

 private:
  const bool allow_partial_;
  std::set<Section> unreachable_;
};

}  // namespace brygga::gateway

#endif  // BRYGGA_SERVICES_GATEWAY_RPC_SECTIONS_H_
