#include "services/matching/work/candidate_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/testing/matchers.h"
#include "common/wait/mutex.h"
#include "services/matching/store/fake_ranking_cache.h"

namespace brygga::matching {
namespace {

using testing::HasReason;
using testing::IsOk;
using Known = CandidateCache::Known;

constexpr char kSecret[] = "secret", kRelease[] = "s1";

RankingKey KeyOf(int64_t epoch, const std::string& subject = "p") {
  return {.cohort = CohortId("c"), .epoch = epoch, .subject = ParticipantId(subject), .policy_hash = "h"};
}

Known MadeAt(int64_t epoch, int people = 3) {
  Known known{.key = KeyOf(epoch)};
  known.ranking.total = people;
  for (int i = 0; i < people; ++i) {
    known.ranking.listed.push_back({ParticipantId(absl::StrCat("m", epoch, "-", i)), 1000 - i});
  }
  return known;
}

bool Anything(const Ranking&) { return true; }
bool Nothing(const Ranking&) { return false; }

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

class CandidateCacheTest : public ::testing::Test {
 protected:
  std::unique_ptr<CandidateCache> NewReplica(CandidateCacheOptions options = {},
                                             const std::string& made_by = kRelease) {
    return std::make_unique<CandidateCache>(options, std::make_unique<FakeRankingCache>(state_), kSecret, made_by);
  }
  static CandidateCache::Found Find(CandidateCache& cache, const RankingKey& key) {
    CandidateCache::Found answer;
    cache.Find(key, [&](CandidateCache::Found found) { answer = std::move(found); });
    return answer;
  }
  static CandidateCache::Found Rank(CandidateCache& cache, int64_t epoch, int people = 3) {
    const auto made = cache.Rank(KeyOf(epoch), Soon(), &Anything, [&] { return MadeAt(epoch, people); });
    EXPECT_THAT(made, IsOk());
    return made.value_or(nullptr);
  }
  void Overwrite(const std::string& bytes) {
    const MutexLock lock(&state_->mutex);
    for (auto& [key, value] : state_->kept) value = bytes;
  }

