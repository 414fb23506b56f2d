// The public keys of an issuer, from a JWKS file.
#ifndef BRYGGA_COMMON_RPC_AUTH_KEY_SET_H_
#define BRYGGA_COMMON_RPC_AUTH_KEY_SET_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/auth/jose.h"

namespace brygga::rpc {

// Immutable. Not safe for concurrent use: the library behind it counts
// references without locks.
class KeySet {
 public:
  // Reads the keys in `path` that we can use: RSA of 2048 bits or more for
  // RS256, P-256 for ES256, each with a `kid`, for signatures. Others are
  // skipped.
  //
  // kNotFound: no such file. kInvalidArgument: no JWKS, or no usable key in it.
  static absl::StatusOr<KeySet> Load(const std::string& path);

  struct Key {
    std::string algorithm;  // The one that this key may be used with.
    Jwk jwk;
  };
  // The key of that id, or null.
  const Key* Find(std::string_view kid) const;
  size_t size() const { return keys_.size(); }

 private:
  std::map<std::string, Key, std::less<>> keys_;
};

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_AUTH_KEY_SET_H_
