// What the participant service does without a caller: it erases enquiries that
// have been kept long enough, and forgets the answers that nobody may ask for
// again.
#ifndef BRYGGA_SERVICES_PARTICIPANT_WORK_HOUSEKEEPING_H_
#define BRYGGA_SERVICES_PARTICIPANT_WORK_HOUSEKEEPING_H_

#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/sql/database.h"
#include "services/participant/store/participant_store.h"

namespace brygga::participant {

// Sweeps on a thread of its own, from construction to destruction; any number of
// replicas may. A sweep that fails is left to the next one. `database` and
// `store`, which stands on it, outlive it. Safe for concurrent use.
class Housekeeping {
 public:
  Housekeeping(sql::Database& database, ParticipantStore& store, absl::Duration interval = absl::Minutes(10));
  ~Housekeeping();

  // One sweep, now.
  absl::Status Sweep();

 private:
  void Run();

  sql::Database& database_;
  ParticipantStore& store_;
  const absl::Duration interval_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // Last: it uses all the others.
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_WORK_HOUSEKEEPING_H_
