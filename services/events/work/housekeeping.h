// What the events service does without a caller: it forgets the answers that
// nobody may ask for again.
#ifndef BRYGGA_SERVICES_EVENTS_WORK_HOUSEKEEPING_H_
#define BRYGGA_SERVICES_EVENTS_WORK_HOUSEKEEPING_H_

#include <cstdint>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/sql/database.h"

namespace brygga::events {

// Sweeps on a thread of its own, from construction to destruction; any number of
// replicas may. A sweep that fails is left to the next one. `database` outlives
// it. Safe for concurrent use.
class Housekeeping {
 public:
  explicit Housekeeping(sql::Database& database, absl::Duration interval = absl::Minutes(10));
  ~Housekeeping();

  // One sweep, now; how many answers went.
  absl::StatusOr<int64_t> Sweep();

 private:
  void Run();

  sql::Database& database_;
  const absl::Duration interval_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // Last: it uses all the others.
};

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_WORK_HOUSEKEEPING_H_
