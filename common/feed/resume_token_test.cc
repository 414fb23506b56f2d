#include "common/feed/resume_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "common/rpc/digest.h"
#include "common/testing/matchers.h"

namespace brygga::feed {
namespace {

using testing::HasReason;
using testing::IsOkAndHolds;

const sql::LogIdentity kDatabase = {.database_id = "d", .secret = "s"};
constexpr sql::LogPosition kPlace = {.low = 1, .high = 1LL << 40, .seq = 3, .last = 4, .witness_us = 5};

TEST(ResumeTokensTest, ATokenStandsForItsPlace) {
  const ResumeTokens tokens("partner", kDatabase);
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  for (const sql::LogPosition& place : {kPlace, sql::LogPosition(), sql::LogPosition{kMost, kMost, kMost, -1, 0}}) {
    EXPECT_THAT(tokens.ToPosition(tokens.ToToken(place)), IsOkAndHolds(place));
  }
  EXPECT_LE(tokens.ToToken(kPlace).size(), 200u) << "the contract's most";
}

TEST(ResumeTokensTest, AnyChangedByteIsNoticed) {
  const ResumeTokens tokens("partner", kDatabase);
  const std::string bytes = *rpc::FromBase64Url(tokens.ToToken(kPlace));
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (const int bit : {1, 128}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ bit);
      const auto place = tokens.ToPosition(rpc::ToBase64Url(changed));
      const bool names_the_log = i >= 1 && i <= 8;
      EXPECT_THAT(place, HasReason(names_the_log ? "RESUME_TOKEN_FOREIGN" : "RESUME_TOKEN_INVALID")) << i;
    }
  }
}

TEST(ResumeTokensTest, WhatIsNoTokenIsRefused) {
  const ResumeTokens tokens("partner", kDatabase);
  const std::string good = tokens.ToToken(kPlace);
  for (const std::string& bad : {std::string("x"), std::string("!"), good + "A", good.substr(1),
                                 good.substr(0, good.size() - 4), std::string(200, 'A'), std::string("\0\xff", 2)}) {
    EXPECT_THAT(tokens.ToPosition(bad), HasReason("RESUME_TOKEN_INVALID")) << bad;
  }
}

TEST(ResumeTokensTest, TokensOfOthersAreForeign) {
  const std::string token = ResumeTokens("partner", kDatabase).ToToken(kPlace);
  EXPECT_THAT(ResumeTokens("events", kDatabase).ToPosition(token), HasReason("RESUME_TOKEN_FOREIGN"));
  EXPECT_THAT(ResumeTokens("partner", {.database_id = "e", .secret = "s"}).ToPosition(token),
              HasReason("RESUME_TOKEN_FOREIGN"));
}

// The signature is what tells a forger: who knows the names but not the secret
// makes no token.
TEST(ResumeTokensTest, WhoDoesNotKnowTheSecretMakesNoToken) {
  const std::string forged = ResumeTokens("partner", {.database_id = "d", .secret = "guessed"}).ToToken(kPlace);
  EXPECT_THAT(ResumeTokens("partner", kDatabase).ToPosition(forged), HasReason("RESUME_TOKEN_INVALID"));
}

}  // namespace
}  // namespace brygga::feed
