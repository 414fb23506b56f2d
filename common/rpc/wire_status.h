// Errors on the wire: absl::Status with ErrorDetails <-> google.rpc.Status.
// Includes no gRPC header.
#ifndef BRYGGA_COMMON_RPC_WIRE_STATUS_H_
#define BRYGGA_COMMON_RPC_WIRE_STATUS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace brygga::rpc {

// What travels: the code and message in the trailers of the call, `details` (a
// serialised google.rpc.Status) in grpc-status-details-bin.
struct WireStatus {
  int code = 0;
  std::string message;
  std::string reason;
  std::string details;
};

// The form of an error that a caller may see. Exactly one ErrorInfo, of domain
// "brygga"; a status without a reason gets the one of its code; the text of
// kInternal and kUnknown is ours alone and is replaced by `trace_id`, which
// finds it in the log. Trailers have a limit of 8 KiB at most clients: what does
// not fit is counted, not sent.
WireStatus ToWire(const absl::Status& status, std::string_view trace_id);

// The status that ToWire made; of a peer that is not ours, as much as there is.
absl::Status FromWire(int code, std::string_view message, std::string_view details);

// "INVALID_ARGUMENT", ...: as logs and metrics write codes.
std::string_view CodeName(int code);

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_WIRE_STATUS_H_
