// Tells whether the services are ready.
#ifndef BRYGGA_SERVICES_GATEWAY_RPC_STATUS_HANDLER_H_
#define BRYGGA_SERVICES_GATEWAY_RPC_STATUS_HANDLER_H_

#include "absl/status/statusor.h"
#include "brygga/gateway/v1/gateway_service.pb.h"
#include "common/rpc/call.h"
#include "services/gateway/rpc/backends.h"

namespace brygga::gateway {

// Safe for concurrent use.
class StatusHandler {
 public:
  explicit StatusHandler(Backends backends) : backends_(std::move(backends)) {}

  absl::StatusOr<v1::GetSuiteStatusResponse> GetSuiteStatus(const v1::GetSuiteStatusRequest& request,
                                                            const rpc::Call& call) const;

 private:
  const Backends backends_;
};

}  // namespace brygga::gateway

#endif  // BRYGGA_SERVICES_GATEWAY_RPC_STATUS_HANDLER_H_
