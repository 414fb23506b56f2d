#include "engine/workers.h"

#include <algorithm>

namespace brygga::engine {
namespace {

constexpr int kLooksBeforeSleep = 20'000;  // A fraction of a millisecond.

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

Workers::Workers(int threads) {
  for (int i = 1; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

Workers::~Workers() {
  closed_ = true;
  ++loops_;
  loops_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::For(size_t count, size_t piece, const Body& body) {
  if (threads_.empty() || count <= piece) {
    if (count > 0) body(0, count);
    return;
  }
  const uint64_t loop = (state_.load() >> 32) + 1;
  state_ = loop << 32 | kNone;  // Whoever still looks at the last loop gets nothing from here on.
  body_ = &body;
  count_ = count;
  piece_ = piece;
  done_ = 0;
  state_ = loop << 32;
  ++loops_;
  loops_.notify_all();
  TakePieces();
  while (done_.load() < count) Pause();
}

void Workers::TakePieces() {
  for (;;) {
    uint64_t state = state_.load();
    const uint64_t begin = state & kNone;
    const Body* const body = body_.load();
    const uint64_t count = count_.load(), piece = piece_.load();
    if (begin >= count) return;
    const uint64_t end = std::min(count, begin + piece);
    if (!state_.compare_exchange_weak(state, (state & ~kNone) | end)) continue;
    (*body)(static_cast<size_t>(begin), static_cast<size_t>(end));
    done_ += end - begin;
  }
}

void Workers::Work() {
  uint32_t seen = 0;
  while (!closed_.load()) {
    TakePieces();
    for (int i = 0; i < kLooksBeforeSleep && loops_.load() == seen; ++i) Pause();
    loops_.wait(seen);  // Returns at once where there was another loop.
    seen = loops_.load();
  }
}

}  // namespace brygga::engine
