// What the two files that speak gRPC share. Not for use outside common/rpc.
#ifndef BRYGGA_COMMON_RPC_GRPC_CLIENT_H_
#define BRYGGA_COMMON_RPC_GRPC_CLIENT_H_

#include <grpcpp/client_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>
#include <grpcpp/support/sync_stream.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "common/rpc/client.h"

namespace brygga::rpc {

// The error of a call to `method`, as its service made it. What gRPC itself
// says of an unreachable peer holds addresses, so it becomes a sentence of ours.
absl::Status FromGrpc(const grpc::Status& status, const std::string& method);

// A server stream in bytes, or null where the server within this process has
// gone. `context` outlives it.
std::unique_ptr<grpc::ClientReader<grpc::ByteBuffer>> OpenBytes(Channel& channel, grpc::ClientContext* context,
                                                                const std::string& method,
                                                                const grpc::ByteBuffer& request);

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_GRPC_CLIENT_H_
