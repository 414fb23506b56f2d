// That a transaction says of each cohort once that somebody is free or taken: of what
// it writes again and again PostgreSQL keeps all versions until it ends, and walks
// over them each time.
#include "services/matching/store/sql/sql_availability.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/clock.h"
#include "common/testing/matchers.h"
#include "common/testing/stores.h"
#include "services/matching/store/sql/migrations.h"
#include "services/matching/store/sql/sql_matching_store.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::IsOk;
using ::brygga::testing::StatusIs;
using ::testing::ElementsAre;

constexpr absl::StatusCode kTooLate = absl::StatusCode::kDeadlineExceeded;

class AvailabilityGrowthTest : public ::testing::TestWithParam<testing::MakeDatabase> {
 protected:
  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }
  static Origin Work() { return {.actor = "test", .method = "test", .deadline = Soon()}; }
  static CohortKey Key(const std::string& cohort) { return {ProgrammeId("p"), CohortId(cohort)}; }

  // A cohort of these mentors, each with so many seats.
  void Know(const std::string& cohort, const std::vector<std::string>& mentors, int seats) {
    std::vector<Person> people;
    for (const std::string& mentor : mentors) {
      Person& person = people.emplace_back(Person{.id = ParticipantId(mentor), .role = Side::kMentor});
      person.person_capacity = person.features.capacity = seats;
    }
    const Cohort facts{.key = Key(cohort), .kind = "VOCATIONAL", .state = "OPEN", .as_of = absl::Now()};
    const MatchingPolicy policy{.kind = "VOCATIONAL", .document = "{}", .hash = "h"};
    EXPECT_THAT(store_.ReplacePeople(Work(), {.cohort = facts, .people = people}, policy), IsOk());
  }
  int64_t Version(const std::string& cohort) { return store_.GetStanding(Key(cohort), Soon())->availability; }
  // By how much each of three cohorts has grown after it was written: "c" of "m" and
  // "n", "d" of "n", "e" of "o".
  std::vector<int64_t> GrownBy(const AvailabilityGrowth& growth) {
    Know("c", {"m", "n"}, 1);
    Know("d", {"n"}, 1);
    Know("e", {"o"}, 1);
    const int64_t c = Version("c"), d = Version("d"), e = Version("e");
    EXPECT_THAT(ground_->database().Write(Work(), [&](sql::Transaction& tx) { return growth.Write(tx); }), IsOk());
    return {Version("c") - c, Version("d") - d, Version("e") - e};
  }

  std::unique_ptr<testing::TestDatabase> ground_ = GetParam()({.migrations = kMigrations});
  SqlMatchingStore store_{ground_->database()};
};

TEST_P(AvailabilityGrowthTest, EachCohortOfSomebodyGrowsOnce) {
  AvailabilityGrowth growth;
  growth.Of(ParticipantId("m"));
  growth.Of(ParticipantId("n"));
  growth.Around(CohortId("d"));

  EXPECT_THAT(GrownBy(growth), ElementsAre(1, 1, 0));
}

TEST_P(AvailabilityGrowthTest, AroundACohortAreThoseThatShareSomebodyWithIt) {
  AvailabilityGrowth growth;
  growth.Around(CohortId("c"));

  EXPECT_THAT(GrownBy(growth), ElementsAre(1, 1, 0));
}

TEST_P(AvailabilityGrowthTest, NobodyIsNothing) { EXPECT_THAT(GrownBy({}), ElementsAre(0, 0, 0)); }

TEST_P(AvailabilityGrowthTest, ManyWhoOfferOtherwiseAreSaidOnce) {
  Know("c", {"m", "n", "o"}, 1);
  Know("d", {"n", "o"}, 1);
  const int64_t c = Version("c"), d = Version("d");

  Know("c", {"m", "n", "o"}, 2);

  EXPECT_EQ(Version("c"), c + 1);
  EXPECT_EQ(Version("d"), d + 1);
}

// On SQLite there is one writer.
class AvailabilityLockTest : public AvailabilityGrowthTest {};

