#include "services/matching/work/seed.h"

#include <openssl/rand.h>

#include <array>
#include <string_view>

#include "absl/strings/escaping.h"
#include "common/status/check.h"

namespace brygga::matching {

std::string NewSeed() {
  std::array<unsigned char, 32> bytes;
  BRYGGA_CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));  // NOLINT: bytes as text.
}

}  // namespace brygga::matching
