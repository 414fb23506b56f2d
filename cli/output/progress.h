// A progress bar for whoever waits.
#ifndef BRYGGA_CLI_OUTPUT_PROGRESS_H_
#define BRYGGA_CLI_OUTPUT_PROGRESS_H_

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace brygga::cli {

enum class Terminal { kNo, kYes };

// kYes where the file descriptor is a terminal that can move its cursor.
Terminal TerminalAt(int file_descriptor);

// How wide the terminal is that the file descriptor is; 0 where it is none.
size_t ColumnsAt(int file_descriptor);

// Draws one line over and over on a terminal, and nothing anywhere else, so
// that logs stay readable. The line is wiped when the bar ends. Not
// thread-safe.
class Progress {
 public:
  // `out` outlives the bar.
  Progress(std::ostream& out, Terminal terminal, std::string label, int64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Shows that `done` of the total are done; drawn anew only where it looks
  // different.
  void Show(int64_t done);

 private:
  std::ostream& out_;
  const Terminal terminal_;
  const std::string label_;
  const int64_t total_;
  std::string shown_;
};

// "Importing mentors  [##########----------]  50 %  150 of 300"
std::string ProgressLine(std::string_view label, int64_t done, int64_t total);

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_OUTPUT_PROGRESS_H_
