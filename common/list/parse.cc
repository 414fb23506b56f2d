// Filters and orders as text.
#include <charconv>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/list/list_query.h"
#include "common/status/macros.h"
#include "common/time/local_time.h"

namespace brygga::list {
namespace {

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

bool IsSpace(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }

bool IsNameCharacter(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; }

std::string NamesOf(const Schema& schema, bool sortable) {
  std::vector<std::string> names;
  for (const Field& field : schema) {
    if (!sortable || field.sortable == Sortable::kYes) names.push_back(field.name);
  }
  if (FindField(schema, "id") == nullptr) names.push_back("id");
  return absl::StrJoin(names, ", ");
}

const Field* FindFieldOrId(const Schema& schema, std::string_view name) {
  static const Field id = {.name = "id", .kind = FieldKind::kText, .sortable = Sortable::kYes};
  const Field* field = FindField(schema, name);
  return field == nullptr && name == "id" ? &id : field;
}

class FilterParser {
 public:
  FilterParser(std::string_view text, const Schema& schema) : text_(text), schema_(schema) {}

  absl::StatusOr<Filter> Parse() {
    Filter filter;
    SkipSpace();
    while (at_ < text_.size()) {
      if (!filter.empty() && !TakeWord("AND")) return Wrong("expected AND");
      if (filter.size() == static_cast<size_t>(kMaxComparisons)) {
        return absl::InvalidArgumentError(absl::StrCat("a filter has at most ", kMaxComparisons, " comparisons"));
      }
      BRYGGA_ASSIGN_OR_RETURN(Comparison comparison, ParseComparison());
      filter.push_back(std::move(comparison));
      SkipSpace();
    }
    return filter;
  }

 private:
  absl::StatusOr<Comparison> ParseComparison() {
    Comparison comparison;
    comparison.negated = TakeWord("NOT") || Take("-");
    SkipSpace();
    const size_t begin = at_;
    while (at_ < text_.size() && IsNameCharacter(text_[at_])) ++at_;
    comparison.field = std::string(text_.substr(begin, at_ - begin));
    if (comparison.field.empty()) return Wrong("expected a field; parentheses and OR are not supported");
    const Field* field = FindFieldOrId(schema_, comparison.field);
    if (field == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", comparison.field, "\" at character ", begin + 1,
                       " is not a field to filter by; these are: ", NamesOf(schema_, /*sortable=*/false)));
    }
    SkipSpace();
    BRYGGA_ASSIGN_OR_RETURN(comparison.op, ParseOp(*field));
    SkipSpace();
    BRYGGA_ASSIGN_OR_RETURN(comparison.value, ParseValue(*field));
    return comparison;
  }

  absl::StatusOr<Op> ParseOp(const Field& field) {
    const size_t begin = at_;
    const auto op = TakeOp();
    if (!op) return Wrong("expected one of = != < <= > >= :");
    const bool text = field.kind == FieldKind::kText;
    const bool unordered = field.kind == FieldKind::kEnum || field.kind == FieldKind::kBoolean;
    if ((*op == Op::kHas && !text) || (unordered && *op != Op::kEqual && *op != Op::kNotEqual)) {
      at_ = begin;
      return Wrong(absl::StrCat("\"", field.name, "\" can be compared with ",
                                unordered ? "= and != only" : "= != < <= > >= only"));
    }
    return *op;
  }

  std::optional<Op> TakeOp() {
    if (Take("!=")) return Op::kNotEqual;
    if (Take("<=")) return Op::kLessEqual;
    if (Take(">=")) return Op::kGreaterEqual;
    if (Take("=")) return Op::kEqual;
    if (Take("<")) return Op::kLess;
    if (Take(">")) return Op::kGreater;
    if (Take(":")) return Op::kHas;
    return std::nullopt;
  }

  absl::StatusOr<Value> ParseValue(const Field& field) {
    const size_t begin = at_;
    BRYGGA_ASSIGN_OR_RETURN(const std::string word, ParseWord());
    std::optional<Value> value = Convert(field, word);
    if (value) return *std::move(value);
    at_ = begin;
    return Wrong(absl::StrCat("\"", field.name, "\" takes ", Expected(field)));
  }

