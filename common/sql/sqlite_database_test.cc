// What Database promises on SQLite alone: how writes share a commit, what reads
// see, and what is done where nobody may wait.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/sql/database.h"
#include "common/sql/database_testing.h"
#include "common/status/macros.h"
#include "common/testing/matchers.h"
#include "common/testing/stores.h"
#include "common/testing/temp_dir.h"
#include "common/wait/mutex.h"
#include "common/wait/no_wait.h"

namespace brygga::sql {
namespace {

using testing::IsOk;

// `count` threads call `write(i)` and wait together behind a write that takes its
// time.
template <typename F>
void BehindASlowWrite(Database& database, int count, const F& write) {
  Notification slow_runs, go_on;
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    EXPECT_THAT(database.Write(Work(),
                               [&](Transaction&) {
                                 slow_runs.Notify();
                                 go_on.WaitForNotification();
                                 return absl::OkStatus();
                               }),
                IsOk());
  });
  slow_runs.WaitForNotification();
  for (int i = 0; i < count; ++i) threads.emplace_back([&, i] { write(i); });
  absl::SleepFor(absl::Milliseconds(50));
  go_on.Notify();
  for (std::thread& thread : threads) thread.join();
}

// How many writes a writer saw that were not committed yet, at most.
int64_t MostUncommittedSeen(GroupCommit group_commit) {
  const auto ground = testing::NewSqlite({.migrations = kMigrations, .group_commit = group_commit});
  Database& database = ground->database();
  const std::string count = "SELECT COUNT(*) AS n FROM events";
  std::atomic<int64_t> most{0};
  BehindASlowWrite(database, 16, [&](int i) {
    EXPECT_THAT(
        database.Write(Work(),
                       [&](Transaction& tx) -> absl::Status {
                         BRYGGA_ASSIGN_OR_RETURN(const auto mine, tx.QueryOne(count));
                         BRYGGA_ASSIGN_OR_RETURN(const auto committed, database.QueryOne(Soon(), count));
                         most = std::max(most.load(), mine->Int("n") - committed->Int("n"));
                         return tx.Run("INSERT INTO events (id, capacity) VALUES (:id, 1)", {{"id", absl::StrCat(i)}});
                       }),
        IsOk());
  });
  return most;
}

// Some write and then fail, some fail at once, some only validate.
TEST(SqliteTest, WritesThatFailAfterWritingLeaveNothingAndHarmNobody) {
  const auto ground = testing::NewSqlite({.migrations = kMigrations});
  Database& database = ground->database();
  for (int round = 0; round < 3; ++round) {
    BehindASlowWrite(database, 32, [&](int i) {
      Origin origin = Work();
      origin.validate_only = i % 4 == 3;
      const absl::Status status = database.Write(origin, [&](Transaction& tx) -> absl::Status {
        if (i % 4 == 2) return absl::OutOfRangeError("at once");
        const std::string id = absl::StrCat(round, "-", i);
        BRYGGA_RETURN_IF_ERROR(tx.Run("INSERT INTO events (id, capacity) VALUES (:id, 1)", {{"id", id}}));
        tx.Changed("events/" + id, ChangeKind::kCreated, 1);
        return i % 4 == 1 ? absl::OutOfRangeError("late") : absl::OkStatus();
      });
      EXPECT_EQ(status.code(), i % 4 == 1 || i % 4 == 2 ? absl::StatusCode::kOutOfRange : absl::StatusCode::kOk);
    });
  }

  for (const char* table : {"events", "change_log", "audit_log"}) {
    EXPECT_EQ((*database.QueryOne(Soon(), absl::StrCat("SELECT COUNT(*) AS n FROM ", table)))->Int("n"), 3 * 8)
        << table;
  }
  EXPECT_EQ(database.Query(Soon(), "SELECT id FROM events WHERE CAST(substr(id, 3) AS BIGINT) % 4 <> 0")->size(), 0u);
}

TEST(SqliteTest, WritesThatWaitTogetherShareACommit) {
  int64_t most = 0;
  // Whether they wait together is up to the machine; once is enough.
  for (int i = 0; i < 20 && most < 2; ++i) most = MostUncommittedSeen(GroupCommit::kOn);
  EXPECT_GE(most, 2);

  EXPECT_EQ(MostUncommittedSeen(GroupCommit::kOff), 0);
}

// Reads keep the log locked, so that each of them need not lock it.

// The size of the log after many writes with a read after each.
int64_t LogAfterWritesAndReads(Database& database, const std::string& path) {
  const std::string kilobytes(4000, 'x');
  for (int i = 0; i < 800; ++i) {
    EXPECT_THAT(database.Write(Work(),
                               [&](Transaction& tx) {
                                 return tx.Run("INSERT INTO events (id, capacity) VALUES (:id, 1)",
                                               {{"id", absl::StrCat(NewUuid(absl::Now()), kilobytes)}});
                               }),
                IsOk());
    EXPECT_EQ((*database.QueryOne(Soon(), "SELECT COUNT(*) AS n FROM events"))->Int("n"), i + 1);
  }
  return static_cast<int64_t>(std::filesystem::file_size(path + "-wal"));
}

