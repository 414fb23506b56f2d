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
  if (in_a_row_.load(std::memory_order_relaxed) == 0 && owed_.load(std::memory_order_relaxed) == 0 && !open()) return;
  const MutexLock lock(&mutex_);
  in_a_row_ = 0;
  if (open()) {
    open_ = false;
    owed_ = std::min(owed_.load(), (options_.late - 1) * options_.makes_up);  // The next late one opens it again.
  } else if (owed_ > 0) {
    --owed_;
  }
  if (owed_ == 0) pause_ = absl::ZeroDuration();
}

void Breaker::Failed(absl::Time now) {
  const MutexLock lock(&mutex_);
  FailedOnce(now);
}

void Breaker::Late(absl::Time now) {
  const MutexLock lock(&mutex_);
  if (!open()) owed_ += options_.makes_up;
  FailedOnce(now);
}

void Breaker::FailedOnce(absl::Time now) {
  ++in_a_row_;
  if (open()) return;  // A probe's pause has begun with it.
  const bool too_late = owed_ > (options_.late - 1) * options_.makes_up;
  if (in_a_row_ < options_.failures && !too_late) return;
  open_ = true;
  ++times_opened_;
  Pause(now);
}

void Breaker::Pause(absl::Time now) {
  pause_ = std::clamp(2 * pause_, options_.first_pause, options_.longest_pause);
  until_ = now + pause_ * absl::Uniform(chance_, 0.75, 1.25);
}

}  // namespace brygga::redis
