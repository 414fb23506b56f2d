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

// version, side, total, count, those who are listed, packed; the seal.
constexpr char kVersion = 2;
constexpr size_t kSealBytes = 16;
constexpr size_t kUuidText = 36, kUuidBytes = 16;
constexpr size_t kLongestId = 256;

using SealBytes = std::array<unsigned char, kSealBytes>;

// HMAC-SHA-256, cut short, of the key, a zero and the body; no key holds a zero,
// so that key and body cannot be moved against each other.
SealBytes SealOf(std::string_view body, std::string_view key, std::string_view secret) {
  std::string text;
  text.reserve(key.size() + 1 + body.size());
  text.append(key).push_back('\0');
  text.append(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int length = 0;
  BRYGGA_CHECK(HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                    reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
                    &length) != nullptr &&
               length >= kSealBytes);
  SealBytes seal;
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

void PutNumber(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

void PutId(std::string& out, std::string_view id) {
  if (!IsUuid(id)) {
    PutNumber(out, id.size());
    out.append(id);
    return;
  }
  PutNumber(out, 0);
  for (size_t i = 0; i < kUuidText; i += 2) {
    if (IsDash(i)) ++i;
    out.push_back(static_cast<char>(HexOf(id[i]) << 4 | HexOf(id[i + 1])));
  }
}

std::string UuidText(std::string_view bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text(kUuidText, '-');
  size_t at = 0;
  for (const char c : bytes) {
    if (IsDash(at)) ++at;
    text[at++] = kHex[static_cast<unsigned char>(c) >> 4];
    text[at++] = kHex[static_cast<unsigned char>(c) & 0xF];
  }
  return text;
}

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
    Fail();
    return 0;
  }
  // An id as it lies there; the length 0 is that of a UUID's bytes.
  struct PackedId {
    bool is_uuid = false;
    std::string_view bytes;
  };
  PackedId Id() {
    const uint64_t length = Number();
    if (length > kLongestId) Fail();
    return {.is_uuid = length == 0, .bytes = Take(length == 0 ? kUuidBytes : length)};
  }
  bool failed() const { return failed_; }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view Take(size_t bytes) {
    if (bytes > rest_.size()) {
      Fail();
      return "";
    }
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  void Fail() {
    failed_ = true;
    rest_ = {};
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

std::optional<RankedList> RankedList::Of(std::string_view packed, size_t size) {
  Reader reader(packed);
  for (size_t i = 0; i < size && !reader.failed(); ++i) {
    reader.Id();
    reader.Number();
  }
  if (reader.failed() || !reader.rest().empty()) return std::nullopt;
  RankedList list;
  list.packed_ = packed;
  list.size_ = size;
  return list;
}

void RankedList::push_back(const Ranked& ranked) {
  PutId(packed_, ranked.id.value());
  PutNumber(packed_, static_cast<uint32_t>(ranked.score));
  ++size_;
}

std::string_view RankedList::Packed(size_t most) const {
  if (size_ <= most) return packed_;
  Reader reader(packed_);
  for (size_t i = 0; i < most; ++i) {
    reader.Id();
    reader.Number();
  }
  return std::string_view(packed_).substr(0, packed_.size() - reader.rest().size());
}

RankedList::Iterator& RankedList::Iterator::operator++() {
  at_end_ = rest_.empty();
  if (at_end_) return *this;
  Reader reader(rest_);
  const Reader::PackedId id = reader.Id();
  now_.id = ParticipantId(id.is_uuid ? UuidText(id.bytes) : std::string(id.bytes));
  now_.score = static_cast<int32_t>(reader.Number());
  rest_ = reader.rest();
  return *this;
}

std::string TextOf(const RankingKey& key, std::string_view made_by, EpochInKey epoch) {
  return absl::StrCat("brygga:cand:1:{", key.cohort.value(),
                      "}:", epoch == EpochInKey::kYes ? absl::StrCat("e", key.epoch, ":") : "", key.subject.value(),
                      ":", key.policy_hash, ":", absl::string_view(made_by.data(), made_by.size()));
}

std::string Seal(const Ranking& ranking, std::string_view key, std::string_view secret) {
  const std::string_view listed = ranking.listed.Packed(kMostListed);
  std::string sealed;
  sealed.reserve(32 + listed.size() + kSealBytes);
  sealed.push_back(kVersion);
  PutNumber(sealed, ranking.side == Side::kMentor ? 1 : 0);
  PutNumber(sealed, static_cast<uint64_t>(ranking.total));
  PutNumber(sealed, std::min(ranking.listed.size(), kMostListed));
  sealed.append(listed);
  const SealBytes seal = SealOf(sealed, key, secret);
  sealed.append(reinterpret_cast<const char*>(seal.data()), seal.size());
  return sealed;
}

std::optional<Ranking> Unseal(std::string_view bytes, std::string_view key, std::string_view secret, SealCheck check) {
  if (bytes.size() <= kSealBytes || bytes[0] != kVersion) return std::nullopt;
  const std::string_view body = bytes.substr(0, bytes.size() - kSealBytes);
  if (check == SealCheck::kYes) {
    const SealBytes seal = SealOf(body, key, secret);
    if (CRYPTO_memcmp(seal.data(), bytes.data() + body.size(), seal.size()) != 0) return std::nullopt;
  }
  Reader reader(body.substr(1));
  Ranking ranking{.side = reader.Number() == 1 ? Side::kMentor : Side::kAdept};
  ranking.total = static_cast<int64_t>(reader.Number());
  const uint64_t count = reader.Number();
  if (reader.failed() || count > kMostListed) return std::nullopt;
  auto listed = RankedList::Of(reader.rest(), count);
  if (!listed) return std::nullopt;
  ranking.listed = *std::move(listed);
  return ranking;
}

}  // namespace brygga::matching
