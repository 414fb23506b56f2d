#include "services/matching/domain/allocation_errors.h"

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace brygga::matching {
namespace {

// One violation for each of `subjects`.
absl::Status Refused(std::string_view reason, std::string_view type, const std::vector<std::string>& subjects,
                     const std::string& description) {
  ErrorDetails details = {.reason = std::string(reason)};
  for (const std::string& subject : subjects) {
    details.preconditions.push_back({.type = std::string(type), .subject = subject, .description = description});
  }
  return MakeError(absl::StatusCode::kFailedPrecondition, absl::StrCat(subjects.front(), " ", description), details);
}

}  // namespace

absl::Status WrongAllocationState(const Allocation& allocation, const std::vector<AllocationState>& allowed) {
  std::vector<std::string> words;
  for (const AllocationState state : allowed) words.emplace_back(NameOf(state));
  return WrongState("ALLOCATION_STATE", allocation.name(), std::string(NameOf(allocation.state)), words);
}

absl::Status NotCommitted(const Allocation& allocation) {
  return Refused("NOT_COMMITTED", "STATE", {allocation.name()},
                 "has no draw that was committed to; call CommitLottery first");
}

absl::Status NoApplications(const Allocation& allocation) {
  return Refused("NO_APPLICATIONS", "STATE", {allocation.name()}, "has no application; submit or import some first");
}

absl::Status TooManyOpenings(const Allocation& allocation) {
  return Refused("TOO_MANY_OPENINGS", "CAPACITY", {allocation.name()},
                 absl::StrCat("would have more than ", kMostOpenings, " openings; make another allocation"));
}

absl::Status OpeningsUnusable(const std::vector<std::string>& openings) {
  return Refused(
      "OPENING_UNUSABLE", "REFERENCE", openings,
      "does not exist, or is CLOSED or CANCELLED; an allocation takes openings that are DRAFT, OPEN or FULL");
}

absl::Status AllocationNotCertified(const Allocation& allocation) {
  return Refused("ALLOCATION_NOT_CERTIFIED", "CERTIFICATE", {allocation.name()},
                 "has a certificate that does not hold; start it again");
}

absl::Status ApplicantsHaveMatch(const Allocation& allocation, const std::vector<ParticipantId>& applicants) {
  std::vector<std::string> names;
  for (const ParticipantId& applicant : applicants)
    names.push_back(NameOf(allocation.cohort, allocation.id) + "/placements/" + applicant.value());
  return Refused("APPLICANT_HAS_MATCH", "STATE", names,
                 "is about somebody who has a live placement in the programme; end that one or start again");
}

absl::Status AllocationLost(const AllocationId& allocation) {
  return MakeError(absl::StatusCode::kAborted,
                   absl::StrCat("allocation ", allocation.value(), " is no longer this worker's"),
                   {.reason = "ALLOCATION_LOST"});
}

absl::Status OfferLost(const Offer& offer) {
  return MakeError(absl::StatusCode::kAborted,
                   absl::StrCat("the offer of the seat of ", offer.freed_by.value(), " has moved on"),
                   {.reason = "OFFER_LOST"});
}

absl::Status OpeningsOvertaken() {
  return MakeError(absl::StatusCode::kAborted, "openings were written since they were read; read them again",
                   {.reason = "OPENINGS_OVERTAKEN"});
}

absl::Status PartnerUnavailable() {
  return Unavailable("PARTNER_UNAVAILABLE", "the partner service does not answer; try again", absl::Seconds(1));
}

}  // namespace brygga::matching
