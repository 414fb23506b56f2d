// Threads that must not wait, and those who ask whether they may.
#ifndef BRYGGA_COMMON_WAIT_NO_WAIT_H_
#define BRYGGA_COMMON_WAIT_NO_WAIT_H_

#include "absl/status/status.h"

namespace brygga {

// While one lives, its thread must not wait: whatever would wait for a disk, a
// connection, another machine or another thread's work refuses instead, and
// has done nothing then. Whoever made the NoWait asks it for refusals, whatever
// status came back, and does the work again where waiting is no harm.
//
//   NoWait no_wait;
//   const absl::Status status = read();
//   if (no_wait.refused()) return executor.TryRun(read);
//
// Not thread-safe: of the thread that made it. They do not nest.
class NoWait {
 public:
  NoWait();
  ~NoWait();
  NoWait(const NoWait&) = delete;
  NoWait& operator=(const NoWait&) = delete;

  // True once something on this thread has refused to wait.
  bool refused() const { return refused_; }

  // True where this thread must not wait.
  static bool Active();
  // For those who are about to wait: true where this thread must not, and then
  // the refusal is noted. Cheap.
  static bool Refuses();
  // The refusal: kUnavailable, never seen by a caller.
  static absl::Status Refusal();
  // True where this thread has refused, so that an error that came of it is
  // not taken for news.
  static bool HasRefused();

 private:
  bool refused_ = false;
};

}  // namespace brygga

#endif  // BRYGGA_COMMON_WAIT_NO_WAIT_H_
