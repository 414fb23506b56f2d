// Tokens that hold, and many that must not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "common/rpc/auth/authenticator.h"
#include "common/rpc/auth/jose.h"
#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/digest.h"
#include "common/status/error.h"

namespace brygga::rpc {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1760000000);

// A folder that lives as long as the test.
class Folder {
 public:
  Folder() : path_((std::filesystem::temp_directory_path() / "brygga-jwt-XXXXXX").string()) {
    EXPECT_NE(mkdtemp(path_.data()), nullptr);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string TextOf(const cjose_jwk_t* jwk, bool with_private) {
  cjose_err error;
  char* text = cjose_jwk_to_json(jwk, with_private, &error);
  const std::string copy = text;
  std::free(text);
  return copy;
}

// A key of an issuer that a test plays.
struct Signer {
  std::string kid;
  std::string algorithm;
  Jwk jwk;

  static Signer Rsa(const std::string& kid, int bits = 2048) {
    cjose_err error;
    static constexpr uint8_t kE[] = {1, 0, 1};
    return {.kid = kid, .algorithm = "RS256", .jwk = Jwk(cjose_jwk_create_RSA_random(bits, kE, sizeof(kE), &error))};
  }
  static Signer Ec(const std::string& kid, cjose_jwk_ec_curve curve = CJOSE_JWK_EC_P_256) {
    cjose_err error;
    return {.kid = kid, .algorithm = "ES256", .jwk = Jwk(cjose_jwk_create_EC_random(curve, &error))};
  }

  json Public() const {
    json entry = json::parse(TextOf(jwk.get(), false));
    entry["kid"] = kid;
    return entry;
  }

  // Signs these very bytes as claims, with the header's members.
  std::string Sign(const json& header, const std::string& claims) const {
    cjose_err error;
    const JoseHeader jose(cjose_header_new(&error));
    for (const auto& [name, value] : header.items()) {
      if (value.is_string()) {
        cjose_header_set(jose.get(), name.c_str(), value.get<std::string>().c_str(), &error);
      } else {
        cjose_header_set_raw(jose.get(), name.c_str(), value.dump().c_str(), &error);
      }
    }
    const Jws jws(
        cjose_jws_sign(jwk.get(), jose.get(), reinterpret_cast<const uint8_t*>(claims.data()), claims.size(), &error));
    const char* text = nullptr;
    if (jws == nullptr || !cjose_jws_export(jws.get(), &text, &error)) return "";
    return text;
  }

  json Header() const { return {{"alg", algorithm}, {"kid", kid}, {"typ", "JWT"}}; }
};

std::string HmacToken(const json& header, const json& claims, const std::string& key) {
  const std::string signed_part = ToBase64Url(header.dump()) + "." + ToBase64Url(claims.dump());
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(signed_part.data()), signed_part.size(), mac, &size);
  return signed_part + "." + ToBase64Url(std::string_view(reinterpret_cast<char*>(mac), size));
}

json GoodClaims() {
  const int64_t now = absl::ToUnixSeconds(kNow);
  return {{"iss", "https://issuer.example"},
          {"aud", "brygga"},
          {"sub", "user-1"},
          {"nbf", now - 10},
          {"exp", now + 600},
          {"brygga", json::array({{{"role", "COORDINATOR"}, {"programme", "programmes/p"}}})}};
}

// RSA keys take a while: one pair for all tests.
const Signer& RsaSigner() {
  static const Signer& signer = *new Signer(Signer::Rsa("rsa-1"));
  return signer;
}
const Signer& EcSigner() {
  static const Signer& signer = *new Signer(Signer::Ec("ec-1"));
  return signer;
}

class JwtTest : public ::testing::Test {
 protected:
  JwtTest() { WriteKeys({RsaSigner().Public(), EcSigner().Public()}); }

  void WriteKeys(const std::vector<json>& keys) {
    std::ofstream(folder_ / "jwks.new") << json{{"keys", keys}};
    std::filesystem::rename(folder_ / "jwks.new", folder_ / "jwks.json");
  }

