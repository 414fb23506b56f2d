// The two JSON parts of a token, read strictly.
#ifndef BRYGGA_COMMON_RPC_AUTH_CLAIMS_H_
#define BRYGGA_COMMON_RPC_AUTH_CLAIMS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/auth/authenticator.h"
#include "common/rpc/identity.h"

namespace brygga::rpc {

// The longest token that is looked at.
inline constexpr size_t kMaxTokenBytes = 8 * 1024;

// kUnauthenticated, TOKEN_INVALID: `what` is wrong with the token.
absl::Status InvalidToken(std::string_view what);

// The header's parts that matter. A header that names a key of its own (jwk,
// jku, x5c, x5u), asks for anything critical (crit), or is encrypted or
// unencoded, is refused.
struct TokenHeader {
  std::string algorithm;  // "RS256" or "ES256".
  std::string key_id;
};
absl::StatusOr<TokenHeader> ReadHeader(std::string_view json);

// What a token whose signature holds says of its bearer.
struct Claims {
  Identity identity;
  absl::Time expires_at;
};

// Reads and judges the claims at `now`.
//
// kUnauthenticated, TOKEN_EXPIRED or TOKEN_INVALID.
absl::StatusOr<Claims> ReadClaims(std::string_view json, const JwtOptions& options, absl::Time now);

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_AUTH_CLAIMS_H_
