// An issuer of tokens on this machine: for the demo, tests, and small
// installations on one computer. A server that listens beyond loopback refuses
// to start with it. Includes no gRPC header.
#ifndef BRYGGA_COMMON_RPC_AUTH_LOCAL_ISSUER_H_
#define BRYGGA_COMMON_RPC_AUTH_LOCAL_ISSUER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/auth/authenticator.h"
#include "common/rpc/identity.h"
#include "common/time/clock.h"

namespace brygga::rpc {

// The `iss` of every token of a local issuer.
inline constexpr char kLocalIssuerName[] = "brygga-local";

// Makes bearer tokens of a kind as they are needed. Safe for concurrent use.
class TokenSource {
 public:
  virtual ~TokenSource() = default;
  // A token that is good for at least a minute more.
  virtual std::string Token() const = 0;
};

// Immutable; safe for concurrent use.
class LocalIssuer : public std::enable_shared_from_this<LocalIssuer> {
 public:
  // Opens the issuer that keeps its keys in `folder`, and makes the folder and
  // an ES256 key pair where there are none: issuer.key.json (mode 0600) and
  // jwks.json. Two processes that do so at once end up with the same keys.
  //
  // kFailedPrecondition: the key file is readable by others, or not a key.
  // kUnavailable: the folder cannot be read or written.
  static absl::StatusOr<std::shared_ptr<const LocalIssuer>> OpenOrCreate(const std::string& folder,
                                                                         const Clock& clock = Clock::System());
  ~LocalIssuer();

  // A token for `subject` with `bindings`, good for `lifetime` from now.
  std::string Mint(const std::string& subject, const std::vector<Binding>& bindings,
                   absl::Duration lifetime = absl::Hours(8)) const;
  std::string Mint(const Identity& identity) const { return Mint(identity.subject, identity.bindings); }

  // Tokens of a service, "matching": subject "service:matching", role SERVICE.
  std::unique_ptr<TokenSource> ServiceTokens(const std::string& service) const;

  // How to verify what this issuer mints.
  JwtOptions jwt_options() const;

 private:
  struct Key;
  class Tokens;
  LocalIssuer(std::string folder, std::unique_ptr<Key> key, const Clock& clock);

  const std::string folder_;
  const std::unique_ptr<Key> key_;
  const Clock& clock_;
};

// A token read from a file, again whenever it changes.
std::unique_ptr<TokenSource> TokenFile(const std::string& path);

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_AUTH_LOCAL_ISSUER_H_
