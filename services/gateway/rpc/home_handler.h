// Joins what the services know of a person.
#ifndef BRYGGA_SERVICES_GATEWAY_RPC_HOME_HANDLER_H_
#define BRYGGA_SERVICES_GATEWAY_RPC_HOME_HANDLER_H_

#include "absl/status/statusor.h"
#include "brygga/gateway/v1/gateway_service.pb.h"
#include "common/rpc/call.h"
#include "services/gateway/rpc/backends.h"

namespace brygga::gateway {

// Safe for concurrent use.
class HomeHandler {
 public:
  explicit HomeHandler(Backends backends) : backends_(std::move(backends)) {}

  absl::StatusOr<v1::GetParticipantHomeResponse> GetParticipantHome(const v1::GetParticipantHomeRequest& request,
                                                                    const rpc::Call& call) const;

 private:
  const Backends backends_;
};

}  // namespace brygga::gateway

#endif  // BRYGGA_SERVICES_GATEWAY_RPC_HOME_HANDLER_H_
