#include "services/matching/domain/ranking.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/status/check.h"

namespace brygga::matching {
namespace {

// version, side, total, count, then of each: the id's length, the id, the score;
// the seal. Numbers are base 128, least first. A UUID has the length 0 and 16 bytes.
constexpr char kVersion = 2;
constexpr size_t kSealBytes = 16;
constexpr size_t kUuidText = 36, kUuidBytes = 16;
constexpr size_t kLongestId = 256;

std::array<unsigned char, kSealBytes> SealOf(std::string_view body, std::string_view key, std::string_view secret) {
  std::string text;
  text.reserve(key.size() + 1 + body.size());
  text.append(key).push_back('\0');  // No key holds one, so that key and body cannot be moved against each other.
  text.append(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int length = 0;
  BRYGGA_CHECK(HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                    reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
                    &length) != nullptr &&
               length >= kSealBytes);
  std::array<unsigned char, kSealBytes> seal;
  std::copy_n(digest.begin(), kSealBytes, seal.begin());
  return seal;
}

// Only the form that we write, so that the text comes back as it was.
bool IsDash(size_t at) { return at == 8 || at == 13 || at == 18 || at == 23; }

int HexOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool IsUuid(std::string_view text) {
  if (text.size() != kUuidText) return false;
  for (size_t i = 0; i < kUuidText; ++i) {
    if (IsDash(i) ? text[i] != '-' : HexOf(text[i]) < 0) return false;
  }
  return true;
}

class Writer {
 public:
  void Number(uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<char>(value | 0x80));
    out_.push_back(static_cast<char>(value));
  }
  void Id(std::string_view id) {
    if (!IsUuid(id)) {
      Number(id.size());
      out_.append(id);
      return;
    }
    Number(0);
    for (size_t i = 0; i < kUuidText; i += 2) {
      if (IsDash(i)) ++i;
      out_.push_back(static_cast<char>(HexOf(id[i]) << 4 | HexOf(id[i + 1])));
    }
  }
  std::string& out() { return out_; }

 private:
  std::string out_ = {kVersion};
};

// Reads what may be anything. Once it has failed it gives zeros.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  uint64_t Number() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::string_view byte = Take(1);
      if (byte.empty()) return 0;
      value |= uint64_t{static_cast<unsigned char>(byte[0]) & 0x7Fu} << shift;
      if ((byte[0] & 0x80) == 0) return value;
    }
    return Fail();
  }
  std::string Id() {
    const uint64_t length = Number();
    if (length > kLongestId) return Fail(), "";
    return length == 0 ? Uuid() : std::string(Take(length));
  }
  std::string_view Take(size_t bytes) {
    if (bytes > rest_.size()) return Fail(), "";
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  bool failed() const { return failed_; }
  bool AtEnd() const { return !failed_ && rest_.empty(); }

 private:
  std::string Uuid() {
    constexpr char kHex[] = "0123456789abcdef";
    std::string text;
    text.reserve(kUuidText);
    for (const char c : Take(kUuidBytes)) {
      if (IsDash(text.size())) text.push_back('-');
      text.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
      text.push_back(kHex[static_cast<unsigned char>(c) & 0xF]);
    }
    return text;
  }
  uint64_t Fail() {
    failed_ = true;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

std::string TextOf(const RankingKey& key, EpochInKey epoch) {
  return absl::StrCat("brygga:cand:1:{", key.cohort.value(),
                      "}:", epoch == EpochInKey::kYes ? absl::StrCat("e", key.epoch, ":") : "", key.subject.value(),
                      ":", key.policy_hash);
}

std::string Seal(const Ranking& ranking, std::string_view key, std::string_view secret) {
  Writer writer;
  const size_t count = std::min(ranking.listed.size(), kMostListed);
  writer.out().reserve(32 + count * (kUuidBytes + 4));
  writer.Number(ranking.side == Side::kMentor ? 1 : 0);
  writer.Number(static_cast<uint64_t>(ranking.total));
  writer.Number(count);
  for (size_t i = 0; i < count; ++i) {
    writer.Id(ranking.listed[i].id.value());
    writer.Number(static_cast<uint32_t>(ranking.listed[i].score));
  }
  const auto seal = SealOf(writer.out(), key, secret);
  return std::move(writer.out().append(reinterpret_cast<const char*>(seal.data()), seal.size()));
}

std::optional<Ranking> Unseal(std::string_view bytes, std::string_view key, std::string_view secret, SealCheck check) {
  if (bytes.size() <= kSealBytes || bytes[0] != kVersion) return std::nullopt;
  const std::string_view body = bytes.substr(0, bytes.size() - kSealBytes);
  const auto seal = SealOf(body, key, secret);
  if (check == SealCheck::kYes && CRYPTO_memcmp(seal.data(), bytes.data() + body.size(), kSealBytes) != 0) {
    return std::nullopt;
  }
  Reader reader(body.substr(1));
  Ranking ranking{.side = reader.Number() == 1 ? Side::kMentor : Side::kAdept};
  ranking.total = static_cast<int64_t>(reader.Number());
  const uint64_t count = reader.Number();
  if (count > kMostListed) return std::nullopt;
  ranking.listed.reserve(count);
  for (uint64_t i = 0; i < count && !reader.failed(); ++i) {
    std::string id = reader.Id();
    ranking.listed.push_back({ParticipantId(std::move(id)), static_cast<int32_t>(reader.Number())});
  }
  if (!reader.AtEnd()) return std::nullopt;
  return ranking;
}

}  // namespace brygga::matching
