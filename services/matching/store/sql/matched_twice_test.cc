// Matched twice: on two replicas over one database, a coordinator matches somebody by
// hand at the moment in which a round that matches them is published: an adept, or a
// mentor with one seat left. What happened is read from the tables, not asked of a
// store. With the guard of adepts taken out of the tables the same test finds what it
// looks for; with a seat more, that both get through. BRYGGA_RUSHES says how often. Of
// four times the one is first once and the other once: on SQLite, which has one writer,
// it depends on who is first whether the guard is needed.
#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/testing/matchers.h"
#include "common/testing/setting.h"
#include "common/testing/stores.h"
#include "services/matching/store/sql/migrations.h"
#include "services/matching/store/sql/sql_matching_store.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::IsOk;

constexpr int kTimes = 40;

// The tables, and the same without the index that keeps an adept from two live
// matches.
std::string AllTables() {
  std::string sql;
  for (const sql::Migration& migration : kMigrations) sql.append(migration.sql);
  return sql;
}
std::string Unguarded() {
  std::string sql = AllTables();
  const std::string index = "CREATE UNIQUE INDEX matches_live_adept";
  for (size_t at = sql.find(index); at != std::string::npos; at = sql.find(index)) {
    sql.replace(at, index.size(), "CREATE INDEX matches_live_adept");
  }
  return sql;
}
// Kept for ever: test databases are told apart by where their migrations lie.
std::span<const sql::Migration> Tables() {
  static const auto& text = *new std::string(AllTables());
  static const auto& kept = *new std::array<sql::Migration, 1>{{{1, text.c_str()}}};
  return kept;
}
std::span<const sql::Migration> UnguardedTables() {
  static const auto& text = *new std::string(Unguarded());
  static const auto& kept = *new std::array<sql::Migration, 1>{{{1, text.c_str()}}};
  return kept;
}

class MatchedTwiceTest : public ::testing::TestWithParam<testing::MakeDatabase> {
 protected:
  // Whom both want.
  enum class Wanted { kAdept, kMentor };
  // Who begins; the other then waits for the end of that.
  enum class Begin { kTogether, kByHand, kRound };

  // After all rushes.
  struct Harm {
    int64_t matches = 0;
    int64_t adepts_twice = 0;   // With two live matches.
    int64_t mentors_twice = 0;  // The same.
    int64_t miscounted = 0;     // Mentors whose seats are not those of their matches, or more than there are.
  };

  Harm Rush(std::span<const sql::Migration> tables, Wanted wanted, int times, int seats = 1) {
    const auto ground = GetParam()({.migrations = tables});
    const auto other = ground->OpenAgain({.migrations = tables});
    SqlMatchingStore rounds(ground->database()), hands(*other);
    for (int i = 0; i < times; ++i) {
      constexpr Begin kBegins[] = {Begin::kTogether, Begin::kByHand, Begin::kTogether, Begin::kRound};
      RushOnce(rounds, hands, wanted, seats, kBegins[i % 4], std::to_string(i));
    }
    const std::string live = " FROM matches WHERE state IN ('PROPOSED', 'ACCEPTED_BY_ONE', 'ACTIVE', 'PAUSED')";
    const auto count = [&](const std::string& sql) { return Count(ground->database(), "SELECT COUNT(*) AS n" + sql); };
    return {
        .matches = count(live),
        .adepts_twice = count(" FROM (SELECT adept_id" + live +
                              " GROUP BY adept_id, programme_id, kind HAVING COUNT(*) > 1) AS twice"),
        .mentors_twice = count(" FROM (SELECT mentor_id" + live + " GROUP BY mentor_id HAVING COUNT(*) > 1) AS twice"),
        .miscounted = count(" FROM mentor_capacity c WHERE c.taken > c.capacity OR c.taken <> "
                            "(SELECT COUNT(*) FROM matches m WHERE m.mentor_id = c.participant_id)")};
  }