// Of a cohort in which nothing has happened yet too.
TEST_P(AvailabilityLockTest, NobodyWaitsForWhoeverHoldsTheCohort) {
  Know("c", {"m"}, 1);
  Know("d", {"m"}, 1);
  const int64_t before = Version("d");
  const auto other = ground_->OpenAgain({.migrations = kMigrations});
  AvailabilityGrowth growth;
  growth.Of(ParticipantId("m"));
  const auto grow = [&] { return other->Write(Work(), [&](sql::Transaction& tx) { return growth.Write(tx); }); };

  EXPECT_THAT(ground_->database().Write(Work(),
                                        [&](sql::Transaction& tx) {
                                          EXPECT_THAT(tx.Query("SELECT id FROM cohorts FOR UPDATE"), IsOk());
                                          return grow();
                                        }),
              IsOk());

  EXPECT_EQ(Version("d"), before + 1);
}

// An adept comes into a cohort while they are matched in another: whoever commits
// first, the other sees it.
class JoiningTest : public AvailabilityGrowthTest {
 protected:
  static Origin Within(absl::Duration time) {
    return {.actor = "test", .method = "test", .deadline = absl::Now() + time};
  }
  absl::Status Join(absl::Duration within) {
    SqlMatchingStore store(*other_);
    const Cohort facts{.key = Key("d"), .kind = "VOCATIONAL", .state = "OPEN", .as_of = absl::Now()};
    const MatchingPolicy policy{.kind = "VOCATIONAL", .document = "{}", .hash = "h"};
    const Person adept{.id = ParticipantId("a"), .role = Side::kAdept};
    return store.ReplacePeople(Within(within), {.cohort = facts, .people = {adept}}, policy).status();
  }
  absl::Status Match(absl::Duration within) {
    AvailabilityGrowth growth;
    growth.Of(ParticipantId("a"));
    return other_->Write(Within(within), [&](sql::Transaction& tx) { return growth.Write(tx); });
  }
  // Runs `meanwhile` in the middle of a transaction that has done `first`.
  void While(absl::FunctionRef<absl::Status(sql::Transaction&)> first, absl::FunctionRef<void()> meanwhile) {
    EXPECT_THAT(ground_->database().Write(Work(),
                                          [&](sql::Transaction& tx) {
                                            EXPECT_THAT(first(tx), IsOk());
                                            meanwhile();
                                            return absl::OkStatus();
                                          }),
                IsOk());
  }
  static absl::Status Grow(sql::Transaction& tx) {
    AvailabilityGrowth growth;
    growth.Of(ParticipantId("a"));
    return growth.Write(tx);
  }

  const std::unique_ptr<sql::Database> other_ = ground_->OpenAgain({.migrations = kMigrations});
};

TEST_P(JoiningTest, WhoComesIntoACohortWaitsForWhoeverLooksForTheirs) {
  While(&Grow, [&] { EXPECT_THAT(Join(absl::Milliseconds(300)), StatusIs(kTooLate)); });

  EXPECT_THAT(Join(absl::Seconds(20)), IsOk());
}

TEST_P(JoiningTest, WhoeverLooksForCohortsWaitsForWhoIsComingIntoThem) {
  While(&AwaitGrowth, [&] { EXPECT_THAT(Match(absl::Milliseconds(300)), StatusIs(kTooLate)); });

  EXPECT_THAT(Match(absl::Seconds(20)), IsOk());
}

TEST_P(JoiningTest, NobodyElseWhoMatchesStandsBehindWhoeverWaits) {
  std::thread joining;
  While(&Grow, [&] {
    joining = std::thread([&] { EXPECT_THAT(Join(absl::Seconds(20)), IsOk()); });
    absl::SleepFor(absl::Milliseconds(200));

    EXPECT_THAT(Match(absl::Seconds(10)), IsOk());
  });
  joining.join();
}

INSTANTIATE_TEST_SUITE_P(Sqlite, AvailabilityGrowthTest, ::testing::Values(&testing::NewSqlite));
INSTANTIATE_TEST_SUITE_P(Postgresql, AvailabilityGrowthTest, ::testing::Values(&testing::NewPostgresql));
INSTANTIATE_TEST_SUITE_P(Postgresql, AvailabilityLockTest, ::testing::Values(&testing::NewPostgresql));
INSTANTIATE_TEST_SUITE_P(Postgresql, JoiningTest, ::testing::Values(&testing::NewPostgresql));

}  // namespace
}  // namespace brygga::matching
