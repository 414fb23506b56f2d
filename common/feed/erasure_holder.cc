#include "common/feed/erasure_holder.h"

#include "absl/time/clock.h"
#include "common/status/failpoint.h"
#include "common/status/macros.h"
#include "common/time/steady.h"

namespace brygga::feed {
namespace {

constexpr absl::Duration kLongestRun = absl::Seconds(30);
constexpr absl::Duration kBetweenTries = absl::Milliseconds(500);  // Where participant cannot be followed.

}  // namespace

absl::Status ErasureHolder::RunOnce(absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<ErasureRequest> waiting, requests_.Waiting(deadline));
  absl::Status first;
  if (!waiting.empty()) Failpoint("holder.listed");
  for (const ErasureRequest& request : waiting) first.Update(Erase(request, deadline));
  return first;
}

absl::Status ErasureHolder::Erase(const ErasureRequest& request, absl::Time deadline) {
  if (!request.is_final && IsErasedForNow(request)) return absl::OkStatus();
  const absl::Status erased = erase_(request.participant, deadline);
  Failpoint("holder.erased");
  BRYGGA_RETURN_IF_ERROR(erased);
  if (!request.is_final) {
    const MutexLock lock(&mutex_);
    erased_[request.name] = SteadyNow();
    return absl::OkStatus();
  }
  const absl::Status acknowledged = requests_.Acknowledge(request, deadline);
  Failpoint("holder.acknowledged");
  BRYGGA_RETURN_IF_ERROR(acknowledged);
  const MutexLock lock(&mutex_);
  erased_.erase(request.name);
  return absl::OkStatus();
}

bool ErasureHolder::IsErasedForNow(const ErasureRequest& request) {
  const MutexLock lock(&mutex_);
  const auto erased = erased_.find(request.name);
  return erased != erased_.end() && SteadyNow() - erased->second < again_;
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
