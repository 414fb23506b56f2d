#include "engine/lottery.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status/check.h"
#include "common/status/error.h"

namespace brygga::engine {
namespace {

std::string Hexadecimal(const uint8_t* bytes, size_t size) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * size);
  for (size_t i = 0; i < size; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

}  // namespace

LotteryNumber DrawLotteryNumber(std::string_view seed, std::string_view reference) {
  LotteryNumber number;
  unsigned int size = 0;
  const unsigned char* const made =
      HMAC(EVP_sha256(), seed.data(), static_cast<int>(seed.size()),
           reinterpret_cast<const unsigned char*>(reference.data()), reference.size(), number.data(), &size);
  BRYGGA_CHECK(made != nullptr && size == number.size());
  return number;
}

std::vector<int32_t> LotteryOrder(std::string_view seed, const std::vector<std::string>& references) {
  std::vector<LotteryNumber> numbers;
  numbers.reserve(references.size());
  for (const std::string& reference : references) numbers.push_back(DrawLotteryNumber(seed, reference));
  std::vector<int32_t> order(references.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int32_t x, int32_t y) {
    const size_t i = static_cast<size_t>(x), j = static_cast<size_t>(y);
    return numbers[i] != numbers[j] ? numbers[i] < numbers[j] : references[i] < references[j];
  });
  return order;
}

std::string LotteryNumberText(const LotteryNumber& number) { return Hexadecimal(number.data(), number.size()); }

std::string LotteryCommitment(std::string_view seed) {
  std::array<uint8_t, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(seed.data()), seed.size(), digest.data());
  return Hexadecimal(digest.data(), digest.size());
}

absl::Status CheckLotteryCommitment(std::string_view commitment, std::string_view seed) {
  const std::string given = absl::AsciiStrToLower(absl::string_view(commitment.data(), commitment.size()));
  if (given == LotteryCommitment(seed)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, "the seed is not the one that was committed to",
                   {.reason = "COMMITMENT_MISMATCH"});
}

}  // namespace brygga::engine
