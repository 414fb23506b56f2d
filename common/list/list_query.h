// What a list call asks for, in the domain's words: a filter, an order and a
// place to go on from. Ports of stores take a ListQuery; common/rpc makes it
// from page_size, page_token, filter and order_by; common/sql turns it into SQL
// and Apply() answers it from memory, for fakes.
#ifndef BRYGGA_COMMON_LIST_LIST_QUERY_H_
#define BRYGGA_COMMON_LIST_LIST_QUERY_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

namespace brygga::list {

// A value to compare with or sort by. Dates and enums compare as text, times
// as microseconds, booleans as 0 and 1.
using Value = std::variant<int64_t, std::string>;

enum class FieldKind { kText, kInteger, kBoolean, kDate, kTime, kEnum };

// One field that a resource may be filtered or ordered by.
struct Field {
  std::string name;  // As the caller writes it: "sector", "start_date".
  FieldKind kind = FieldKind::kText;
  std::vector<std::string> enum_values = {};  // kEnum: the words allowed.
  bool sortable = false;
};

// The fields of one resource. Immutable; make one per resource at start-up.
using Schema = std::vector<Field>;

// AIP-160 in the subset we promise: comparisons `field op value` with
// = != < <= > >= and `:` (text contains, ignoring case), AND, NOT, "quoted
// text". At most 32 comparisons.
enum class Op { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kHas };

struct Comparison {
  std::string field;
  Op op = Op::kEqual;
  Value value;
  bool negated = false;

  friend bool operator==(const Comparison&, const Comparison&) = default;
};

// All comparisons must hold. Empty: everything.
using Filter = std::vector<Comparison>;

struct Order {
  std::string field;
  bool descending = false;

  friend bool operator==(const Order&, const Order&) = default;
};

struct ListQuery {
  Filter filter;
  // Always ends with {"id", ...}, which every resource has, so that the order is total.
  std::vector<Order> order = {{"id", false}};
  // The values of `order` in the last row of the page before.
  std::optional<std::vector<Value>> after;
  int limit = 50;
};

template <typename T>
struct Page {
  std::vector<T> items;
  // The values of the order in the last item, where there may be more.
  std::optional<std::vector<Value>> next;
};

// Parses `text` against `schema`.
//
// kInvalidArgument: the message names the place, the word and what is allowed.
absl::StatusOr<Filter> ParseFilter(std::string_view text, const Schema& schema);

// Parses "start_date desc, id"; the default order is by id. Adds id at the end.
//
// kInvalidArgument: an unknown or unsortable field, with those that would do.
absl::StatusOr<std::vector<Order>> ParseOrder(std::string_view text, const Schema& schema);

// The value of `field` in an item: for fakes and for the next page's key.
template <typename T>
using Get = std::function<Value(const T& item, std::string_view field)>;

// True where a value satisfies a comparison, the way the SQL does it.
bool Matches(const Value& value, const Comparison& comparison);

// The order of two keys.
bool Before(const std::vector<Value>& a, const std::vector<Value>& b, const std::vector<Order>& order);

// Answers `query` from `items`, as a database would.
template <typename T>
Page<T> Apply(const std::vector<T>& items, const ListQuery& query, const Get<T>& get);

}  // namespace brygga::list

#endif  // BRYGGA_COMMON_LIST_LIST_QUERY_H_
