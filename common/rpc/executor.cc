#include "common/rpc/executor.h"

#include <utility>

namespace brygga::rpc {

Executor::Executor(size_t max_threads, size_t queue) : max_threads_(max_threads), max_queue_(queue) {}

Executor::~Executor() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool Executor::TryRun(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    const bool taken_at_once = queue_.size() < idle_;
    const bool may_grow = threads_.size() < max_threads_;
    // Work that no thread is free to take waits, and only so much of it.
    if (!taken_at_once && !may_grow && queue_.size() - idle_ >= max_queue_) return false;
    queue_.push_back(std::move(work));
    if (!taken_at_once && may_grow) threads_.emplace_back([this] { Loop(); });
  }
  wake_.notify_one();
  return true;
}

void Executor::Loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    wake_.wait(lock, [this] { return !queue_.empty() || stopping_; });
    --idle_;
    if (queue_.empty()) return;
    std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
  }
}

}  // namespace brygga::rpc
