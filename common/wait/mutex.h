// The mutex of our code: Abseil's, with its annotations and conditions. Under
// ThreadSanitizer it is std::mutex behind the same words, because the library
// that the system has is not built for it and every lock would look like a race.
#ifndef BRYGGA_COMMON_WAIT_MUTEX_H_
#define BRYGGA_COMMON_WAIT_MUTEX_H_

#include "absl/base/thread_annotations.h"

#ifndef __SANITIZE_THREAD__

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"

namespace brygga {

using Condition = absl::Condition;
using Mutex = absl::Mutex;
using MutexLock = absl::MutexLock;
using Notification = absl::Notification;

}  // namespace brygga

#else

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace brygga {

// True where `*what`, a bool or a function without parameters, is or returns
// true; or `function` of `argument`. What is pointed to outlives the condition.
class Condition {
 public:
  explicit Condition(const bool* what) : eval_([what] { return *what; }) {}
  template <typename T>
  Condition(bool (*function)(T*), T* argument) : eval_([function, argument] { return function(argument); }) {}
  template <typename F>
  explicit Condition(const F* what) : eval_([what] { return (*what)(); }) {}
  bool Eval() const { return eval_(); }

 private:
  std::function<bool()> eval_;
};

// What we use of absl::Mutex.
class ABSL_LOCKABLE Mutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() {
    changed_.notify_all();
    mutex_.unlock();
  }
  // Those who say so to the annotations hold it.
  void AssertHeld() const ABSL_ASSERT_EXCLUSIVE_LOCK() {}
  void AssertReaderHeld() const ABSL_ASSERT_SHARED_LOCK() {}
  void Await(const Condition& condition) { AwaitWithDeadline(condition, absl::InfiniteFuture()); }
  bool AwaitWithTimeout(const Condition& condition, absl::Duration timeout) {
    return AwaitWithDeadline(condition, absl::Now() + timeout);
  }
  bool AwaitWithDeadline(const Condition& condition, absl::Time deadline) {
    std::unique_lock lock(mutex_, std::adopt_lock);
    changed_.notify_all();  // Whoever waits for what was changed before this.
    while (!condition.Eval() && absl::Now() < deadline) {
      // An infinite time is none that a condition variable takes.
      changed_.wait_until(lock, absl::ToChronoTime(std::min(deadline, absl::Now() + absl::Hours(1))));
    }
    lock.release();
    return condition.Eval();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex* mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(*mutex) { mutex_.Lock(); }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// What we use of absl::Notification.
class Notification {
 public:
  void Notify() {
    const std::lock_guard lock(mutex_);
    notified_ = true;
    changed_.notify_all();
  }
  bool HasBeenNotified() const {
    const std::lock_guard lock(mutex_);
    return notified_;
  }
  void WaitForNotification() const {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return notified_; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool notified_ = false;  // Guarded by mutex_.
};

}  // namespace brygga

#endif  // __SANITIZE_THREAD__

#endif  // BRYGGA_COMMON_WAIT_MUTEX_H_
