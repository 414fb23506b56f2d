// The idempotency of a fake store: the same rules as the real door, in memory.
#ifndef BRYGGA_COMMON_MUTATION_FAKE_LEDGER_H_
#define BRYGGA_COMMON_MUTATION_FAKE_LEDGER_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/mutation/mutation.h"
#include "common/time/clock.h"

namespace brygga {

// One line of a fake's change log.
struct FakeChange {
  std::string resource;
  ChangeKind kind;
  int64_t revision;

  friend bool operator==(const FakeChange&, const FakeChange&) = default;
};

// Remembers answers by request id. Not thread-safe: the fake's mutex guards it.
class FakeLedger {
 public:
  // Runs `change` once per mutation. The fake copies its state into `state`
  // before the call and takes it back when the change fails or is for
  // validation only: all or nothing, as in a transaction.
  template <typename State, typename T, typename F>
  auto Once(const Mutation<T>& mutation, State& state, F change) -> decltype(change()) {
    if (absl::Status known = Find(mutation); !known.ok()) return known;
    State before = state;
    const size_t changes_before = changes_.size();
    auto result = change();
    if (!result.ok() || mutation.validate_only) {
      state = std::move(before);
      changes_.resize(changes_before);
      return result;
    }
    if (!mutation.request_id.empty()) Remember(mutation, mutation.render ? mutation.render(*result) : "");
    return result;
  }

  // Notes what the change did, for the fake's change log.
  void Changed(std::string resource, ChangeKind kind, int64_t revision) {
    changes_.push_back({std::move(resource), kind, revision});
  }
  const std::vector<FakeChange>& changes() const { return changes_; }

 private:
  struct Answer {
    std::string digest;
    std::string bytes;
  };

  absl::Status Find(const Origin& origin) const;
  void Remember(const Origin& origin, std::string bytes);

  std::map<std::pair<std::string, std::string>, Answer> answers_;  // By actor and request id.
  std::vector<FakeChange> changes_;
};

}  // namespace brygga

#endif  // BRYGGA_COMMON_MUTATION_FAKE_LEDGER_H_
