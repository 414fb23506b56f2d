#include "common/rpc/auth/local_issuer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/ids/uuid.h"
#include "common/rpc/auth/jose.h"
#include "common/rpc/digest.h"
#include "common/status/check.h"
#include "common/status/macros.h"

namespace brygga::rpc {
namespace {

constexpr char kKeyFile[] = "/issuer.key.json";
constexpr char kJwksFile[] = "/jwks.json";

std::string ReadAll(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Writes `text` beside `path` and puts it in its place, so that a reader sees
// the old file or the new one.
absl::Status WriteFile(const std::string& path, const std::string& text, mode_t mode) {
  const std::string fresh = path + ".new";
  const int fd = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  bool written = fd >= 0 && fchmod(fd, mode) == 0 &&
                 write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  const int error = errno;
  if (fd >= 0) close(fd);
  written = written && rename(fresh.c_str(), path.c_str()) == 0;
  if (!written) return absl::UnavailableError(absl::StrCat("cannot write ", path, ": ", std::strerror(error)));
  return absl::OkStatus();
}

// Holds the folder's lock for as long as it lives.
class FolderLock {
 public:
  explicit FolderLock(const std::string& folder)
      : fd_(open((folder + "/.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (fd_ >= 0) flock(fd_, LOCK_EX);
  }
  ~FolderLock() {
    if (fd_ >= 0) close(fd_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  const int fd_;
};

std::string ToJson(const Jwk& jwk, bool with_private) {
  cjose_err error;
  char* text = cjose_jwk_to_json(jwk.get(), with_private, &error);
  BRYGGA_CHECK(text != nullptr);
  std::string json = text;
  std::free(text);
  return json;
}

absl::Status CreateKeys(const std::string& folder) {
  cjose_err error;
  const Jwk jwk(cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &error));
  if (jwk == nullptr) return absl::InternalError("no key could be made");
  const std::string kid = Sha256Hex(ToJson(jwk, /*with_private=*/false)).substr(0, 16);
  cjose_jwk_set_kid(jwk.get(), kid.data(), kid.size(), &error);
  nlohmann::json entry = nlohmann::json::parse(ToJson(jwk, /*with_private=*/false));
  entry["alg"] = "ES256";
  entry["use"] = "sig";
  const nlohmann::json jwks = {{"keys", nlohmann::json::array({entry})}};
  BRYGGA_RETURN_IF_ERROR(WriteFile(folder + kJwksFile, jwks.dump(2) + "\n", 0644));
  return WriteFile(folder + kKeyFile, ToJson(jwk, /*with_private=*/true) + "\n", 0600);
}

// The claim of one binding.
nlohmann::json ToClaim(const Binding& binding) {
  nlohmann::json claim = {{"role", std::string(NameOf(binding.role))}};
  if (binding.role == Role::kCoordinator) claim["programme"] = binding.resource;
  if (binding.role == Role::kPartnerContact) claim["organisation"] = binding.resource;
  if (binding.role == Role::kParticipant) claim["participant"] = binding.resource;
  return claim;
}

class FileTokens final : public TokenSource {
 public:
  explicit FileTokens(std::string path) : path_(std::move(path)) {}

  std::string Token() const override {
    struct stat now {};
    if (stat(path_.c_str(), &now) != 0) return "";
    const std::lock_guard lock(mutex_);
    if (now.st_mtim.tv_sec != read_.st_mtim.tv_sec || now.st_mtim.tv_nsec != read_.st_mtim.tv_nsec ||
        now.st_ino != read_.st_ino) {
      token_ = std::string(absl::StripAsciiWhitespace(ReadAll(path_)));
      read_ = now;
    }
    return token_;
  }

 private:
  const std::string path_;
  mutable std::mutex mutex_;
  mutable struct stat read_ {};  // Guarded by mutex_.
  mutable std::string token_;    // Guarded by mutex_.
};

}  // namespace

struct LocalIssuer::Key {
  Jwk jwk;
  std::string kid;
  mutable std::mutex mutex;  // cjose counts references without locks.
};

// Mints anew when half of a token's life is over.
class LocalIssuer::Tokens final : public TokenSource {
 public:
  Tokens(std::shared_ptr<const LocalIssuer> issuer, const std::string& service)
      : issuer_(std::move(issuer)), subject_("service:" + service) {}

  std::string Token() const override {
    const absl::Time now = issuer_->clock_.Now();
    const std::lock_guard lock(mutex_);
    if (now >= renew_at_) {
      token_ = issuer_->Mint(subject_, {{.role = Role::kService}}, kLifetime);
      renew_at_ = now + kLifetime / 2;
    }
    return token_;
  }

 private:
  static constexpr absl::Duration kLifetime = absl::Minutes(10);

  const std::shared_ptr<const LocalIssuer> issuer_;  // Shared with whoever else mints.
  const std::string subject_;
  mutable std::mutex mutex_;
  mutable std::string token_;                           // Guarded by mutex_.
  mutable absl::Time renew_at_ = absl::InfinitePast();  // Guarded by mutex_.
};

LocalIssuer::LocalIssuer(std::string folder, std::unique_ptr<Key> key, const Clock& clock)
    : folder_(std::move(folder)), key_(std::move(key)), clock_(clock) {}
LocalIssuer::~LocalIssuer() = default;

absl::StatusOr<std::shared_ptr<const LocalIssuer>> LocalIssuer::OpenOrCreate(const std::string& folder,
                                                                             const Clock& clock) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return absl::UnavailableError(absl::StrCat("cannot make the folder ", folder, ": ", error.message()));
  const FolderLock lock(folder);
  const std::string path = folder + kKeyFile;
  if (!std::filesystem::exists(path)) BRYGGA_RETURN_IF_ERROR(CreateKeys(folder));
  struct stat file {};
  if (stat(path.c_str(), &file) != 0) return absl::UnavailableError(absl::StrCat("cannot read ", path));
  if ((file.st_mode & 077) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(path, " can be read by others; run: chmod 600 ", path));
  }
  const std::string text = ReadAll(path);
  cjose_err jose_error;
  auto key = std::make_unique<Key>();
  key->jwk.reset(cjose_jwk_import(text.data(), text.size(), &jose_error));
  const char* kid = key->jwk == nullptr ? nullptr : cjose_jwk_get_kid(key->jwk.get(), &jose_error);
  if (kid == nullptr) return absl::FailedPreconditionError(absl::StrCat(path, " is not a key of a local issuer"));
  key->kid = kid;
  return std::shared_ptr<const LocalIssuer>(new LocalIssuer(folder, std::move(key), clock));
}

std::string LocalIssuer::Mint(const std::string& subject, const std::vector<Binding>& bindings,
                              absl::Duration lifetime) const {
  const absl::Time now = clock_.Now();
  nlohmann::json claims = {{"iss", kLocalIssuerName},
                           {"aud", jwt_options().audience},
                           {"sub", subject},
                           {"iat", absl::ToUnixSeconds(now)},
                           {"nbf", absl::ToUnixSeconds(now)},
                           {"exp", absl::ToUnixSeconds(now + lifetime)},
                           {"jti", NewUuid(now)},
                           {"brygga", nlohmann::json::array()}};
  for (const Binding& binding : bindings) claims["brygga"].push_back(ToClaim(binding));
  const std::string text = claims.dump();

  const std::lock_guard lock(key_->mutex);
  cjose_err error;
  const JoseHeader header(cjose_header_new(&error));
  cjose_header_set(header.get(), CJOSE_HDR_ALG, CJOSE_HDR_ALG_ES256, &error);
  cjose_header_set(header.get(), CJOSE_HDR_KID, key_->kid.c_str(), &error);
  cjose_header_set(header.get(), "typ", "JWT", &error);
  const Jws jws(cjose_jws_sign(key_->jwk.get(), header.get(), reinterpret_cast<const uint8_t*>(text.data()),
                               text.size(), &error));
  const char* token = nullptr;
  BRYGGA_CHECK(jws != nullptr && cjose_jws_export(jws.get(), &token, &error));
  return token;
}

std::unique_ptr<TokenSource> LocalIssuer::ServiceTokens(const std::string& service) const {
  return std::make_unique<Tokens>(shared_from_this(), service);
}

JwtOptions LocalIssuer::jwt_options() const { return {.jwks_file = folder_ + kJwksFile, .issuer = kLocalIssuerName}; }

std::unique_ptr<TokenSource> TokenFile(const std::string& path) { return std::make_unique<FileTokens>(path); }

}  // namespace brygga::rpc
