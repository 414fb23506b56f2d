#include "cli/output/table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/output/text.h"
#include "common/status/check.h"

namespace brygga::cli {
namespace {

constexpr size_t kGutter = 2;

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
    cells[i] = cells[i].empty() ? "–" : Fit(Printable(cells[i]), columns_[i].max_width);
  }
  rows_.push_back(std::move(cells));
}

std::string Table::Render() const {
  std::vector<size_t> widths;
  std::string headings, rule;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t width = DisplayWidth(columns_[i].heading);
    for (const auto& row : rows_) width = std::max(width, DisplayWidth(row[i]));
    widths.push_back(width);
    const std::string gutter(i == 0 ? 0 : kGutter, ' ');
    absl::StrAppend(&headings, gutter, Padded(columns_[i].heading, width, columns_[i].align));
    absl::StrAppend(&rule, gutter);
    for (size_t column = 0; column < width; ++column) rule += "─";
  }
  std::string table = Line(headings) + Line(rule);
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      absl::StrAppend(&line, std::string(i == 0 ? 0 : kGutter, ' '), Padded(row[i], widths[i], columns_[i].align));
    }
    table += Line(std::move(line));
  }
  return table;
}

}  // namespace brygga::cli
