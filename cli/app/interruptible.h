// Ctrl-C as a wish to stop.
#ifndef BRYGGA_CLI_APP_INTERRUPTIBLE_H_
#define BRYGGA_CLI_APP_INTERRUPTIBLE_H_

#include <signal.h>

#include <atomic>

namespace brygga::cli {

// Lets Ctrl-C end the work instead of the program, while it lives: one at a time.
class Interruptible {
 public:
  Interruptible() {
    interrupted_ = false;
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted_ = true; };
    sigaction(SIGINT, &action, &before_);
  }
  ~Interruptible() { sigaction(SIGINT, &before_, nullptr); }
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

  // On any thread.
  static bool interrupted() { return interrupted_.load(std::memory_order_relaxed); }

 private:
  inline static std::atomic<bool> interrupted_ = false;
  struct sigaction before_ {};
};

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_APP_INTERRUPTIBLE_H_