 protected:
  static int64_t Count(sql::Database& database, const std::string& sql) {
    const auto row = database.QueryOne(Soon(), sql);
    EXPECT_THAT(row, IsOk());
    return (**row).Int("n");
  }
  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }
  static Origin Work() { return {.actor = "test", .method = "test", .deadline = Soon()}; }
  template <typename T>
  static Mutation<T> New(const std::string& id) {
    Mutation<T> mutation{{.actor = "test", .method = "test", .request_id = id, .request_digest = "d"}};
    mutation.deadline = Soon();
    return mutation;
  }
  static CohortKey Key(const std::string& n, const char* which) { return {ProgrammeId("p"), CohortId(which + n)}; }

  static void Know(MatchingStore& store, const CohortKey& key, const ParticipantId& mentor, const ParticipantId& adept,
                   int seats) {
    Person a{.id = mentor, .role = Side::kMentor};
    a.person_capacity = a.features.capacity = seats;
    Person b{.id = adept, .role = Side::kAdept};
    const Cohort cohort{.key = key, .kind = "VOCATIONAL", .state = "OPEN", .as_of = absl::Now()};
    const MatchingPolicy policy{.kind = "VOCATIONAL", .document = "{}", .hash = "h"};
    EXPECT_THAT(store.ReplacePeople(Work(), {.cohort = cohort, .people = {a, b}}, policy), IsOk());
  }

  // Who is wanted takes part in two cohorts of one programme, so that no lock of a
  // cohort keeps the two apart.
  static void RushOnce(MatchingStore& rounds, MatchingStore& hands, Wanted whom, int seats, Begin begin,
                       const std::string& n) {
    const CohortKey automatic = Key(n, "c"), manual = Key(n, "d");
    const ParticipantId mentor("m" + n), adept("a" + n);
    const ParticipantId other_mentor = whom == Wanted::kMentor ? mentor : ParticipantId("n" + n);
    const ParticipantId other_adept = whom == Wanted::kAdept ? adept : ParticipantId("b" + n);
    Know(rounds, automatic, mentor, adept, seats);
    Know(rounds, manual, other_mentor, other_adept, seats);
    const RoundId id("r" + n);
    EXPECT_THAT(rounds.CreateRound(New<Round>("create" + n), {.id = id, .cohort = automatic, .seed = "s"}), IsOk());
    const auto claimed = rounds.ClaimRound(Work(), id, "w", absl::Seconds(60));
    ASSERT_THAT(claimed, IsOk());
    Proposal proposal{.snapshot_hash = "s", .certificate = "c"};
    proposal.input.cohort.as_of = absl::Now();
    proposal.pairs = {{.mentor = mentor, .adept = adept, .score = 1}};
    proposal.statistics.matched = 1;
    ASSERT_THAT(rounds.Propose(Work(), **claimed, proposal), IsOk());
    const PublishOrder order{
        .cohort = automatic, .round = id, .answer_within = absl::Hours(24), .match_ids = {MatchId("x" + n)}};
    const Match wanted{.id = MatchId("y" + n),
                       .cohort = manual,
                       .mentor = other_mentor,
                       .adept = other_adept,
                       .reason = "HAND_PICKED"};
    const auto by_hand = [&] {
      hands
          .CreateMatch(New<Match>("hand" + n), wanted,
                       [&](const PairFacts& facts, absl::Time now) { return DecideMatch(wanted, facts, {}, {}, now); })
          .status()
          .IgnoreError();
    };
    const auto by_round = [&] { rounds.PublishRound(New<Publication>("publish" + n), order).status().IgnoreError(); };
    switch (begin) {
      case Begin::kByHand:
        by_hand();
        return by_round();
      case Begin::kRound:
        by_round();
        return by_hand();
      case Begin::kTogether:
        std::atomic<int> ready = 0;
        const auto wait = [&] {
          ++ready;
          while (ready < 2) std::this_thread::yield();
        };
        std::thread coordinator([&] {
          wait();
          by_hand();
        });
        wait();
        by_round();
        coordinator.join();
    }
  }
};

// Two publications in one programme, of which each leaves out an adept whom the
// other matches, so that each has something to say of the other's cohort.
class PublishedTogetherTest : public MatchedTwiceTest {
 protected:
  static constexpr int kPairs = 20;

  // Proposes a round in which `matched` of the adepts have a mentor and the others none.
  static PublishOrder Propose(MatchingStore& store, const CohortKey& key, const std::string& n, int matched) {
    std::vector<Person> people;
    Proposal proposal{.snapshot_hash = "s", .certificate = "c"};
    PublishOrder order{.cohort = key, .round = RoundId("r-" + key.cohort.value()), .answer_within = absl::Hours(24)};
    for (int i = 0; i < kPairs; ++i) {
      const ParticipantId adept(absl::StrCat("a", n, "-", i)), mentor(absl::StrCat(key.cohort.value(), "-m", i));
      people.push_back({.id = adept, .role = Side::kAdept});
      Person& person = people.emplace_back(Person{.id = mentor, .role = Side::kMentor});
      person.features.capacity = 1;
      if (i % 2 == matched) {
        proposal.pairs.push_back({.mentor = mentor, .adept = adept, .score = 1});
        order.match_ids.push_back(MatchId(absl::StrCat(key.cohort.value(), "-x", i)));
      } else {
        proposal.unmatched.push_back({.adept = adept, .reason = "NO_SEATS"});
      }
    }
    const Cohort cohort{.key = key, .kind = "VOCATIONAL", .state = "OPEN", .as_of = absl::Now()};
    const MatchingPolicy policy{.kind = "VOCATIONAL", .document = "{}", .hash = "h"};
    EXPECT_THAT(store.ReplacePeople(Work(), {.cohort = cohort, .people = people}, policy), IsOk());
    EXPECT_THAT(
        store.CreateRound(New<Round>("create-" + key.cohort.value()), {.id = order.round, .cohort = key, .seed = "s"}),
        IsOk());
    const auto claimed = store.ClaimRound(Work(), order.round, "w", absl::Seconds(60));
    EXPECT_THAT(claimed, IsOk());
    proposal.input.cohort.as_of = absl::Now();
    proposal.statistics.matched = static_cast<int>(proposal.pairs.size());
    EXPECT_THAT(store.Propose(Work(), **claimed, proposal), IsOk());
    return order;
  }
};

