#include "cli/output/table.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/output/text.h"
#include "common/status/check.h"

namespace brygga::cli {
namespace {

constexpr size_t kGutter = 2;
constexpr size_t kLeastWrapped = 16;

size_t LongestWord(std::string_view text) {
  size_t longest = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    longest = std::max(longest, DisplayWidth(word));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return longest;
}

std::string Padded(const std::string& cell, size_t width, Align align) {
  const std::string padding(width - std::min(width, DisplayWidth(cell)), ' ');
  return align == Align::kRight ? padding + cell : cell + padding;
}

std::string Line(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

void Table::Add(std::vector<std::string> cells) {
  BRYGGA_CHECK(cells.size() == columns_.size());
  for (size_t i = 0; i < cells.size(); ++i) {
    cells[i] = cells[i].empty() ? "–" : Printable(cells[i]);
  }
  rows_.push_back(std::move(cells));
}

// As wide as what stands there; for a terminal, the widest that can be wrapped
// give way, down to their longest word.
std::vector<size_t> Table::Widths(size_t terminal_columns) const {
  std::vector<size_t> widths, least;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const size_t heading = DisplayWidth(columns_[i].heading);
    size_t width = heading, word = std::max(heading, kLeastWrapped);
    for (const auto& row : rows_) {
      width = std::max(width, DisplayWidth(row[i]));
      word = std::max(word, LongestWord(row[i]));
    }
    widths.push_back(width);
    least.push_back(std::min(width, word));
    if (terminal_columns > 0) widths[i] = std::clamp(widths[i], least[i], std::max(least[i], columns_[i].max_width));
  }
  size_t total = kGutter * (columns_.size() - 1);
  for (const size_t width : widths) total += width;
  for (; terminal_columns > 0 && total > terminal_columns; --total) {
    size_t widest = columns_.size();
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (widths[i] > least[i] && (widest == columns_.size() || widths[i] > widths[widest])) widest = i;
    }
    if (widest == columns_.size()) break;
    --widths[widest];
  }
  return widths;
}

std::string Table::Render(size_t terminal_columns) const {
  const std::vector<size_t> widths = Widths(terminal_columns);
  std::string headings, rule;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const std::string gutter(i == 0 ? 0 : kGutter, ' ');
    absl::StrAppend(&headings, gutter, Padded(columns_[i].heading, widths[i], columns_[i].align));
    absl::StrAppend(&rule, gutter);
    for (size_t column = 0; column < widths[i]; ++column) rule += "─";
  }
  std::string table = Line(headings) + Line(rule);
  for (const auto& row : rows_) {
    std::vector<std::vector<std::string>> cells;
    size_t lines = 1;
    for (size_t i = 0; i < row.size(); ++i) {
      cells.push_back(DisplayWidth(row[i]) > widths[i] ? Wrapped(row[i], widths[i]) : std::vector{row[i]});
      lines = std::max(lines, cells.back().size());
    }
    for (size_t l = 0; l < lines; ++l) {
      std::string line;
      for (size_t i = 0; i < row.size(); ++i) {
        absl::StrAppend(&line, std::string(i == 0 ? 0 : kGutter, ' '),
                        Padded(l < cells[i].size() ? cells[i][l] : "", widths[i], columns_[i].align));
      }
      table += Line(std::move(line));
    }
  }
  return table;
}

}  // namespace brygga::cli
