#include "common/feed/consumer.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/feed/fake_feed.h"
#include "common/mutation/feed_step.h"
#include "common/sql/feed_progress.h"
#include "common/status/macros.h"
#include "common/testing/matchers.h"
#include "common/testing/stores.h"

namespace brygga::feed {
namespace {

constexpr sql::Migration kTables[] = {{1, R"sql(
CREATE TABLE derived (
  resource TEXT PRIMARY KEY,
  revision BIGINT NOT NULL,
  applied BIGINT NOT NULL,
  in_order BIGINT NOT NULL
);
)sql"}};

// How the step is taken: as it should be, or as it must not be.
enum class Taking { kInOneTransaction, kUnconditionally };

// Counts: the last revision of each resource, how many changes of it were
// applied, and whether each was the next. Wrong at once where a change is applied
// twice or not at all.
class Counting final : public Derivation {
 public:
  Counting(sql::Database& database, FakeFeed& feed, Taking taking = Taking::kInOneTransaction)
      : database_(database), feed_(feed), taking_(taking) {}

  absl::StatusOr<std::optional<Progress>> Load(absl::Time deadline) override {
    return sql::ReadProgress(database_, "feed", deadline);
  }
  absl::Status Snapshot(const Step& step, absl::Time deadline) override {
    const auto state = feed_.StateAt(step.to.token);
    return database_.Write({.actor = "t", .method = "t", .deadline = deadline}, [&](sql::Transaction& tx) {
      absl::Status status = sql::TakeStep(tx, step);
      status.Update(tx.Run("DELETE FROM derived"));
      for (const auto& [resource, revision] : state) {
        // Revisions begin with 1: so many changes have taken effect.
        status.Update(tx.Run("INSERT INTO derived VALUES (:resource, :revision, :revision, 1)",
                             {{"resource", resource}, {"revision", revision}}));
      }
      return status;
    });
  }
  absl::Status Apply(const std::vector<Change>& changes, const Step& step, absl::Time deadline) override {
    if (fail_ > 0 && !changes.empty()) {
      --fail_;
      return absl::UnavailableError("not now");
    }
    return database_.Write({.actor = "t", .method = "t", .deadline = deadline}, [&](sql::Transaction& tx) {
      absl::Status status = taking_ == Taking::kInOneTransaction ? sql::TakeStep(tx, step) : absl::OkStatus();
      for (const Change& change : changes) {
        status.Update(
            tx.Run("INSERT INTO derived VALUES (:resource, :revision, 1, 1) ON CONFLICT (resource) DO UPDATE SET "
                   "in_order = CASE WHEN derived.revision + 1 = EXCLUDED.revision THEN derived.in_order ELSE 0 END, "
                   "revision = EXCLUDED.revision, applied = derived.applied + 1",
                   {{"resource", change.resource}, {"revision", change.revision}}));
      }
      if (taking_ == Taking::kUnconditionally) {
        status.Update(
            tx.Run("UPDATE feed_progress SET token = :token WHERE feed = 'feed'", {{"token", step.to.token}}));
      }
      return status;
    });
  }
  void FailTimes(int times) { fail_ = times; }

 private:
  sql::Database& database_;
  FakeFeed& feed_;
  const Taking taking_;
  std::atomic<int> fail_ = 0;
};

class ConsumerTest : public ::testing::TestWithParam<testing::MakeDatabase> {
 protected:
  static ConsumerOptions Options() {
    return {.feed = "feed",
            .pace = absl::Milliseconds(5),
            .bookmark = absl::Milliseconds(20),
            .standby = absl::Milliseconds(200),
            .least_wait = absl::Milliseconds(1),
            .most_wait = absl::Milliseconds(20)};
  }
  // `count` changes of a few resources, each with the next revision.
  void Write(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string resource = absl::StrCat("things/", next_ * 7 % 11);
      feed_.Log(resource, ++revisions_[resource]);
      ++next_;
    }
  }
  struct Row {
    int64_t revision, applied, in_order;
    friend bool operator==(const Row&, const Row&) = default;
  };
  std::map<std::string, Row> Derived() {
    const auto rows = ground_->database().Query(Soon(), "SELECT * FROM derived");
    std::map<std::string, Row> derived;
    for (const sql::Row& row : *rows) {
      derived[row.Text("resource")] = {row.Int("revision"), row.Int("applied"), row.Int("in_order")};
    }
    return derived;
  }
  std::map<std::string, Row> Expected() const {
    std::map<std::string, Row> expected;
    for (const auto& [resource, revision] : revisions_) expected[resource] = {revision, revision, 1};
    return expected;
  }
  bool Eventually(const std::function<bool()>& holds, absl::Duration within = absl::Seconds(20)) {
    const absl::Time until = absl::Now() + within;
    while (!holds()) {
      if (absl::Now() > until) return false;
      std::this_thread::yield();
    }
    return true;
  }
  bool CatchesUp() {
    return Eventually([&] { return Derived() == Expected(); });
  }
  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

  std::unique_ptr<testing::TestDatabase> ground_ = GetParam()({.migrations = kTables});
  FakeFeed feed_;
  Counting counting_{ground_->database(), feed_};
  std::map<std::string, int64_t> revisions_;
  int next_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, ConsumerTest, ::testing::Values(&testing::NewSqlite));
INSTANTIATE_TEST_SUITE_P(Postgresql, ConsumerTest, ::testing::Values(&testing::NewPostgresql));

TEST_P(ConsumerTest, BeginsWithASnapshotAndFollows) {
  Write(20);
  Consumer consumer(feed_, counting_, Options());
  consumer.Start();
  ASSERT_TRUE(CatchesUp());

  Write(20);

  EXPECT_TRUE(CatchesUp());
  EXPECT_TRUE(Eventually([&] { return consumer.status().changes == 20; }));
  EXPECT_TRUE(Eventually([&] { return consumer.status().snapshots == 1; }));
}

TEST_P(ConsumerTest, GoesOnWhereItWasAfterARestart) {
  for (int round = 0; round < 5; ++round) {
    Consumer consumer(feed_, counting_, Options());
    consumer.Start();
    Write(30);
    ASSERT_TRUE(CatchesUp()) << round;
    EXPECT_TRUE(Eventually([&] { return consumer.status().snapshots == (round == 0 ? 1 : 0); }));
  }
}

TEST_P(ConsumerTest, ComesBackAfterEveryCutAndNothingIsMissedOrDoubled) {
  feed_.Set({.cut_after = 2});
  Consumer consumer(feed_, counting_, Options());
  consumer.Start();
  ASSERT_TRUE(Eventually([&] { return consumer.status().reading; }));

  Write(100);

  EXPECT_TRUE(CatchesUp());
  EXPECT_TRUE(Eventually([&] { return consumer.status().failures > 3; }));
  EXPECT_TRUE(Eventually([&] { return consumer.status().snapshots == 1; }));
}

TEST_P(ConsumerTest, WhatComesTwiceTakesEffectOnce) {
  feed_.Set({.repeat = true});
  Consumer consumer(feed_, counting_, Options());
  consumer.Start();
  ASSERT_TRUE(Eventually([&] { return consumer.status().reading; }));

  Write(50);

  EXPECT_TRUE(CatchesUp());
  EXPECT_TRUE(Eventually([&] { return consumer.status().changes == 50 && consumer.status().skipped == 50; }));
}

TEST_P(ConsumerTest, WhatIsOlderThanWhatIsKnownIsSkipped) {
  feed_.Set({.reorder = true, .in_a_message = 5});
  Consumer consumer(feed_, counting_, Options());
  consumer.Start();
  ASSERT_TRUE(Eventually([&] { return consumer.status().reading; }));
  feed_.Log("things/x", 1);
  ASSERT_TRUE(Eventually([&] { return consumer.status().changes == 1; }));

  for (int64_t revision = 2; revision <= 6; ++revision) feed_.Log("things/x", revision);

  // Backwards: the last one counts, and those before it no longer do.
  EXPECT_TRUE(Eventually([&] { return Derived()["things/x"].revision == 6; }));
  EXPECT_TRUE(Eventually([&] { return consumer.status().skipped >= 5; }));
  EXPECT_EQ(Derived()["things/x"].revision, 6);
}

TEST_P(ConsumerTest, ANameThatComesBackBeginsAnew) {
  Consumer consumer(feed_, counting_, Options());
  consumer.Start();
  ASSERT_TRUE(Eventually([&] { return consumer.status().reading; }));
  const auto is_at = [&](int64_t revision, int64_t applied) {
    const auto derived = Derived();
    const auto row = derived.find("things/x");
    return row != derived.end() && row->second.revision == revision && row->second.applied == applied;
  };

  // Where each change is applied by itself, and where they come together.
  feed_.Log("things/x", 1, ChangeKind::kCreated);
  EXPECT_TRUE(Eventually([&] { return is_at(1, 1); }));
  feed_.Log("things/x", 2, ChangeKind::kDeleted);
  EXPECT_TRUE(Eventually([&] { return is_at(2, 2); }));
  feed_.Log("things/x", 1, ChangeKind::kCreated);
  EXPECT_TRUE(Eventually([&] { return is_at(1, 3); }));
  feed_.Set({.in_a_message = 3});
  feed_.Log("things/x", 2, ChangeKind::kDeleted);
  feed_.Log("things/x", 1, ChangeKind::kCreated);
  feed_.Log("things/x", 2);

  EXPECT_TRUE(Eventually([&] { return is_at(2, 6); }));
  EXPECT_EQ(consumer.status().skipped, 0);
  EXPECT_EQ(consumer.status().gaps, 0);
}

TEST_P(ConsumerTest, AGapIsNoticed) {
  Consumer consumer(feed_, counting_, Options());
  consumer.Start();
  ASSERT_TRUE(Eventually([&] { return consumer.status().reading; }));
  Write(11);
  ASSERT_TRUE(CatchesUp());

  feed_.Set({.leave_out = "things/3"});
  Write(22);

  EXPECT_TRUE(Eventually([&] { return consumer.status().gaps == 1; }));
  EXPECT_TRUE(Eventually([&] { return Derived()["things/3"].in_order == 0; }));  // A gap does harm to who counts.
}

TEST_P(ConsumerTest, AGapIsMendedByASnapshotWhereItDoesHarm) {
  ConsumerOptions options = Options();
  options.snapshot_on_gap = true;
  Consumer consumer(feed_, counting_, options);
  consumer.Start();
  ASSERT_TRUE(Eventually([&] { return consumer.status().reading; }));
  Write(11);
  ASSERT_TRUE(CatchesUp());

  feed_.Set({.leave_out = "things/3"});
  Write(22);

  EXPECT_TRUE(CatchesUp());
  EXPECT_TRUE(Eventually([&] { return consumer.status().snapshots == 2; }));
}

TEST_P(ConsumerTest, ATokenThatIsTooOldLeadsToASnapshot) {
  {
    Consumer consumer(feed_, counting_, Options());
    consumer.Start();
    Write(10);
    ASSERT_TRUE(CatchesUp());
  }
  Write(10);
  feed_.Compact();
  Write(10);

  Consumer consumer(feed_, counting_, Options());
  consumer.Start();

  EXPECT_TRUE(CatchesUp());
  EXPECT_TRUE(Eventually([&] { return consumer.status().snapshots == 1; }));
}

TEST_P(ConsumerTest, AnApplyThatFailsIsMadeAgain) {
  counting_.FailTimes(3);
  Consumer consumer(feed_, counting_, Options());
  consumer.Start();
  ASSERT_TRUE(Eventually([&] { return consumer.status().reading; }));

  Write(30);

  EXPECT_TRUE(CatchesUp());
  EXPECT_TRUE(Eventually([&] { return consumer.status().failures >= 3; }));
}

TEST_P(ConsumerTest, AnApplyThatKeepsFailingIsMadeLessAndLessOften) {
  constexpr int kFails = 8;
  counting_.FailTimes(kFails);
  ConsumerOptions options = Options();
  options.most_wait = absl::Seconds(5);
  Consumer consumer(feed_, counting_, options);
  consumer.Start();
  ASSERT_TRUE(Eventually([&] { return consumer.status().reading; }));
  const absl::Time begun = absl::Now();

  Write(1);

  EXPECT_TRUE(CatchesUp());
  EXPECT_GE(absl::Now() - begun, options.least_wait * ((1 << kFails) - 1) / 2);
}

TEST_P(ConsumerTest, OfThreeReplicasOneApplies) {
  Write(5);
  auto other = ground_->OpenAgain({.migrations = kTables});
  auto third = ground_->OpenAgain({.migrations = kTables});
  Counting counting_there(*other, feed_), counting_yonder(*third, feed_);
  Consumer here(feed_, counting_, Options()), there(feed_, counting_there, Options()),
      yonder(feed_, counting_yonder, Options());
  for (Consumer* consumer : {&here, &there, &yonder}) consumer->Start();

  for (int i = 0; i < 30; ++i) {
    Write(7);
    absl::SleepFor(absl::Milliseconds(5));
  }

  EXPECT_TRUE(CatchesUp());
  EXPECT_TRUE(Eventually([&] { return here.status().moved + there.status().moved + yonder.status().moved > 0; }));
}

// Without the condition on the token both apply, and both count.
TEST_P(ConsumerTest, WithoutTheConditionReplicasCountTwice) {
  auto other = ground_->OpenAgain({.migrations = kTables});
  Counting careless(ground_->database(), feed_, Taking::kUnconditionally);
  Counting careless_there(*other, feed_, Taking::kUnconditionally);
  {
    Consumer first(feed_, counting_, Options());
    first.Start();
    ASSERT_TRUE(Eventually([&] { return first.status().snapshots == 1; }));
  }
  Consumer here(feed_, careless, Options()), there(feed_, careless_there, Options());
  here.Start();
  there.Start();
  ASSERT_TRUE(Eventually([&] { return here.status().reading && there.status().reading; }));

  Write(50);

  EXPECT_TRUE(Eventually([&] { return here.status().changes == 50 && there.status().changes == 50; }));
  EXPECT_NE(Derived(), Expected());
}

TEST_P(ConsumerTest, AnotherReplicaTakesOverFromOneThatStops) {
  auto other = ground_->OpenAgain({.migrations = kTables});
  Counting counting_there(*other, feed_);
  auto here = std::make_unique<Consumer>(feed_, counting_, Options());
  Consumer there(feed_, counting_there, Options());
  here->Start();
  there.Start();
  Write(20);
  ASSERT_TRUE(CatchesUp());

  here.reset();
  Write(20);

  EXPECT_TRUE(CatchesUp());
}

TEST_P(ConsumerTest, ALoneChangeWaitsForNoOther) {
  ConsumerOptions options = Options();
  options.pace = absl::Hours(1);  // Whoever waits so long is not waited for.
  Consumer consumer(feed_, counting_, options);
  consumer.Start();
  ASSERT_TRUE(Eventually([&] { return consumer.status().reading; }));

  Write(1);

  EXPECT_TRUE(CatchesUp());
}

TEST_P(ConsumerTest, UnderLoadChangesAreAppliedTogether) {
  ConsumerOptions options = Options();
  options.pace = absl::Milliseconds(200);
  Consumer consumer(feed_, counting_, options);
  consumer.Start();
  ASSERT_TRUE(Eventually([&] { return consumer.status().reading; }));

  const absl::Time begin = absl::Now();
  for (int i = 0; i < 200; ++i) {
    Write(1);
    absl::SleepFor(absl::Milliseconds(5));  // A load, not a heap: no batch is ever full.
  }

  EXPECT_TRUE(CatchesUp());
  const double took = absl::ToDoubleSeconds(absl::Now() - begin);
  EXPECT_LE(consumer.status().applies, options.burst * (took + 1) + took / absl::ToDoubleSeconds(options.pace) + 2);
}

TEST_P(ConsumerTest, KnowsHowOldWhatItDerivedMayBe) {
  Consumer consumer(feed_, counting_, Options());
  consumer.Start();
  Write(10);
  const absl::Time written = absl::Now();

  EXPECT_TRUE(consumer.WaitFor(written, Soon()));
  EXPECT_EQ(Derived(), Expected());
  EXPECT_LT(consumer.status().Lag(absl::Now()), absl::Seconds(5));
  EXPECT_TRUE(Eventually([&] { return counting_.Load(Soon())->value().as_of >= written; }));  // Bookmarks are stored.
}

TEST_P(ConsumerTest, StopsAtOnce) {
  Consumer consumer(feed_, counting_, Options());
  consumer.Start();
  Write(10);

  const absl::Time begin = absl::Now();
  consumer.Stop();

  EXPECT_LT(absl::Now() - begin, absl::Seconds(5));
}

}  // namespace
}  // namespace brygga::feed
