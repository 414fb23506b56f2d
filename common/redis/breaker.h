// When to leave somebody alone who does not answer.
#ifndef BRYGGA_COMMON_REDIS_BREAKER_H_
#define BRYGGA_COMMON_REDIS_BREAKER_H_

#include <atomic>

#include "absl/base/thread_annotations.h"
#include "absl/random/random.h"
#include "absl/time/time.h"
#include "common/wait/mutex.h"

namespace brygga::redis {

struct BreakerOptions {
  int failures = 5;  // In a row, until it opens;
  // or so many that came late, of which this many successes make up for one. When it
  // closes again it owes all but one: a late one before so many successes opens it.
  int late = 3;
  int makes_up = 400;
  // How long it stays open, give or take a quarter: at first, and after so many
  // probes that failed that it would be more than this.
  absl::Duration first_pause = absl::Milliseconds(100);
  absl::Duration longest_pause = absl::Seconds(1);
};

// Lets everything through until too many have failed, then nothing for a while, then
// one at a time until one succeeds. Safe for concurrent use. Times are
// of one clock that never goes back.
class Breaker {
 public:
  explicit Breaker(BreakerOptions options = {}) : options_(options) {}

  // Whether to try. Who is let through tells how it ended, with Succeeded, Failed or,
  // where somebody has waited in vain, Late; a probe of which nothing is heard counts
  // as failed after a pause.
  bool Allows(absl::Time now) { return !open_.load(std::memory_order_acquire) || AllowsProbe(now); }
  void Succeeded();
  void Failed(absl::Time now);
  void Late(absl::Time now);

  bool open() const { return open_.load(std::memory_order_acquire); }
  int64_t times_opened() const { return times_opened_.load(std::memory_order_relaxed); }

 private:
  bool AllowsProbe(absl::Time now);
  void FailedOnce(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Pause(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const BreakerOptions options_;
  std::atomic<bool> open_ = false;
  std::atomic<int> in_a_row_ = 0;  // Of failures.
  std::atomic<int> owed_ = 0;      // Successes, to make up for those that came late.
  std::atomic<int64_t> times_opened_ = 0;
  Mutex mutex_;
  absl::Time until_ ABSL_GUARDED_BY(mutex_);  // Then a probe may go.
  // The last one; goes on to grow until the late ones are made up for.
  absl::Duration pause_ ABSL_GUARDED_BY(mutex_);
  absl::InsecureBitGen chance_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brygga::redis

#endif  // BRYGGA_COMMON_REDIS_BREAKER_H_