  const Authenticator& Open() {
    auto opened =
        OpenJwtAuthenticator({.jwks_file = folder_ / "jwks.json", .issuer = "https://issuer.example"}, clock_);
    EXPECT_TRUE(opened.ok()) << opened.status();
    authenticator_ = *opened;
    return *authenticator_;
  }

  absl::StatusOr<Identity> Judge(const std::string& token) {
    if (authenticator_ == nullptr) Open();
    return authenticator_->Authenticate(token);
  }

  // The reason that the token is refused for, or "".
  std::string Refusal(const std::string& token) {
    const absl::Status status = Judge(token).status();
    if (status.ok()) return "";
    EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
    return ReasonOf(status);
  }

  std::string With(const std::function<void(json&)>& change, const Signer& signer = EcSigner()) {
    json claims = GoodClaims();
    change(claims);
    return signer.Sign(signer.Header(), claims.dump());
  }

  const Folder folder_;
  ManualClock clock_{kNow};
  std::shared_ptr<const Authenticator> authenticator_;
};

TEST_F(JwtTest, ATokenOfEitherAlgorithmSaysWhoCalls) {
  const Identity expected{.subject = "user-1", .bindings = {{Role::kCoordinator, "programmes/p"}}};

  EXPECT_EQ(*Judge(With([](json&) {}, RsaSigner())), expected);
  EXPECT_EQ(*Judge(With([](json&) {}, EcSigner())), expected);
}

TEST_F(JwtTest, EveryRoleIsRead) {
  const auto token = With([](json& claims) {
    claims["brygga"] = json::array({{{"role", "ADMIN"}},
                                    {{"role", "PARTNER_CONTACT"}, {"organisation", "organisations/o"}},
                                    {{"role", "PARTICIPANT"}, {"participant", "participants/x"}}});
  });

  EXPECT_EQ(Judge(token)->bindings, (std::vector<Binding>{{.role = Role::kAdmin},
                                                          {Role::kPartnerContact, "organisations/o"},
                                                          {Role::kParticipant, "participants/x"}}));
}

TEST_F(JwtTest, AServiceIsAServiceByNameAndRole) {
  const auto token = With([](json& claims) {
    claims["sub"] = "service:matching";
    claims["brygga"] = json::array({{{"role", "SERVICE"}}});
  });

  EXPECT_TRUE(Judge(token)->IsAdminOrService());
}

TEST_F(JwtTest, TheLeewayIsAMinute) {
  const auto expired = [&](int seconds) {
    return Refusal(With([&](json& claims) { claims["exp"] = absl::ToUnixSeconds(kNow) - seconds; }));
  };
  const auto early = [&](int seconds) {
    return Refusal(With([&](json& claims) { claims["nbf"] = absl::ToUnixSeconds(kNow) + seconds; }));
  };

  EXPECT_EQ(expired(59), "");
  EXPECT_EQ(expired(60), "TOKEN_EXPIRED");
  EXPECT_EQ(early(60), "");
  EXPECT_EQ(early(61), "TOKEN_INVALID");
}

TEST_F(JwtTest, AnAudienceMayBeOneOfSeveral) {
  EXPECT_EQ(Refusal(With([](json& claims) { claims["aud"] = json::array({"x", "brygga"}); })), "");
}

// The bad ones.

struct BadToken {
  const char* name;
  std::function<std::string(const Signer& rsa, const Signer& ec)> make;
};

std::string WithClaims(const Signer& signer, const std::function<void(json&)>& change) {
  json claims = GoodClaims();
  change(claims);
  return signer.Sign(signer.Header(), claims.dump());
}

std::string WithHeader(const Signer& signer, const std::function<void(json&)>& change) {
  json header = signer.Header();
  change(header);
  return signer.Sign(header, GoodClaims().dump());
}

// A header that the library would not write, on the signature of another.
std::string WithRawHeader(const Signer& signer, const std::string& header) {
  const std::string good = signer.Sign(signer.Header(), GoodClaims().dump());
  return ToBase64Url(header) + good.substr(good.find('.'));
}

std::string Unsigned(const json& header) {
  return ToBase64Url(header.dump()) + "." + ToBase64Url(GoodClaims().dump()) + ".";
}

std::string Claim(const Signer& ec, const char* name, const json& value) {
  return WithClaims(ec, [&](json& claims) { claims[name] = value; });
}

std::string Roles(const Signer& ec, const json& roles) { return Claim(ec, "brygga", roles); }

std::vector<BadToken> BadTokens() {
  using S = const Signer&;
  return {
      {"empty", [](S, S) { return ""; }},
      {"words", [](S, S) { return "not a token"; }},
      {"one_part", [](S, S ec) { return WithClaims(ec, [](json&) {}).substr(0, 40); }},
      {"two_parts", [](S, S) { return "e30.e30"; }},
      {"four_parts", [](S, S ec) { return WithClaims(ec, [](json&) {}) + ".e30"; }},
      {"five_parts_as_encrypted", [](S, S) { return "e30.e30.e30.e30.e30"; }},
      {"empty_parts", [](S, S) { return ".."; }},
      {"one_megabyte", [](S, S ec) { return WithClaims(ec, [](json& c) { c["x"] = std::string(1 << 20, 'x'); }); }},
      {"nine_kilobytes", [](S, S ec) { return WithClaims(ec, [](json& c) { c["x"] = std::string(9 << 10, 'x'); }); }},
      {"spaces_around", [](S, S ec) { return " " + WithClaims(ec, [](json&) {}); }},
      {"newline_after", [](S, S ec) { return WithClaims(ec, [](json&) {}) + "\n"; }},
      {"padding", [](S, S ec) { return WithClaims(ec, [](json&) {}) + "=="; }},
      {"standard_base64",
       [](S, S ec) {
         std::string token = WithClaims(ec, [](json&) {});
         const size_t signature = token.rfind('.') + 1;
         token[signature] = '+';
         return token;
       }},
      {"null_byte", [](S, S ec) { return WithClaims(ec, [](json&) {}) + std::string(1, '\0'); }},
      {"alg_none",
       [](S, S) {
         return Unsigned({{"alg", "none"}, {"kid", "ec-1"}});
       }},
      {"alg_None",
       [](S, S) {
         return Unsigned({{"alg", "None"}, {"kid", "ec-1"}});
       }},
      {"alg_NONE",
       [](S, S) {
         return Unsigned({{"alg", "NONE"}, {"kid", "ec-1"}});
       }},
      {"alg_nOnE",
       [](S, S) {
         return Unsigned({{"alg", "nOnE"}, {"kid", "ec-1"}});
       }},
      {"alg_missing", [](S, S ec) { return WithRawHeader(ec, R"({"kid":"ec-1"})"); }},
      {"alg_empty", [](S, S ec) { return WithRawHeader(ec, R"({"alg":"","kid":"ec-1"})"); }},
      {"alg_null", [](S, S ec) { return WithRawHeader(ec, R"({"alg":null,"kid":"ec-1"})"); }},
      {"alg_number", [](S, S ec) { return WithRawHeader(ec, R"({"alg":256,"kid":"ec-1"})"); }},
      {"alg_list", [](S, S ec) { return WithRawHeader(ec, R"({"alg":["ES256"],"kid":"ec-1"})"); }},
      {"alg_lower_case", [](S, S ec) { return WithRawHeader(ec, R"({"alg":"es256","kid":"ec-1"})"); }},
      {"signature_empty", [](S, S ec) { return Unsigned(ec.Header()); }},
      {"hs256_with_the_public_key",
       [](S rsa, S) {
         return HmacToken({{"alg", "HS256"}, {"kid", "rsa-1"}}, GoodClaims(), rsa.Public().dump());
       }},
      {"hs256_with_the_modulus",
       [](S rsa, S) {
         return HmacToken({{"alg", "HS256"}, {"kid", "rsa-1"}}, GoodClaims(), rsa.Public()["n"]);
       }},
      {"hs256_with_nothing",
       [](S, S) {
         return HmacToken({{"alg", "HS256"}, {"kid", "rsa-1"}}, GoodClaims(), "");
       }},
      {"hmac_called_rs256",
       [](S rsa, S) {
         return HmacToken({{"alg", "RS256"}, {"kid", "rsa-1"}}, GoodClaims(), rsa.Public().dump());
       }},
      {"rs384", [](S rsa, S) { return WithHeader(rsa, [](json& h) { h["alg"] = "RS384"; }); }},
      {"rs512", [](S rsa, S) { return WithHeader(rsa, [](json& h) { h["alg"] = "RS512"; }); }},
      {"ps256", [](S rsa, S) { return WithHeader(rsa, [](json& h) { h["alg"] = "PS256"; }); }},
      {"es256_with_an_rsa_kid", [](S, S ec) { return WithHeader(ec, [](json& h) { h["kid"] = "rsa-1"; }); }},
      {"rs256_with_an_ec_kid", [](S rsa, S) { return WithHeader(rsa, [](json& h) { h["kid"] = "ec-1"; }); }},
      {"another_key_of_that_kid", [](S, S) { return WithClaims(Signer::Ec("ec-1"), [](json&) {}); }},
      {"kid_unknown", [](S, S) { return WithClaims(Signer::Ec("ec-2"), [](json&) {}); }},
      {"kid_missing",
       [](S, S ec) {
         return ec.Sign({{"alg", "ES256"}}, GoodClaims().dump());
       }},
      {"kid_empty", [](S, S ec) { return WithHeader(ec, [](json& h) { h["kid"] = ""; }); }},
      {"kid_number", [](S, S ec) { return WithRawHeader(ec, R"({"alg":"ES256","kid":1})"); }},
      {"kid_path", [](S, S ec) { return WithHeader(ec, [](json& h) { h["kid"] = "../../dev/null"; }); }},
      {"kid_sql", [](S, S ec) { return WithHeader(ec, [](json& h) { h["kid"] = "' OR '1'='1"; }); }},
      {"kid_long", [](S, S ec) { return WithHeader(ec, [](json& h) { h["kid"] = std::string(300, 'k'); }); }},
      {"jwk_of_the_attacker",
       [](S, S) {
         const Signer own = Signer::Ec("ec-1");
         json header = own.Header();
         header["jwk"] = own.Public();
         return own.Sign(header, GoodClaims().dump());
       }},
      {"jwk_even_when_well_signed", [](S, S ec) { return WithHeader(ec, [&](json& h) { h["jwk"] = ec.Public(); }); }},
      {"jku", [](S, S ec) { return WithHeader(ec, [](json& h) { h["jku"] = "https://evil.example/jwks"; }); }},
      {"x5u", [](S, S ec) { return WithHeader(ec, [](json& h) { h["x5u"] = "https://evil.example/cert"; }); }},
      {"x5c", [](S, S ec) { return WithHeader(ec, [](json& h) { h["x5c"] = json::array({"AA"}); }); }},
      {"crit_unknown", [](S, S ec) { return WithHeader(ec, [](json& h) { h["crit"] = json::array({"exp"}); }); }},
      {"crit_empty", [](S, S ec) { return WithHeader(ec, [](json& h) { h["crit"] = json::array(); }); }},
      {"b64_false", [](S, S ec) { return WithHeader(ec, [](json& h) { h["b64"] = "false"; }); }},
      {"typ_other", [](S, S ec) { return WithHeader(ec, [](json& h) { h["typ"] = "logout+jwt"; }); }},
      {"header_no_object", [](S, S ec) { return WithRawHeader(ec, "[]"); }},
      {"header_no_json", [](S, S ec) { return WithRawHeader(ec, "{alg:ES256}"); }},
      {"header_twice_alg", [](S, S ec) { return WithRawHeader(ec, R"({"alg":"none","alg":"ES256","kid":"ec-1"})"); }},
      {"header_null_byte",
       [](S, S ec) { return WithRawHeader(ec, std::string(R"({"alg":"ES256","kid":"ec-1"})") + '\0'); }},
      {"header_trailing", [](S, S ec) { return WithRawHeader(ec, R"({"alg":"ES256","kid":"ec-1"}x)"); }},
      {"claims_changed",
       [](S, S ec) {
         const std::string good = WithClaims(ec, [](json&) {});
         json claims = GoodClaims();
         claims["sub"] = "user-2";
         return good.substr(0, good.find('.') + 1) + ToBase64Url(claims.dump()) + good.substr(good.rfind('.'));
       }},
      {"signature_changed",
       [](S, S ec) {
         std::string token = WithClaims(ec, [](json&) {});
         char& c = token[token.rfind('.') + 5];
         c = c == 'A' ? 'B' : 'A';
         return token;
       }},
      {"signature_of_another",
       [](S, S ec) {
         const std::string one = WithClaims(ec, [](json&) {}), two = WithClaims(ec, [](json&c) { c["sub"] = "u"; });
         return one.substr(0, one.rfind('.')) + two.substr(two.rfind('.'));
       }},
      {"signature_of_zeros",
       [](S, S ec) {
         const std::string good = WithClaims(ec, [](json&) {});
         return good.substr(0, good.rfind('.') + 1) + ToBase64Url(std::string(64, '\0'));
       }},
      {"claims_no_json", [](S, S ec) { return ec.Sign(ec.Header(), "hello"); }},
      {"claims_null_byte", [](S, S ec) { return ec.Sign(ec.Header(), GoodClaims().dump() + '\0'); }},
      {"claims_no_object", [](S, S ec) { return ec.Sign(ec.Header(), "[]"); }},
      {"claims_empty", [](S, S ec) { return ec.Sign(ec.Header(), "{}"); }},
      {"claims_twice_sub",
       [](S, S ec) {
         std::string claims = GoodClaims().dump();
         claims.insert(1, R"("sub":"user-2",)");
         return ec.Sign(ec.Header(), claims);
       }},
      {"claims_twice_in_depth",
       [](S, S ec) {
         json claims = GoodClaims();
         claims.erase("brygga");
         std::string text = claims.dump();
         text.insert(1, R"("brygga":[{"role":"ADMIN","role":"SERVICE"}],)");
         return ec.Sign(ec.Header(), text);
       }},
      {"claims_too_deep",
       [](S, S ec) { return Claim(ec, "x", json::parse(std::string(50, '[') + std::string(50, ']'))); }},
      {"claims_not_utf8",
       [](S, S ec) {
         std::string claims = GoodClaims().dump();
         claims.insert(1, "\"x\":\"\xff\",");
         return ec.Sign(ec.Header(), claims);
       }},
      {"iss_other", [](S, S ec) { return Claim(ec, "iss", "https://evil.example"); }},
      {"iss_missing", [](S, S ec) { return WithClaims(ec, [](json& c) { c.erase("iss"); }); }},
      {"iss_prefix", [](S, S ec) { return Claim(ec, "iss", "https://issuer.example/"); }},
      {"iss_list", [](S, S ec) { return Claim(ec, "iss", json::array({"https://issuer.example"})); }},
      {"aud_other", [](S, S ec) { return Claim(ec, "aud", "another"); }},
      {"aud_missing", [](S, S ec) { return WithClaims(ec, [](json& c) { c.erase("aud"); }); }},
      {"aud_empty_list", [](S, S ec) { return Claim(ec, "aud", json::array()); }},
      {"aud_object",
       [](S, S ec) {
         return Claim(ec, "aud", {{"brygga", true}});
       }},
      {"aud_mixed_list",
       [](S, S ec) {
         return Claim(ec, "aud", json::array({"brygga", 1}));
       }},
      {"exp_missing", [](S, S ec) { return WithClaims(ec, [](json& c) { c.erase("exp"); }); }},
      {"exp_text", [](S, S ec) { return Claim(ec, "exp", "9999999999"); }},
      {"exp_null", [](S, S ec) { return Claim(ec, "exp", nullptr); }},
      {"exp_negative", [](S, S ec) { return Claim(ec, "exp", -1); }},
      {"exp_huge", [](S, S ec) { return Claim(ec, "exp", 1e300); }},
      {"nbf_missing", [](S, S ec) { return WithClaims(ec, [](json& c) { c.erase("nbf"); }); }},
      {"nbf_far", [](S, S ec) { return Claim(ec, "nbf", absl::ToUnixSeconds(kNow) + 3600); }},
      {"nbf_text", [](S, S ec) { return Claim(ec, "nbf", "0"); }},
      {"iat_text", [](S, S ec) { return Claim(ec, "iat", "now"); }},
      {"sub_missing", [](S, S ec) { return WithClaims(ec, [](json& c) { c.erase("sub"); }); }},
      {"sub_empty", [](S, S ec) { return Claim(ec, "sub", ""); }},
      {"sub_number", [](S, S ec) { return Claim(ec, "sub", 1); }},
      {"sub_long", [](S, S ec) { return Claim(ec, "sub", std::string(256, 's')); }},
      {"sub_newline", [](S, S ec) { return Claim(ec, "sub", "a\nb"); }},
      {"sub_anonymous", [](S, S ec) { return Claim(ec, "sub", "anonymous"); }},
      {"sub_of_a_service", [](S, S ec) { return Claim(ec, "sub", "service:matching"); }},
      {"service_role_of_a_person",
       [](S, S ec) {
         return Roles(ec, json::array({{{"role", "SERVICE"}}}));
       }},
      {"roles_missing", [](S, S ec) { return WithClaims(ec, [](json& c) { c.erase("brygga"); }); }},
      {"roles_empty", [](S, S ec) { return Roles(ec, json::array()); }},
      {"roles_object",
       [](S, S ec) {
         return Roles(ec, {{"role", "ADMIN"}});
       }},
      {"roles_texts", [](S, S ec) { return Roles(ec, json::array({"ADMIN"})); }},
      {"roles_many",
       [](S, S ec) {
         return Roles(ec, json(std::vector<json>(65, json{{"role", "ADMIN"}})));
       }},
      {"role_unknown",
       [](S, S ec) {
         return Roles(ec, json::array({{{"role", "ROOT"}}}));
       }},
      {"role_lower_case",
       [](S, S ec) {
         return Roles(ec, json::array({{{"role", "admin"}}}));
       }},
      {"role_anonymous",
       [](S, S ec) {
         return Roles(ec, json::array({{{"role", "ANONYMOUS"}}}));
       }},
      {"role_unbound",
       [](S, S ec) {
         return Roles(ec, json::array({{{"role", "COORDINATOR"}}}));
       }},
      {"role_bound_to_another_kind",
       [](S, S ec) {
         return Roles(ec, json::array({{{"role", "COORDINATOR"}, {"programme", "organisations/o"}}}));
       }},
      {"role_bound_by_another_name",
       [](S, S ec) {
         return Roles(ec, json::array({{{"role", "COORDINATOR"}, {"organisation", "programmes/p"}}}));
       }},
      {"role_bound_to_all",
       [](S, S ec) {
         return Roles(ec, json::array({{{"role", "COORDINATOR"}, {"programme", "programmes/*"}}}));
       }},
      {"role_bound_to_nothing",
       [](S, S ec) {
         return Roles(ec, json::array({{{"role", "COORDINATOR"}, {"programme", ""}}}));
       }},
      {"role_with_more",
       [](S, S ec) {
         return Roles(ec, json::array({{{"role", "ADMIN"}, {"programme", "programmes/p"}}}));
       }},
  };
}

class BadTokenTest : public JwtTest, public ::testing::WithParamInterface<BadToken> {};

TEST_P(BadTokenTest, IsRefusedWithoutAWordOfIt) {
  const std::string token = GetParam().make(RsaSigner(), EcSigner());
  ASSERT_EQ(token.empty(), std::string(GetParam().name) == "empty");

  const absl::Status status = Judge(token).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(ReasonOf(status), "TOKEN_INVALID");
  for (const char* word : {"evil", "user-", "OR '1'", "programmes/"}) {
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr(word)));
  }
}

