#include "common/sql/migration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "common/sql/database.h"
#include "common/sql/dialect.h"
#include "common/testing/matchers.h"
#include "common/testing/stores.h"

namespace brygga::sql {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

constexpr Migration kSteps[] = {
    {1, "CREATE TABLE a (id TEXT PRIMARY KEY, n BIGINT);"},
    {2, "ALTER TABLE a ADD COLUMN note TEXT NOT NULL DEFAULT ''; CREATE TABLE b (id {serial});"},
    {3, "INSERT INTO a (id, n) VALUES ('from 3', 3);"},
};
// Fails after its first statement.
constexpr Migration kBroken[] = {
    {1, "CREATE TABLE a (id TEXT PRIMARY KEY, n BIGINT);"},
    {2, "ALTER TABLE a ADD COLUMN note TEXT NOT NULL DEFAULT ''; INSERT INTO nowhere VALUES (1);"},
};

class MigrationTest : public ::testing::TestWithParam<testing::MakeDatabase> {
 protected:
  absl::StatusOr<std::unique_ptr<Database>> Open(std::span<const Migration> migrations) {
    return Database::Open(ground_->url(), {.migrations = migrations});
  }
  static int64_t Number(Database& database, std::string_view sql) {
    const auto row = database.QueryOne(absl::Now() + absl::Seconds(20), sql);
    EXPECT_THAT(row, IsOk());
    return row.ok() ? (*row)->Int("n") : -1;
  }

  std::unique_ptr<testing::TestDatabase> ground_ = GetParam()({});
};

TEST_P(MigrationTest, EachIsAppliedOnce) {
  for (int i = 0; i < 3; ++i) {
    const auto database = Open(kSteps);
    ASSERT_THAT(database, IsOk());
    EXPECT_EQ(Number(**database, "SELECT COUNT(*) AS n FROM a"), 1);
  }
}

TEST_P(MigrationTest, AnOlderDatabaseGetsWhatItLacks) {
  ASSERT_THAT(Open(std::span(kSteps).first(1)), IsOk());
  ASSERT_THAT(Open(std::span(kSteps).first(2)), IsOk());

  const auto database = Open(kSteps);

  ASSERT_THAT(database, IsOk());
  EXPECT_EQ(Number(**database, "SELECT COUNT(note) AS n FROM a"), 1);
}

TEST_P(MigrationTest, OneThatFailsHalfWayLeavesNothingAndIsDoneAgain) {
  EXPECT_THAT(Open(kBroken), StatusIs(absl::StatusCode::kInternal));

  const auto database = Open(kSteps);

  ASSERT_THAT(database, IsOk());
  EXPECT_EQ(Number(**database, "SELECT MAX(version) AS n FROM schema_version WHERE component = 'service'"), 3);
}

TEST_P(MigrationTest, ANewerDatabaseIsRefusedInClearWordsAndUntouched) {
  ASSERT_THAT(Open(kSteps), IsOk());

  const auto older = Open(std::span(kSteps).first(2));

  EXPECT_THAT(older, StatusIs(absl::StatusCode::kFailedPrecondition,
                              HasSubstr("version 3, and this program knows those up to version 2")));
  EXPECT_THAT(older, testing::HasReason("DATABASE_TOO_NEW"));
  EXPECT_THAT(Open(kSteps), IsOk());
}

TEST_P(MigrationTest, ProcessesThatStartTogetherMigrateOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] { EXPECT_THAT(Open(kSteps), IsOk()); });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(Number(**Open(kSteps), "SELECT COUNT(*) AS n FROM a"), 1);
}

INSTANTIATE_TEST_SUITE_P(Sqlite, MigrationTest, ::testing::Values(&testing::NewSqlite));
INSTANTIATE_TEST_SUITE_P(Postgresql, MigrationTest, ::testing::Values(&testing::NewPostgresql));

TEST(DialectTest, OnlyColumnsCompareByBytes) {
  EXPECT_EQ(ExpandMigration(Engine::kPostgresql,
                            "CREATE TABLE t (a TEXT, TEXTURE INT); -- it's TEXT\n"
                            "UPDATE t SET a = 'TEXT' || CAST(1 AS TEXT); ALTER TABLE t ADD b TEXT;"),
            "CREATE TABLE t (a TEXT COLLATE \"C\", TEXTURE INT); \n"
            "UPDATE t SET a = 'TEXT' || CAST(1 AS TEXT); ALTER TABLE t ADD b TEXT COLLATE \"C\";");
  EXPECT_EQ(ExpandMigration(Engine::kSqlite, "a TEXT {unknown} {\"json\": 1}"), "a TEXT {unknown} {\"json\": 1}");
}

TEST(DialectTest, MarkersAreTheEnginesWords) {
  EXPECT_EQ(ExpandStatement(Engine::kSqlite, "SELECT 1 {for_update}"), "SELECT 1 ");
  EXPECT_EQ(ExpandStatement(Engine::kPostgresql, "SELECT 1 {for_update}"), "SELECT 1 FOR UPDATE");
  EXPECT_EQ(ExpandStatement(Engine::kSqlite, "{contains:name|:p} AND x"), "instr(brygga_fold(name), :p) > 0 AND x");
  EXPECT_EQ(ExpandStatement(Engine::kSqlite, "{open"), "{open");
}

}  // namespace
}  // namespace brygga::sql
