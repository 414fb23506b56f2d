#include "services/participant/domain/errors.h"

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace brygga::participant {
namespace {

template <typename State>
std::vector<std::string> WordsOf(const std::vector<State>& states) {
  std::vector<std::string> words;
  for (const State state : states) words.push_back(WordOf(state));
  return words;
}

}  // namespace

absl::Status ExternalRefTaken() {
  return MakeError(absl::StatusCode::kAlreadyExists,
                   "another participant has this external_ref; update that one, or choose another key",
                   {.reason = "EXTERNAL_REF_TAKEN"});
}

absl::Status AlreadyEnrolled(const CohortRef& cohort, Role role) {
  return AlreadyExists("ALREADY_ENROLLED", NameOf(cohort),
                       absl::StrCat("the participant has an enrolment in ", NameOf(cohort), " as ", WordOf(role)));
}

absl::Status WrongCohortState(const CohortRef& cohort, CohortState state, const std::vector<CohortState>& allowed) {
  return WrongState("COHORT_STATE", NameOf(cohort), WordOf(state), WordsOf(allowed));
}

absl::Status CohortNotOpen(const CohortRef& cohort, CohortState state) {
  return WrongState("COHORT_NOT_OPEN", NameOf(cohort), WordOf(state), {WordOf(CohortState::kOpen)});
}

absl::Status WrongEnrolmentState(const EnrolmentRef& enrolment, EnrolmentState state,
                                 const std::vector<EnrolmentState>& allowed) {
  return WrongState("ENROLMENT_STATE", NameOf(enrolment), WordOf(state), WordsOf(allowed));
}

absl::Status WrongEnquiryState(const EnquiryId& enquiry, EnquiryState state, const std::vector<EnquiryState>& allowed) {
  return WrongState("ENQUIRY_STATE", NameOf(enquiry), WordOf(state), WordsOf(allowed));
}

absl::Status ConsentMissing(const ParticipantId& person, Purpose purpose) {
  return FailedPrecondition("CONSENT_MISSING", {.type = "CONSENT",
                                                .subject = NameOf(person),
                                                .description = absl::StrCat("has no live consent for ", WordOf(purpose),
                                                                            "; record one with GiveConsent first")});
}

absl::Status ConsentRequired() {
  return MakeError(
      absl::StatusCode::kInvalidArgument, "consent: must be true; nothing is stored without it",
      {.reason = "CONSENT_REQUIRED", .fields = {{"consent", "must be true; nothing is stored without it"}}});
}

absl::Status RateLimited(absl::Duration retry_after) {
  return Exhausted("RATE_LIMITED", "too many enquiries; try again later", retry_after);
}

absl::Status NotAHolder(const DataSubjectRequestId& request) {
  return FailedPrecondition("NOT_A_HOLDER",
                            {.type = "HOLDER",
                             .subject = NameOf(request),
                             .description = "does not wait for this holder; the request lists those it waits for"});
}

absl::Status AgreementsUnreachable() {
  return Unavailable("AGREEMENTS_UNREACHABLE",
                     "the rules ask about agreements and the partner service does not answer; try again",
                     absl::Seconds(2));
}

}  // namespace brygga::participant
