// The end of the time for which an enquiry may be kept.
#ifndef BRYGGA_SERVICES_PARTICIPANT_WORK_OLD_ENQUIRIES_H_
#define BRYGGA_SERVICES_PARTICIPANT_WORK_OLD_ENQUIRIES_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/participant/store/participant_store.h"

namespace brygga::participant {

// Erases what enquirers wrote kKeepMonths ago or longer, by `store`'s time, in
// small transactions. Any number of replicas may, at the same time.
//
// What EraseEnquiries answers; what was erased till then stays erased.
absl::Status EraseOldEnquiries(ParticipantStore& store, absl::Time deadline);

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_WORK_OLD_ENQUIRIES_H_
