#include "common/feed/resume_token.h"

#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/rpc/digest.h"
#include "common/status/error.h"

namespace brygga::feed {
namespace {

// A token is base64url of: version (1 byte), log (8), numbers, signature (16).
// Numbers take seven bits a byte, the lowest first; lists say their length first
// and then how much each number is more than the one before.
constexpr char kVersion = 1;
constexpr size_t kLogBytes = 8;
constexpr size_t kSignatureBytes = 16;
constexpr size_t kBlockBytes = 64;  // Of SHA-256.

void Append(int64_t signed_number, std::string& bytes) {
  auto number = static_cast<uint64_t>(signed_number);
  for (; number >= 128; number >>= 7) bytes += static_cast<char>(number % 128 + 128);
  bytes += static_cast<char>(number);
}

void Append(const sql::LogSnapshot& snapshot, std::string& bytes) {
  Append(snapshot.next, bytes);
  Append(static_cast<int64_t>(snapshot.running.size()), bytes);
  int64_t before = 0;
  for (const int64_t number : snapshot.running) {
    Append(number - before, bytes);
    before = number;
  }
}

// Reads what Append wrote. What was signed is sound, so that only a bug of ours
// makes it fail.
class Numbers {
 public:
  explicit Numbers(std::string_view bytes) : bytes_(bytes) {}

  int64_t Take() {
    uint64_t number = 0;
    for (int shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      number |= static_cast<uint64_t>(byte % 128) << shift;
      if (byte < 128) return static_cast<int64_t>(number);
    }
    sound_ = false;
    return 0;
  }

  sql::LogSnapshot TakeSnapshot() {
    sql::LogSnapshot snapshot{.next = Take()};
    const int64_t count = Take();
    sound_ = sound_ && count >= 0 && count <= static_cast<int64_t>(sql::kMostRunning);
    int64_t number = 0;
    for (int64_t i = 0; sound_ && i < count; ++i) snapshot.running.push_back(number += Take());
    return snapshot;
  }

  bool sound() const { return sound_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool sound_ = true;
};

std::string Padded(std::string key, char with) {
  key.resize(kBlockBytes);
  for (char& byte : key) byte = static_cast<char>(byte ^ with);
  return key;
}

// Takes as long for every difference.
bool Same(std::string_view a, std::string_view b) {
  unsigned char difference = a.size() == b.size() ? 0 : 1;
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

absl::Status Refused(std::string_view what, const char* reason) {
  return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("resume_token ", std::string(what)),
                   {.reason = reason, .fields = {{.field = "resume_token", .description = std::string(what)}}});
}

}  // namespace

ResumeTokens::ResumeTokens(std::string_view service, const sql::LogIdentity& identity)
    : log_(rpc::Sha256(absl::StrCat(std::string(service), "\n", identity.database_id)).substr(0, kLogBytes)),
      inner_(Padded(rpc::Sha256(identity.secret), 0x36)),
      outer_(Padded(rpc::Sha256(identity.secret), 0x5c)) {}

// HMAC-SHA-256 (RFC 2104), its first half.
std::string ResumeTokens::Sign(std::string_view bytes) const {
  return rpc::Sha256(outer_ + rpc::Sha256(inner_ + std::string(bytes))).substr(0, kSignatureBytes);
}

std::string ResumeTokens::ToToken(const sql::LogPosition& position) const {
  std::string bytes = kVersion + log_;
  Append(position.seen, bytes);
  Append(position.seq, bytes);
  Append(position.witness_us, bytes);
  Append(position.until ? 1 : 0, bytes);
  if (position.until) {
    Append(*position.until, bytes);
    Append(position.last, bytes);
  }
  return rpc::ToBase64Url(bytes + Sign(bytes));
}

absl::StatusOr<sql::LogPosition> ResumeTokens::ToPosition(std::string_view token) const {
  constexpr std::string_view kNotOurs = "is not a token of ours, or was changed";
  const std::optional<std::string> bytes = rpc::FromBase64Url(token);
  if (!bytes || bytes->size() < 1 + kLogBytes + kSignatureBytes || bytes->front() != kVersion) {
    return Refused(kNotOurs, "RESUME_TOKEN_INVALID");
  }
  const size_t signature = bytes->size() - kSignatureBytes;
  const std::string_view body = std::string_view(*bytes).substr(0, signature);
  if (body.substr(1, kLogBytes) != log_) {
    return Refused("belongs to another service, or to a database that has been replaced", "RESUME_TOKEN_FOREIGN");
  }
  if (!Same(std::string_view(*bytes).substr(signature), Sign(body))) return Refused(kNotOurs, "RESUME_TOKEN_INVALID");
  Numbers numbers(body.substr(1 + kLogBytes));
  sql::LogPosition position{.seen = numbers.TakeSnapshot()};
  position.seq = position.last = numbers.Take();
  position.witness_us = numbers.Take();
  if (numbers.Take() == 1) {
    position.until = numbers.TakeSnapshot();
    position.last = numbers.Take();
  }
  if (!numbers.sound()) return Refused(kNotOurs, "RESUME_TOKEN_INVALID");
  return position;
}

}  // namespace brygga::feed
