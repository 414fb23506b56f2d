// Ids as types, so that a CohortId cannot be passed as a MatchId.
#ifndef BRYGGA_COMMON_IDS_ID_H_
#define BRYGGA_COMMON_IDS_ID_H_

#include <compare>
#include <cstddef>
#include <functional>
#include <ostream>
#include <string>
#include <utility>

namespace brygga {

// The id of a Tag: the last part of a resource name. New ones are UUIDv7
// (uuid.h); comparison is by text. A default Id is empty and names nothing.
//
//   using CohortId = Id<struct CohortTag>;
template <typename Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string value) : value_(std::move(value)) {}

  const std::string& value() const { return value_; }
  bool empty() const { return value_.empty(); }

  friend auto operator<=>(const Id&, const Id&) = default;
  friend bool operator==(const Id&, const Id&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Id& id) { return out << id.value_; }

  template <typename H>
  friend H AbslHashValue(H state, const Id& id) {
    return H::combine(std::move(state), id.value_);
  }

 private:
  std::string value_;
};

}  // namespace brygga

template <typename Tag>
struct std::hash<brygga::Id<Tag>> {
  size_t operator()(const brygga::Id<Tag>& id) const { return std::hash<std::string>()(id.value()); }
};

#endif  // BRYGGA_COMMON_IDS_ID_H_
