#include "common/redis/breaker.h"

#include <algorithm>

namespace brygga::redis {

bool Breaker::AllowsProbe(absl::Time now) {
  const MutexLock lock(&mutex_);
  if (!open()) return true;
  if (now < until_) return false;
  Pause(now);  // Until something is heard of this one.
  return true;
}

void Breaker::Succeeded() {
  if (in_a_row_.load(std::memory_order_relaxed) == 0 && !open()) return;
  const MutexLock lock(&mutex_);
  in_a_row_ = 0;
  open_ = false;
}

void Breaker::Failed(absl::Time now) {
  const MutexLock lock(&mutex_);
  ++in_a_row_;
  if (open() || in_a_row_ < options_.failures) return;  // A probe's pause has begun with it.
  open_ = true;
  ++times_opened_;
  pause_ = absl::ZeroDuration();
  Pause(now);
}

void Breaker::Pause(absl::Time now) {
  pause_ = std::clamp(2 * pause_, options_.first_pause, options_.longest_pause);
  until_ = now + pause_ * absl::Uniform(chance_, 0.75, 1.25);
}

}  // namespace brygga::redis
