#include "services/matching/store/sql/sql_matching_store.h"

#include <gmock/gmock.h>

#include <array>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/testing/matchers.h"
#include "services/matching/store/matching_store_conformance.h"
#include "services/matching/store/people_conformance.h"
#include "services/matching/store/sql/migrations.h"

namespace brygga::matching {

using ::brygga::testing::IsOk;

INSTANTIATE_TEST_SUITE_P(Sqlite, MatchingStoreConformance,
                         ::testing::Values(&testing::OnSqlite<MatchingStore, SqlMatchingStore, kMigrations>));
INSTANTIATE_TEST_SUITE_P(Postgresql, MatchingStoreConformance,
                         ::testing::Values(&testing::OnPostgresql<MatchingStore, SqlMatchingStore, kMigrations>));
INSTANTIATE_TEST_SUITE_P(Sqlite, PeopleConformance,
                         ::testing::Values(&testing::OnSqlite<MatchingStore, SqlMatchingStore, kMigrations>));
INSTANTIATE_TEST_SUITE_P(Postgresql, PeopleConformance,
                         ::testing::Values(&testing::OnPostgresql<MatchingStore, SqlMatchingStore, kMigrations>));

namespace {

// A constraint, and statements of which the last breaks it.
struct Guard {
  std::string constraint;
  std::vector<std::string> statements;
};

std::string InsertMeeting(const std::string& values) {
  return "INSERT INTO meetings (id, programme_id, cohort_id, match_id, author, revision, created_at_us, updated_at_us, "
         "state, starts_at_us, minutes) VALUES ('t', 'p', 'c', '1', 'x', 1, 1, 1, " +
         values + ")";
}

std::string InsertMatch(const std::string& id, const std::string& values,
                        const std::string& kind_and_mentor = "'MENTORING', 'm'", const std::string& round = "'r'") {
  return absl::StrCat(
      "INSERT INTO matches (id, programme_id, cohort_id, kind, mentor_id, adept_id, score, round_id, expires_at_us, "
      "end_reason, revision, created_at_us, updated_at_us, state, mentor_accepted_at_us, adept_accepted_at_us, "
      "ended_at_us, declined_by) VALUES ('",
      id, "', 'p', 'c', ", kind_and_mentor, ", 'a', 1, ", round, ", 1, '', 1, 1, 1, ", values, ")");
}

std::string InsertRound(const std::string& id, const std::string& state, int certified) {
  return absl::StrCat(
      "INSERT INTO rounds (id, programme_id, cohort_id, objective, policy_version, seed, snapshot_hash, as_of_us, "
      "adepts, mentors, seats, feasible_pairs, matched, total_score, worst_score, solve_us, overrides, certificate, "
      "failure_reason, failure_detail, phase, progress_permille, worker, worker_until_us, attempt, revision, "
      "created_at_us, updated_at_us, state, certified) VALUES ('",
      id, "', 'p', 'c', 'O', 1, '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '', '', '', 0, '', 0, 0, 1, 1, 1, '", state,
      "', ", certified, ")");
}

const std::vector<Guard>& Guards() {
  static const auto& guards = *new std::vector<Guard>{
      {"mentor_capacity_taken", {"INSERT INTO mentor_capacity VALUES ('m', 1, 1, 2)"}},
      {"matches_live_adept",
       {InsertMatch("1", "'PROPOSED', NULL, NULL, NULL, ''"), InsertMatch("2", "'ACTIVE', 1, 1, NULL, ''")}},
      {"matches_kind", {InsertMatch("1", "'PROPOSED', NULL, NULL, NULL, ''", "'INVENTED', 'm'")}},
      {"matches_mentor", {InsertMatch("1", "'PROPOSED', NULL, NULL, NULL, ''", "'MENTORING', ''")}},
      {"matches_two_people", {InsertMatch("1", "'PROPOSED', NULL, NULL, NULL, ''", "'MENTORING', 'a'")}},
      {"matches_origin", {InsertMatch("1", "'PROPOSED', NULL, NULL, NULL, ''", "'MENTORING', 'm'", "NULL")}},
      {"matches_paused", {InsertMatch("1", "'PAUSED', 1, 1, NULL, ''")}},
      {"matches_override",
       {InsertMatch("1", "'PROPOSED', NULL, NULL, NULL, ''"), "UPDATE matches SET over_capacity = 1"}},
      {"meetings_state", {InsertMatch("1", "'ACTIVE', 1, 1, NULL, ''"), InsertMeeting("'INVENTED', 0, 60")}},
      {"meetings_minutes", {InsertMatch("1", "'ACTIVE', 1, 1, NULL, ''"), InsertMeeting("'HELD', 0, 1441")}},
      {"cadences_meetings", {"INSERT INTO cadences VALUES ('c', 'p', 0, 4, 11, '', 1, 1, 1)"}},
      {"cadences_first_month", {"INSERT INTO cadences VALUES ('c', 'p', 1, 0, 11, '', 1, 1, 1)"}},
      {"cadences_last_month", {"INSERT INTO cadences VALUES ('c', 'p', 1, 4, 13, '', 1, 1, 1)"}},
      {"round_earlier_fate", {"INSERT INTO round_earlier VALUES ('r', '1', 'm', 'a', 'INVENTED')"}},
      {"matches_state", {InsertMatch("1", "'INVENTED', NULL, NULL, 1, ''")}},
      {"matches_active", {InsertMatch("1", "'ACTIVE', 1, NULL, NULL, ''")}},
      {"matches_accepted_by_one", {InsertMatch("1", "'ACCEPTED_BY_ONE', 1, 1, NULL, ''")}},
      {"matches_proposed", {InsertMatch("1", "'PROPOSED', 1, NULL, NULL, ''")}},
      {"matches_ended", {InsertMatch("1", "'EXPIRED', NULL, NULL, NULL, ''")}},
      {"matches_declined", {InsertMatch("1", "'DECLINED', NULL, NULL, 1, ''")}},
      {"rounds_state", {InsertRound("2", "INVENTED", 0)}},
      {"rounds_certified", {InsertRound("2", "PROPOSED", 0)}},
      {"rounds_published", {InsertRound("2", "PUBLISHED", 1)}},
      {"rounds_under_way", {InsertRound("2", "QUEUED", 0), InsertRound("3", "RUNNING", 0)}},
      {"locks_override", {"INSERT INTO locks VALUES ('l', 'p', 'c', 'm', 'a', 'R', '', 'TOO_FAR', 0, 'x', 1, 1)"}},
      {"locks_adept",
       {"INSERT INTO locks VALUES ('l', 'p', 'c', 'm', 'a', 'R', '', '', 0, 'x', 1, 1)",
        "INSERT INTO locks VALUES ('k', 'p', 'c', 'n', 'a', 'R', '', '', 0, 'x', 1, 1)"}}};
  return guards;
}

// The tables as all migrations make them.
std::string AllTables() {
  std::string sql;
  for (const sql::Migration& migration : kMigrations) sql.append(migration.sql);
  return sql;
}

// The tables with every CHECK of the name `constraint` turned into one that
// always holds, and without the unique index of that name.
std::string WithoutGuard(const std::string& constraint) {
  std::string sql = AllTables();
  const std::string check = "CONSTRAINT " + constraint;
  for (size_t at = sql.find(check); at != std::string::npos; at = sql.find(check, at + 1)) {
    // Not of a constraint whose name only begins the same.
    if (const char next = sql[at + check.size()]; next != ' ' && next != '\n') continue;
    const size_t open = sql.find('(', at);
    size_t close = open;
    for (int depth = 0; close < sql.size(); ++close) {
      depth += sql[close] == '(' ? 1 : sql[close] == ')' ? -1 : 0;
      if (depth == 0) break;
    }
    sql.replace(open, close - open + 1, "(1 = 1)");
  }
  const std::string index = "CREATE UNIQUE INDEX " + constraint + " ON";
  for (size_t at = sql.find(index); at != std::string::npos; at = sql.find(index)) {
    sql.replace(at, index.size(), "CREATE INDEX " + constraint + " ON");
  }
  return sql;
}

// The migrations that are `sql`, kept for ever: test databases are told apart by
// where their migrations lie.
std::span<const sql::Migration> Kept(const std::string& sql) {
  static auto& kept = *new std::map<std::string, std::array<sql::Migration, 1>>;
  const auto made = kept.try_emplace(sql).first;
  made->second[0] = {1, made->first.c_str()};
  return made->second;
}

class GuardTest : public ::testing::TestWithParam<std::tuple<testing::MakeDatabase, size_t>> {
 protected:
  const Guard& guard() const { return Guards()[std::get<1>(GetParam())]; }

