#include "services/participant/work/old_enquiries.h"

#include "common/status/macros.h"
#include "services/participant/domain/enquiry.h"

namespace brygga::participant {

absl::Status EraseOldEnquiries(ParticipantStore& store, absl::Time deadline) {
  for (int erased = 1; erased > 0;) {
    BRYGGA_ASSIGN_OR_RETURN(erased, store.EraseEnquiries(ErasedBefore(store.Now()), deadline));
  }
  return absl::OkStatus();
}

}  // namespace brygga::participant
