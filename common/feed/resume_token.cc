#include "common/feed/resume_token.h"

#include <array>
#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/rpc/digest.h"
#include "common/status/error.h"

namespace brygga::feed {
namespace {

// A token is base64url of: version (1 byte), log (8), five numbers (8 each, the
// highest byte first), signature (16).
constexpr char kVersion = 1;
constexpr size_t kLogBytes = 8;
constexpr size_t kNumberBytes = 8;
constexpr size_t kSignatureBytes = 16;
constexpr size_t kBodyBytes = 1 + kLogBytes + 5 * kNumberBytes;
constexpr size_t kBlockBytes = 64;  // Of SHA-256.

void Append(int64_t number, std::string& bytes) {
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(static_cast<uint64_t>(number) >> shift);
}

int64_t TakeNumber(std::string_view& bytes) {
  uint64_t number = 0;
  for (const char byte : bytes.substr(0, kNumberBytes)) number = number << 8 | static_cast<unsigned char>(byte);
  bytes.remove_prefix(kNumberBytes);
  return static_cast<int64_t>(number);
}

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
  for (const int64_t number : {position.low, position.high, position.seq, position.last, position.witness_us}) {
    Append(number, bytes);
  }
  return rpc::ToBase64Url(bytes + Sign(bytes));
}

absl::StatusOr<sql::LogPosition> ResumeTokens::ToPosition(std::string_view token) const {
  constexpr std::string_view kNotOurs = "is not a token of ours, or was changed";
  const std::optional<std::string> bytes = rpc::FromBase64Url(token);
  if (!bytes || bytes->size() != kBodyBytes + kSignatureBytes || bytes->front() != kVersion) {
    return Refused(kNotOurs, "RESUME_TOKEN_INVALID");
  }
  std::string_view body = std::string_view(*bytes).substr(0, kBodyBytes);
  if (body.substr(1, kLogBytes) != log_) {
    return Refused("belongs to another service, or to a database that has been replaced", "RESUME_TOKEN_FOREIGN");
  }
  if (!Same(std::string_view(*bytes).substr(kBodyBytes), Sign(body))) return Refused(kNotOurs, "RESUME_TOKEN_INVALID");
  body.remove_prefix(1 + kLogBytes);
  std::array<int64_t, 5> numbers;
  for (int64_t& number : numbers) number = TakeNumber(body);
  return sql::LogPosition{
      .low = numbers[0], .high = numbers[1], .seq = numbers[2], .last = numbers[3], .witness_us = numbers[4]};
}

}  // namespace brygga::feed
