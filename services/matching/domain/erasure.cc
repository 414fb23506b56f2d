#include "services/matching/domain/erasure.h"

#include <utility>

#include "common/status/error.h"

namespace brygga::matching {

Match EndByErasure(Match match, absl::Time now) {
  const bool was_live = IsLive(match.state);
  match = LoseSeat(std::move(match), now);
  if (was_live) match.end_reason = "PERSON_ERASED";
  return match;
}

Allocation LoseApplicant(Allocation allocation) {
  switch (allocation.state) {
    case AllocationState::kOpen:
      --allocation.application_count;
      break;
    case AllocationState::kRunning:
      allocation.state = AllocationState::kQueued;
      allocation.worker.clear();
      allocation.phase = AllocationPhase::kNone;
      allocation.progress_permille = 0;
      break;
    default:
      break;
  }
  return allocation;
}

absl::Status SnapshotErased(const CohortKey& key, const RoundId& round) {
  return FailedPrecondition(
      "SNAPSHOT_ERASED", {.type = "SNAPSHOT",
                          .subject = NameOf(key, round),
                          .description = "had somebody in it who has been erased, and what it was computed from went "
                                         "with them; its pairs stay, start another round to go on"});
}

}  // namespace brygga::matching
