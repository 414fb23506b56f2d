// Tells a process of its own commits.
#ifndef BRYGGA_COMMON_SQL_CHANGE_SIGNAL_H_
#define BRYGGA_COMMON_SQL_CHANGE_SIGNAL_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace brygga::sql {

// Calls its listeners after a commit that wrote to the change log: on the thread
// that committed, so they only make a note. Commits of other processes are not
// told. Safe for concurrent use; outlives its subscriptions.
class ChangeSignal {
 public:
  using Listener = std::function<void()>;

  // Listens until it goes; after that the listener is not called.
  class Subscription {
   public:
    Subscription(ChangeSignal& signal, Listener listener) : signal_(signal), listener_(std::move(listener)) {
      const std::lock_guard lock(signal_.mutex_);
      signal_.listeners_[this] = &listener_;
      signal_.any_ = true;
    }
    ~Subscription() {
      const std::lock_guard lock(signal_.mutex_);
      signal_.listeners_.erase(this);
      signal_.any_ = !signal_.listeners_.empty();
    }
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;

   private:
    ChangeSignal& signal_;
    const Listener listener_;
  };

  void Notify() {
    if (!any_) return;
    const std::lock_guard lock(mutex_);
    for (const auto& [subscription, listener] : listeners_) (*listener)();
  }

 private:
  std::mutex mutex_;
  std::atomic<bool> any_ = false;                             // Whether there are listeners.
  std::map<const Subscription*, const Listener*> listeners_;  // Guarded by mutex_.
};

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_CHANGE_SIGNAL_H_
