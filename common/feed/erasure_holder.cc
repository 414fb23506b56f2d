#include "common/feed/erasure_holder.h"

#include "absl/time/clock.h"
#include "common/status/failpoint.h"
#include "common/status/macros.h"

namespace brygga::feed {
namespace {

constexpr absl::Duration kLongestRun = absl::Seconds(30);
constexpr absl::Duration kBetweenTries = absl::Milliseconds(500);  // Where participant cannot be followed.

}  // namespace

absl::Status ErasureHolder::RunOnce(absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<ErasureRequest> waiting, requests_.Waiting(deadline));
  absl::Status first;
  if (!waiting.empty()) Failpoint("holder.listed");
  for (const ErasureRequest& request : waiting) {
    absl::Status status = erase_(request.participant, deadline);
    Failpoint("holder.erased");
    if (status.ok() && request.is_final) status = requests_.Acknowledge(request, deadline);
    if (request.is_final) Failpoint("holder.acknowledged");
    first.Update(status);
  }
  return first;
}

void ErasureHolder::Start() { thread_ = std::thread(&ErasureHolder::Run, this); }

void ErasureHolder::Stop() {
  {
    MutexLock lock(&mutex_);
    stopped_ = true;
  }
  requests_.Stop();
  if (thread_.joinable()) thread_.join();
}

// Whatever fails is tried again: after the next word from participant, or soon,
// also where participant can be asked but not followed.
void ErasureHolder::Run() {
  const auto look = [this] { RunOnce(absl::Now() + kLongestRun).IgnoreError(); };
  for (;;) {
    look();
    requests_.Follow(look).IgnoreError();
    MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(Condition(&stopped_), kBetweenTries)) return;
  }
}

}  // namespace brygga::feed
