#include "services/matching/domain/ranking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace brygga::matching {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Optional;

constexpr char kSecret[] = "secret";

RankingKey KeyAt(int64_t epoch) {
  return {.cohort = CohortId("c"), .epoch = epoch, .subject = ParticipantId("p"), .policy_hash = "h"};
}

Ranking Some() {
  Ranking ranking{.total = 7};
  ranking.listed = {{ParticipantId("01890a5d-ac96-774b-bcce-b302099a8057"), 1'000'000},
                    {ParticipantId("01890A5D-AC96-774B-BCCE-B302099A8057"), 999'999},
                    {ParticipantId("m1"), 0}};
  return ranking;
}

TEST(RankingTest, TheKeyNamesEverythingThatTheRankingIsAFunctionOf) {
  EXPECT_EQ(TextOf(KeyAt(12), "s1"), "brygga:cand:1:{c}:e12:p:h:s1");
  EXPECT_EQ(TextOf(KeyAt(12), "s1", EpochInKey::kNo), TextOf(KeyAt(13), "s1", EpochInKey::kNo));
}

TEST(RankingTest, WhatWasSealedComesBackAsItWas) {
  const std::string key = TextOf(KeyAt(1), "s1");
  for (const Ranking& ranking : {Ranking(), Some()}) {
    EXPECT_THAT(Unseal(Seal(ranking, key, kSecret), key, kSecret), Optional(Eq(ranking)));
  }
}

TEST(RankingTest, AListGivesOneAfterTheOtherWhatWasPutIn) {
  std::vector<std::string> ids;
  std::vector<int32_t> scores;
  for (const Ranked& ranked : Some().listed) {
    ids.push_back(ranked.id.value());
    scores.push_back(ranked.score);
  }

  EXPECT_THAT(ids, ElementsAre("01890a5d-ac96-774b-bcce-b302099a8057", "01890A5D-AC96-774B-BCCE-B302099A8057", "m1"));
  EXPECT_THAT(scores, ElementsAre(1'000'000, 999'999, 0));
  EXPECT_EQ(RankedList::Of(Some().listed.Packed(2), 3), std::nullopt);
  EXPECT_EQ(RankedList::Of(Some().listed.Packed(2), 2)->size(), 2u);
  EXPECT_TRUE(RankedList().begin() == RankedList().end());
}

// What other versions of this have sealed stays readable.
TEST(RankingTest, TheSealIsHmacSha256) {
  const std::string sealed = Seal(Some(), "key", kSecret);
  const std::string body = sealed.substr(0, sealed.size() - 16);
  for (const std::string& secret : {std::string(kSecret), std::string(64, 's'), std::string(200, 's')}) {
    const std::string text = std::string("key") + '\0' + body;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    ASSERT_NE(HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                   reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &length),
              nullptr);
    EXPECT_EQ(Seal(Some(), "key", secret), body + std::string(reinterpret_cast<const char*>(digest), 16));
  }
}

TEST(RankingTest, AUuidTakesSixteenBytes) {
  Ranking ranking;
  for (int i = 0; i < 100; ++i) {
    ranking.listed.push_back({ParticipantId(absl::StrCat("01890a5d-ac96-774b-bcce-b302099a80", 10 + i % 90)), 500'000});
  }

  EXPECT_LE(Seal(ranking, "key", kSecret).size(), 100u * 20 + 32);
}

TEST(RankingTest, NothingComesBackOfAnotherKeySecretOrByte) {
  const std::string key = TextOf(KeyAt(1), "s1"), sealed = Seal(Some(), key, kSecret);

  EXPECT_EQ(Unseal(sealed, TextOf(KeyAt(2), "s1"), kSecret), std::nullopt);
  EXPECT_EQ(Unseal(sealed, key, "another"), std::nullopt);
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(Unseal(changed, key, kSecret), std::nullopt) << i;
    EXPECT_EQ(Unseal(sealed.substr(0, i), key, kSecret), std::nullopt) << i;
  }
  EXPECT_EQ(Unseal(sealed + sealed, key, kSecret), std::nullopt);
}

TEST(RankingTest, BytesOfAnyKindAreNothing) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random() % 80, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    if (!bytes.empty() && i % 2 == 0) bytes[0] = Seal({}, "", kSecret)[0];
    ASSERT_EQ(Unseal(bytes, "key", kSecret), std::nullopt);
  }
}

TEST(RankingTest, NoMoreIsKeptThanTheMost) {
  Ranking ranking{.total = 10'000};
  for (int i = 0; i < 10'000; ++i) ranking.listed.push_back({ParticipantId(absl::StrCat(i)), i});

  const auto kept = Unseal(Seal(ranking, "key", kSecret), "key", kSecret);

  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->listed.size(), kMostListed);
  EXPECT_EQ(kept->total, 10'000);
  EXPECT_FALSE(kept->complete());
}

}  // namespace
}  // namespace brygga::matching
