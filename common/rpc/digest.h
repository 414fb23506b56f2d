// SHA-256, base64url and the one order of a message's bytes.
#ifndef BRYGGA_COMMON_RPC_DIGEST_H_
#define BRYGGA_COMMON_RPC_DIGEST_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace google::protobuf {
class MessageLite;
}

namespace brygga::rpc {

// SHA-256, where it needs no allocation and as a string of as many bytes.
using Digest = std::array<char, 32>;
Digest DigestOf(std::string_view bytes);
std::string Sha256(std::string_view bytes);
// 64 lower-case hexadecimal digits.
std::string Sha256Hex(std::string_view bytes);

// Base64url without padding (RFC 4648, section 5).
std::string ToBase64Url(std::string_view bytes);
// Nothing where `text` is not exactly what ToBase64Url would write.
std::optional<std::string> FromBase64Url(std::string_view text);

// The same bytes for the same message, also where it holds maps.
std::string SerialiseDeterministically(const google::protobuf::MessageLite& message);

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_DIGEST_H_
