#include "common/rpc/auth/key_set.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"

namespace brygga::rpc {
namespace {

constexpr size_t kLeastRsaBits = 2048;

std::string TextOf(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// The algorithm that `entry` of a JWKS may be used with, or "".
std::string AlgorithmOf(const nlohmann::json& entry) {
  const std::string type = TextOf(entry, "kty"), use = TextOf(entry, "use"), stated = TextOf(entry, "alg");
  if (!use.empty() && use != "sig") return "";
  std::string algorithm;
  if (type == "RSA") algorithm = "RS256";
  if (type == "EC" && TextOf(entry, "crv") == "P-256") algorithm = "ES256";
  return stated.empty() || stated == algorithm ? algorithm : "";
}

std::optional<KeySet::Key> ReadKey(const nlohmann::json& entry) {
  if (!entry.is_object()) return std::nullopt;
  KeySet::Key key{.algorithm = AlgorithmOf(entry)};
  if (key.algorithm.empty() || TextOf(entry, "kid").empty()) return std::nullopt;
  const std::string text = entry.dump();
  cjose_err error;
  key.jwk.reset(cjose_jwk_import(text.data(), text.size(), &error));
  if (key.jwk == nullptr) return std::nullopt;
  if (key.algorithm == "RS256" && cjose_jwk_get_keysize(key.jwk.get(), &error) < kLeastRsaBits) return std::nullopt;
  return key;
}

}  // namespace

absl::StatusOr<KeySet> KeySet::Load(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("the issuer's keys are not at ", path));
  std::stringstream text;
  text << file.rdbuf();
  const auto json = nlohmann::json::parse(text.str(), nullptr, /*allow_exceptions=*/false);
  KeySet set;
  if (json.is_object() && json.contains("keys") && json["keys"].is_array()) {
    for (const auto& entry : json["keys"]) {
      if (auto key = ReadKey(entry)) set.keys_.insert_or_assign(TextOf(entry, "kid"), *std::move(key));
    }
  }
  if (set.keys_.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " holds no key that we can use: a JWKS with RSA (2048 bits or more) or P-256 keys"));
  }
  return set;
}

const KeySet::Key* KeySet::Find(std::string_view kid) const {
  const auto found = keys_.find(kid);
  return found == keys_.end() ? nullptr : &found->second;
}

}  // namespace brygga::rpc
