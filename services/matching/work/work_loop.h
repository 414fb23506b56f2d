// Work that waits in the database, done as soon as somebody tells of it.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_WORK_LOOP_H_
#define BRYGGA_SERVICES_MATCHING_WORK_WORK_LOOP_H_

#include <cstdint>
#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/wait/mutex.h"

namespace brygga::matching {

// Calls a function on a thread of its own: at once, after every nudge, and every
// `poll` besides, for what another replica has left. Safe for concurrent use,
// but for Start and Stop, which are the owner's.
class WorkLoop {
 public:
  // `work` does not throw, looks at stopping() now and then, and may nudge. What it
  // uses outlives this: as a member, this stands below that.
  WorkLoop(absl::Duration poll, std::function<void()> work);
  ~WorkLoop();  // Stops.

  void Start();
  // Blocks until the thread has ended. After it there is no Start.
  void Stop();
  // There may be work: look now, or once more when this look has ended.
  void Nudge();

  bool stopping() const;

 private:
  void Run();

  const absl::Duration poll_;
  const std::function<void()> work_;
  mutable Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t nudges_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread thread_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_WORK_LOOP_H_
