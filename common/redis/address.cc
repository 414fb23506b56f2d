#include "common/redis/address.h"

#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/macros.h"

namespace brygga::redis {
namespace {

constexpr std::string_view kTcp = "redis://", kUnix = "unix://";

absl::Status Malformed(std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("a Redis address is redis://[USER@]HOST[:PORT][/DATABASE] or unix://[USER@]/PATH[?db=DATABASE]; ",
                   absl::string_view(why.data(), why.size())));
}

absl::StatusOr<int> NumberIn(std::string_view text, int least, int most, std::string_view what) {
  int number = 0;
  if (!absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &number) || number < least || number > most) {
    return Malformed(absl::StrCat(std::string(what), " is a number from ", least, " to ", most));
  }
  return number;
}

// What stands before `separator`, taken from `text` with it; nothing: it is not there.
std::optional<std::string_view> TakeUntil(std::string_view& text, char separator) {
  const size_t at = text.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view before = text.substr(0, at);
  text.remove_prefix(at + 1);
  return before;
}

absl::Status TakeUser(std::string_view& text, Address& address) {
  const auto user = TakeUntil(text, '@');
  if (!user) return absl::OkStatus();
  if (user->find(':') != std::string_view::npos) return Malformed("the password is read from a file");
  address.user = *user;
  return absl::OkStatus();
}

absl::StatusOr<Address> ParseUnix(std::string_view rest) {
  Address address;
  BRYGGA_RETURN_IF_ERROR(TakeUser(rest, address));
  if (const size_t query = rest.find("?db="); query != std::string_view::npos) {
    BRYGGA_ASSIGN_OR_RETURN(address.database, NumberIn(rest.substr(query + 4), 0, 9999, "the database"));
    rest = rest.substr(0, query);
  }
  if (rest.size() < 2 || rest[0] != '/') return Malformed("the path of a socket begins with /");
  address.socket = rest;
  return address;
}

absl::StatusOr<Address> ParseTcp(std::string_view rest) {
  Address address;
  BRYGGA_RETURN_IF_ERROR(TakeUser(rest, address));
  if (const size_t slash = rest.find('/'); slash != std::string_view::npos) {
    const std::string_view database = rest.substr(slash + 1);
    if (!database.empty()) {
      BRYGGA_ASSIGN_OR_RETURN(address.database, NumberIn(database, 0, 9999, "the database"));
    }
    rest = rest.substr(0, slash);
  }
  std::string_view host = rest;
  if (!rest.empty() && rest[0] == '[') {
    rest.remove_prefix(1);
    const auto inside = TakeUntil(rest, ']');
    if (!inside) return Malformed("a bracket is not closed");
    host = *inside;
  } else {
    host = rest.substr(0, rest.find(':'));
    rest.remove_prefix(host.size());
  }
  if (!rest.empty()) {
    if (rest[0] != ':') return Malformed("a port follows a colon");
    BRYGGA_ASSIGN_OR_RETURN(address.port, NumberIn(rest.substr(1), 1, 65535, "the port"));
  }
  if (host.empty()) return Malformed("there is no host");
  address.host = host;
  return address;
}

}  // namespace

absl::StatusOr<Address> ParseAddress(std::string_view text) {
  if (text.starts_with(kTcp)) return ParseTcp(text.substr(kTcp.size()));
  if (text.starts_with(kUnix)) return ParseUnix(text.substr(kUnix.size()));
  return Malformed("it begins with neither");
}

}  // namespace brygga::redis
