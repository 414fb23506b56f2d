// What Database promises on PostgreSQL alone.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/sql/database.h"
#include "common/sql/database_testing.h"
#include "common/testing/matchers.h"
#include "common/testing/postgres.h"
#include "common/testing/stores.h"
#include "common/wait/no_wait.h"

namespace brygga::sql {
namespace {

using testing::IsOk;

TEST(PostgresqlTest, ConnectionsThatDiedInTheirSleepAreReplaced) {
  const auto ground = testing::NewPostgresql({.migrations = kMigrations});
  Database& database = ground->database();
  testing::PostgresServer& server = testing::PostgresServer::Shared();
  const std::string kill =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
      "WHERE datname = current_database() AND pid <> pg_backend_pid()";

  server.Run(ground->url(), kill);
  EXPECT_THAT(database.Write(Work(), [](Transaction& tx) { return tx.Run("DELETE FROM seats"); }), IsOk());
  server.Run(ground->url(), kill);
  EXPECT_THAT(database.Query(Soon(), "SELECT id FROM events"), IsOk());
  server.Run(ground->url(), kill);
  EXPECT_THAT(database.Read(Soon(), [](Reader& reader) { return reader.Query("SELECT id FROM events").status(); }),
              IsOk());
}

TEST(PostgresqlTest, TablesMayChangeUnderARunningProgram) {
  const auto ground = testing::NewPostgresql({.migrations = kMigrations});
  Database& database = ground->database();
  const char* const select = "SELECT * FROM events";
  ASSERT_THAT(database.Query(Soon(), select), IsOk());

  testing::PostgresServer::Shared().Run(ground->url(), "ALTER TABLE events ADD COLUMN colour TEXT");

  EXPECT_THAT(database.Query(Soon(), select), IsOk());
  EXPECT_THAT(database.Read(Soon(), [&](Reader& reader) { return reader.Query(select).status(); }), IsOk());
}

TEST(PostgresqlTest, DurabilityDoesNotDependOnTheServersSettings) {
  const auto ground = testing::NewPostgresql({.migrations = kMigrations});
  testing::PostgresServer::Shared().Run(
      ground->url(),
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$");
  const auto database = ground->OpenAgain({.migrations = kMigrations});

  const auto row = database->QueryOne(Soon(), "SELECT current_setting('synchronous_commit') AS value");

  EXPECT_EQ((*row)->Text("value"), "on");
}

TEST(PostgresqlTest, AReadIsAnothersWork) {
  const auto ground = testing::NewPostgresql({.migrations = kMigrations});
  ASSERT_THAT(ground->database().Query(Soon(), "SELECT 1 AS one"), IsOk());
  for (const bool transaction : {false, true}) {
    const NoWait no_wait;
    if (transaction) {
      EXPECT_FALSE(ground->database().Read(Soon(), [](Reader&) { return absl::OkStatus(); }).ok());
    } else {
      EXPECT_FALSE(ground->database().Query(Soon(), "SELECT 1 AS one").ok());
    }
    EXPECT_TRUE(no_wait.refused());
  }
}

}  // namespace
}  // namespace brygga::sql
