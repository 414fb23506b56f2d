// What Database promises on PostgreSQL alone.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/time/clock.h"
#include "common/sql/database.h"
#include "common/sql/database_testing.h"
#include "common/status/macros.h"
#include "common/testing/matchers.h"
#include "common/testing/postgres.h"
#include "common/testing/stores.h"
#include "common/wait/no_wait.h"

namespace brygga::sql {
namespace {

using testing::IsOk;
using testing::StatusIs;

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

// The server is told how long a statement may take, not until when.
TEST(PostgresqlTest, AStatementThatBeginsLateEndsAtTheDeadlineToo) {
  const auto ground = testing::NewPostgresql({.migrations = kMigrations});
  const auto sleep_twice = [](Reader& reader) {
    BRYGGA_RETURN_IF_ERROR(reader.Query("SELECT CAST(pg_sleep(1) AS TEXT) AS slept").status());
    return reader.Query("SELECT CAST(pg_sleep(1.4) AS TEXT) AS slept").status();
  };

  const absl::Status read = ground->database().Read(absl::Now() + absl::Seconds(2), sleep_twice);

  EXPECT_THAT(read, StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST(PostgresqlTest, ATransactionThatGaveUpWhileItBeganIsOver) {
  const auto ground = testing::NewPostgresql({.migrations = kMigrations});
  // A server that takes its time to say what time it is.
  testing::PostgresServer::Shared().Run(
      ground->url(),
      "CREATE FUNCTION now() RETURNS timestamptz AS 'SELECT pg_sleep(0.1); SELECT clock_timestamp()' LANGUAGE sql; "
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database()); "
      "END $$");
  const auto database = ground->OpenAgain({.migrations = kMigrations, .connections = 1});
  const auto read = [&](absl::Duration within) {
    return database->Read(absl::Now() + within,
                          [](Reader& reader) { return reader.Query("SELECT 1 AS one").status(); });
  };
  const auto write = [&](absl::Duration within) {
    Origin origin = Work();
    origin.deadline = absl::Now() + within;
    return database->Write(origin, [](Transaction& tx) { return tx.Run("DELETE FROM seats"); });
  };

  EXPECT_THAT(read(absl::Milliseconds(50)), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(read(absl::Seconds(20)), IsOk());
  EXPECT_THAT(write(absl::Milliseconds(50)), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(write(absl::Seconds(20)), IsOk());
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
