// Who may see what, beyond what (access) in the proto says.
//
// A coordinator is bound to a programme, and programmes are none of this
// service's business: here every coordinator is of the operators' side and sees
// all. A contact person sees their own organisation.
#ifndef BRYGGA_SERVICES_PARTNER_RPC_ACCESS_H_
#define BRYGGA_SERVICES_PARTNER_RPC_ACCESS_H_

#include "common/rpc/call.h"
#include "services/partner/domain/agreement.h"
#include "services/partner/domain/ids.h"
#include "services/partner/domain/organisation.h"

namespace brygga::partner {

inline bool SeesAll(const rpc::Call& call) {
  return call.IsAdminOrService() || call.caller().HasRole(rpc::Role::kCoordinator);
}

inline bool IsOwn(const rpc::Call& call, const OrganisationId& id) {
  return !id.empty() && call.Has(rpc::Role::kPartnerContact, NameOf(id));
}

// Their own organisation and its units.
inline bool MaySee(const rpc::Call& call, const Organisation& organisation) {
  return SeesAll(call) || IsOwn(call, organisation.id) || IsOwn(call, organisation.parent);
}

// Both sides see an agreement.
inline bool MaySee(const rpc::Call& call, const Agreement& agreement) {
  return SeesAll(call) || IsOwn(call, agreement.organisation) || IsOwn(call, agreement.operator_id);
}

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_RPC_ACCESS_H_
