// Other programs that a test starts.
#ifndef BRYGGA_COMMON_TESTING_PROCESS_H_
#define BRYGGA_COMMON_TESTING_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace brygga::testing {

// A running program, killed with this object and with the thread that started
// it. Not thread-safe.
class Process {
 public:
  struct Options {
    std::string user = {};  // Run as this user; empty: as ours. Needs root.
    std::string log = {};   // Where its output goes; empty: to ours.
  };

  // Starts `command[0]`, looked for on PATH. A command that cannot be started
  // exits with 127.
  explicit Process(const std::vector<std::string>& command) : Process(command, Options()) {}
  Process(const std::vector<std::string>& command, const Options& options);
  ~Process();
  Process(const Process&) = delete;

  pid_t pid() const { return pid_; }
  // True while it has not exited.
  bool Running();
  void Signal(int signal);
  // Waits for its end; the exit code, or 128 and the signal that ended it.
  int Wait();

 private:
  pid_t pid_ = -1;
  int exit_code_ = -1;
};

// Runs a command to its end and gives the exit code.
int RunCommand(const std::vector<std::string>& command, const Process::Options& options);

// What a command prints, without the last newline; "" where it fails.
std::string OutputOf(const std::string& shell_command);

}  // namespace brygga::testing

#endif  // BRYGGA_COMMON_TESTING_PROCESS_H_
