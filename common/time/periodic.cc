#include "common/time/periodic.h"

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

namespace brygga {

Periodic::Periodic(absl::Duration interval, std::function<void()> run)
    : thread_([interval = absl::ToChronoNanoseconds(interval), run = std::move(run)](const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any stopped;
        std::unique_lock lock(mutex);
        for (;;) {
          stopped.wait_for(lock, stop, interval, [] { return false; });
          if (stop.stop_requested()) return;  // wait_for's answer does not always tell a stop from a timeout.
          run();
        }
      }) {}

}  // namespace brygga
