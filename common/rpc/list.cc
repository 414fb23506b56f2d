#include "common/rpc/list.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/digest.h"
#include "common/rpc/page_token.h"
#include "common/status/error.h"

namespace brygga::rpc {
namespace {

using list::FieldKind;
using list::Value;

std::string ToText(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// As ToText writes a string or a number; names and ids need no more than quotes.
std::string JsonOf(std::string_view text) {
  const bool is_plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  if (!is_plain) return ToText(nlohmann::json(std::string(text)));
  return absl::StrCat("\"", absl::string_view(text.data(), text.size()), "\"");
}
std::string JsonOf(int64_t number) { return absl::StrCat(number); }

// What a token is bound to, in few characters. No secret: a caller who forges a
// token only chooses where to begin.
std::string Binding(const ListArguments& arguments) {
  return Sha256Hex(absl::StrCat("[", JsonOf(arguments.scope), ",", JsonOf(arguments.filter), ",",
                                JsonOf(arguments.order_by), "]"))
      .substr(0, 16);
}

bool IsText(std::string_view field, const list::Schema& schema) {
  const auto found = std::find_if(schema.begin(), schema.end(), [&](const auto& known) { return known.name == field; });
  if (found == schema.end()) return true;  // "id".
  return found->kind == FieldKind::kText || found->kind == FieldKind::kDate || found->kind == FieldKind::kEnum;
}

// The key in `token`, or nothing where it is not one for these arguments.
std::optional<std::vector<Value>> ReadToken(const ListArguments& arguments, const std::vector<list::Order>& order,
                                            const list::Schema& schema) {
  if (arguments.page_token.size() > 4096) return std::nullopt;
  const auto bytes = FromBase64Url(arguments.page_token);
  if (!bytes) return std::nullopt;
  const auto json = nlohmann::json::parse(*bytes, nullptr, /*allow_exceptions=*/false);
  if (!json.is_array() || json.size() != order.size() + 1 || json[0] != Binding(arguments)) return std::nullopt;
  if (ToText(json) != *bytes) return std::nullopt;  // Not as we write it.
  std::vector<Value> key;
  for (size_t i = 0; i < order.size(); ++i) {
    const auto& value = json[i + 1];
    if (IsText(order[i].field, schema) ? !value.is_string() : !value.is_number_integer()) return std::nullopt;
    value.is_string() ? key.emplace_back(value.get<std::string>()) : key.emplace_back(value.get<int64_t>());
  }
  return key;
}

std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

absl::StatusOr<list::ListQuery> Parsed(const ListArguments& arguments, const list::Schema& schema,
                                       absl::StatusOr<std::vector<list::Order>> order, const ListLimits& limits) {
  std::vector<FieldViolation> wrong;
  if (arguments.page_size < 0) wrong.push_back({"page_size", "must be at least 0"});
  auto filter = list::ParseFilter(arguments.filter, schema);
  if (!filter.ok()) wrong.push_back({"filter", MessageOf(filter.status())});
  if (!order.ok()) wrong.push_back({"order_by", MessageOf(order.status())});
  if (!wrong.empty()) return InvalidFields(std::move(wrong));

  list::ListQuery query{.filter = *std::move(filter), .order = *std::move(order)};
  query.limit =
      arguments.page_size == 0 ? limits.default_page_size : std::min(arguments.page_size, limits.max_page_size);
  if (!arguments.page_token.empty()) {
    query.after = ReadToken(arguments, query.order, schema);
    if (!query.after) return PageTokenMismatch();
  }
  return query;
}

}  // namespace

absl::StatusOr<list::ListQuery> ParseList(const ListArguments& arguments, const list::Schema& schema,
                                          const ListLimits& limits) {
  return Parsed(arguments, schema, list::ParseOrder(arguments.order_by, schema), limits);
}

absl::StatusOr<list::ListQuery> ParseList(const ListArguments& arguments, const list::Schema& schema,
                                          const std::vector<list::Order>& order, const ListLimits& limits) {
  return Parsed(arguments, schema, order, limits);
}

absl::Status PageTokenMismatch() {
  constexpr char kMend[] = "is not the next_page_token of a page with the same parent, filter and order_by";
  return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("page_token: ", kMend),
                   {.reason = "PAGE_TOKEN_MISMATCH", .fields = {{"page_token", kMend}}});
}

std::string PageToken(const ListArguments& arguments, const std::optional<std::vector<Value>>& next) {
  if (!next) return "";
  std::string json = absl::StrCat("[", JsonOf(Binding(arguments)));
  for (const Value& value : *next) {
    std::visit([&](const auto& held) { absl::StrAppend(&json, ",", JsonOf(held)); }, value);
  }
  return ToBase64Url(json.append("]"));
}

}  // namespace brygga::rpc
