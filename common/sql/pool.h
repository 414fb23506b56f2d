// A bounded set of connections, made when needed. Internal to common/sql.
#ifndef BRYGGA_COMMON_SQL_POOL_H_
#define BRYGGA_COMMON_SQL_POOL_H_

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/sql/driver_error.h"
#include "common/wait/no_wait.h"

namespace brygga::sql {

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

  Pool(int size, Opener open) : open_(std::move(open)), free_(size) {}

  // kDeadlineExceeded: all were lent until `deadline`. NoWait's refusal: none
  // is idle, on a thread that must not wait. Whatever the opener fails with.
  absl::StatusOr<Lease> Borrow(absl::Time deadline) {
    std::unique_ptr<Connection> idle;
    {
      const auto some_free = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return free_ > 0; };
      absl::MutexLock lock(&mutex_);
      if (idle_.empty() && NoWait::Refuses()) return NoWait::Refusal();
      if (!mutex_.AwaitWithDeadline(absl::Condition(&some_free), deadline)) return DeadlinePassed();
      --free_;
      if (!idle_.empty()) {
        idle = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (idle != nullptr) return Lease(*this, std::move(idle));
    absl::StatusOr<std::unique_ptr<Connection>> opened = open_();
    if (!opened.ok()) {
      absl::MutexLock lock(&mutex_);
      ++free_;
      return opened.status();
    }
    return Lease(*this, *std::move(opened));
  }

 private:
  void GiveBack(std::unique_ptr<Connection> connection) {
    std::vector<std::unique_ptr<Connection>> dead;  // Closed after the lock is released.
    absl::MutexLock lock(&mutex_);
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
  absl::Mutex mutex_;
  int free_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);  // The last one back goes out first.
};

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_POOL_H_
