// Where "now" comes from.
#ifndef BRYGGA_COMMON_TIME_CLOCK_H_
#define BRYGGA_COMMON_TIME_CLOCK_H_

#include <atomic>

#include "absl/time/time.h"

namespace brygga {

// Tells the time. Safe for concurrent use. Elapsed time is measured with a
// monotonic clock (std::chrono::steady_clock), never with this.
class Clock {
 public:
  virtual ~Clock() = default;

  // The present instant, in whole microseconds: what the databases keep.
  virtual absl::Time Now() const = 0;

  // The machine's clock. Lives for ever.
  static const Clock& System();
};

// A clock that stands still until a test moves it. Safe for concurrent use.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(absl::Time now) : now_us_(absl::ToUnixMicros(now)) {}

  absl::Time Now() const override { return absl::FromUnixMicros(now_us_.load()); }
  void Set(absl::Time now) { now_us_ = absl::ToUnixMicros(now); }
  void Advance(absl::Duration by) { now_us_ += absl::ToInt64Microseconds(by); }

 private:
  std::atomic<int64_t> now_us_;
};

}  // namespace brygga

#endif  // BRYGGA_COMMON_TIME_CLOCK_H_