TEST(SqliteTest, ReadsLetTheLogBeginAnew) {
  constexpr int64_t kMost = 6 << 20;  // SQLite begins it anew after 1,000 pages, 4 MiB.
  const testing::TempDir folder;
  const auto open = [&](const std::string& name) {
    return *Database::Open("sqlite:" + folder.File(name), {.migrations = kMigrations});
  };
  {
    const auto database = open("plain.db");
    EXPECT_LT(LogAfterWritesAndReads(*database, folder.File("plain.db")), kMost);
  }
  // A read that lasts does keep it.
  const auto database = open("held.db");
  EXPECT_THAT(database->Read(Soon(),
                             [&](Reader& reader) -> absl::Status {
                               BRYGGA_RETURN_IF_ERROR(reader.Query("SELECT id FROM events"));
                               EXPECT_GT(LogAfterWritesAndReads(*database, folder.File("held.db")), kMost);
                               return absl::OkStatus();
                             }),
              IsOk());
}

TEST(SqliteTest, ReadsSeeWhatAnotherProgramWrites) {
  const testing::TempDir folder;
  const std::string url = "sqlite:" + folder.File("shared.db");
  const auto ours = *Database::Open(url, {.migrations = kMigrations});
  const auto others = *Database::Open(url, {.migrations = kMigrations});
  for (int i = 1; i <= 20; ++i) {
    ASSERT_THAT(
        others->Write(
            Work(),
            [&](Transaction& tx) {
              return tx.Run("INSERT INTO events (id, capacity) VALUES (:id, 1)", {{"id", absl::StrCat("e", i)}});
            }),
        IsOk());
    EXPECT_EQ((*ours->QueryOne(Soon(), "SELECT COUNT(*) AS n FROM events"))->Int("n"), i);
  }
}

TEST(SqliteTest, AProgramThatHasReadLetsOthersBeginTheLogAnew) {
  const testing::TempDir folder;
  const std::string url = "sqlite:" + folder.File("shared.db");
  const auto ours = *Database::Open(url, {.migrations = kMigrations});
  const auto others = *Database::Open(url, {.migrations = kMigrations});
  ASSERT_THAT(ours->Query(Soon(), "SELECT id FROM events"), IsOk());

  const auto begun = others->QueryOne(Soon(), "PRAGMA wal_checkpoint(TRUNCATE)");

  ASSERT_THAT(begun, IsOk());
  EXPECT_EQ((*begun)->Int("busy"), 0);
}

TEST(SqliteTest, ManyThreadsMayReadWhileOneWrites) {
  const auto ground = testing::NewSqlite({.migrations = kMigrations});
  Database& database = ground->database();
  std::atomic<int64_t> written = 0;
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const int64_t before = written;
        const auto row = database.QueryOne(Soon(), "SELECT COUNT(*) AS n FROM events");
        ASSERT_THAT(row, IsOk());
        EXPECT_GE((*row)->Int("n"), before);
      }
    });
  }
  for (int i = 0; i < 300; ++i) {
    EXPECT_THAT(
        database.Write(
            Work(),
            [&](Transaction& tx) {
              return tx.Run("INSERT INTO events (id, capacity) VALUES (:id, 1)", {{"id", absl::StrCat("e", i)}});
            }),
        IsOk());
    ++written;
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
}

// A file with 20,000 events, closed.
class NoWaitTest : public ::testing::Test {
 protected:
  static constexpr char kFill[] =
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
      "INSERT INTO events (id, capacity) SELECT 'event-' || i, i FROM n";

  NoWaitTest() {
    EXPECT_THAT(Open()->Write(Work(), [](Transaction& tx) { return tx.Run(kFill); }), IsOk());
  }

  std::unique_ptr<Database> Open() {
    return *Database::Open("sqlite:" + path_,
                           {.migrations = kMigrations, .log = [this](const DriverError&) { ++logged_; }});
  }

  // Makes the machine forget the file. False where it cannot, or cannot tell
  // what it has in memory.
  bool Forget() const {
    const int file = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    char byte = 0;
    const iovec into = {.iov_base = &byte, .iov_len = 1};
    const bool known = preadv2(file, &into, 1, 0, RWF_NOWAIT) == 1;
    fsync(file);
    posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    const bool forgotten = known && preadv2(file, &into, 1, 0, RWF_NOWAIT) < 0;
    close(file);
    return forgotten;
  }

