// A few threads that share one loop at a time.
#ifndef BRYGGA_ENGINE_WORKERS_H_
#define BRYGGA_ENGINE_WORKERS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace brygga::engine {

// Runs loops whose steps do not touch each other's data, on the calling thread
// and `threads` - 1 others, which wait awake for a moment between two loops and
// then sleep. Nobody waits for a thread that has taken no step. Not thread-safe:
// one loop at a time.
class Workers {
 public:
  using Body = std::function<void(size_t begin, size_t end)>;

  explicit Workers(int threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // `body` for pieces of at most `piece` steps that together are [0, count), at
  // most 2^31; returns when all have run. One piece stays on the calling thread.
  void For(size_t count, size_t piece, const Body& body);

 private:
  void Work();
  void TakePieces();

  std::vector<std::thread> threads_;
  // Number of the loop (upper half) and first step that nobody has taken. A piece
  // is taken by exchanging it, so the loop that is read below is the one it is of.
  std::atomic<uint64_t> state_{kNone};
  std::atomic<const Body*> body_{nullptr};
  std::atomic<uint64_t> count_{0}, piece_{1};
  std::atomic<uint64_t> done_{0};   // Steps of this loop.
  std::atomic<uint32_t> loops_{0};  // What sleepers watch.
  std::atomic<bool> closed_{false};

  static constexpr uint64_t kNone = 0xFFFFFFFF;  // As a first step: there is no loop.
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_WORKERS_H_
