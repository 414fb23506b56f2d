// Every error that the partner service answers with beside those of
// common/status/error.h: the reason, and what a caller does about it.
#ifndef BRYGGA_SERVICES_PARTNER_DOMAIN_ERRORS_H_
#define BRYGGA_SERVICES_PARTNER_DOMAIN_ERRORS_H_

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "services/partner/domain/ids.h"
#include "services/partner/domain/network.h"
#include "services/partner/domain/opening.h"

namespace brygga::partner {

// kAlreadyExists: another organisation has what must be unique.
absl::Status ExternalRefTaken(const OrganisationId& holder);
absl::Status OrganisationNumberTaken(const OrganisationId& holder);
// kAlreadyExists: another network has the name.
absl::Status NetworkNameTaken(const NetworkId& holder);
// kAlreadyExists: that membership, of the same kind, covers one of the days.
absl::Status MembershipOverlaps(const NetworkId& network, const MembershipId& other);
// kAlreadyExists: that agreement, of the same kind, covers one of the days.
absl::Status AgreementOverlaps(const OrganisationId& organisation, const AgreementId& other);
// kAlreadyExists: that contact person of the organisation has the address.
absl::Status ContactEmailTaken(const OrganisationId& organisation, const ContactPersonId& holder);

// kFailedPrecondition: the organisation that a request refers to does not exist,
// or cannot be what the request makes of it.
absl::Status ParentUnusable(const OrganisationId& parent);
absl::Status OperatorUnusable(const OrganisationId& operator_id);
absl::Status OrganisationUnusable(const OrganisationId& organisation);

// kFailedPrecondition: the membership ended on another day.
absl::Status MembershipEnded(const Membership& membership);

// kFailedPrecondition: the organisation is not what the opening's host says.
absl::Status HostNotAllowed(const Opening& opening, const Organisation& organisation);
// kFailedPrecondition: the opening is in another state than `allowed`.
absl::Status WrongOpeningState(const Opening& opening, const std::vector<OpeningState>& allowed);
// kFailedPrecondition: more seats are taken than the call would leave.
absl::Status SeatsTaken(const Opening& opening);
// kFailedPrecondition: no seat is free. One violation an opening.
absl::Status OpeningFull(const std::vector<Opening>& openings);
// kFailedPrecondition: the match gave this seat back.
absl::Status SeatReleased(const Seat& seat);
// kFailedPrecondition: the match has a seat of another opening.
absl::Status MatchHasSeat(const SeatKey& wanted);

// kAborted: another call changed the same thing at the same moment; the caller
// repeats the call.
absl::Status ChangedMeanwhile(const OrganisationId& organisation);
absl::Status ChangedMeanwhile(std::string_view resource);

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_DOMAIN_ERRORS_H_
