#include "common/list/list_query.h"

#include <compare>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace brygga::list {
namespace {

// The upper-case letters of Latin-1 and Latin Extended-A that have a lower-case
// one of a single code point, and those.
constexpr std::string_view kUpper =
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮĴĶĹĻĽĿŁŃŅŇŊŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŸŹŻŽ";
constexpr std::string_view kLower =
    "àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþāăąćĉċčďđēĕėęěĝğġģĥħĩīĭįĵķĺļľŀłńņňŋōŏőœŕŗřśŝşšţťŧũūŭůűųŵŷÿźżž";
static_assert(kUpper.size() == kLower.size());  // Every one is two bytes, so places agree.

std::strong_ordering Compare(const Value& a, const Value& b) { return a <=> b; }

}  // namespace

const Field* FindField(const Schema& schema, std::string_view name) {
  const auto found =
      std::find_if(schema.begin(), schema.end(), [name](const Field& field) { return field.name == name; });
  return found == schema.end() ? nullptr : &*found;
}

std::string_view FoldedFrom() { return kUpper; }
std::string_view FoldedTo() { return kLower; }

std::string Fold(std::string_view text) {
  std::string folded(text);
  for (size_t i = 0; i < folded.size(); ++i) {
    if (folded[i] >= 'A' && folded[i] <= 'Z') folded[i] += 'a' - 'A';
    const auto lead = static_cast<unsigned char>(folded[i]);
    if (lead < 0xc3 || lead > 0xc5 || i + 1 == folded.size()) continue;
    // All the letters begin with one of these three bytes.
    const size_t at = kUpper.find(std::string_view(folded).substr(i, 2));
    if (at != std::string_view::npos && at % 2 == 0) kLower.copy(folded.data() + i, 2, at);
    ++i;
  }
  return folded;
}

bool Matches(const Value& value, const Comparison& comparison) {
  const auto holds = [&] {
    if (comparison.op == Op::kHas) {
      return Fold(std::get<std::string>(value)).find(Fold(std::get<std::string>(comparison.value))) !=
             std::string::npos;
    }
    const std::strong_ordering order = Compare(value, comparison.value);
    switch (comparison.op) {
      case Op::kEqual:
        return order == 0;
      case Op::kNotEqual:
        return order != 0;
      case Op::kLess:
        return order < 0;
      case Op::kLessEqual:
        return order <= 0;
      case Op::kGreater:
        return order > 0;
      default:
        return order >= 0;
    }
  };
  return holds() != comparison.negated;
}

bool Before(const Key& a, const Key& b, const std::vector<Order>& order) {
  for (size_t i = 0; i < order.size(); ++i) {
    const std::strong_ordering compared = Compare(a[i], b[i]);
    if (compared != 0) return (compared < 0) != order[i].descending;
  }
  return false;
}

}  // namespace brygga::list
