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
using testing::IsOk;

const sql::LogIdentity kDatabase = {.database_id = "d", .secret = "s"};
const sql::LogPosition kPlace = {.seen = {.next = 1LL << 40, .running = {3, 4, 1LL << 39}},
                                 .until = sql::LogSnapshot{.next = (1LL << 40) + 9, .running = {4}},
                                 .seq = 3,
                                 .last = 1000,
                                 .witness_us = 5};

TEST(ResumeTokensTest, ATokenStandsForItsPlace) {
  const ResumeTokens tokens("partner", kDatabase);
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  sql::LogPosition largest = {.seen = {.next = kMost}, .until = sql::LogSnapshot{.next = kMost}, .seq = kMost};
  largest.last = largest.witness_us = kMost;
  const sql::LogPosition between = {.seen = {.next = 7, .running = {5}}, .seq = 2, .last = 2, .witness_us = 1};
  for (const sql::LogPosition& place : {kPlace, sql::LogPosition(), largest, between}) {
    const auto read = tokens.ToPosition(tokens.ToToken(place));
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(*read, place);
  }
}

TEST(ResumeTokensTest, TheLongestTokenFitsTheContract) {
  sql::LogPosition busy = kPlace;
  for (sql::LogSnapshot* snapshot : {&busy.seen, &*busy.until}) {
    snapshot->running.clear();
    snapshot->next = 1LL << 45;
    for (size_t i = 0; i < sql::kMostRunning; ++i)
      snapshot->running.push_back((1LL << 40) + 500 * static_cast<int64_t>(i));
  }
  const ResumeTokens tokens("partner", kDatabase);
  EXPECT_LE(tokens.ToToken(busy).size(), 4000u);
  EXPECT_THAT(tokens.ToPosition(tokens.ToToken(busy)), IsOk());
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