  absl::StatusOr<std::string> ParseWord() {
    if (!Take("\"")) {
      const size_t begin = at_;
      while (at_ < text_.size() && !IsSpace(text_[at_]) && ToAbsl("\"()=<>!").find(text_[at_]) == ToAbsl("").npos) {
        ++at_;
      }
      if (at_ == begin) return Wrong("expected a value");
      return std::string(text_.substr(begin, at_ - begin));
    }
    std::string word;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
      if (at_ == text_.size()) break;
      word += text_[at_];
    }
    if (!Take("\"")) return Wrong("a quote is not closed");
    return word;
  }

  static std::optional<Value> Convert(const Field& field, const std::string& word) {
    switch (field.kind) {
      case FieldKind::kText:
        return word;
      case FieldKind::kInteger:
        if (int64_t number = 0; absl::SimpleAtoi(word, &number)) return number;
        return std::nullopt;
      case FieldKind::kBoolean:
        if (word != "true" && word != "false") return std::nullopt;
        return int64_t{word == "true"};
      case FieldKind::kDate:
        if (!ParseDate(word).ok()) return std::nullopt;
        return word;
      case FieldKind::kTime: {
        absl::Time time;
        if (!absl::ParseTime(absl::RFC3339_full, word, &time, nullptr) || time == absl::InfiniteFuture() ||
            time == absl::InfinitePast()) {
          return std::nullopt;
        }
        return absl::ToUnixMicros(time);
      }
      case FieldKind::kEnum:
        if (std::find(field.enum_values.begin(), field.enum_values.end(), word) == field.enum_values.end()) {
          return std::nullopt;
        }
        return word;
    }
    return std::nullopt;
  }

  static std::string Expected(const Field& field) {
    switch (field.kind) {
      case FieldKind::kText:
        break;
      case FieldKind::kInteger:
        return "a whole number";
      case FieldKind::kBoolean:
        return "true or false";
      case FieldKind::kDate:
        return "a date YYYY-MM-DD";
      case FieldKind::kTime:
        return "a time such as 2022-10-06T08:00:00Z";
      case FieldKind::kEnum:
        return absl::StrCat("one of ", absl::StrJoin(field.enum_values, ", "));
    }
    return "a text";
  }

  void SkipSpace() {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
  }

  bool Take(std::string_view symbol) {
    if (text_.substr(at_, symbol.size()) != symbol) return false;
    at_ += symbol.size();
    return true;
  }

  // Takes a word that ends where it ends: "NOT" but not "NOTE".
  bool TakeWord(std::string_view word) {
    SkipSpace();
    const size_t end = at_ + word.size();
    if (text_.substr(at_, word.size()) != word || (end < text_.size() && IsNameCharacter(text_[end]))) return false;
    at_ = end;
    SkipSpace();
    return true;
  }

  absl::Status Wrong(std::string_view message) const {
    constexpr size_t kShown = 20;
    const std::string_view rest = text_.substr(at_, kShown);
    return absl::InvalidArgumentError(
        absl::StrCat(ToAbsl(message), rest.empty() ? " at the end" : " at character ",
                     rest.empty() ? "" : absl::StrCat(at_ + 1, ", before \"", ToAbsl(rest), "\"")));
  }

  std::string_view text_;
  const Schema& schema_;
  size_t at_ = 0;
};

}  // namespace

absl::StatusOr<Filter> ParseFilter(std::string_view text, const Schema& schema) {
  return FilterParser(text, schema).Parse();
}

absl::StatusOr<std::vector<Order>> ParseOrder(std::string_view text, const Schema& schema) {
  std::vector<Order> order;
  const auto has = [&order](std::string_view name) {
    return std::any_of(order.begin(), order.end(), [name](const Order& known) { return known.field == name; });
  };
  for (absl::string_view part : absl::StrSplit(ToAbsl(text), ',')) {
    const std::vector<std::string> words = absl::StrSplit(part, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    if (words.empty() && absl::StripAsciiWhitespace(ToAbsl(text)).empty()) break;
    const bool descending = words.size() == 2 && words[1] == "desc";
    if (words.empty() || words.size() > 2 || (words.size() == 2 && !descending && words[1] != "asc")) {
      return absl::InvalidArgumentError("an order is a list such as \"start_date desc, name\"");
    }
    const Field* field = FindFieldOrId(schema, words[0]);
    if (field == nullptr || field->sortable == Sortable::kNo || has(words[0])) {
      return absl::InvalidArgumentError(absl::StrCat(
          "\"", words[0],
          "\" is not a field to order by, or is given twice; these are: ", NamesOf(schema, /*sortable=*/true)));
    }
    order.push_back({words[0], descending});
  }
  if (!has("id")) order.push_back({"id", !order.empty() && order.back().descending});
  return order;
}

}  // namespace brygga::list
