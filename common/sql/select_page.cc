#include "common/sql/select_page.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/check.h"

namespace brygga::sql {
namespace {

using list::Comparison;
using list::FieldKind;
using list::ListQuery;
using list::Op;

Value ToValue(const list::Value& value) {
  return std::visit([](const auto& inner) { return Value(inner); }, value);
}

const char* OperatorOf(Op op) {
  switch (op) {
    case Op::kEqual:
      return "=";
    case Op::kNotEqual:
      return "<>";
    case Op::kLess:
      return "<";
    case Op::kLessEqual:
      return "<=";
    case Op::kGreater:
      return ">";
    case Op::kGreaterEqual:
      return ">=";
    case Op::kHas:
      break;
  }
  return "";
}

class PageStatement {
 public:
  PageStatement(const ListQuery& query, const list::Schema& schema, const Columns& columns, Args& args)
      : query_(query), schema_(schema), columns_(columns), args_(args) {}

  std::string Text(std::string_view base) {
    std::vector<std::string> selected = {"page.*"};
    std::vector<std::string> ordered;
    for (size_t i = 0; i < query_.order.size(); ++i) {
      selected.push_back(absl::StrCat(Expression(query_.order[i].field), " AS page_key_", i));
      ordered.push_back(absl::StrCat(Expression(query_.order[i].field), query_.order[i].descending ? " DESC" : ""));
    }
    std::vector<std::string> conditions;
    for (const Comparison& comparison : query_.filter) conditions.push_back(Condition(comparison));
    if (query_.after) conditions.push_back(After(*query_.after));
    args_.Set("page_limit", query_.limit + 1);
    return absl::StrCat("SELECT ", absl::StrJoin(selected, ", "), " FROM (", std::string(base), ") AS page",
                        conditions.empty() ? "" : " WHERE ", absl::StrJoin(conditions, " AND "), " ORDER BY ",
                        absl::StrJoin(ordered, ", "), " LIMIT :page_limit");
  }

  list::Key KeyOf(const Row& row) const {
    list::Key key;
    for (size_t i = 0; i < query_.order.size(); ++i) {
      const std::string column = absl::StrCat("page_key_", i);
      if (IsInteger(query_.order[i].field)) {
        key.emplace_back(row.Int(column));
      } else {
        key.emplace_back(row.Text(column));
      }
    }
    return key;
  }

 private:
  std::string Expression(const std::string& field) const {
    const auto named = columns_.find(field);
    return named == columns_.end() ? field : named->second;
  }

  bool IsInteger(const std::string& field) const {
    const list::Field* known = list::FindField(schema_, field);
    return known != nullptr && (known->kind == FieldKind::kInteger || known->kind == FieldKind::kBoolean ||
                                known->kind == FieldKind::kTime);
  }

  std::string Bind(Value value) {
    const std::string name = absl::StrCat("page_", ++bound_);
    args_.Set(name, std::move(value));
    return ":" + name;
  }

  std::string Condition(const Comparison& comparison) {
    const std::string expression = Expression(comparison.field);
    const char* const negation = comparison.negated ? "NOT " : "";
    if (comparison.op != Op::kHas) {
      return absl::StrCat(negation, "(", expression, " ", OperatorOf(comparison.op), " ",
                          Bind(ToValue(comparison.value)), ")");
    }
    return absl::StrCat(negation, "({contains:", expression, "|",
                        Bind(list::Fold(std::get<std::string>(comparison.value))), "})");
  }

  // (a, b) > (:x, :y) where all go the same way, which an index can serve;
  // else a > :x OR (a = :x AND b < :y).
  std::string After(const list::Key& key) {
    BRYGGA_CHECK(key.size() == query_.order.size());
    std::vector<std::string> expressions, values;
    bool mixed = false;
    for (size_t i = 0; i < key.size(); ++i) {
      expressions.push_back(Expression(query_.order[i].field));
      values.push_back(Bind(ToValue(key[i])));
      mixed = mixed || query_.order[i].descending != query_.order[0].descending;
    }
    const auto direction = [&](size_t i) { return query_.order[i].descending ? " < " : " > "; };
    if (!mixed) {
      return absl::StrCat("(", absl::StrJoin(expressions, ", "), ")", direction(0), "(", absl::StrJoin(values, ", "),
                          ")");
    }
    std::vector<std::string> cases;
    std::string equal_so_far;
    for (size_t i = 0; i < key.size(); ++i) {
      cases.push_back(absl::StrCat("(", equal_so_far, expressions[i], direction(i), values[i], ")"));
      absl::StrAppend(&equal_so_far, expressions[i], " = ", values[i], " AND ");
    }
    return absl::StrCat("(", absl::StrJoin(cases, " OR "), ")");
  }

  const ListQuery& query_;
  const list::Schema& schema_;
  const Columns& columns_;
  Args& args_;
  int bound_ = 0;
};

}  // namespace

absl::StatusOr<list::Page<Row>> SelectRows(Reader& reader, std::string_view base_sql, Args args,
                                           const list::ListQuery& query, const list::Schema& schema,
                                           const Columns& columns) {
  PageStatement statement(query, schema, columns, args);
  const std::string text = statement.Text(base_sql);
  list::Page<Row> page;
  BRYGGA_ASSIGN_OR_RETURN(page.items, reader.Query(text, args));
  if (page.items.size() > static_cast<size_t>(query.limit)) {
    page.items.erase(page.items.begin() + query.limit, page.items.end());
    page.next = statement.KeyOf(page.items.back());
  }
  return page;
}

}  // namespace brygga::sql
