// Every error that allocations answer with, beside those of errors.h.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_ALLOCATION_ERRORS_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_ALLOCATION_ERRORS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/matching/domain/allocation.h"
#include "services/matching/domain/offers.h"

namespace brygga::matching {

// kFailedPrecondition ALLOCATION_STATE.
absl::Status WrongAllocationState(const Allocation& allocation, const std::vector<AllocationState>& allowed);
// kFailedPrecondition NOT_COMMITTED: no draw has been committed to.
absl::Status NotCommitted(const Allocation& allocation);
// kFailedPrecondition NO_APPLICATIONS.
absl::Status NoApplications(const Allocation& allocation);
// kFailedPrecondition TOO_MANY_OPENINGS.
absl::Status TooManyOpenings(const Allocation& allocation);
// kFailedPrecondition OPENING_UNUSABLE: one violation an opening.
absl::Status OpeningsUnusable(const std::vector<std::string>& openings);
// kFailedPrecondition ALLOCATION_NOT_CERTIFIED.
absl::Status AllocationNotCertified(const Allocation& allocation);
// kFailedPrecondition APPLICANT_HAS_MATCH: these have a live placement already.
absl::Status ApplicantsHaveMatch(const Allocation& allocation, const std::vector<ParticipantId>& applicants);
// kAborted ALLOCATION_LOST: another worker has it, or it was cancelled.
absl::Status AllocationLost(const AllocationId& allocation);
// kAborted OFFER_LOST: somebody else has moved it on.
absl::Status OfferLost(const Offer& offer);
// kAborted OPENINGS_OVERTAKEN: somebody else wrote what was read.
absl::Status OpeningsOvertaken();
// kUnavailable PARTNER_UNAVAILABLE, with RetryInfo.
absl::Status PartnerUnavailable();

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_ALLOCATION_ERRORS_H_
