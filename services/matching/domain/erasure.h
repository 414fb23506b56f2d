// What becomes of matching's own things when a person is erased.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_ERASURE_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_ERASURE_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/matching/domain/allocation.h"
#include "services/matching/domain/match.h"
#include "services/matching/domain/names.h"

namespace brygga::matching {

// Ends a match one of whose two has been erased, PERSON_ERASED: EXPIRED where it
// awaits an answer, ENDED_EARLY where it runs, else unchanged.
Match EndByErasure(Match match, absl::Time now);

// An allocation that somebody applied in who has been erased. One that is OPEN has
// one application less; one that is being computed is QUEUED again. Any other stays
// as it is.
Allocation LoseApplicant(Allocation allocation);

// kFailedPrecondition SNAPSHOT_ERASED: somebody who was in the round has been
// erased, and its snapshot with them: it can be neither replayed nor explained
// nor published any more. Its pairs, scores and figures stay.
absl::Status SnapshotErased(const CohortKey& key, const RoundId& round);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_ERASURE_H_
