// SHA-256 by the functions that OpenSSL calls deprecated: behind those that it
// recommends are allocations and look-ups that cost more than a seal.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "services/matching/domain/ranking.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

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

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

// HMAC-SHA-256 (RFC 2104) of the key, a zero and the body; no key holds a zero, so
// that key and body cannot be moved against each other.
class Hmac {
 public:
  explicit Hmac(std::string_view secret) {
    if (secret.size() <= block_.size()) {
      std::copy(secret.begin(), secret.end(), block_.begin());
    } else {
      SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), block_.data());
    }
  }
  Digest Of(std::string_view key, std::string_view body) const {
    const Digest inner = Hash(0x36, {key, std::string_view("\0", 1), body});
    return Hash(0x5c, {{reinterpret_cast<const char*>(inner.data()), inner.size()}});
  }

 private:
  Digest Hash(unsigned char pad, std::initializer_list<std::string_view> parts) const {
    auto block = block_;
    for (unsigned char& byte : block) byte ^= pad;
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, block.data(), block.size());
    for (const std::string_view part : parts) SHA256_Update(&context, part.data(), part.size());
    Digest digest;
    SHA256_Final(digest.data(), &context);
    return digest;
  }

  std::array<unsigned char, SHA256_CBLOCK> block_ = {};
};

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

std::string TextOf(const RankingKey& key, EpochInKey epoch) {
  return absl::StrCat("brygga:cand:1:{", key.cohort.value(),
                      "}:", epoch == EpochInKey::kYes ? absl::StrCat("e", key.epoch, ":") : "", key.subject.value(),
                      ":", key.policy_hash);
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
  const Digest digest = Hmac(secret).Of(key, sealed);
  sealed.append(reinterpret_cast<const char*>(digest.data()), kSealBytes);
  return sealed;
}

std::optional<Ranking> Unseal(std::string_view bytes, std::string_view key, std::string_view secret, SealCheck check) {
  if (bytes.size() <= kSealBytes || bytes[0] != kVersion) return std::nullopt;
  const std::string_view body = bytes.substr(0, bytes.size() - kSealBytes);
  const Digest digest = Hmac(secret).Of(key, body);
  if (check == SealCheck::kYes && CRYPTO_memcmp(digest.data(), bytes.data() + body.size(), kSealBytes) != 0) {
    return std::nullopt;
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
