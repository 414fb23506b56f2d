// The services behind the gateway, and how long it waits for them.
#ifndef BRYGGA_SERVICES_GATEWAY_RPC_BACKENDS_H_
#define BRYGGA_SERVICES_GATEWAY_RPC_BACKENDS_H_

#include <memory>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "common/rpc/client.h"

namespace brygga::gateway {

// Shared with the calls under way.
struct Backends {
  std::shared_ptr<rpc::Channel> partner;
  std::shared_ptr<rpc::Channel> participant;
  std::shared_ptr<rpc::Channel> matching;
  std::shared_ptr<rpc::Channel> events;
};

// A call on behalf of `parent` that takes at most `share` of the time it has
// left, so that one service that hangs leaves time to say so.
inline rpc::CallOptions WithShare(const rpc::Call& parent, double share) {
  const absl::Time now = absl::Now();
  rpc::CallOptions options(parent);
  options.Until(now + (parent.deadline() - now) * share);
  return options;
}

}  // namespace brygga::gateway

#endif  // BRYGGA_SERVICES_GATEWAY_RPC_BACKENDS_H_
