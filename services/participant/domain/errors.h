// Every error that this service answers with beside those of
// common/status/error.h.
#ifndef BRYGGA_SERVICES_PARTICIPANT_DOMAIN_ERRORS_H_
#define BRYGGA_SERVICES_PARTICIPANT_DOMAIN_ERRORS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/participant/domain/ids.h"
#include "services/participant/domain/words.h"

namespace brygga::participant {

// kAlreadyExists EXTERNAL_REF_TAKEN. The key is personal and not repeated.
absl::Status ExternalRefTaken();

// kAlreadyExists ALREADY_ENROLLED.
absl::Status AlreadyEnrolled(const CohortRef& cohort, Role role);

// kFailedPrecondition COHORT_STATE: the cohort is in `state` and this needs one
// of `allowed`.
absl::Status WrongCohortState(const CohortRef& cohort, CohortState state, const std::vector<CohortState>& allowed);

// kFailedPrecondition COHORT_NOT_OPEN: it takes no applications.
absl::Status CohortNotOpen(const CohortRef& cohort, CohortState state);

// kFailedPrecondition ENROLMENT_STATE.
absl::Status WrongEnrolmentState(const EnrolmentRef& enrolment, EnrolmentState state,
                                 const std::vector<EnrolmentState>& allowed);

// kFailedPrecondition ENQUIRY_STATE.
absl::Status WrongEnquiryState(const EnquiryId& enquiry, EnquiryState state, const std::vector<EnquiryState>& allowed);

// kFailedPrecondition CONSENT_MISSING: nothing may be done for `purpose`
// without this person's consent.
absl::Status ConsentMissing(const ParticipantId& person, Purpose purpose);

// kInvalidArgument CONSENT_REQUIRED: an enquiry came without consent.
absl::Status ConsentRequired();

// kResourceExhausted RATE_LIMITED.
absl::Status RateLimited(absl::Duration retry_after);

// kFailedPrecondition NOT_A_HOLDER: the request does not wait for who speaks.
absl::Status NotAHolder(const DataSubjectRequestId& request);

// kUnavailable AGREEMENTS_UNREACHABLE: partner could not be asked.
absl::Status AgreementsUnreachable();

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_DOMAIN_ERRORS_H_
