// What a method says of a page token that only it can tell to be none of its own.
#ifndef BRYGGA_COMMON_RPC_PAGE_TOKEN_H_
#define BRYGGA_COMMON_RPC_PAGE_TOKEN_H_

#include "absl/status/status.h"

namespace brygga::rpc {

// kInvalidArgument PAGE_TOKEN_MISMATCH, as ParseList says it.
absl::Status PageTokenMismatch();

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_PAGE_TOKEN_H_
