#include "cli/output/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_format.h"

namespace brygga::cli {
namespace {

constexpr int64_t kBarWidth = 20;
constexpr std::string_view kWipeLine = "\r\x1b[K";

}  // namespace

Terminal TerminalAt(int file_descriptor) {
  const char* const kind = std::getenv("TERM");
  const bool can_move_cursor = kind != nullptr && std::string_view(kind) != "dumb";
  return can_move_cursor && isatty(file_descriptor) == 1 ? Terminal::kYes : Terminal::kNo;
}

size_t ColumnsAt(int file_descriptor) {
  winsize size{};
  return isatty(file_descriptor) == 1 && ioctl(file_descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

std::string ProgressLine(std::string_view label, int64_t done, int64_t total) {
  const int64_t of = std::max<int64_t>(total, 1);
  const int64_t reached = std::clamp<int64_t>(total == 0 ? of : done, 0, of);
  const auto filled = static_cast<size_t>(kBarWidth * reached / of);
  return absl::StrFormat("%s  [%s%s]  %3d %%  %d of %d", std::string(label), std::string(filled, '#'),
                         std::string(kBarWidth - filled, '-'), 100 * reached / of, done, total);
}

Progress::Progress(std::ostream& out, Terminal terminal, std::string label, int64_t total)
    : out_(out), terminal_(terminal), label_(std::move(label)), total_(total) {
  Show(0);
}

Progress::~Progress() {
  if (terminal_ == Terminal::kYes) out_ << kWipeLine << std::flush;
}

void Progress::Show(int64_t done) {
  if (terminal_ == Terminal::kNo) return;
  std::string line = ProgressLine(label_, done, total_);
  if (line == shown_) return;
  out_ << kWipeLine << line << std::flush;
  shown_ = std::move(line);
}

}  // namespace brygga::cli
