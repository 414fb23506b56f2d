// Elapsed time.
#ifndef BRYGGA_COMMON_TIME_STEADY_H_
#define BRYGGA_COMMON_TIME_STEADY_H_

#include <chrono>

#include "absl/time/time.h"

namespace brygga {

// Now, by the clock that never goes back (std::chrono::steady_clock). To be compared
// with others of this clock and nothing else: it is no time of day.
inline absl::Time SteadyNow() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

// The same instant by that clock as `deadline` is by the machine's.
inline absl::Time SteadyDeadline(absl::Time deadline, absl::Time steady_now, absl::Time now) {
  return steady_now + (deadline - now);
}

}  // namespace brygga

#endif  // BRYGGA_COMMON_TIME_STEADY_H_
