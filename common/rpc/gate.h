// The drain gate: counts the calls that run, and closes.
#ifndef BRYGGA_COMMON_RPC_GATE_H_
#define BRYGGA_COMMON_RPC_GATE_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace brygga::rpc {

// Safe for concurrent use. A lock is taken only to wait and to wake who waits.
class Gate {
 public:
  // False once the gate is closed. Each true is followed by one Leave.
  bool Enter() {
    for (int64_t before = state_.load(); (before & kClosed) == 0;) {
      if (state_.compare_exchange_weak(before, before + kOne)) return true;
    }
    return false;
  }

  void Leave() {
    if (state_.fetch_sub(kOne) == kOne + kClosed) Wake();
  }

  void Close() {
    state_.fetch_or(kClosed);
    Wake();
  }

  bool closed() const { return (state_.load() & kClosed) != 0; }

  // True once the gate is closed and nothing is inside, false where that takes
  // longer than `patience`.
  bool WaitUntilEmpty(std::chrono::nanoseconds patience) {
    std::unique_lock lock(mutex_);
    return empty_.wait_for(lock, patience, [this] { return state_.load() == kClosed; });
  }

  int64_t inside() const { return state_.load() / kOne; }

 private:
  static constexpr int64_t kClosed = 1, kOne = 2;

  void Wake() {
    const std::lock_guard lock(mutex_);  // Not between a waiter's look and its sleep.
    empty_.notify_all();
  }

  std::atomic<int64_t> state_ = 0;  // kOne for each call inside, and kClosed.
  std::mutex mutex_;
  std::condition_variable empty_;
};

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_GATE_H_