INSTANTIATE_TEST_SUITE_P(Tokens, BadTokenTest, ::testing::ValuesIn(BadTokens()),
                         [](const auto& info) { return std::string(info.param.name); });

// The cache.

TEST_F(JwtTest, AVerifiedTokenStillExpires) {
  const std::string token = With([](json&) {});
  EXPECT_EQ(Refusal(token), "");

  clock_.Advance(absl::Seconds(659));
  EXPECT_EQ(Refusal(token), "");
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Refusal(token), "TOKEN_EXPIRED");
}

TEST_F(JwtTest, ManyTokensDoNotGrowTheCacheWithoutBound) {
  authenticator_ = *OpenJwtAuthenticator(
      {.jwks_file = folder_ / "jwks.json", .issuer = "https://issuer.example", .cache_size = 2}, clock_);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Refusal(With([&](json& claims) { claims["sub"] = "user-" + std::to_string(i); })), "");
  }
}

// Rotation.

TEST_F(JwtTest, AKeyThatJoinsIsMetAtOnce) {
  EXPECT_EQ(Refusal(With([](json&) {})), "");
  const Signer fresh = Signer::Ec("ec-2");
  const std::string token = With([](json&) {}, fresh);
  EXPECT_EQ(Refusal(token), "TOKEN_INVALID");

  WriteKeys({RsaSigner().Public(), EcSigner().Public(), fresh.Public()});

  EXPECT_EQ(Refusal(token), "");
  EXPECT_EQ(Refusal(With([](json&) {})), "");
}