  const std::shared_ptr<FakeRankingCache::State> state_ = std::make_shared<FakeRankingCache::State>();
  const std::unique_ptr<CandidateCache> cache_ = NewReplica();
};

TEST_F(CandidateCacheTest, WhatOneReplicaHasRankedTheOthersFind) {
  const auto other = NewReplica();
  EXPECT_EQ(Find(*other, KeyOf(1)), nullptr);

  Rank(*cache_, 1);

  EXPECT_NE(cache_->InMemory(KeyOf(1), &Anything), nullptr);
  EXPECT_EQ(other->InMemory(KeyOf(1), &Anything), nullptr);
  const auto found = Find(*other, KeyOf(1));
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->ranking, MadeAt(1).ranking);
  EXPECT_NE(other->InMemory(KeyOf(1), &Anything), nullptr);
  EXPECT_EQ(other->count(CacheEvent::kMiss), 1);
  EXPECT_EQ(other->count(CacheEvent::kSharedHit), 1);
  EXPECT_EQ(other->count(CacheEvent::kMemoryHit), 1);
}

// While a release that ranks otherwise is rolled out.
TEST_F(CandidateCacheTest, WhatAnotherReleaseHasRankedNobodyFinds) {
  const auto other = NewReplica({}, "s2");
  Rank(*cache_, 1);

  EXPECT_EQ(Find(*other, KeyOf(1)), nullptr);
  EXPECT_EQ(other->count(CacheEvent::kMiss), 1);
  Rank(*other, 1, 5);
  EXPECT_EQ(Find(*NewReplica(), KeyOf(1))->ranking.total, 3);
}

TEST_F(CandidateCacheTest, AnotherEpochIsAnotherRanking) {
  Rank(*cache_, 1);

  EXPECT_EQ(cache_->InMemory(KeyOf(2), &Anything), nullptr);
  EXPECT_EQ(Find(*cache_, KeyOf(2)), nullptr);
}

TEST_F(CandidateCacheTest, BytesThatNobodySealedUnderThisKeyAreAMiss) {
  Rank(*cache_, 1);
  const std::string foreign = Seal(MadeAt(1).ranking, TextOf(KeyOf(2), kRelease), kSecret);
  for (const std::string& bytes : {std::string(), std::string("nonsense"), std::string(10'000, '\0'), foreign}) {
    Overwrite(bytes);
    EXPECT_EQ(Find(*NewReplica(), KeyOf(1)), nullptr);
  }
}

TEST_F(CandidateCacheTest, ASharedCacheThatDoesNotAnswerIsAMiss) {
  Rank(*cache_, 1);
  {
    const MutexLock lock(&state_->mutex);
    state_->broken = absl::UnavailableError("frozen");
  }
  const auto other = NewReplica();

  EXPECT_EQ(Find(*other, KeyOf(1)), nullptr);
  EXPECT_EQ(other->count(CacheEvent::kUnreachable), 1);
  EXPECT_NE(Rank(*other, 1), nullptr);
}

TEST_F(CandidateCacheTest, ARankingIsKeptUnderTheEpochAtWhichItWasMade) {
  const auto made = cache_->Rank(KeyOf(1), Soon(), &Anything, [] { return MadeAt(2); });

  ASSERT_THAT(made, IsOk());
  EXPECT_EQ((*made)->key.epoch, 2);
  EXPECT_EQ(cache_->InMemory(KeyOf(1), &Anything), nullptr);
  EXPECT_NE(cache_->InMemory(KeyOf(2), &Anything), nullptr);
  EXPECT_EQ(cache_->count(CacheEvent::kStale), 1);
}

TEST_F(CandidateCacheTest, ARankingThatIsTooShortIsMadeAnew) {
  Rank(*cache_, 1, 2);
  const auto two = [](const Ranking& ranking) { return ranking.listed.size() > 2; };
  EXPECT_EQ(cache_->InMemory(KeyOf(1), two), nullptr);

  const auto made = cache_->Rank(KeyOf(1), Soon(), two, [] { return MadeAt(1, 5); });

  EXPECT_EQ((*made)->ranking.listed.size(), 5u);
  EXPECT_NE(cache_->InMemory(KeyOf(1), two), nullptr);
  EXPECT_EQ(cache_->count(CacheEvent::kShort), 1);
}

TEST_F(CandidateCacheTest, APageIsGoodForTheStateThatItWasMadeOf) {
  const Standing standing = {.cohort = {.epoch = 3}, .policy_hash = "h", .availability = 7};
  const auto page = std::make_shared<const std::string>("page");
  cache_->KeepPage("asked", standing, page);

  EXPECT_EQ(cache_->Page("asked", standing), page);
  EXPECT_EQ(cache_->Page("other", standing), nullptr);
  for (const Standing& other : {Standing{.cohort = {.epoch = 4}, .policy_hash = "h", .availability = 7},
                                Standing{.cohort = {.epoch = 3}, .policy_hash = "i", .availability = 7},
                                Standing{.cohort = {.epoch = 3}, .policy_hash = "h", .availability = 8}}) {
    EXPECT_EQ(cache_->Page("asked", other), nullptr);
  }
  EXPECT_EQ(cache_->count(CacheEvent::kPageHit), 1);
}

TEST_F(CandidateCacheTest, PagesAreKeptForAMinuteAndNotWithoutMemory) {
  const Standing standing = {.cohort = {.epoch = 3}, .policy_hash = "h", .availability = 7};
  const auto page = std::make_shared<const std::string>("page");
  for (const CandidateCacheOptions& options :
       {CandidateCacheOptions{.page_ttl = absl::ZeroDuration()}, CandidateCacheOptions{.memory_bytes = 0},
        CandidateCacheOptions{.keep_pages = KeepPages::kNo}}) {
    const auto cache = NewReplica(options);
    cache->KeepPage("asked", standing, page);
    EXPECT_EQ(cache->Page("asked", standing), nullptr);
  }
}

// Also what nobody asks for again: it says something of people.
TEST_F(CandidateCacheTest, WhatHasHadItsTimeIsForgottenAtTheNextSweepOrPage) {
  const Standing standing = {.cohort = {.epoch = 3}, .policy_hash = "h", .availability = 7};
  const auto cache = NewReplica({.ttl = absl::Minutes(10), .page_ttl = absl::Milliseconds(20)});
  Rank(*cache, 1);
  const size_t ranking = cache->bytes();
  cache->KeepPage("asked", standing, std::make_shared<const std::string>(5000, 'x'));
  EXPECT_GT(cache->bytes(), ranking + 5000);
  absl::SleepFor(absl::Milliseconds(21));

  cache->Sweep();

  EXPECT_EQ(cache->bytes(), ranking);

  cache->KeepPage("asked", standing, std::make_shared<const std::string>(5000, 'x'));
  absl::SleepFor(absl::Milliseconds(21));
  cache->KeepPage("other", standing, std::make_shared<const std::string>("y"));
  EXPECT_LT(cache->bytes(), ranking + 5000);
}

TEST_F(CandidateCacheTest, AStampedeComputesOnce) {
  constexpr int kCallers = 16;
  std::atomic<int> computed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kCallers; ++i) {
    threads.emplace_back([&] {
      const auto made = cache_->Rank(KeyOf(1), Soon(), &Anything, [&]() -> absl::StatusOr<Known> {
        ++computed;
        // Until all the others wait for it.
        while (cache_->count(CacheEvent::kJoined) < kCallers - 1) absl::SleepFor(absl::Milliseconds(1));
        return MadeAt(1);
      });
      EXPECT_THAT(made, IsOk());
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(computed, 1);
}

TEST_F(CandidateCacheTest, WhoComputesAndFailsFailsAlone) {
  constexpr int kCallers = 8;
  std::atomic<int> tries = 0, failed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kCallers; ++i) {
    threads.emplace_back([&] {
      const auto made = cache_->Rank(KeyOf(1), Soon(), &Anything, [&]() -> absl::StatusOr<Known> {
        if (++tries > 1) return MadeAt(1);
        while (cache_->count(CacheEvent::kJoined) < kCallers - 1) absl::SleepFor(absl::Milliseconds(1));
        return absl::UnavailableError("the database is away");
      });
      if (!made.ok()) ++failed;
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(failed, 1);
  EXPECT_EQ(tries, 2);
}

TEST_F(CandidateCacheTest, NobodyWaitsForAnotherBeyondTheirDeadline) {
  Notification begun, over;
  std::thread leader([&] {
    EXPECT_THAT(cache_->Rank(KeyOf(1), Soon(), &Anything,
                             [&]() -> absl::StatusOr<Known> {
                               begun.Notify();
                               over.WaitForNotification();
                               return MadeAt(1);
                             }),
                IsOk());
  });
  begun.WaitForNotification();

  const auto late = cache_->Rank(KeyOf(1), absl::Now() + absl::Milliseconds(20), &Anything, [] { return MadeAt(1); });

  EXPECT_THAT(late, HasReason("DEADLINE_EXCEEDED"));
  over.Notify();
  leader.join();
}

// A write comes between the reading of the database and the set. With the epoch
// in the key nobody who reads later finds what was ranked before; without it they
// do, which is what it is there for.
TEST_F(CandidateCacheTest, AStaleSetIsReadByNobody) {
  for (const EpochInKey in_key : {EpochInKey::kYes, EpochInKey::kNo}) {
    std::atomic<int64_t> epoch = 1;
    const auto writer = NewReplica({.epoch_in_key = in_key});
    const auto reader = NewReplica({.epoch_in_key = in_key});
    const RankingKey read = KeyOf(epoch);

    ASSERT_THAT(writer->Rank(read, Soon(), &Anything,
                             [&]() -> absl::StatusOr<Known> {
                               Known old = MadeAt(epoch);
                               ++epoch;  // Acknowledged now, before the set.
                               return old;
                             }),
                IsOk());

    const auto found = Find(*reader, KeyOf(epoch));
    if (in_key == EpochInKey::kYes) {
      EXPECT_EQ(found, nullptr);
    } else {
      ASSERT_NE(found, nullptr);
      EXPECT_EQ(found->ranking, MadeAt(1).ranking);  // The negative control: it is the old one.
    }
  }
}

TEST_F(CandidateCacheTest, KeepsForTenMinutesGiveOrTakeATenth) {
  absl::Duration least = absl::InfiniteDuration(), most = absl::ZeroDuration();
  for (int epoch = 0; epoch < 200; ++epoch) {
    Rank(*cache_, epoch);
    const MutexLock lock(&state_->mutex);
    least = std::min(least, state_->last_ttl);
    most = std::max(most, state_->last_ttl);
  }

  EXPECT_GE(least, absl::Minutes(9));
  EXPECT_LE(most, absl::Minutes(11));
  EXPECT_GT(most - least, absl::Minutes(1));
}

TEST_F(CandidateCacheTest, ForgetsWhatWasUsedLongestAgo) {
  const auto small = NewReplica({.memory_bytes = 10'000});
  for (int epoch = 0; epoch < 100; ++epoch) Rank(*small, epoch);

  EXPECT_EQ(small->InMemory(KeyOf(0), &Anything), nullptr);
  EXPECT_NE(small->InMemory(KeyOf(99), &Anything), nullptr);
}

TEST_F(CandidateCacheTest, WithoutMemoryAndSharedCacheNothingIsKept) {
  CandidateCache off({.memory_bytes = 0}, nullptr, "", kRelease);
  EXPECT_FALSE(off.on());

  Rank(off, 1);

  EXPECT_EQ(off.InMemory(KeyOf(1), &Anything), nullptr);
  EXPECT_EQ(Find(off, KeyOf(1)), nullptr);
  EXPECT_EQ(off.count(CacheEvent::kRanked), 1);
}

TEST_F(CandidateCacheTest, ARankingThatIsNeverEnoughIsMadeOncePerCall) {
  EXPECT_THAT(cache_->Rank(KeyOf(1), Soon(), &Nothing, [] { return MadeAt(1); }), IsOk());
  EXPECT_THAT(cache_->Rank(KeyOf(1), Soon(), &Nothing, [] { return MadeAt(1); }), IsOk());

  EXPECT_EQ(cache_->count(CacheEvent::kRanked), 2);
}

}  // namespace
}  // namespace brygga::matching
