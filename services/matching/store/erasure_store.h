// The port for the end of what matching holds of a person.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_ERASURE_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_ERASURE_STORE_H_

#include "absl/status/status.h"
#include "common/mutation/mutation.h"
#include "services/matching/domain/names.h"

namespace brygga::matching {

// See CohortStore for threads, blocking and retries.
class ErasureStore {
 public:
  virtual ~ErasureStore() = default;

  // Erases `person` in one transaction; doing it again finds nothing.
  //
  // Features, seats, locks, vetoes and open applications go. What others were
  // part of, or what counts, names `stand_in` from then on: matches, which end
  // where they were live, the pairs of rounds, applications that were computed,
  // conversations. The snapshots of rounds that the person was in go whole, and
  // rounds that are being computed begin again. Rankings are of another epoch,
  // and answers that told of the person's matches, locks and vetoes are erased.
  virtual absl::Status ErasePerson(const Origin& origin, const ParticipantId& person,
                                   const ParticipantId& stand_in) = 0;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_ERASURE_STORE_H_
