#include "services/matching/work/sweeps.h"

#include <gmock/gmock.h>

#include <thread>

#include "absl/time/clock.h"
#include "common/testing/matchers.h"
#include "common/testing/stores.h"
#include "services/matching/store/fake_people_source.h"
#include "services/matching/store/sql/migrations.h"
#include "services/matching/store/sql/sql_matching_store.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::IsOk;
using ::brygga::testing::StatusIs;

// True as soon as `holds` does, false after twenty seconds.
template <typename F>
bool Eventually(F holds) {
  const absl::Time until = absl::Now() + absl::Seconds(20);
  while (!holds()) {
    if (absl::Now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

class SweepsTest : public ::testing::Test {
 protected:
  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }
  static Person PersonOf(const std::string& id, Side role) {
    Person person{.id = ParticipantId(id), .role = role};
    person.features.tie_key = id;
    return person;
  }
  // What participant says from now on.
  void Enrol(std::vector<Person> people) {
    clock_.Advance(absl::Seconds(1));
    source_.Set({.cohort = {.key = key_, .kind = "VOCATIONAL", .state = "OPEN"}, .people = std::move(people)});
  }
  size_t Known() { return store_.LoadInput(key_, 0, Soon())->people.size(); }

  const CohortKey key_{ProgrammeId("p"), CohortId("c")};
  ManualClock clock_{absl::FromUnixSeconds(1'660'000'000)};
  std::unique_ptr<testing::TestDatabase> ground_ = testing::NewSqlite({.migrations = kMigrations, .clock = &clock_});
  SqlMatchingStore store_{ground_->database()};
  FakePeopleSource source_{clock_};
  Projection projection_{source_, store_, {{"VOCATIONAL", {.kind = "VOCATIONAL", .document = "{}", .hash = "h"}}}};
};

TEST_F(SweepsTest, FollowsParticipantWithoutBeingAsked) {
  Enrol({PersonOf("m", Side::kMentor), PersonOf("a", Side::kAdept)});
  ASSERT_THAT(projection_.Refresh(key_, Soon()), IsOk());
  Sweeps sweeps(ground_->database(), store_, projection_,
                {.holder = "one", .projection = absl::Milliseconds(5), .expiry = absl::Hours(1)}, nullptr);
  sweeps.Start();

  Enrol({PersonOf("m", Side::kMentor)});

  EXPECT_TRUE(Eventually([&] { return Known() == 1; }));
}

TEST_F(SweepsTest, WhatWasReadInTimeIsWrittenThoughNoTimeIsLeftIfNobodyWaits) {
  Enrol({PersonOf("m", Side::kMentor)});
  absl::Time deadline;
  const auto read_until_then = [&] {
    deadline = absl::Now() + absl::Seconds(1);
    source_.SetMeanwhile([&] { absl::SleepFor(deadline - absl::Now()); });
    return deadline;
  };

  EXPECT_THAT(projection_.Refresh(key_, read_until_then()), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(projection_.RefreshPatiently(key_, read_until_then()), IsOk());

  EXPECT_EQ(Known(), 1u);
}

TEST_F(SweepsTest, ExpiresWhatNobodyAnswersAndOnlyOneReplicaDoes) {
  Enrol({PersonOf("m", Side::kMentor), PersonOf("a", Side::kAdept)});
  ASSERT_THAT(projection_.Refresh(key_, Soon()), IsOk());
  const RoundId id("r");
  ASSERT_THAT(store_.CreateRound({}, {.id = id, .cohort = key_}), IsOk());
  const auto claimed = store_.ClaimRound({}, id, "one", absl::Seconds(10));
  ASSERT_TRUE(claimed.ok() && *claimed);
  Proposal proposal{.pairs = {{.mentor = ParticipantId("m"), .adept = ParticipantId("a")}}};
  proposal.statistics.matched = 1;
  ASSERT_THAT(store_.Propose({}, **claimed, proposal), IsOk());
  ASSERT_THAT(store_.PublishRound(
                  {}, {.cohort = key_, .round = id, .answer_within = absl::Hours(1), .match_ids = {MatchId("match")}}),
              IsOk());
  Sweeps first(ground_->database(), store_, projection_,
               {.holder = "one", .projection = absl::Hours(1), .expiry = absl::Milliseconds(5)}, nullptr);
  Sweeps second(ground_->database(), store_, projection_,
                {.holder = "two", .projection = absl::Hours(1), .expiry = absl::Milliseconds(5)}, nullptr);
  first.Start();
  second.Start();

  clock_.Advance(absl::Hours(2));

  EXPECT_TRUE(
      Eventually([&] { return store_.GetMatch(key_, MatchId("match"), Soon())->state == MatchState::kExpired; }));
  EXPECT_EQ(store_.GetMatch(key_, MatchId("match"), Soon())->revision, 2);
  EXPECT_EQ(store_.LoadInput(key_, 0, Soon())->seats.at(ParticipantId("m")).taken, 0);
}

}  // namespace
}  // namespace brygga::matching