  // What the last of the guard's statements answers in tables made by `sql`.
  absl::Status BreakIt(const std::string& sql) {
    const auto ground = std::get<0>(GetParam())({.migrations = Kept(sql)});
    return ground->database().Write(Origin{.actor = "test", .method = "test"}, [&](sql::Transaction& tx) {
      absl::Status status = tx.Run(
          "INSERT INTO cohorts (id, programme_id, kind, state, epoch, policy_version, as_of_us) "
          "VALUES ('c', 'p', 'VOCATIONAL', 'OPEN', 0, 0, 0)");
      status.Update(tx.Run(InsertRound("r", "FAILED", 0)));
      EXPECT_THAT(status, IsOk());
      for (const std::string& statement : guard().statements) {
        EXPECT_THAT(status, IsOk()) << "before " << statement;
        status = tx.Run(statement);
      }
      return status;
    });
  }
};

TEST_P(GuardTest, TheTablesRefuseWhatMustNeverBe) {
  EXPECT_EQ(sql::ConstraintOf(BreakIt(AllTables())), guard().constraint);
}

TEST_P(GuardTest, WithoutTheGuardItWouldBe) { EXPECT_THAT(BreakIt(WithoutGuard(guard().constraint)), IsOk()); }

std::string GuardName(const ::testing::TestParamInfo<GuardTest::ParamType>& info) {
  return Guards()[std::get<1>(info.param)].constraint;
}

INSTANTIATE_TEST_SUITE_P(Sqlite, GuardTest,
                         ::testing::Combine(::testing::Values(&testing::NewSqlite),
                                            ::testing::Range<size_t>(0, Guards().size())),
                         &GuardName);
INSTANTIATE_TEST_SUITE_P(Postgresql, GuardTest,
                         ::testing::Combine(::testing::Values(&testing::NewPostgresql),
                                            ::testing::Range<size_t>(0, Guards().size())),
                         &GuardName);

}  // namespace
}  // namespace brygga::matching
