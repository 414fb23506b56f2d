// Threads for functions that block.
#ifndef BRYGGA_COMMON_RPC_EXECUTOR_H_
#define BRYGGA_COMMON_RPC_EXECUTOR_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace brygga::rpc {

// A pool of at most `max_threads`, started as they are needed, before a queue of
// at most `queue` pieces of work. Safe for concurrent use.
class Executor {
 public:
  Executor(size_t max_threads, size_t queue);
  // Runs what is queued, then ends.
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Runs `work` on a thread, soon. False where every thread is busy and the
  // queue is full: then `work` is dropped.
  bool TryRun(std::function<void()> work);

 private:
  void Loop();

  const size_t max_threads_;
  const size_t max_queue_;
  std::mutex mutex_;
  // All below guarded by mutex_.
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  size_t idle_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_EXECUTOR_H_
