#include "common/ids/uuid.h"

#include <openssl/rand.h>
#include <openssl/sha.h>
#include <unistd.h>

#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "common/status/check.h"

namespace brygga {
namespace {

using Bytes = std::array<unsigned char, 16>;

std::string Format(Bytes bytes, unsigned char version) {
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | (version << 4));
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 0x0f];
  }
  return text;
}

// The generator costs nearly as much for sixteen bytes as for a thousand, so each
// thread keeps some. A child that was forked has none of its parent's.
Bytes RandomBytes() {
  static constexpr size_t kIds = 64;
  struct Kept {
    std::array<Bytes, kIds> ids;
    size_t left = 0;
    pid_t process = 0;
  };
  thread_local Kept kept;
  if (kept.left == 0 || kept.process != getpid()) {
    BRYGGA_CHECK(RAND_bytes(kept.ids.data()->data(), sizeof(kept.ids)) == 1);
    kept.left = kIds;
    kept.process = getpid();
  }
  return kept.ids[--kept.left];
}

}  // namespace

std::string NewUuid(absl::Time now) {
  Bytes bytes = RandomBytes();
  const uint64_t millis = static_cast<uint64_t>(absl::ToUnixMillis(now));
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<unsigned char>(millis >> (8 * (5 - i)));
  return Format(bytes, 7);
}

std::string UuidOf(std::string_view name) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(name.data()), name.size(), digest.data());
  Bytes bytes;
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  return Format(bytes, 8);
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-' : !absl::ascii_isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

}  // namespace brygga
