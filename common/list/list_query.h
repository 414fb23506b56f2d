// What a list call asks for, in the domain's words: a filter, an order and a
// place to go on from. Ports of stores take a ListQuery; common/rpc makes it
// from page_size, page_token, filter and order_by; common/sql turns it into SQL
// and Apply() answers it from memory, for fakes.
#ifndef BRYGGA_COMMON_LIST_LIST_QUERY_H_
#define BRYGGA_COMMON_LIST_LIST_QUERY_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

namespace brygga::list {

// A value to compare with or sort by. Dates and enums compare as text, times
// as microseconds, booleans as 0 and 1. What is absent is "" or 0.
using Value = std::variant<int64_t, std::string>;

enum class FieldKind { kText, kInteger, kBoolean, kDate, kTime, kEnum };

enum class Sortable { kNo, kYes };

// One field that a resource may be filtered or ordered by.
struct Field {
  std::string name;  // As the caller writes it: "sector", "start_date".
  FieldKind kind = FieldKind::kText;
  std::vector<std::string> enum_values = {};  // kEnum: the words allowed.
  Sortable sortable = Sortable::kNo;
};

// The fields of one resource. Immutable; make one per resource at start-up.
// Every resource has the text field "id" besides, which may be sorted by.
using Schema = std::vector<Field>;

// The field `name` of `schema`, or null.
const Field* FindField(const Schema& schema, std::string_view name);

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

// The values of the order's fields in one item: where a page ends.
using Key = std::vector<Value>;

struct ListQuery {
  Filter filter;
  // Always ends with "id", so that the order is total.
  std::vector<Order> order = {{"id", false}};
  // The key of the last item of the page before.
  std::optional<Key> after;
  int limit = 50;
};

template <typename T>
struct Page {
  std::vector<T> items;
  // The key of the last item, where there are more.
  std::optional<Key> next;
};

inline constexpr int kMaxComparisons = 32;

// Parses AIP-160 in the subset we promise: comparisons `field op value` with
// = != < <= > >= and `:` (text contains, ignoring case; text fields only),
// joined by AND, each with NOT or - before it where it must not hold. A value is
// a word, a "quoted text" with \" and \\, a number, true or false, a date
// YYYY-MM-DD or an RFC 3339 time, as the field's kind has it. Enums and booleans
// know only = and !=. At most kMaxComparisons.
//
// kInvalidArgument: the message names the place, the word and what would do.
absl::StatusOr<Filter> ParseFilter(std::string_view text, const Schema& schema);

// Parses "start_date desc, name": each field at most once. Adds id, in the
// direction of the last field, where it is missing; empty is by id.
//
// kInvalidArgument: an unknown or unsortable field, with those that would do.
absl::StatusOr<std::vector<Order>> ParseOrder(std::string_view text, const Schema& schema);

// Lower case for "contains": A to Z and the upper-case letters of Latin-1 and
// Latin Extended-A ("Å", "Ł"); all other bytes as they are.
std::string Fold(std::string_view text);

// The letters beyond A to Z that Fold changes and what it makes of them, in the
// same order.
std::string_view FoldedFrom();
std::string_view FoldedTo();

// True where a value satisfies a comparison, the way the SQL does it.
bool Matches(const Value& value, const Comparison& comparison);

// True where an item with key `a` comes before one with key `b`.
bool Before(const Key& a, const Key& b, const std::vector<Order>& order);

// Answers `query` from `items`, as a database would. `get(item, field)` is the
// Value of a field of an item, for every field of the schema and "id".
template <typename T, typename Get>
Page<T> Apply(std::vector<T> items, const ListQuery& query, const Get& get) {
  const auto key = [&](const T& item) {
    Key values;
    for (const Order& order : query.order) values.push_back(get(item, order.field));
    return values;
  };
  std::erase_if(items, [&](const T& item) {
    return (query.after && !Before(*query.after, key(item), query.order)) ||
           !std::all_of(query.filter.begin(), query.filter.end(),
                        [&](const Comparison& comparison) { return Matches(get(item, comparison.field), comparison); });
  });
  std::sort(items.begin(), items.end(), [&](const T& a, const T& b) { return Before(key(a), key(b), query.order); });
  Page<T> page{.items = std::move(items)};
  if (page.items.size() > static_cast<size_t>(query.limit)) {
    page.items.erase(page.items.begin() + query.limit, page.items.end());
    page.next = key(page.items.back());
  }
  return page;
}

}  // namespace brygga::list

#endif  // BRYGGA_COMMON_LIST_LIST_QUERY_H_
