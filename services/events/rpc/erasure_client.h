// Erasures as participant's RPCs tell of them.
#ifndef BRYGGA_SERVICES_EVENTS_RPC_ERASURE_CLIENT_H_
#define BRYGGA_SERVICES_EVENTS_RPC_ERASURE_CLIENT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/feed/erasure_holder.h"
#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/client.h"
#include "common/wait/mutex.h"

namespace brygga::events {

// Safe for concurrent use; one Follow at a time. `tokens`, this service's own,
// outlives it.
class ErasureClient final : public feed::ErasureRequests {
 public:
  ErasureClient(std::shared_ptr<rpc::Channel> participants, const rpc::TokenSource& tokens)
      : participants_(std::move(participants)), tokens_(tokens) {}

  absl::StatusOr<std::vector<feed::ErasureRequest>> Waiting(absl::Time deadline) override;
  absl::Status Acknowledge(const feed::ErasureRequest& request, absl::Time deadline) override;
  absl::Status Follow(absl::FunctionRef<void()> look) override;
  void Stop() override;

 private:
  rpc::CallOptions Until(absl::Time deadline) const;

  const std::shared_ptr<rpc::Channel> participants_;  // Shared with what else asks participant.
  const rpc::TokenSource& tokens_;
  Mutex mutex_;
  std::function<void()> cancel_ ABSL_GUARDED_BY(mutex_);  // Ends the stream, while there is one.
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_RPC_ERASURE_CLIENT_H_
