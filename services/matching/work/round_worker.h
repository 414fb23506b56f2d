// Computes queued rounds, one at a time.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_ROUND_WORKER_H_
#define BRYGGA_SERVICES_MATCHING_WORK_ROUND_WORKER_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/log/log.h"
#include "common/wait/mutex.h"
#include "services/matching/store/round_store.h"
#include "services/matching/work/proposer.h"
#include "services/matching/work/work_loop.h"

namespace brygga::matching {

struct RoundWorkerOptions {
  std::string id;  // Of this process, random.
  // A worker that says nothing for so long is taken for dead, and its round is
  // begun again by whoever finds it.
  absl::Duration claim = absl::Seconds(10);
  absl::Duration beat = absl::Milliseconds(45);   // Between two signs of life; also how soon a cancellation
                                                  // on another replica is heard.
  absl::Duration poll = absl::Milliseconds(500);  // Between two looks for work.
  absl::Duration people_timeout = absl::Seconds(30);
};

// Safe for concurrent use. What it is made from outlives it.
class RoundWorker {
 public:
  RoundWorker(RoundStore& rounds, Proposer& proposer, RoundWorkerOptions options, std::shared_ptr<Log> log = nullptr);

  void Start() { loop_.Start(); }
  // Leaves a round that runs where it is: another worker, or this one after a
  // restart, begins it again. Blocks until the thread has ended; destruction does
  // it, too.
  void Stop() { loop_.Stop(); }

  // There may be work: look now.
  void Nudge() { loop_.Nudge(); }
  // The round has been cancelled: if it runs here, its solver hears of it at its
  // next look, which comes within a few milliseconds.
  void Cancel(const RoundId& round);

  // Where a round is that runs here, newer than what the store knows.
  struct Position {
    RoundPhase phase = RoundPhase::kNone;
    int permille = 0;
  };
  std::optional<Position> PositionOf(const RoundId& round) const;

  // Computes every round that can be claimed now, on the caller's thread: for
  // tests, and what the thread does. The number of rounds taken.
  int RunOnce();

 private:
  class Heart;

  bool Compute(const Round& queued);
  void SetHeart(Heart* heart) ABSL_LOCKS_EXCLUDED(mutex_);

  RoundStore& rounds_;
  Proposer& proposer_;
  const RoundWorkerOptions options_;
  const std::shared_ptr<Log> log_;  // Shared with the server; null in tests.
  mutable Mutex mutex_;
  Heart* heart_ ABSL_GUARDED_BY(mutex_) = nullptr;  // Of the round that runs.
  WorkLoop loop_;                                   // Last: it uses the others.
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_ROUND_WORKER_H_
