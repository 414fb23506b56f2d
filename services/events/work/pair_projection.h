// Keeps what is known here of pairs equal to what matching publishes.
#ifndef BRYGGA_SERVICES_EVENTS_WORK_PAIR_PROJECTION_H_
#define BRYGGA_SERVICES_EVENTS_WORK_PAIR_PROJECTION_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/feed/consumer.h"
#include "services/events/domain/pair.h"
#include "services/events/store/pair_store.h"

namespace brygga::events {

// Matching, as far as pairs go. Safe for concurrent use.
class PairSource {
 public:
  virtual ~PairSource() = default;

  // Those that stand.
  virtual absl::StatusOr<std::vector<Pair>> ReadAll(absl::Time deadline) = 0;
  // Of `matches`, by name, those that are pairs and stand.
  virtual absl::StatusOr<std::vector<Pair>> Read(const std::set<std::string>& matches, absl::Time deadline) = 0;
};

// What a feed::Consumer of matching's matches derives: reads those that changed,
// keeps those that stand and forgets the others. Where a person is erased
// meanwhile, an apply fails, and what it read is read again. Source and store
// outlive it.
class PairProjection final : public feed::Derivation {
 public:
  PairProjection(PairSource& source, PairStore& store) : source_(source), store_(store) {}

  absl::StatusOr<std::optional<feed::Progress>> Load(absl::Time deadline) override;
  absl::Status Snapshot(const feed::Step& step, absl::Time deadline) override;
  absl::Status Apply(const std::vector<feed::Change>& changes, const feed::Step& step, absl::Time deadline) override;

 private:
  PairSource& source_;
  PairStore& store_;
};

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_WORK_PAIR_PROJECTION_H_
