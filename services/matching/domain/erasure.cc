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

absl::Status SnapshotErased(const CohortKey& key, const RoundId& round) {
  return FailedPrecondition(
      "SNAPSHOT_ERASED", {.type = "SNAPSHOT",
                          .subject = NameOf(key, round),
                          .description = "had somebody in it who has been erased, and what it was computed from went "
                                         "with them; its pairs stay, start another round to go on"});
}

}  // namespace brygga::matching
