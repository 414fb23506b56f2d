#include <sys/stat.h>

#include <cstring>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/auth/authenticator.h"
#include "common/rpc/auth/claims.h"
#include "common/rpc/auth/key_set.h"
#include "common/rpc/digest.h"
#include "common/status/macros.h"

namespace brygga::rpc {
namespace {

// What a verified token said, by the SHA-256 of its text, so that its bytes are
// kept nowhere. Forgets the one unused for longest. Not thread-safe.
class VerifiedTokens {
 public:
  explicit VerifiedTokens(size_t capacity) : capacity_(capacity) {}

  const Claims* Find(const Digest& digest) {
    const auto found = by_digest_.find(digest);
    if (found == by_digest_.end()) return nullptr;
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    return &found->second->second;
  }

  void Add(const Digest& digest, Claims claims) {
    if (capacity_ == 0 || by_digest_.contains(digest)) return;
    by_use_.emplace_front(digest, std::move(claims));
    by_digest_[digest] = by_use_.begin();
    if (by_use_.size() > capacity_) {
      by_digest_.erase(by_use_.back().first);
      by_use_.pop_back();
    }
  }

  void Forget(const Digest& digest) {
    const auto found = by_digest_.find(digest);
    if (found == by_digest_.end()) return;
    by_use_.erase(found->second);
    by_digest_.erase(found);
  }

  void Clear() {
    by_digest_.clear();
    by_use_.clear();
  }

 private:
  using Entries = std::list<std::pair<Digest, Claims>>;
  struct FirstBytes {
    size_t operator()(const Digest& digest) const {
      size_t first;
      std::memcpy(&first, digest.data(), sizeof(first));
      return first;
    }
  };

  const size_t capacity_;
  Entries by_use_;
  std::unordered_map<Digest, Entries::iterator, FirstBytes> by_digest_;
};

// The three parts of a compact token, in base64url.
struct Parts {
  std::string_view header, claims, signature;
};

std::optional<Parts> Split(std::string_view token) {
  const size_t first = token.find('.');
  const size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1)};
}

// What tells one version of a file from another.
struct FileStamp {
  int64_t inode = 0, seconds = 0, nanoseconds = 0, size = 0;

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

FileStamp StampOf(const std::string& path) {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0) return {};
  return {.inode = static_cast<int64_t>(file.st_ino),
          .seconds = file.st_mtim.tv_sec,
          .nanoseconds = file.st_mtim.tv_nsec,
          .size = file.st_size};
}

class JwtAuthenticator final : public Authenticator {
 public:
  JwtAuthenticator(JwtOptions options, KeySet keys, const Clock& clock)
      : options_(std::move(options)),
        clock_(clock),
        keys_(std::move(keys)),
        checked_at_(clock.Now()),
        verified_(options_.cache_size) {}

  absl::StatusOr<Identity> Authenticate(std::string_view token) const override {
    if (token.empty() || token.size() > kMaxTokenBytes) return InvalidToken("it is empty or longer than 8 KiB");
    const Digest digest = DigestOf(token);
    const absl::Time now = clock_.Now();
    const std::lock_guard lock(mutex_);
    if (now >= checked_at_ + options_.recheck_after) {
      checked_at_ = now;
      ReloadIfChanged();
    }
    if (const Claims* known = verified_.Find(digest)) {
      if (now < known->expires_at + options_.leeway) return known->identity;
      verified_.Forget(digest);
    }
    BRYGGA_ASSIGN_OR_RETURN(Claims claims, Verify(token, now));
    verified_.Add(digest, claims);
    return std::move(claims.identity);
  }

 private:
  absl::StatusOr<Claims> Verify(std::string_view token, absl::Time now) const {
    const auto parts = Split(token);
    if (!parts) return InvalidToken("it has not the three parts of a JWT");
    const auto header_text = FromBase64Url(parts->header);
    const auto claims_text = FromBase64Url(parts->claims);
    if (!header_text || !claims_text || !FromBase64Url(parts->signature) || parts->signature.empty()) {
      return InvalidToken("its parts are not base64url");
    }
    BRYGGA_ASSIGN_OR_RETURN(const TokenHeader header, ReadHeader(*header_text));
    const KeySet::Key* key = FindKey(header.key_id);
    if (key == nullptr) return InvalidToken("its key (kid) is not one of the issuer's");
    // Each key has one algorithm: what the header says can only agree with it.
    if (key->algorithm != header.algorithm) return InvalidToken("its algorithm is not that of its key");
    cjose_err error;
    const Jws jws(cjose_jws_import(token.data(), token.size(), &error));
    if (jws == nullptr || !cjose_jws_verify(jws.get(), key->jwk.get(), &error)) {
      return InvalidToken("its signature is wrong");
    }
    return ReadClaims(*claims_text, options_, now);
  }

  // A `kid` that is not known may be of a key that has just come.
  const KeySet::Key* FindKey(std::string_view kid) const {
    if (const KeySet::Key* key = keys_.Find(kid)) return key;
    ReloadIfChanged();
    return keys_.Find(kid);
  }

  // Reads the keys again where their file is another than before.
  void ReloadIfChanged() const {
    const FileStamp stamp = StampOf(options_.jwks_file);
    if (stamp == stamp_) return;
    auto fresh = KeySet::Load(options_.jwks_file);
    if (!fresh.ok()) return;  // Half-written, perhaps: the keys we have still hold.
    stamp_ = stamp;
    keys_ = *std::move(fresh);
    verified_.Clear();  // A key that was taken back takes its tokens with it.
  }

  const JwtOptions options_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  // Guarded by mutex_, which is held while a signature is checked: once for
  // each token, because the keys of the library below cannot be shared.
  mutable KeySet keys_;
  mutable FileStamp stamp_;  // Of the file that keys_ came from.
  mutable absl::Time checked_at_;
  mutable VerifiedTokens verified_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const Authenticator>> OpenJwtAuthenticator(JwtOptions options, const Clock& clock) {
  BRYGGA_ASSIGN_OR_RETURN(KeySet keys, KeySet::Load(options.jwks_file));
  return std::make_shared<const JwtAuthenticator>(std::move(options), std::move(keys), clock);
}

}  // namespace brygga::rpc
