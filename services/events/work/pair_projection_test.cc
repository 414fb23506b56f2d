#include "services/events/work/pair_projection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <random>

#include "absl/time/clock.h"
#include "common/feed/fake_feed.h"
#include "common/testing/matchers.h"
#include "common/testing/stores.h"
#include "common/wait/mutex.h"
#include "services/events/store/fake_pair_store.h"
#include "services/events/store/sql/migrations.h"
#include "services/events/store/sql/sql_pair_store.h"

namespace brygga::events {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kCohort[] = "programmes/p/cohorts/c";
const absl::Time kEver = absl::InfiniteFuture();

// Matching: matches that stand, or stood.
class FakeSource final : public PairSource {
 public:
  absl::StatusOr<std::vector<Pair>> ReadAll(absl::Time) override {
    if (while_reading) while_reading();
    const MutexLock lock(&mutex_);
    std::vector<Pair> all;
    for (const auto& [match, pair] : pairs_) all.push_back(pair);
    return all;
  }
  absl::StatusOr<std::vector<Pair>> Read(const std::set<std::string>& matches, absl::Time) override {
    std::vector<Pair> some;
    {
      const MutexLock lock(&mutex_);
      if (broken_) return absl::UnavailableError("gone");
      for (const std::string& match : matches) {
        if (const auto found = pairs_.find(match); found != pairs_.end()) some.push_back(found->second);
      }
    }
    if (while_reading) while_reading();
    return some;
  }

  // Says it now, and what the feed tells of it.
  std::vector<feed::Change> Stand(const std::string& id, const std::string& mentor = "participants/m") {
    const MutexLock lock(&mutex_);
    const std::string match = std::string(kCohort) + "/matches/" + id;
    pairs_[match] = {.match = match, .mentor = mentor, .adept = "participants/a" + id};
    return {{.resource = match}};
  }
  std::vector<feed::Change> End(const std::string& id) {
    const MutexLock lock(&mutex_);
    pairs_.erase(std::string(kCohort) + "/matches/" + id);
    return {{.resource = std::string(kCohort) + "/matches/" + id}};
  }
  void set_broken(bool broken) {
    const MutexLock lock(&mutex_);
    broken_ = broken;
  }

  std::function<void()> while_reading;  // Called when all is read, and not written yet.

 private:
  Mutex mutex_;
  std::map<std::string, Pair> pairs_ ABSL_GUARDED_BY(mutex_);
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
};

std::vector<std::string> IdsOf(PairStore& store) {
  std::vector<std::string> ids;
  const auto known = store.List({kCohort}, {.limit = 1000}, kEver);
  EXPECT_THAT(known, IsOk());
  if (!known.ok()) return ids;
  for (const Pair& pair : known->page.items) ids.push_back(MatchIdOf(pair.match));
  return ids;
}

class PairProjectionTest : public ::testing::Test {
 protected:
  static feed::Step Step(std::optional<std::string> from, const std::string& to) {
    return {.feed = "matching", .from = std::move(from), .to = {.token = to, .as_of = absl::UnixEpoch()}};
  }
  absl::Status Begin() { return projection_.Snapshot(Step(std::nullopt, "1"), kEver); }
  absl::Status Apply(const std::vector<feed::Change>& changes, const std::string& from, const std::string& to) {
    return projection_.Apply(changes, Step(from, to), kEver);
  }

