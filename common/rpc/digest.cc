// The functions that OpenSSL calls deprecated: behind those that it recommends
// are allocations and look-ups that cost more than the hash of a token.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "common/rpc/digest.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message_lite.h>
#include <openssl/sha.h>

#include "absl/strings/escaping.h"

namespace brygga::rpc {

Digest DigestOf(std::string_view bytes) {
  Digest digest;
  static_assert(sizeof(digest) == SHA256_DIGEST_LENGTH);
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes.data(), bytes.size());
  SHA256_Final(reinterpret_cast<unsigned char*>(digest.data()), &context);
  return digest;
}

std::string Sha256(std::string_view bytes) {
  const Digest digest = DigestOf(bytes);
  return std::string(digest.data(), digest.size());
}

std::string Sha256Hex(std::string_view bytes) {
  const Digest digest = DigestOf(bytes);
  return absl::BytesToHexString({digest.data(), digest.size()});
}

std::string ToBase64Url(std::string_view bytes) {
  return absl::WebSafeBase64Escape(absl::string_view(bytes.data(), bytes.size()));
}

std::optional<std::string> FromBase64Url(std::string_view text) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(absl::string_view(text.data(), text.size()), &bytes)) return std::nullopt;
  if (ToBase64Url(bytes) != text) return std::nullopt;
  return bytes;
}

std::string SerialiseDeterministically(const google::protobuf::MessageLite& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

}  // namespace brygga::rpc
