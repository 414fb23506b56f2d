#include "common/sql/value.h"

#include "absl/strings/numbers.h"
#include "common/status/check.h"

namespace brygga::sql {
namespace {

int64_t Parse(const std::string& text) {
  int64_t value = 0;
  BRYGGA_CHECK(absl::SimpleAtoi(text, &value));
  return value;
}

}  // namespace

const std::optional<std::string>& Row::At(std::string_view column) const {
  for (size_t i = 0; i < columns_->size(); ++i) {
    if ((*columns_)[i] == column) return values_[i];
  }
  std::fprintf(stderr, "no column %.*s\n", static_cast<int>(column.size()), column.data());
  std::abort();
}

const std::string& Row::Text(std::string_view column) const {
  const std::optional<std::string>& value = At(column);
  BRYGGA_CHECK(value.has_value());
  return *value;
}

int64_t Row::Int(std::string_view column) const { return Parse(Text(column)); }

std::optional<int64_t> Row::OptionalInt(std::string_view column) const {
  const std::optional<std::string>& value = At(column);
  return value ? std::optional(Parse(*value)) : std::nullopt;
}

std::optional<absl::Time> Row::OptionalTime(std::string_view column) const {
  const std::optional<int64_t> value = OptionalInt(column);
  return value ? std::optional(absl::FromUnixMicros(*value)) : std::nullopt;
}

}  // namespace brygga::sql