  FakeSource source_;
  FakePairStore store_;
  PairProjection projection_{source_, store_};
};

TEST_F(PairProjectionTest, BeginsWithAllAndGoesOnWithWhatChanges) {
  source_.Stand("1");
  ASSERT_THAT(Begin(), IsOk());
  EXPECT_THAT(IdsOf(store_), ElementsAre("1"));

  ASSERT_THAT(Apply(source_.Stand("2"), "1", "2"), IsOk());
  ASSERT_THAT(Apply(source_.End("1"), "2", "3"), IsOk());

  EXPECT_THAT(IdsOf(store_), ElementsAre("2"));
  EXPECT_EQ(projection_.Load(kEver)->value().token, "3");
}

TEST_F(PairProjectionTest, WhatCouldNotBeReadIsNotPassedOver) {
  ASSERT_THAT(Begin(), IsOk());
  const auto changes = source_.Stand("1");
  source_.set_broken(true);

  EXPECT_THAT(Apply(changes, "1", "2"), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(projection_.Load(kEver)->value().token, "1");

  source_.set_broken(false);
  EXPECT_THAT(Apply(changes, "1", "2"), IsOk());
  EXPECT_THAT(IdsOf(store_), ElementsAre("1"));
}

TEST_F(PairProjectionTest, AStepThatAnotherReplicaTookIsRefused) {
  ASSERT_THAT(Begin(), IsOk());

  EXPECT_THAT(Begin(), HasReason("FEED_MOVED"));
  EXPECT_THAT(Apply({}, "0", "1"), HasReason("FEED_MOVED"));
}

TEST_F(PairProjectionTest, WhoIsErasedWhileTheirMatchIsReadDoesNotComeBack) {
  ASSERT_THAT(Begin(), IsOk());
  const auto changes = source_.Stand("1", "participants/erased");
  source_.while_reading = [&] { ASSERT_THAT(store_.ErasePerson({}, "participants/erased"), IsOk()); };

  EXPECT_THAT(Apply(changes, "1", "2"), HasReason("PERSON_ERASED"));
  EXPECT_THAT(projection_.Snapshot(Step("1", "2"), kEver), HasReason("PERSON_ERASED"));

  EXPECT_THAT(IdsOf(store_), IsEmpty());
}

// Through a consumer, with everything that a feed may do.
class PairFeedTest : public ::testing::TestWithParam<testing::MakeStore<PairStore>> {
 protected:
  // A few matches come and go.
  void Change(int times) {
    for (int i = 0; i < times; ++i) {
      const std::string id = std::to_string(10 + random_() % 20);
      const auto changes = random_() % 3 == 0 ? source_.End(id) : source_.Stand(id);
      feed_.Log(changes.front().resource, ++revisions_[id]);
    }
  }
  std::unique_ptr<feed::Consumer> Follow() {
    auto consumer = std::make_unique<feed::Consumer>(feed_, projection_,
                                                     feed::ConsumerOptions{.feed = "matching",
                                                                           .pace = absl::Milliseconds(5),
                                                                           .bookmark = absl::Milliseconds(20),
                                                                           .standby = absl::Milliseconds(100),
                                                                           .least_wait = absl::Milliseconds(1),
                                                                           .most_wait = absl::Milliseconds(20)});
    consumer->Start();
    return consumer;
  }
  bool CatchesUp() {
    std::vector<std::string> ids;
    const auto all = source_.ReadAll(kEver);
    for (const Pair& pair : *all) ids.push_back(MatchIdOf(pair.match));
    return Eventually([&] { return IdsOf(store_) == ids; });
  }
  static bool Eventually(const std::function<bool()>& holds) {
    for (const absl::Time until = absl::Now() + absl::Seconds(20); absl::Now() < until;) {
      if (holds()) return true;
      absl::SleepFor(absl::Milliseconds(1));
    }
    return false;
  }

  std::mt19937 random_{7};
  ManualClock clock_{absl::FromUnixSeconds(1660557600)};
  testing::StoreUnderTest<PairStore> under_test_ = GetParam()(clock_);
  PairStore& store_ = *under_test_.store;
  FakeSource source_;
  feed::FakeFeed feed_;
  PairProjection projection_{source_, store_};
  std::map<std::string, int64_t> revisions_;
};

INSTANTIATE_TEST_SUITE_P(Fake, PairFeedTest, ::testing::Values(&testing::Fake<PairStore, FakePairStore>));
INSTANTIATE_TEST_SUITE_P(Sqlite, PairFeedTest,
                         ::testing::Values(&testing::OnSqlite<PairStore, SqlPairStore, kMigrations>));
INSTANTIATE_TEST_SUITE_P(Postgresql, PairFeedTest,
                         ::testing::Values(&testing::OnPostgresql<PairStore, SqlPairStore, kMigrations>));

TEST_P(PairFeedTest, GoesOnWhereItWasAfterARestart) {
  for (int round = 0; round < 4; ++round) {
    Change(20);
    const auto consumer = Follow();
    ASSERT_TRUE(CatchesUp()) << round;
    Change(20);
    ASSERT_TRUE(CatchesUp()) << round;
    EXPECT_TRUE(Eventually([&] { return consumer->status().snapshots == (round == 0 ? 1 : 0); }));
  }
}

TEST_P(PairFeedTest, IsRightWhateverIsCutRepeatedReorderedAndLeftOut) {
  const auto consumer = Follow();
  for (const feed::FakeFeed::Faults& faults :
       {feed::FakeFeed::Faults{.cut_after = 2}, feed::FakeFeed::Faults{.repeat = true},
        feed::FakeFeed::Faults{.reorder = true, .in_a_message = 5}}) {
    feed_.Set(faults);
    Change(60);
    ASSERT_TRUE(CatchesUp());
  }
  feed_.Set({.leave_out = std::string(kCohort) + "/matches/12"});
  Change(60);
  for (const auto* id : {"12", "13"}) feed_.Log(source_.Stand(id).front().resource, ++revisions_[id]);

  EXPECT_TRUE(CatchesUp());
}

TEST_P(PairFeedTest, BeginsAnewWhereItsTokenIsNoLongerKept) {
  Change(20);
  {
    const auto consumer = Follow();
    ASSERT_TRUE(CatchesUp());
  }
  Change(20);
  feed_.Compact();

  const auto consumer = Follow();

  EXPECT_TRUE(CatchesUp());
}

TEST_P(PairFeedTest, TwoReplicasAgree) {
  PairProjection other(source_, store_);
  feed::Consumer second(feed_, other,
                        {.feed = "matching", .pace = absl::Milliseconds(5), .standby = absl::Milliseconds(50)});
  const auto first = Follow();
  second.Start();

  for (int i = 0; i < 10; ++i) {
    Change(10);
    ASSERT_TRUE(CatchesUp()) << i;
  }
}

}  // namespace
}  // namespace brygga::events
