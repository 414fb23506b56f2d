#include "common/rpc/auth/claims.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ids/resource_name.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::rpc {
namespace {

using nlohmann::json;

constexpr size_t kMaxSubject = 255;
constexpr size_t kMaxBindings = 64;
constexpr int kMaxDepth = 8;

// An object without repeated names and not too deep, or nothing: two readers of
// a repeated name could see two different tokens.
std::optional<json> ParseStrictly(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;  // The parser would stop there.
  std::vector<std::set<std::string>> names;
  bool sound = true;
  const json parsed = json::parse(
      text,
      [&](int depth, json::parse_event_t event, json& value) {
        if (depth > kMaxDepth) sound = false;
        if (event == json::parse_event_t::object_start) names.emplace_back();
        if (event == json::parse_event_t::object_end) names.pop_back();
        if (event == json::parse_event_t::key && !names.back().insert(value.get<std::string>()).second) sound = false;
        return true;  // A part left out would be a second reading of the same text.
      },
      /*allow_exceptions=*/false);
  if (!sound || !parsed.is_object()) return std::nullopt;
  return parsed;
}

std::optional<std::string> Text(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

// A NumericDate (RFC 7519): seconds, maybe with a fraction.
std::optional<absl::Time> Instant(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  const double seconds = found->get<double>();
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 253402300799.0) return std::nullopt;
  return absl::UnixEpoch() + absl::Seconds(seconds);
}

bool IsFor(const json& claims, const std::string& audience) {
  const auto aud = claims.find("aud");
  if (aud == claims.end()) return false;
  if (aud->is_string()) return *aud == audience;
  return aud->is_array() && !aud->empty() &&
         std::all_of(aud->begin(), aud->end(), [](const json& one) { return one.is_string(); }) &&
         std::find(aud->begin(), aud->end(), audience) != aud->end();
}

bool IsPrintable(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

absl::Status CheckTimes(const json& claims, const JwtOptions& options, absl::Time now, absl::Time* expires_at) {
  const auto exp = Instant(claims, "exp");
  const auto nbf = Instant(claims, "nbf");
  if (!exp) return InvalidToken("the claim exp is missing or no time");
  if (!nbf) return InvalidToken("the claim nbf is missing or no time");
  if (claims.contains("iat") && !Instant(claims, "iat")) return InvalidToken("the claim iat is no time");
  if (now >= *exp + options.leeway) {
    return MakeError(absl::StatusCode::kUnauthenticated, "the token has expired; ask its issuer for a new one",
                     {.reason = "TOKEN_EXPIRED"});
  }
  if (now + options.leeway < *nbf) return InvalidToken("the token is not valid yet (nbf)");
  *expires_at = *exp;
  return absl::OkStatus();
}

// One role, what its binding is called in a token, and what it must look like.
struct RoleForm {
  Role role;
  const char* claim;
  const char* pattern;
};
constexpr RoleForm kRoles[] = {{Role::kParticipant, "participant", "participants/*"},
                               {Role::kPartnerContact, "organisation", "organisations/*"},
                               {Role::kCoordinator, "programme", "programmes/*"},
                               {Role::kService, nullptr, nullptr},
                               {Role::kAdmin, nullptr, nullptr}};

std::optional<Binding> ReadBinding(const json& entry) {
  if (!entry.is_object()) return std::nullopt;
  const auto word = Text(entry, "role");
  if (!word) return std::nullopt;
  for (const RoleForm& form : kRoles) {
    if (*word != NameOf(form.role)) continue;
    if (entry.size() != (form.claim == nullptr ? 1u : 2u)) return std::nullopt;
    if (form.claim == nullptr) return Binding{.role = form.role};
    const auto resource = Text(entry, form.claim);
    if (!resource || !MatchesResourceName(form.pattern, *resource)) return std::nullopt;
    return Binding{.role = form.role, .resource = *resource};
  }
  return std::nullopt;
}

absl::Status ReadBindings(const json& claims, std::vector<Binding>* bindings) {
  const auto roles = claims.find("brygga");
  if (roles == claims.end() || !roles->is_array() || roles->empty() || roles->size() > kMaxBindings) {
    return InvalidToken("the claim brygga is not a list of 1 to 64 roles");
  }
  for (const json& entry : *roles) {
    auto binding = ReadBinding(entry);
    if (!binding) {
      return InvalidToken(
          "the claim brygga holds an entry that is not {role} with its programme, organisation or "
          "participant");
    }
    bindings->push_back(*std::move(binding));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status InvalidToken(std::string_view what) {
  return MakeError(absl::StatusCode::kUnauthenticated,
                   absl::StrCat("the token is refused: ", absl::string_view(what.data(), what.size())),
                   {.reason = "TOKEN_INVALID"});
}

absl::StatusOr<TokenHeader> ReadHeader(std::string_view text) {
  const auto header = ParseStrictly(text);
  if (!header) return InvalidToken("its header is not a JSON object with distinct names");
  for (const char* name : {"jwk", "jku", "x5c", "x5u", "crit", "enc", "zip", "b64"}) {
    if (header->contains(name)) return InvalidToken(absl::StrCat("its header holds ", name));
  }
  const auto algorithm = Text(*header, "alg");
  if (!algorithm || (*algorithm != "RS256" && *algorithm != "ES256")) {
    return InvalidToken("its algorithm is neither RS256 nor ES256");
  }
  if (header->contains("typ")) {
    const auto type = Text(*header, "typ");
    if (!type || (*type != "JWT" && *type != "at+jwt")) return InvalidToken("its type is neither JWT nor at+jwt");
  }
  const auto key_id = Text(*header, "kid");
  if (!key_id || key_id->empty() || key_id->size() > 255) return InvalidToken("its header names no key (kid)");
  return TokenHeader{.algorithm = *algorithm, .key_id = *key_id};
}

absl::StatusOr<Claims> ReadClaims(std::string_view text, const JwtOptions& options, absl::Time now) {
  const auto json = ParseStrictly(text);
  if (!json) return InvalidToken("its claims are not a JSON object with distinct names");
  if (Text(*json, "iss") != options.issuer) return InvalidToken("the claim iss names another issuer");
  if (!IsFor(*json, options.audience)) return InvalidToken("the claim aud does not name this service");
  Claims claims;
  BRYGGA_RETURN_IF_ERROR(CheckTimes(*json, options, now, &claims.expires_at));
  const auto subject = Text(*json, "sub");
  if (!subject || subject->empty() || subject->size() > kMaxSubject || !IsPrintable(*subject)) {
    return InvalidToken("the claim sub is missing or no name");
  }
  claims.identity.subject = *subject;
  BRYGGA_RETURN_IF_ERROR(ReadBindings(*json, &claims.identity.bindings));
  const bool is_service_name = subject->rfind("service:", 0) == 0;
  if (is_service_name != claims.identity.HasRole(Role::kService)) {
    return InvalidToken("the role SERVICE and the subject service:NAME belong together");
  }
  if (*subject == Identity{}.subject) return InvalidToken("the claim sub is reserved");
  return claims;
}

}  // namespace brygga::rpc
