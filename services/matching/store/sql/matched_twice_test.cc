// Matched twice: on two replicas over one database, a coordinator matches an adept by
// hand at the moment in which a round that matches them is published. What happened is
// read from the tables, not asked of a store; and with the guard taken out of the
// tables the same test finds what it looks for.
#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/testing/matchers.h"
#include "common/testing/stores.h"
#include "services/matching/store/sql/migrations.h"
#include "services/matching/store/sql/sql_matching_store.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::IsOk;

constexpr int kTimes = 40;  // The long run is this test, repeated.

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
  // Adepts with two live matches after kTimes rushes, and seats taken beyond what
  // there is.
  struct Harm {
    int64_t twice = 0;
    int64_t oversold = 0;
  };

  Harm Rush(std::span<const sql::Migration> tables) {
    const auto ground = GetParam()({.migrations = tables});
    const auto other = ground->OpenAgain({.migrations = tables});
    SqlMatchingStore rounds(ground->database()), hands(*other);
    for (int i = 0; i < kTimes; ++i) RushOnce(rounds, hands, std::to_string(i));
    return {.twice = Count(ground->database(),
                           "SELECT COUNT(*) AS n FROM (SELECT adept_id FROM matches WHERE state IN ('PROPOSED', "
                           "'ACCEPTED_BY_ONE', 'ACTIVE', 'PAUSED') GROUP BY adept_id, programme_id, kind "
                           "HAVING COUNT(*) > 1) AS twice"),
            .oversold = Count(ground->database(),
                              "SELECT COUNT(*) AS n FROM mentor_capacity c WHERE c.taken > c.capacity OR c.taken <> "
                              "(SELECT COUNT(*) FROM matches m WHERE m.mentor_id = c.participant_id)")};
  }

 private:
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

  static void Know(MatchingStore& store, const CohortKey& key, const std::string& mentor, const std::string& adept) {
    Person a{.id = ParticipantId(mentor), .role = Side::kMentor};
    a.features.capacity = 1;
    Person b{.id = ParticipantId(adept), .role = Side::kAdept};
    const Cohort cohort{.key = key, .kind = "VOCATIONAL", .state = "OPEN", .as_of = absl::Now()};
    const MatchingPolicy policy{.kind = "VOCATIONAL", .document = "{}", .hash = "h"};
    EXPECT_THAT(store.ReplacePeople(Work(), {.cohort = cohort, .people = {a, b}}, policy), IsOk());
  }

  // The adept takes part in two cohorts of one programme, so that no lock of a cohort
  // keeps the two apart.
  static void RushOnce(MatchingStore& rounds, MatchingStore& hands, const std::string& n) {
    const CohortKey automatic = Key(n, "c"), manual = Key(n, "d");
    Know(rounds, automatic, "m" + n, "a" + n);
    Know(rounds, manual, "n" + n, "a" + n);
    const RoundId id("r" + n);
    EXPECT_THAT(rounds.CreateRound(New<Round>("create" + n), {.id = id, .cohort = automatic, .seed = "s"}), IsOk());
    const auto claimed = rounds.ClaimRound(Work(), id, "w", absl::Seconds(60));
    ASSERT_THAT(claimed, IsOk());
    Proposal proposal{.snapshot_hash = "s", .certificate = "c"};
    proposal.input.cohort.as_of = absl::Now();
    proposal.pairs = {{.mentor = ParticipantId("m" + n), .adept = ParticipantId("a" + n), .score = 1}};
    proposal.statistics.matched = 1;
    ASSERT_THAT(rounds.Propose(Work(), **claimed, proposal), IsOk());
    const PublishOrder order{
        .cohort = automatic, .round = id, .answer_within = absl::Hours(24), .match_ids = {MatchId("x" + n)}};
    const Match wanted{.id = MatchId("y" + n),
                       .cohort = manual,
                       .mentor = ParticipantId("n" + n),
                       .adept = ParticipantId("a" + n),
                       .reason = "HAND_PICKED"};
    std::atomic<int> ready = 0;
    const auto wait = [&] {
      ++ready;
      while (ready < 2) std::this_thread::yield();
    };
    std::thread coordinator([&] {
      wait();
      hands
          .CreateMatch(New<Match>("hand" + n), wanted,
                       [&](const PairFacts& facts, absl::Time now) { return DecideMatch(wanted, facts, {}, {}, now); })
          .status()
          .IgnoreError();
    });
    wait();
    rounds.PublishRound(New<Publication>("publish" + n), order).status().IgnoreError();
    coordinator.join();
  }
};

TEST_P(MatchedTwiceTest, NobodyIsMatchedTwice) {
  const Harm harm = Rush(Tables());

  EXPECT_EQ(harm.twice, 0);
  EXPECT_EQ(harm.oversold, 0);
}

TEST_P(MatchedTwiceTest, WithoutTheIndexSomebodyIs) { EXPECT_GT(Rush(UnguardedTables()).twice, 0); }

INSTANTIATE_TEST_SUITE_P(Sqlite, MatchedTwiceTest, ::testing::Values(&testing::NewSqlite));
INSTANTIATE_TEST_SUITE_P(Postgresql, MatchedTwiceTest, ::testing::Values(&testing::NewPostgresql));

}  // namespace
}  // namespace brygga::matching
