// For tests of how long something takes, which the machine may do beside others.
#ifndef BRYGGA_ENGINE_CPU_SECONDS_TESTING_H_
#define BRYGGA_ENGINE_CPU_SECONDS_TESTING_H_

#include <time.h>

namespace brygga::engine {

// How many times slower a build that checks itself may be.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr double kSlower = 30;
#else
inline constexpr double kSlower = 1;
#endif

// The processor time of this thread.
inline double CpuSeconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_CPU_SECONDS_TESTING_H_
