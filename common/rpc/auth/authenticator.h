// Who is behind a bearer token. Includes no gRPC header.
#ifndef BRYGGA_COMMON_RPC_AUTH_AUTHENTICATOR_H_
#define BRYGGA_COMMON_RPC_AUTH_AUTHENTICATOR_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/identity.h"
#include "common/time/clock.h"

namespace brygga::rpc {

// Safe for concurrent use.
class Authenticator {
 public:
  virtual ~Authenticator() = default;

  // The caller whom `token` speaks for. May read a file, never the network.
  //
  // kUnauthenticated: reason TOKEN_EXPIRED or TOKEN_INVALID. The message names
  // the claim or header that is wrong, never its value.
  virtual absl::StatusOr<Identity> Authenticate(std::string_view token) const = 0;
};

struct JwtOptions {
  std::string jwks_file;            // The issuer's public keys, a JWKS.
  std::string issuer;               // What `iss` must be.
  std::string audience = "brygga";  // What `aud` must be or hold.
  absl::Duration leeway = absl::Seconds(60);
  // How often the file is looked at for keys that were taken back. One with an
  // unknown `kid` has it looked at anyway, and read if it has changed.
  absl::Duration recheck_after = absl::Seconds(30);
  size_t cache_size = 4096;  // Verified tokens remembered, by their SHA-256.
};

// Verifies JSON Web Tokens signed with RS256 or ES256, and nothing else.
//
// kInvalidArgument: no keys in the file. kNotFound: no such file.
absl::StatusOr<std::shared_ptr<const Authenticator>> OpenJwtAuthenticator(JwtOptions options,
                                                                          const Clock& clock = Clock::System());

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_AUTH_AUTHENTICATOR_H_
