// What we use of cjose, with owners. Not for use outside common/rpc/auth.
#ifndef BRYGGA_COMMON_RPC_AUTH_JOSE_H_
#define BRYGGA_COMMON_RPC_AUTH_JOSE_H_

#include <cjose/cjose.h>

#include <memory>

namespace brygga::rpc {

struct JoseRelease {
  void operator()(cjose_jwk_t* jwk) const { cjose_jwk_release(jwk); }
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
  void operator()(cjose_header_t* header) const { cjose_header_release(header); }
};
using Jwk = std::unique_ptr<cjose_jwk_t, JoseRelease>;
using Jws = std::unique_ptr<cjose_jws_t, JoseRelease>;
using JoseHeader = std::unique_ptr<cjose_header_t, JoseRelease>;

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_AUTH_JOSE_H_
