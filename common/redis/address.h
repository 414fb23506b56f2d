// Where a Redis listens, and as whom to speak to it.
#ifndef BRYGGA_COMMON_REDIS_ADDRESS_H_
#define BRYGGA_COMMON_REDIS_ADDRESS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace brygga::redis {

struct Address {
  std::string host;    // Or,
  int port = 6379;     //
  std::string socket;  // where this is not empty, a unix socket.
  std::string user;    // Of the server's access list; empty: its default user.
  int database = 0;

  friend bool operator==(const Address&, const Address&) = default;
};

// Reads one of
//
//   redis://[USER@]HOST[:PORT][/DATABASE]
//   unix://[USER@]/PATH[?db=DATABASE]
//
// An IPv6 address stands in brackets. A password is never part of it: addresses
// are seen in process lists.
//
// kInvalidArgument: another form, or a password in it.
absl::StatusOr<Address> ParseAddress(std::string_view text);

}  // namespace brygga::redis

#endif  // BRYGGA_COMMON_REDIS_ADDRESS_H_
