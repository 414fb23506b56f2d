#include "services/participant/rpc/access.h"

#include <string>

#include "services/participant/rpc/convert.h"

namespace brygga::participant {

Audience AudienceOf(const rpc::Call& call) {
  Audience audience{.everything = call.IsAdminOrService()};
  for (const std::string& name : call.BoundTo(rpc::Role::kCoordinator)) {
    audience.programmes.insert(ToProgrammeId(name));
  }
  for (const std::string& name : call.BoundTo(rpc::Role::kParticipant)) audience.persons.insert(ToParticipantId(name));
  return audience;
}

bool Runs(const rpc::Call& call, const ProgrammeId& programme) {
  return call.Has(rpc::Role::kCoordinator, NameOf(programme));
}

}  // namespace brygga::participant
