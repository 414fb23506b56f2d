// Who may see what, beyond what (access) in the proto says.
#ifndef BRYGGA_SERVICES_PARTICIPANT_RPC_ACCESS_H_
#define BRYGGA_SERVICES_PARTICIPANT_RPC_ACCESS_H_

#include "common/rpc/call.h"
#include "services/participant/domain/ids.h"
#include "services/participant/store/participant_store.h"

namespace brygga::participant {

// Coordinators see what is linked to their programmes, participants what is
// theirs, administrators and services everything.
Audience AudienceOf(const rpc::Call& call);

// True where the caller runs `programme`.
bool Runs(const rpc::Call& call, const ProgrammeId& programme);

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_RPC_ACCESS_H_
