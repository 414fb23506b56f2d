// Computes queued rounds, one at a time.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_ROUND_WORKER_H_
#define BRYGGA_SERVICES_MATCHING_WORK_ROUND_WORKER_H_

#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/log/log.h"
#include "engine/reference.h"
#include "services/matching/store/cohort_store.h"
#include "services/matching/store/round_store.h"
#include "services/matching/work/projection.h"

namespace brygga::matching {

struct RoundWorkerOptions {
  std::string id;  // Of this process, random.
  // A worker that says nothing for so long is taken for dead, and its round is
  // begun again by whoever finds it.
  absl::Duration claim = absl::Seconds(10);
  absl::Duration beat = absl::Milliseconds(250);  // Between two signs of life.
  absl::Duration poll = absl::Milliseconds(500);  // Between two looks for work.
  absl::Duration people_timeout = absl::Seconds(30);
};

// Safe for concurrent use. What it is made from outlives it.
class RoundWorker {
 public:
  RoundWorker(CohortStore& cohorts, RoundStore& rounds, Projection& projection, const engine::Reference& reference,
              RoundWorkerOptions options, std::shared_ptr<Log> log = nullptr);
  ~RoundWorker();  // Stops.

  void Start();
  // Leaves a round that runs where it is: another worker, or this one after a
  // restart, begins it again. Blocks until the thread has ended.
  void Stop();

  // There may be work, or a round may have been cancelled: look now.
  void Nudge();

  // Computes every round that can be claimed now, on the caller's thread: for
  // tests, and what the thread does. The number of rounds taken.
  int RunOnce();

 private:
  class Heart;

  void Run();
  bool Compute(const Round& queued);
  absl::StatusOr<Proposal> Propose(const Round& claimed, Heart& heart);
  bool stopping() const ABSL_LOCKS_EXCLUDED(mutex_);

  CohortStore& cohorts_;
  RoundStore& rounds_;
  Projection& projection_;
  const engine::Reference& reference_;
  const RoundWorkerOptions options_;
  const std::shared_ptr<Log> log_;  // Shared with the server; null in tests.
  std::thread thread_;
  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t nudges_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_ROUND_WORKER_H_
