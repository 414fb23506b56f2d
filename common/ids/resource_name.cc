#include "common/ids/resource_name.h"

#include <array>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/status/check.h"
#include "common/status/macros.h"

namespace brygga {
namespace {

constexpr size_t kMaxIdLength = 63;

// Looked up rather than asked: every call has a name or several.
constexpr std::array<bool, 256> kInIds = [] {
  std::array<bool, 256> in_ids = {};
  for (const char c : std::string_view("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_")) {
    in_ids[static_cast<unsigned char>(c)] = true;
  }
  return in_ids;
}();

// How many characters of an id `text` begins with.
size_t IdLength(std::string_view text) {
  size_t length = 0;
  while (length < text.size() && kInIds[static_cast<unsigned char>(text[length])]) ++length;
  return length;
}

// Follows `pattern` through `name`, in which each '*' stands for an id.
template <typename OnId>
bool Walk(std::string_view pattern, std::string_view name, OnId on_id) {
  for (size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] != '*') {
      if (name.empty() || name.front() != pattern[at]) return false;
      name.remove_prefix(1);
      continue;
    }
    const size_t length = IdLength(name);
    if (length == 0 || length > kMaxIdLength) return false;
    on_id(name.substr(0, length));
    name.remove_prefix(length);
  }
  return name.empty();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseResourceName(std::string_view pattern, std::string_view name) {
  std::vector<std::string> ids;
  if (!Walk(pattern, name, [&](std::string_view id) { ids.emplace_back(id); })) {
    return absl::InvalidArgumentError(absl::StrCat("not a resource name of the form ", std::string(pattern)));
  }
  return ids;
}

bool MatchesResourceName(std::string_view pattern, std::string_view name) {
  return Walk(pattern, name, [](std::string_view) {});
}

absl::StatusOr<std::string> ParseId(std::string_view pattern, std::string_view name) {
  BRYGGA_ASSIGN_OR_RETURN(std::vector<std::string> ids, ParseResourceName(pattern, name));
  BRYGGA_CHECK(ids.size() == 1);
  return std::move(ids.front());
}

}  // namespace brygga
