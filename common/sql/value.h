// Values that go into statements and rows that come out.
#ifndef BRYGGA_COMMON_SQL_VALUE_H_
#define BRYGGA_COMMON_SQL_VALUE_H_

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "common/ids/id.h"

namespace brygga::sql {

inline int64_t Us(absl::Time time) { return absl::ToUnixMicros(time); }

// A value bound to a parameter: NULL, an integer or text. Made, without a word,
// from what domain types hold: booleans become 0 and 1, times microseconds
// since 1970, typed ids their text, and an empty optional NULL.
class Value {
 public:
  Value() = default;  // NULL
  Value(std::nullopt_t) {}
  Value(std::nullptr_t) = delete;
  Value(bool value) : value_(int64_t{value}) {}
  Value(int value) : value_(int64_t{value}) {}
  Value(int64_t value) : value_(value) {}
  Value(size_t value) : value_(static_cast<int64_t>(value)) {}
  Value(std::string value) : value_(std::move(value)) {}
  Value(std::string_view value) : value_(std::string(value)) {}
  Value(const char* value) : value_(std::string(value)) {}
  Value(absl::Time value) : value_(Us(value)) {}
  template <typename Tag>
  Value(const Id<Tag>& id) : value_(id.value()) {}
  template <typename T>
  Value(const std::optional<T>& value) {
    if (value) *this = Value(*value);
  }

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  const int64_t* integer() const { return std::get_if<int64_t>(&value_); }
  const std::string* text() const { return std::get_if<std::string>(&value_); }

  friend bool operator==(const Value&, const Value&) = default;

 private:
  std::variant<std::monostate, int64_t, std::string> value_;
};

// Parameters by name, without the colon: {{"id", id}, {"now", tx.now()}}. A
// statement takes exactly the parameters that it names.
class Args {
 public:
  struct Named {
    std::string_view name;
    mutable Value value;  // Taken from the list that it was made for.
  };

  Args() = default;
  Args(std::initializer_list<Named> values) {
    values_.reserve(values.size());
    for (const Named& named : values) Set(named.name, std::move(named.value));
  }
  Args& Set(std::string_view name, Value value) {
    values_.emplace_back(std::string(name), std::move(value));
    return *this;
  }

  const std::vector<std::pair<std::string, Value>>& values() const { return values_; }

 private:
  std::vector<std::pair<std::string, Value>> values_;
};

// One row of a result. Reading a column that is not there, or NULL through
// Text, Int, Bool or Time, is a bug (BRYGGA_CHECK). Not thread-safe, not even
// to read: what was read last helps to find the next.
class Row {
 public:
  using Columns = std::vector<std::string>;
  // Numbers as the engine gives them: as such, or as text.
  using Values = std::vector<Value>;

  // `columns` is shared by the rows of all results of one statement, which
  // outlive it.
  Row(std::shared_ptr<const Columns> columns, Values values)
      : columns_(std::move(columns)), values_(std::move(values)) {}

  const std::string& Text(std::string_view column) const;
  int64_t Int(std::string_view column) const;
  bool Bool(std::string_view column) const { return Int(column) != 0; }
  absl::Time Time(std::string_view column) const { return absl::FromUnixMicros(Int(column)); }
  template <typename IdType>
  IdType As(std::string_view column) const {
    return IdType(Text(column));
  }

  bool IsNull(std::string_view column) const { return At(column).is_null(); }
  std::optional<std::string> OptionalText(std::string_view column) const;
  std::optional<int64_t> OptionalInt(std::string_view column) const;
  std::optional<absl::Time> OptionalTime(std::string_view column) const;

 private:
  Value& At(std::string_view column) const;

  std::shared_ptr<const Columns> columns_;
  mutable Values values_;    // A number that is asked for as text becomes one.
  mutable size_t next_ = 0;  // Columns are mostly asked for in their order.
};

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_VALUE_H_
