// A bounded set of connections, made when needed. Internal to common/sql.
#ifndef BRYGGA_COMMON_SQL_POOL_H_
#define BRYGGA_COMMON_SQL_POOL_H_

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/sql/driver_error.h"
#include "common/wait/mutex.h"
#include "common/wait/no_wait.h"

namespace brygga::sql {

// How long a call waits for a connection: as long as it may wait for a thread.
inline constexpr absl::Duration kConnectionPatience = absl::Seconds(2);

// Lends connections. Safe for concurrent use; outlives its leases.
template <typename Connection>
class Pool {
 public:
  using Opener = std::function<absl::StatusOr<std::unique_ptr<Connection>>()>;

  // A borrowed connection, given back with this object, or thrown away if lost.
  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<Connection> connection) : pool_(&pool), connection_(std::move(connection)) {}
    Lease(Lease&&) = default;
    ~Lease() {
      if (connection_ != nullptr) pool_->GiveBack(std::move(connection_));
    }
    Connection* operator->() const { return connection_.get(); }
    Connection& operator*() const { return *connection_; }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  // Nobody waits for a connection longer than `patience`.
  Pool(int size, absl::Duration patience, Opener open) : open_(std::move(open)), patience_(patience), free_(size) {}

  // kDeadlineExceeded: all were lent until `deadline`. kUnavailable,
  // STORAGE_BUSY: all were lent for `patience`: whoever comes later had better
  // come again than hold a thread that others wait for. NoWait's refusal: none
  // is idle, on a thread that must not wait. Whatever the opener fails with.
  absl::StatusOr<Lease> Borrow(absl::Time deadline) {
    std::unique_ptr<Connection> idle;
    {
      const auto some_free = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return free_ > 0; };
      MutexLock lock(&mutex_);
      if (idle_.empty() && NoWait::Refuses()) return NoWait::Refusal();
      if (free_ <= 0) {
        const absl::Time given_up = absl::Now() + patience_;
        if (!mutex_.AwaitWithDeadline(Condition(&some_free), std::min(deadline, given_up))) {
          return deadline <= given_up ? DeadlinePassed() : StorageBusy();
        }
      }
      --free_;
      if (!idle_.empty()) {
        idle = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (idle != nullptr) return Lease(*this, std::move(idle));
    absl::StatusOr<std::unique_ptr<Connection>> opened = open_();
    if (!opened.ok()) {
      MutexLock lock(&mutex_);
      ++free_;
      return opened.status();
    }
    return Lease(*this, *std::move(opened));
  }

 private:
  void GiveBack(std::unique_ptr<Connection> connection) {
    std::vector<std::unique_ptr<Connection>> dead;  // Closed after the lock is released.
    MutexLock lock(&mutex_);
    ++free_;
    if (connection->lost()) {
      // The server went away: the idle ones are dead too.
      dead.swap(idle_);
      dead.push_back(std::move(connection));
    } else {
      idle_.push_back(std::move(connection));
    }
  }

  const Opener open_;
  const absl::Duration patience_;
  Mutex mutex_;
  int free_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);  // The last one back goes out first.
};

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_POOL_H_
