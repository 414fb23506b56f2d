#include "services/partner/domain/errors.h"

#include <string>
#include <string_view>

#include "common/status/error.h"

namespace brygga::partner {
namespace {

absl::Status Taken(std::string_view reason, const std::string& holder, const std::string& what) {
  return AlreadyExists(reason, holder, holder + " " + what);
}

absl::Status Unusable(std::string_view reason, const OrganisationId& id, std::string_view description) {
  return FailedPrecondition(reason,
                            {.type = "REFERENCE", .subject = NameOf(id), .description = std::string(description)});
}

}  // namespace

absl::Status ExternalRefTaken(const OrganisationId& holder) {
  return Taken("EXTERNAL_REF_TAKEN", NameOf(holder), "has this external_ref; change that one or choose another key");
}

absl::Status OrganisationNumberTaken(const OrganisationId& holder) {
  return Taken("ORGANISATION_NUMBER_TAKEN", NameOf(holder),
               "has this organisation number; change that one, or create a unit of it");
}

absl::Status NetworkNameTaken(const NetworkId& holder) {
  return Taken("NETWORK_NAME_TAKEN", NameOf(holder), "has this name; use that one or choose another name");
}

absl::Status MembershipOverlaps(const NetworkId& network, const MembershipId& other) {
  return Taken("MEMBERSHIP_OVERLAPS", NameOf(network, other),
               "is of the same kind and covers one of these days; end it first or choose other days");
}

absl::Status AgreementOverlaps(const OrganisationId& organisation, const AgreementId& other) {
  return Taken("AGREEMENT_OVERLAPS", NameOf(organisation, other),
               "is of the same kind with the same operator and covers one of these days; correct it or choose other "
               "days");
}

absl::Status ContactEmailTaken(const OrganisationId& organisation, const ContactPersonId& holder) {
  return Taken("CONTACT_EMAIL_TAKEN", NameOf(organisation, holder), "has this e-mail address; change that one");
}

absl::Status ParentUnusable(const OrganisationId& parent) {
  return Unusable("PARENT_UNUSABLE", parent,
                  "is no organisation, or is a unit itself; a unit belongs to an organisation that is none");
}

absl::Status OperatorUnusable(const OrganisationId& operator_id) {
  return Unusable("OPERATOR_UNUSABLE", operator_id,
                  "is no organisation, or is the partner itself; an operator is another organisation");
}

absl::Status OrganisationUnusable(const OrganisationId& organisation) {
  return Unusable("ORGANISATION_UNUSABLE", organisation, "is no organisation; create it first");
}

absl::Status MembershipEnded(const Membership& membership) {
  return FailedPrecondition("MEMBERSHIP_ENDED", {.type = "STATE",
                                                 .subject = NameOf(membership.network, membership.id),
                                                 .description = "ended on " + FormatDate(membership.period.to) +
                                                                "; only one that goes on can be ended"});
}

absl::Status HostNotAllowed(const Opening& opening, const Organisation& organisation) {
  return FailedPrecondition(
      "HOST_NOT_ALLOWED",
      {.type = "HOST",
       .subject = NameOf(organisation.id),
       .description = "is a " + NameOf(organisation.kind) + " of the sector " + NameOf(organisation.sector) +
                      " and cannot be the host " + NameOf(*opening.host) +
                      "; a MUNICIPAL_UNIT is a MUNICIPALITY, a CONTRACTOR a COMPANY or SOCIAL_ENTERPRISE, a NON_PROFIT "
                      "of the sector CIVIL_SOCIETY"});
}

absl::Status WrongOpeningState(const Opening& opening, const std::vector<OpeningState>& allowed) {
  std::vector<std::string> words;
  for (const OpeningState state : allowed) words.push_back(NameOf(state));
  return WrongState("OPENING_STATE", opening.name(), NameOf(StateOf(opening)), words);
}

absl::Status SeatsTaken(const Opening& opening) {
  return FailedPrecondition(
      "SEATS_TAKEN", {.type = "CAPACITY",
                      .subject = opening.name(),
                      .description = "has " + std::to_string(opening.taken) + " seats taken; end those matches first"});
}

absl::Status OpeningFull(const std::vector<Opening>& openings) {
  ErrorDetails details = {.reason = "OPENING_FULL"};
  for (const Opening& opening : openings) {
    details.preconditions.push_back({.type = "CAPACITY",
                                     .subject = opening.name(),
                                     .description = "has no free seat for it: " + std::to_string(opening.taken) +
                                                    " of " + std::to_string(opening.seats) + " are taken"});
  }
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   openings.front().name() + " " + details.preconditions.front().description, details);
}

absl::Status SeatReleased(const Seat& seat) {
  return FailedPrecondition(
      "SEAT_RELEASED",
      {.type = "STATE", .subject = seat.key.name(), .description = "was given back; another match takes a seat anew"});
}

absl::Status MatchHasSeat(const SeatKey& wanted) {
  return FailedPrecondition("MATCH_HAS_SEAT", {.type = "CAPACITY",
                                               .subject = wanted.match,
                                               .description = "has a seat of another opening; release that one first"});
}

absl::Status ChangedMeanwhile(const OrganisationId& organisation) { return ChangedMeanwhile(NameOf(organisation)); }

absl::Status ChangedMeanwhile(std::string_view resource) {
  return MakeError(absl::StatusCode::kAborted,
                   std::string(resource) + ": another call changed the same thing at the same moment; repeat this one",
                   {.reason = "CHANGED_MEANWHILE", .metadata = {{"resource", std::string(resource)}}});
}

}  // namespace brygga::partner