TEST_F(JwtTest, AKeyThatIsTakenBackTakesItsTokensWithIt) {
  const std::string token = With([](json&) {});
  EXPECT_EQ(Refusal(token), "");

  WriteKeys({RsaSigner().Public()});
  clock_.Advance(absl::Seconds(30));

  EXPECT_EQ(Refusal(token), "TOKEN_INVALID");
}

TEST_F(JwtTest, AFileThatIsBrokenOrGoneLeavesTheKeysAsTheyWere) {
  EXPECT_EQ(Refusal(With([](json&) {})), "");
  std::ofstream(folder_ / "jwks.json") << "{";
  clock_.Advance(absl::Seconds(31));
  EXPECT_EQ(Refusal(With([](json& claims) { claims["sub"] = "user-2"; })), "");

  std::filesystem::remove(folder_ / "jwks.json");
  clock_.Advance(absl::Seconds(31));
  EXPECT_EQ(Refusal(With([](json& claims) { claims["sub"] = "user-3"; })), "");
}

TEST_F(JwtTest, KeysThatWeCannotUseAreSkipped) {
  const Signer weak = Signer::Rsa("weak", 1024), curve = Signer::Ec("p384", CJOSE_JWK_EC_P_384);
  json for_encryption = EcSigner().Public();
  for_encryption["kid"] = "enc";
  for_encryption["use"] = "enc";
  json nameless = EcSigner().Public();
  nameless.erase("kid");
  const json okp = {{"kty", "OKP"}, {"crv", "Ed25519"}, {"kid", "okp"}, {"x", "AA"}};
  const json symmetric = {{"kty", "oct"}, {"kid", "oct"}, {"k", "AAAA"}};
  WriteKeys({weak.Public(), curve.Public(), for_encryption, nameless, okp, symmetric, json("x"), EcSigner().Public()});

  EXPECT_EQ(Refusal(With([](json&) {})), "");
  EXPECT_EQ(Refusal(With([](json&) {}, weak)), "TOKEN_INVALID");
  const Signer enc{.kid = "enc", .algorithm = "ES256", .jwk = Jwk(cjose_jwk_retain(EcSigner().jwk.get(), nullptr))};
  EXPECT_EQ(Refusal(With([](json&) {}, enc)), "TOKEN_INVALID");
  EXPECT_EQ(Refusal(HmacToken({{"alg", "HS256"}, {"kid", "oct"}}, GoodClaims(), std::string(3, '\0'))),
            "TOKEN_INVALID");
}

