#include "cli/import/row_parser.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace brygga::cli {

std::optional<int32_t> RowParser::Number(std::string_view column) {
  const std::string& text = Text(column);
  if (text.empty()) return std::nullopt;
  int32_t number = 0;
  const bool digits_only = text.find_first_not_of("0123456789", text[0] == '-' ? 1 : 0) == std::string::npos;
  if (digits_only && absl::SimpleAtoi(text, &number)) return number;
  Complain(column, text, "Write a whole number.");
  return std::nullopt;
}

bool RowParser::Flag(std::string_view column) {
  static constexpr Word<bool> kFlags[] = {{"0", false}, {"1", true}};
  return Choice(column, kFlags);
}

std::vector<std::string> RowParser::List(std::string_view column) const {
  return absl::StrSplit(Text(column), ';', absl::SkipEmpty());
}

void RowParser::Complain(std::string_view column, std::string_view value, std::string mend) {
  problems_.push_back({.line = row_.line,
                       .key = key_,
                       .column = std::string(column),
                       .value = std::string(value),
                       .mend = std::move(mend)});
}

std::string_view FindColumn(std::span<const FieldColumn> columns, std::string_view field) {
  for (const FieldColumn& candidate : columns) {
    if (field.starts_with(candidate.field)) return candidate.column;
  }
  return "";
}

}  // namespace brygga::cli
