// The ids of the partner service and the resource names they make.
#ifndef BRYGGA_SERVICES_PARTNER_DOMAIN_IDS_H_
#define BRYGGA_SERVICES_PARTNER_DOMAIN_IDS_H_

#include <string>

#include "common/ids/id.h"

namespace brygga::partner {

using OrganisationId = Id<struct OrganisationTag>;
using NetworkId = Id<struct NetworkTag>;
using MembershipId = Id<struct MembershipTag>;
using AgreementId = Id<struct AgreementTag>;
using ContactPersonId = Id<struct ContactPersonTag>;
using OpeningId = Id<struct OpeningTag>;

inline std::string NameOf(const OrganisationId& id) { return "organisations/" + id.value(); }
inline std::string NameOf(const NetworkId& id) { return "networks/" + id.value(); }
inline std::string NameOf(const NetworkId& network, const MembershipId& id) {
  return NameOf(network) + "/memberships/" + id.value();
}
inline std::string NameOf(const OrganisationId& organisation, const AgreementId& id) {
  return NameOf(organisation) + "/agreements/" + id.value();
}
inline std::string NameOf(const OrganisationId& organisation, const ContactPersonId& id) {
  return NameOf(organisation) + "/contactPersons/" + id.value();
}
inline std::string NameOf(const OrganisationId& organisation, const OpeningId& id) {
  return NameOf(organisation) + "/openings/" + id.value();
}

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_DOMAIN_IDS_H_
