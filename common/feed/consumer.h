// Follows the feed of another service and keeps what is derived from it true.
//
// How far a feed was followed is stored in the transaction that writes what was
// derived, and only from the place where that transaction found it: so each
// change takes effect once, whatever is cut, repeated or killed, and however many
// replicas follow. Includes no gRPC header.
#ifndef BRYGGA_COMMON_FEED_CONSUMER_H_
#define BRYGGA_COMMON_FEED_CONSUMER_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/feed/change_source.h"
#include "common/log/log.h"
#include "common/mutation/feed_step.h"
#include "common/wait/mutex.h"

namespace prometheus {
class Registry;
}

namespace brygga::feed {

// What is derived from a feed: implemented by who follows. All calls come from
// the consumer's one thread and end by `deadline`.
class Derivation {
 public:
  virtual ~Derivation() = default;

  // How far it has come; nothing: never begun.
  virtual absl::StatusOr<std::optional<Progress>> Load(absl::Time deadline) = 0;

  // Derives everything anew from what the other service says now, and takes
  // `step` with the last transaction of it. It may have been done in part before,
  // by this or another replica.
  //
  // FeedMoved, as the store says.
  virtual absl::Status Snapshot(const Step& step, absl::Time deadline) = 0;

  // Takes `changes` into account and the step, in one transaction. A resource may
  // be named several times, in order. No changes: only the step.
  //
  // As Snapshot. After any error the same changes come again.
  virtual absl::Status Apply(const std::vector<Change>& changes, const Step& step, absl::Time deadline) = 0;
};

struct ConsumerOptions {
  std::string feed;  // "participant": in the step and in metrics.
  // A change is applied at once, unless `burst` applies fell into the last second:
  // then those that come within `pace` are applied together.
  int burst = 5;
  absl::Duration pace = absl::Milliseconds(200);
  size_t most = 2000;                                  // Changes in one apply, about.
  absl::Duration bookmark = absl::Seconds(2);          // Between steps without changes.
  absl::Duration standby = absl::Seconds(4);           // Who finds another replica at work looks again after this.
  absl::Duration least_wait = absl::Milliseconds(50);  // Before a stream is opened again; doubles, with jitter,
  absl::Duration most_wait = absl::Seconds(5);         // up to this.
  // Up to two thousand changes, which are read and written one by one; else the same
  // would come again.
  absl::Duration apply_timeout = absl::Minutes(1);
  absl::Duration snapshot_timeout = absl::Minutes(10);
  size_t remembered = 65536;  // Resources whose last revision is kept in memory.
  // A revision is left out: what was derived by counting is wrong from here on.
  // Who reads what changed needs nothing of it.
  bool snapshot_on_gap = false;
  std::shared_ptr<Log> log = nullptr;  // Shared with the server.
};

struct ConsumerStatus {
  Progress progress;  // What is applied; as_of InfinitePast before anything is known.
  bool reading = false;
  int64_t changes = 0;  // Applied.
  int64_t applies = 0;  // Transactions that did so.
  int64_t skipped = 0;  // Repeated, or older than what was applied.
  int64_t gaps = 0;     // Revisions left out.
  int64_t snapshots = 0;
  int64_t failures = 0;  // Streams and applies that ended in an error.
  int64_t moved = 0;     // Steps that another replica had taken.

  // How old what is derived may be.
  absl::Duration Lag(absl::Time now) const;
};

// Safe for concurrent use. Source and derivation outlive it.
class Consumer {
 public:
  Consumer(ChangeSource& source, Derivation& derivation, ConsumerOptions options);
  ~Consumer();  // Stops.

  void Start();
  // Ends the stream and waits for an apply that has begun.
  void Stop();

  ConsumerStatus status() const ABSL_LOCKS_EXCLUDED(mutex_);
  // True as soon as all that was acknowledged before `as_of` is applied; false
  // where that is not so by `deadline`.
  bool WaitFor(absl::Time as_of, absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_);

  // Keeps metrics in `registry`, which is shared with the server that shows it.
  // Called at most once.
  void Measure(const std::shared_ptr<prometheus::Registry>& registry);

 private:
  class Pump;
  struct Pending;
  struct Metrics;
  // What came last of a resource.
  struct Last {
    int64_t revision = 0;
    bool deleted = false;
  };

  void Run();
  // Each returns why it ended.
  absl::Status Follow();
  absl::Status TakeSnapshot(const std::optional<Progress>& known);
  // Opens the feed behind `token` for `read`, until Stop.
  template <typename F>
  absl::Status Pumping(const std::string& token, F read);
  absl::Status Read(Pump& pump);
  absl::Status Apply(Pending& pending);

  // Adds what is new of `batch`.
  void Add(const ChangeBatch& batch, Pending& pending);
  bool IsNews(const Change& change, Pending& pending);
  void Remember(const Pending& pending);
  absl::Time DueTime() const;

  void Applied(const Pending& pending);
  // Waits while another replica takes steps.
  void StandBy();
  void BackOff();
  // False at Stop.
  bool Sleep(absl::Duration duration) ABSL_LOCKS_EXCLUDED(mutex_);
  bool stopping() const ABSL_LOCKS_EXCLUDED(mutex_);
  template <typename F>
  void Count(F count) ABSL_LOCKS_EXCLUDED(mutex_);

  ChangeSource& source_;
  Derivation& derivation_;
  const ConsumerOptions options_;
  std::unique_ptr<Metrics> made_metrics_;
  std::atomic<Metrics*> metrics_ = nullptr;  // Null until Measure.
  std::thread thread_;

  // Of the thread.
  std::optional<Progress> stored_;
  absl::Time stored_at_ = absl::InfinitePast();  // SteadyNow's, as are those:
  absl::flat_hash_map<std::string, Last> last_;
  std::deque<absl::Time> applies_;  // Of the last second.
  int failures_in_a_row_ = 0;
  bool gap_ = false;
  absl::BitGen random_;

  mutable Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  Pump* pump_ ABSL_GUARDED_BY(mutex_) = nullptr;  // While a stream is read.
  ConsumerStatus status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brygga::feed

#endif  // BRYGGA_COMMON_FEED_CONSUMER_H_