TEST_P(PublishedTogetherTest, NoneWaitsForTheOther) {
  const auto ground = GetParam()({.migrations = kMigrations});
  sql::Database& watcher = ground->database();
  const bool is_postgresql = ground->url().starts_with("postgresql");
  const auto look = [&](const std::string& sql) { return is_postgresql ? Count(watcher, sql) : 0; };
  const std::string kConnections = "SELECT COUNT(*) AS n FROM pg_stat_activity WHERE datname = current_database()";
  const int64_t connections = look(kConnections);
  {
    const auto first = ground->OpenAgain({.migrations = kMigrations});
    const auto second = ground->OpenAgain({.migrations = kMigrations});
    SqlMatchingStore one(*first), other(*second);
    for (int i = 0; i < kTimes; ++i) {
      const std::string n = std::to_string(i);
      const PublishOrder c = Propose(one, Key(n, "c"), n, 0), d = Propose(other, Key(n, "d"), n, 1);
      std::atomic<int> ready = 0;
      const auto publish = [&](MatchingStore& store, const PublishOrder& order) {
        ++ready;
        while (ready < 2) std::this_thread::yield();
        EXPECT_THAT(store.PublishRound(New<Publication>("publish-" + order.round.value()), order), IsOk());
      };
      std::thread beside([&] { publish(other, d); });
      publish(one, c);
      beside.join();
    }
  }

  // What a connection saw is told when it ends.
  while (look(kConnections) > connections) std::this_thread::yield();
  EXPECT_EQ(look("SELECT deadlocks AS n FROM pg_stat_database WHERE datname = current_database()"), 0);
}

TEST_P(MatchedTwiceTest, NoAdeptIsMatchedTwice) {
  const int times = testing::Setting("BRYGGA_RUSHES", kTimes);

  const Harm harm = Rush(Tables(), Wanted::kAdept, times);

  EXPECT_EQ(harm.matches, times);  // One of the two is served each time.
  EXPECT_EQ(harm.adepts_twice, 0);
  EXPECT_EQ(harm.miscounted, 0);
}

TEST_P(MatchedTwiceTest, NoMentorGetsMoreThanTheirSeats) {
  const int times = testing::Setting("BRYGGA_RUSHES", kTimes);

  const Harm harm = Rush(Tables(), Wanted::kMentor, times);

  EXPECT_EQ(harm.matches, times);
  EXPECT_EQ(harm.mentors_twice, 0);
  EXPECT_EQ(harm.miscounted, 0);
}

// The negative controls.
TEST_P(MatchedTwiceTest, WithoutTheIndexAnAdeptIs) {
  EXPECT_GT(Rush(UnguardedTables(), Wanted::kAdept, kTimes).adepts_twice, 0);
}

TEST_P(MatchedTwiceTest, WithASeatMoreAMentorIs) {
  EXPECT_GT(Rush(Tables(), Wanted::kMentor, kTimes, 2).mentors_twice, 0);
}

INSTANTIATE_TEST_SUITE_P(Sqlite, MatchedTwiceTest, ::testing::Values(&testing::NewSqlite));
INSTANTIATE_TEST_SUITE_P(Postgresql, MatchedTwiceTest, ::testing::Values(&testing::NewPostgresql));
INSTANTIATE_TEST_SUITE_P(Sqlite, PublishedTogetherTest, ::testing::Values(&testing::NewSqlite));
INSTANTIATE_TEST_SUITE_P(Postgresql, PublishedTogetherTest, ::testing::Values(&testing::NewPostgresql));

}  // namespace
}  // namespace brygga::matching