  static absl::StatusOr<std::optional<Row>> Find(Database& database) {
    return database.QueryOne(Soon(), "SELECT capacity FROM events WHERE id = :id", {{"id", "event-12345"}});
  }

  // In one read.
  static absl::Status FindTimes(Database& database, int times) {
    return database.Read(Soon(), [&](Reader& reader) {
      for (int i = 0; i < times; ++i) {
        BRYGGA_RETURN_IF_ERROR(reader.QueryOne("SELECT capacity FROM events WHERE id = 'event-1'").status());
      }
      return absl::OkStatus();
    });
  }

  testing::TempDir folder_;
  const std::string path_ = folder_.File("events.db");
  std::atomic<int> logged_ = 0;
};

TEST_F(NoWaitTest, WhatIsInMemoryIsReadAndWhatIsOnTheDiskIsNot) {
  if (!Forget()) GTEST_SKIP() << "this file system does not tell what it has in memory";
  const auto database = Open();
  ASSERT_THAT(database->Query(Soon(), "SELECT 1 AS one"), IsOk());  // Opens a connection.
  {
    const NoWait no_wait;
    EXPECT_FALSE(Find(*database).ok());
    EXPECT_TRUE(no_wait.refused());
  }
  EXPECT_EQ((*Find(*database))->Int("capacity"), 12345);

  const NoWait no_wait;
  const auto found = Find(*database);
  EXPECT_FALSE(no_wait.refused());
  EXPECT_EQ((*found)->Int("capacity"), 12345);
  EXPECT_THAT(database->Read(Soon(), [](Reader& reader) { return reader.Query("SELECT 1 AS one").status(); }), IsOk());
  EXPECT_FALSE(no_wait.refused());
  EXPECT_EQ(logged_, 0);
}

TEST_F(NoWaitTest, AConnectionIsNotOpenedThere) {
  const auto database = Open();
  const NoWait no_wait;

  EXPECT_FALSE(Find(*database).ok());

  EXPECT_TRUE(no_wait.refused());
}

TEST_F(NoWaitTest, MuchWorkIsRefused) {
  const auto database = Open();
  const std::string long_way = "SELECT COUNT(*) AS n FROM events WHERE capacity % 7 = 3";
  ASSERT_THAT(database->Query(Soon(), long_way), IsOk());
  {
    const NoWait no_wait;
    EXPECT_FALSE(database->Query(Soon(), long_way).ok());
    EXPECT_TRUE(no_wait.refused());
  }
  EXPECT_THAT(database->Query(Soon(), long_way), IsOk());
  EXPECT_EQ(logged_, 0);
}

// What is done is counted from a read's beginning. Where it went on from read to
// read, a BEGIN was given up sooner or later that had begun.
TEST_F(NoWaitTest, ShortReadsAreNeverRefusedHoweverManyThereAre) {
  const auto database = Open();
  ASSERT_THAT(FindTimes(*database, 1), IsOk());

  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    const NoWait no_wait;
    if (!FindTimes(*database, 1).ok() || no_wait.refused()) ++refused;
  }

  EXPECT_EQ(refused, 0);
  EXPECT_THAT(FindTimes(*database, 1), IsOk());
  EXPECT_EQ(logged_, 0);
}

// After a write the first read looks at the file anew.
TEST_F(NoWaitTest, ShortReadsAreNotRefusedHoweverManyWritesThereAre) {
  const auto database = Open();
  ASSERT_THAT(FindTimes(*database, 1), IsOk());

  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto write = [](Transaction& tx) {
      return tx.Run("UPDATE events SET capacity = capacity + 1 WHERE id = 'event-2'");
    };
    ASSERT_THAT(database->Write(Work(), write), IsOk());
    const NoWait no_wait;
    if (!FindTimes(*database, 1).ok() || no_wait.refused()) ++refused;
  }

  EXPECT_EQ(refused, 0);
}

TEST_F(NoWaitTest, ManyShortStatementsAreMuchWorkToo) {
  const auto database = Open();
  ASSERT_THAT(FindTimes(*database, 2000), IsOk());
  {
    const NoWait no_wait;
    EXPECT_FALSE(FindTimes(*database, 2000).ok());
    EXPECT_TRUE(no_wait.refused());
  }
  EXPECT_THAT(FindTimes(*database, 2000), IsOk());
  EXPECT_EQ(logged_, 0);
}

TEST(SqliteTest, TheFileIsItsOwnersOnly) {
  const testing::TempDir folder;
  const std::string path = folder.File("it's a file.db");
  const auto database = Database::Open("sqlite:" + path, {.migrations = kMigrations});
  ASSERT_THAT(database, IsOk());

  for (const char* suffix : {"", "-wal", "-shm"}) {
    EXPECT_EQ(std::filesystem::status(path + suffix).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << suffix;
  }
}

}  // namespace
}  // namespace brygga::sql
