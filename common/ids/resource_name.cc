#include "common/ids/resource_name.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status/check.h"
#include "common/status/macros.h"

namespace brygga {
namespace {

constexpr size_t kMaxIdLength = 63;

bool IsId(std::string_view text) {
  return !text.empty() && text.size() <= kMaxIdLength && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_';
  });
}

// Takes the text up to the next '/' off `path`.
std::string_view TakeSegment(std::string_view& path) {
  const size_t slash = path.find('/');
  const std::string_view segment = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  return segment;
}

template <typename OnId>
bool Walk(std::string_view pattern, std::string_view name, OnId on_id) {
  if (std::count(pattern.begin(), pattern.end(), '/') != std::count(name.begin(), name.end(), '/')) return false;
  while (!pattern.empty()) {
    const std::string_view expected = TakeSegment(pattern);
    const std::string_view actual = TakeSegment(name);
    if (expected != "*") {
      if (actual != expected) return false;
    } else {
      if (!IsId(actual)) return false;
      on_id(actual);
    }
  }
  return true;
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
