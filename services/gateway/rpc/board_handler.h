// Joins what the services know of a cohort.
#ifndef BRYGGA_SERVICES_GATEWAY_RPC_BOARD_HANDLER_H_
#define BRYGGA_SERVICES_GATEWAY_RPC_BOARD_HANDLER_H_

#include "absl/status/statusor.h"
#include "brygga/gateway/v1/gateway_service.pb.h"
#include "common/rpc/call.h"
#include "services/gateway/rpc/backends.h"

namespace brygga::gateway {

// Safe for concurrent use.
class BoardHandler {
 public:
  explicit BoardHandler(Backends backends) : backends_(std::move(backends)) {}

  absl::StatusOr<v1::GetCohortBoardResponse> GetCohortBoard(const v1::GetCohortBoardRequest& request,
                                                            const rpc::Call& call) const;

 private:
  const Backends backends_;
};

}  // namespace brygga::gateway

#endif  // BRYGGA_SERVICES_GATEWAY_RPC_BOARD_HANDLER_H_
