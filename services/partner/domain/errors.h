// Every error that the partner service answers with beside those of
// common/status/error.h: the reason, and what a caller does about it.
#ifndef BRYGGA_SERVICES_PARTNER_DOMAIN_ERRORS_H_
#define BRYGGA_SERVICES_PARTNER_DOMAIN_ERRORS_H_

#include "absl/status/status.h"
#include "services/partner/domain/ids.h"
#include "services/partner/domain/network.h"

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

// kAborted: another call changed the same thing at the same moment; the caller
// repeats the call.
absl::Status ChangedMeanwhile(const OrganisationId& organisation);

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_DOMAIN_ERRORS_H_
