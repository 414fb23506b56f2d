// The drain gate: counts the calls that run, and closes.
#ifndef BRYGGA_COMMON_RPC_GATE_H_
#define BRYGGA_COMMON_RPC_GATE_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace brygga::rpc {

// Safe for concurrent use.
class Gate {
 public:
  // False once the gate is closed. Each true is followed by one Leave.
  bool Enter() {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    ++inside_;
    return true;
  }

  void Leave() {
    const std::lock_guard lock(mutex_);
    if (--inside_ == 0) empty_.notify_all();
  }

  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }

  bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

  // True once nothing is inside, false where that takes longer than `patience`.
  bool WaitUntilEmpty(std::chrono::nanoseconds patience) {
    std::unique_lock lock(mutex_);
    return empty_.wait_for(lock, patience, [this] { return inside_ == 0; });
  }

  int64_t inside() const {
    const std::lock_guard lock(mutex_);
    return inside_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable empty_;
  int64_t inside_ = 0;   // Guarded by mutex_.
  bool closed_ = false;  // Guarded by mutex_.
};

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_GATE_H_
