// Work that comes round again, without a caller.
#ifndef BRYGGA_COMMON_TIME_PERIODIC_H_
#define BRYGGA_COMMON_TIME_PERIODIC_H_

#include <functional>
#include <thread>

#include "absl/time/time.h"

namespace brygga {

// Runs a function on a thread of its own, from construction to destruction: for
// the first time after one interval, and then always an interval after the last
// run ended, so that no two overlap. The time is the monotonic clock's.
//
// Destruction cuts the interval short and waits for a run that has begun; after
// it there is none. So a run keeps a deadline, and what it uses outlives this: as
// a member, this stands below that. Not thread-safe; `run` is called on another
// thread than the owner's.
class Periodic {
 public:
  // `interval` is more than zero and finite. `run` does not throw, and deals with
  // what fails in it: mostly by leaving it to the next run.
  Periodic(absl::Duration interval, std::function<void()> run);

 private:
  std::jthread thread_;
};

}  // namespace brygga

#endif  // BRYGGA_COMMON_TIME_PERIODIC_H_
