// Who may see what, beyond what (access) in the proto says.
#ifndef BRYGGA_SERVICES_MATCHING_RPC_ACCESS_H_
#define BRYGGA_SERVICES_MATCHING_RPC_ACCESS_H_

#include "common/rpc/call.h"
#include "services/matching/domain/match.h"
#include "services/matching/domain/names.h"

namespace brygga::matching {

// A coordinator of the programme, an administrator or a service.
inline bool Coordinates(const rpc::Call& call, const CohortKey& key) {
  return call.Has(rpc::Role::kCoordinator, NameOf(key));
}

// The person themself; also an administrator or a service.
inline bool IsSelf(const rpc::Call& call, const ParticipantId& person) {
  return call.Has(rpc::Role::kParticipant, NameOf(person));
}

inline bool MaySee(const rpc::Call& call, const Match& match) {
  return Coordinates(call, match.cohort) || IsSelf(call, match.mentor) || IsSelf(call, match.adept);
}

inline bool MayAnswer(const rpc::Call& call, const Match& match, Side side) {
  return Coordinates(call, match.cohort) || IsSelf(call, match.person(side));
}

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_RPC_ACCESS_H_
