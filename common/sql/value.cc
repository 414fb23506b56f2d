#include "common/sql/value.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/check.h"

namespace brygga::sql {
namespace {

int64_t Parse(const std::string& text) {
  int64_t value = 0;
  BRYGGA_CHECK(absl::SimpleAtoi(text, &value));
  return value;
}

}  // namespace

Value& Row::At(std::string_view column) const {
  const Columns& columns = *columns_;
  for (size_t looked = 0; looked < columns.size(); ++looked, ++next_) {
    if (next_ == columns.size()) next_ = 0;
    if (columns[next_] == column) return values_[next_++];
  }
  std::fprintf(stderr, "no column %.*s\n", static_cast<int>(column.size()), column.data());
  std::abort();
}

const std::string& Row::Text(std::string_view column) const {
  Value& value = At(column);
  if (const int64_t* integer = value.integer()) value = absl::StrCat(*integer);
  BRYGGA_CHECK(value.text() != nullptr);
  return *value.text();
}

int64_t Row::Int(std::string_view column) const {
  const std::optional<int64_t> value = OptionalInt(column);
  BRYGGA_CHECK(value.has_value());
  return *value;
}

std::optional<std::string> Row::OptionalText(std::string_view column) const {
  if (IsNull(column)) return std::nullopt;
  return Text(column);
}

std::optional<int64_t> Row::OptionalInt(std::string_view column) const {
  const Value& value = At(column);
  if (value.is_null()) return std::nullopt;
  return value.integer() != nullptr ? *value.integer() : Parse(*value.text());
}

std::optional<absl::Time> Row::OptionalTime(std::string_view column) const {
  const std::optional<int64_t> value = OptionalInt(column);
  return value ? std::optional(absl::FromUnixMicros(*value)) : std::nullopt;
}

}  // namespace brygga::sql
