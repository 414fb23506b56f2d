// A Service as gRPC runs it.
#ifndef BRYGGA_COMMON_RPC_GRPC_SERVICE_H_
#define BRYGGA_COMMON_RPC_GRPC_SERVICE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "common/rpc/pipeline.h"
#include "common/rpc/service.h"

namespace grpc {
class Service;
}

namespace brygga::rpc {

// Both borrow `service` and `pipeline`, which outlive the result.
//
// kInternal: a method's (access) is wrong.
absl::StatusOr<std::shared_ptr<grpc::Service>> MakeGrpcService(const Service& service, Pipeline& pipeline);

// The names of `service` without its functions, for reflection on another port:
// every call is answered UNIMPLEMENTED.
std::shared_ptr<grpc::Service> MakeDeclaration(const Service& service);

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_GRPC_SERVICE_H_
