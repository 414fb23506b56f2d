#include "services/matching/work/work_loop.h"

#include <utility>

namespace brygga::matching {

WorkLoop::WorkLoop(absl::Duration poll, std::function<void()> work) : poll_(poll), work_(std::move(work)) {}

WorkLoop::~WorkLoop() { Stop(); }

void WorkLoop::Start() {
  thread_ = std::thread([this] { Run(); });
}

void WorkLoop::Stop() {
  {
    const MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void WorkLoop::Nudge() {
  const MutexLock lock(&mutex_);
  ++nudges_;
}

bool WorkLoop::stopping() const {
  const MutexLock lock(&mutex_);
  return stopping_;
}

void WorkLoop::Run() {
  int64_t seen = 0;
  const auto woken = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || nudges_ != seen; };
  while (!stopping()) {
    work_();
    const MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(Condition(&woken), poll_);
    seen = nudges_;
  }
}

}  // namespace brygga::matching
