// How a caller follows and stops long work.
#ifndef BRYGGA_ENGINE_CONTROL_H_
#define BRYGGA_ENGINE_CONTROL_H_

#include <cstdint>
#include <functional>
#include <string_view>

namespace brygga::engine {

struct Progress {
  std::string_view phase;  // "scores", "order", "coverage", "total", "ties".
  int64_t done = 0;        // Of `total` units of this phase.
  int64_t total = 0;
};

// Both are called on the thread that asked for the work, after every few
// thousand steps (well under a millisecond of work), so that they must be
// cheap; a caller that shows progress to people thins it out by its own clock.
struct Control {
  std::function<bool()> cancelled;                // True ends the work with kCancelled. Empty: never.
  std::function<void(const Progress&)> progress;  // Empty: nobody looks.
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_CONTROL_H_