TEST_F(JwtTest, WithoutAUsableKeyThereIsNoAuthenticator) {
  const auto open = [&](const std::string& text) {
    std::ofstream(folder_ / "other.json") << text;
    return OpenJwtAuthenticator({.jwks_file = folder_ / "other.json", .issuer = "x"}, clock_).status().code();
  };

  EXPECT_EQ(open("{}"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(open("[]"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(open("{\"keys\":[]}"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(open("not json"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenJwtAuthenticator({.jwks_file = folder_ / "none.json", .issuer = "x"}, clock_).status().code(),
            absl::StatusCode::kNotFound);
}

// The local issuer.

TEST(LocalIssuerTest, WhatItMintsHolds) {
  const Folder folder;
  const auto issuer = LocalIssuer::OpenOrCreate(folder / "issuer");
  ASSERT_TRUE(issuer.ok()) << issuer.status();
  const auto authenticator = OpenJwtAuthenticator((*issuer)->jwt_options());
  ASSERT_TRUE(authenticator.ok()) << authenticator.status();

  for (const Identity& identity :
       {Identity{.subject = "admin", .bindings = {{.role = Role::kAdmin}}},
        Identity{.subject = "c",
        .bindings = {{Role::kCoordinator, "programmes/p"}, {Role::kCoordinator, "programmes/q"}}},
        Identity{.subject = "o", .bindings = {{Role::kPartnerContact, "organisations/o"}}},
        Identity{.subject = "x", .bindings = {{Role::kParticipant, "participants/x"}}}}) {
    EXPECT_EQ(*(*authenticator)->Authenticate((*issuer)->Mint(identity)), identity);
  }
}

TEST(LocalIssuerTest, AServicesTokensAreRenewedInTime) {
  const Folder folder;
  ManualClock clock(kNow);
  const auto issuer = *LocalIssuer::OpenOrCreate(folder.path(), clock);
  const auto authenticator = *OpenJwtAuthenticator(issuer->jwt_options(), clock);
  const auto tokens = issuer->ServiceTokens("matching");
  const std::string first = tokens->Token();

  EXPECT_EQ(authenticator->Authenticate(first)->subject, "service:matching");
  EXPECT_EQ(tokens->Token(), first);
  for (int i = 0; i < 60; ++i) {
    clock.Advance(absl::Minutes(1));
    EXPECT_TRUE(authenticator->Authenticate(tokens->Token()).ok());
  }
  EXPECT_NE(tokens->Token(), first);
}

TEST(LocalIssuerTest, ItsKeyIsForItsOwnerAlone) {
  const Folder folder;
  ASSERT_TRUE(LocalIssuer::OpenOrCreate(folder.path()).ok());
  struct stat file {};
  ASSERT_EQ(stat((folder / "issuer.key.json").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);

  chmod((folder / "issuer.key.json").c_str(), 0644);

  EXPECT_EQ(LocalIssuer::OpenOrCreate(folder.path()).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(LocalIssuerTest, ThePublicKeysHoldNothingPrivate) {
  const Folder folder;
  ASSERT_TRUE(LocalIssuer::OpenOrCreate(folder.path()).ok());
  json jwks;
  std::ifstream(folder / "jwks.json") >> jwks;

  EXPECT_FALSE(jwks["keys"][0].contains("d"));
  EXPECT_EQ(jwks["keys"][0]["alg"], "ES256");
}

TEST(LocalIssuerTest, WhoeverOpensItUsesTheSameKeys) {
  const Folder folder;
  std::vector<std::shared_ptr<const LocalIssuer>> issuers(8);
  std::vector<std::thread> threads;
  for (auto& issuer : issuers) {
    threads.emplace_back([&] { issuer = *LocalIssuer::OpenOrCreate(folder.path()); });
  }
  for (auto& thread : threads) thread.join();
  const auto authenticator = *OpenJwtAuthenticator(issuers[0]->jwt_options());
  for (const auto& issuer : issuers) {
    EXPECT_TRUE(authenticator->Authenticate(issuer->Mint("a", {{.role = Role::kAdmin}})).ok());
  }
}

TEST(TokenFileTest, ATokenIsReadAgainWhenItsFileChanges) {
  const Folder folder;
  const auto tokens = TokenFile(folder / "token");
  EXPECT_EQ(tokens->Token(), "");

  std::ofstream(folder / "token") << "first\n";
  EXPECT_EQ(tokens->Token(), "first");
  std::ofstream(folder / "next") << "second\n";
  std::filesystem::rename(folder / "next", folder / "token");
  EXPECT_EQ(tokens->Token(), "second");
}

}  // namespace
}  // namespace brygga::rpc
