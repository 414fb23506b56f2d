// The end of a change log, read once for all who watch it.
#ifndef BRYGGA_COMMON_FEED_TAIL_H_
#define BRYGGA_COMMON_FEED_TAIL_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "absl/time/time.h"
#include "common/sql/change_log.h"
#include "common/sql/database.h"

namespace brygga::feed {

struct TailOptions {
  bool others_write = false;                          // Look for changes of other processes.
  int page = 1024;                                    // Changes that are read at once.
  size_t kept = 32768;                                // Changes that are kept for those who are a little behind.
  absl::Duration gap = absl::Milliseconds(1);         // Least time between two reads.
  absl::Duration busy_poll = absl::Milliseconds(4);   // Between looks for the changes of others, while there are some.
  absl::Duration idle_poll = absl::Milliseconds(40);  // And while there are none.
  absl::Duration refresh = absl::Milliseconds(500);   // Where nobody else writes: only as_of grows.
  absl::Duration read_timeout = absl::Seconds(10);
};

// Follows the log from when the first watcher comes to when the last one leaves:
// one thread reads each page once, keeps the last few and wakes the watchers. A
// watcher that is further behind than what is kept reads the table itself until
// it is near again, so a slow one holds up nobody. Safe for concurrent use;
// `database` outlives it.
class Tail {
 public:
  Tail(sql::Database& database, const TailOptions& options);
  ~Tail();

  // Somebody who watches, from construction to destruction. `wake` is called on
  // the tail's thread after each page; it only makes a note.
  class Watcher {
   public:
    Watcher(Tail& tail, std::function<void()> wake);
    ~Watcher();
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    // How far it is, for Lag.
    void SetAsOf(absl::Time as_of) { as_of_us_ = absl::ToUnixMicros(as_of); }

   private:
    friend class Tail;
    Tail& tail_;
    const std::function<void()> wake_;
    std::atomic<int64_t> as_of_us_ = 0;  // 0: not told.
  };

  // The number of the page at which a watcher at `position` goes on; nothing
  // where it has to read the table. Of the pages from there on it takes the
  // changes that IsAhead of it.
  std::optional<int64_t> Find(const sql::LogPosition& position) const;

  struct Look {
    bool lost = false;                              // The page is no longer kept: go on in the table.
    std::shared_ptr<const sql::LogPage> page = {};  // Null at the end. Shared by the watchers.
    sql::LogPosition end = {};                      // Where the tail is.
    absl::Time as_of = absl::InfinitePast();        // Of the end.
  };
  Look At(int64_t number) const;

  struct Lag {
    int64_t watchers = 0;
    absl::Duration horizon;  // How far the end is behind the present.
    absl::Duration slowest;  // How far the slowest watcher is.
  };
  Lag lag() const;

 private:
  void Follow();
  // Reads on, without the lock; how long to sleep after it.
  absl::Duration ReadOn(std::unique_lock<std::mutex>& lock);
  void Keep(sql::LogPage page);
  void Forget();
  absl::Duration PauseAfter(bool found);

  sql::Database& database_;
  const TailOptions options_;

  mutable std::mutex mutex_;
  // All below guarded by mutex_.
  std::condition_variable changed_;
  bool stopping_ = false;
  bool news_ = false;  // Somebody committed since the last read.
  std::set<Watcher*> watchers_;
  bool placed_ = false;     // start_ and end_ are known.
  sql::LogPosition start_;  // Before the first page that is kept.
  sql::LogPosition end_;
  absl::Time as_of_;
  int64_t first_ = 0;  // Number of the first page that is kept. Never the same number twice.
  std::deque<std::shared_ptr<const sql::LogPage>> pages_;
  size_t kept_ = 0;  // Changes in them.
  absl::Duration pause_;

  std::thread thread_;
  const sql::ChangeSignal::Subscription subscription_;
};

}  // namespace brygga::feed

#endif  // BRYGGA_COMMON_FEED_TAIL_H_
