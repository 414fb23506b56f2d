#include "common/sql/change_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/macros.h"
#include "common/testing/matchers.h"
#include "common/testing/stores.h"

namespace brygga::sql {
namespace {

using ::testing::ElementsAre;
using testing::HasReason;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::SizeIs;

constexpr Migration kMigrations[] = {{1, "CREATE TABLE things (name TEXT PRIMARY KEY, revision BIGINT NOT NULL);"}};
const absl::Time kNoon = absl::FromUnixSeconds(1'800'000'000);

Origin Ours() { return {.actor = "a", .method = "m", .deadline = absl::Now() + absl::Seconds(20)}; }

// Changes `name` and tells of it, as an adapter does.
absl::Status Touch(Transaction& tx, const std::string& name) {
  BRYGGA_RETURN_IF_ERROR(
      tx.Run("INSERT INTO things (name, revision) VALUES (:name, 1) ON CONFLICT (name) DO UPDATE SET revision = "
             "things.revision + 1",
             {{"name", name}}));
  BRYGGA_ASSIGN_OR_RETURN(const auto row,
                          tx.QueryOne("SELECT revision FROM things WHERE name = :name", {{"name", name}}));
  const int64_t revision = row->Int("revision");
  tx.Changed(name, revision == 1 ? ChangeKind::kCreated : ChangeKind::kUpdated, revision);
  return absl::OkStatus();
}

class ChangeLogTest : public ::testing::TestWithParam<testing::MakeDatabase> {
 protected:
  ChangeLogTest() { EXPECT_THAT(OpenLog(database_, Soon()), IsOk()); }

  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }
  bool postgresql() const { return ground_->url().rfind("postgresql", 0) == 0; }

  void Change(const std::string& name) {
    EXPECT_THAT(database_.Write(Ours(), [&](Transaction& tx) { return Touch(tx, name); }), IsOk());
  }

  LogPosition End() {
    const auto end = database_.Read(Soon(), [](Reader& reader) { return LogEnd(reader); });
    EXPECT_THAT(end, IsOk());
    return *end;
  }
  absl::StatusOr<LogPage> Page(const LogPosition& position, int limit = 100) {
    return database_.Read(Soon(), [&](Reader& reader) { return ReadLog(reader, position, limit); });
  }
  absl::Status Check(const LogPosition& position) {
    return database_.Read(Soon(), [&](Reader& reader) { return CheckPosition(reader, position); });
  }
  // What lies ahead of `position`, as "name@revision", and `position` behind it.
  std::vector<std::string> ReadAll(LogPosition& position, int limit = 100) {
    std::vector<std::string> seen;
    for (bool more = true; more;) {
      const auto page = Page(position, limit);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) return seen;
      for (const LoggedChange& change : page->changes) {
        EXPECT_TRUE(IsAhead(position, change));
        EXPECT_FALSE(IsAhead(page->next, change));
        seen.push_back(absl::StrCat(change.resource, "@", change.revision));
      }
      position = page->next;
      more = page->more;
    }
    return seen;
  }

  absl::StatusOr<int64_t> Compact(const LogRetention& keep) {
    const auto lease = AcquireLease(database_, "compact", "me", absl::Minutes(1), Soon());
    EXPECT_THAT(lease, IsOk());
    return CompactLog(database_, **lease, keep, Soon());
  }

  ManualClock clock_{kNoon};
  std::unique_ptr<testing::TestDatabase> ground_ = GetParam()({.migrations = kMigrations, .clock = &clock_});
  Database& database_ = ground_->database();
};

TEST_P(ChangeLogTest, WhatIsCommittedLaterLiesAheadInOrder) {
  Change("before");
  LogPosition position = End();

  Change("a");
  Change("b");
  Change("a");

  EXPECT_THAT(ReadAll(position), ElementsAre("a@1", "b@1", "a@2"));
  EXPECT_THAT(ReadAll(position), IsEmpty());
  EXPECT_THAT(Check(position), IsOk());
}

TEST_P(ChangeLogTest, EveryPlaceWithinABatchCanBeResumed) {
  LogPosition position = End();
  for (int i = 0; i < 7; ++i) Change(absl::StrCat("r", i));

  std::vector<std::string> seen;
  for (bool more = true; more;) {
    const auto page = Page(position, 2);
    ASSERT_THAT(page, IsOk());
    for (const LoggedChange& change : page->changes) seen.push_back(change.resource);
    position = page->next;
    more = page->more;
    Change("meanwhile");  // Of a later batch.
    if (seen.size() > 20) FAIL() << "no end";
    if (seen.size() >= 7) break;
  }
  seen.resize(7);
  EXPECT_THAT(seen, ElementsAre("r0", "r1", "r2", "r3", "r4", "r5", "r6"));
}

TEST_P(ChangeLogTest, ATransactionThatFailsLeavesNothing) {
  LogPosition position = End();
  const int64_t before = position.seen.next;
  EXPECT_FALSE(database_
                   .Write(Ours(),
                          [&](Transaction& tx) -> absl::Status {
                            BRYGGA_RETURN_IF_ERROR(Touch(tx, "never"));
                            return absl::AbortedError("changed my mind");
                          })
                   .ok());
  Change("a");

  EXPECT_THAT(ReadAll(position), ElementsAre("a@1"));
  if (!postgresql()) {
    EXPECT_EQ(position.seen.next, before + 1) << "SQLite has no gaps";
  }
}

TEST_P(ChangeLogTest, AsOfIsThePresentOnceAllIsRead) {
  Change("a");
  const auto page = Page(End());
  ASSERT_THAT(page, IsOk());
  EXPECT_FALSE(page->more);
  EXPECT_EQ(page->as_of, kNoon);
}

TEST_P(ChangeLogTest, OldChangesGoAndReadersThatNeedThemAreTold) {
  const LogPosition begin = End();
  for (int i = 0; i < 5; ++i) Change("old");
  LogPosition within = Page(begin, 2)->next;
  const LogPosition middle = End();
  clock_.Advance(absl::Hours(48));
  for (int i = 0; i < 3; ++i) Change("new");

  const auto gone = Compact({.age = absl::Hours(24), .changes = 1'000'000});

  ASSERT_THAT(gone, IsOk());
  EXPECT_EQ(*gone, 5);
  EXPECT_THAT(Page(begin), HasReason("TOKEN_COMPACTED"));
  EXPECT_THAT(Check(begin), HasReason("TOKEN_COMPACTED"));
  EXPECT_THAT(Page(within), HasReason("TOKEN_COMPACTED"));
  LogPosition position = middle;
  EXPECT_THAT(ReadAll(position), ElementsAre("new@1", "new@2", "new@3"));
  EXPECT_THAT(*Compact({.age = absl::Hours(24), .changes = 1'000'000}), 0);
}

TEST_P(ChangeLogTest, TooManyChangesGoToo) {
  LogPosition begin = End();
  for (int i = 0; i < 10; ++i) Change("a");

  EXPECT_EQ(*Compact({.age = absl::Hours(24), .changes = 4}), 6);

  EXPECT_THAT(Page(begin), HasReason("TOKEN_COMPACTED"));
  LogPosition end = End();
  Change("a");
  EXPECT_THAT(ReadAll(end), ElementsAre("a@11"));
}

TEST_P(ChangeLogTest, AReaderInTheMiddleOfAReadSeesAllOrIsTold) {
  // One snapshot: rows that are deleted while a page is read are still there.
  const LogPosition begin = End();
  for (int i = 0; i < 4; ++i) Change("a");
  const auto page = database_.Read(Soon(), [&](Reader& reader) -> absl::StatusOr<LogPage> {
    BRYGGA_RETURN_IF_ERROR(LogEnd(reader));  // The snapshot is taken.
    EXPECT_THAT(Compact({.age = absl::ZeroDuration(), .changes = 0}), IsOk());
    return ReadLog(reader, begin, 100);
  });
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(page->changes, SizeIs(4));
  EXPECT_THAT(Page(begin), HasReason("TOKEN_COMPACTED"));
}

TEST_P(ChangeLogTest, WhoLostTheLeaseDeletesNothing) {
  for (int i = 0; i < 3; ++i) Change("a");
  const auto mine = AcquireLease(database_, "compact", "me", absl::Minutes(1), Soon());
  clock_.Advance(absl::Minutes(2));
  ASSERT_THAT(AcquireLease(database_, "compact", "you", absl::Minutes(1), Soon()), IsOk());

  EXPECT_THAT(CompactLog(database_, **mine, {.age = absl::ZeroDuration(), .changes = 0}, Soon()),
              HasReason("LEASE_LOST"));
}

TEST_P(ChangeLogTest, AnEarlierStateOfTheDatabaseIsNoticed) {
  Change("a");
  LogPosition ahead = End();
  ahead.seen.next += 1000;
  EXPECT_THAT(Check(ahead), HasReason("TOKEN_COMPACTED"));

  // Another history that has grown past the place.
  LogPosition other = End();
  other.witness_us += 1;
  EXPECT_THAT(Check(other), HasReason("TOKEN_COMPACTED"));
}

TEST_P(ChangeLogTest, AReopenedLogKeepsItsIdentity) {
  const auto first = OpenLog(database_, Soon());
  const auto again = ground_->OpenAgain({.migrations = kMigrations, .clock = &clock_});
  const auto second = OpenLog(*again, Soon());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->database_id, second->database_id);
  EXPECT_EQ(first->secret, second->secret);
  EXPECT_EQ(first->others_write, postgresql());
}

TEST_P(ChangeLogTest, ALogThatWasMovedToAnotherServerBeginsAnew) {
  Change("a");
  const auto first = OpenLog(database_, Soon());
  ASSERT_THAT(database_.Write(Ours(),
                              [](Transaction& tx) {
                                return tx.Run("UPDATE change_log_state SET anchor = 'another server' WHERE id = 1");
                              }),
              IsOk());

  const auto second = OpenLog(database_, Soon());

  ASSERT_THAT(second, IsOk());
  EXPECT_NE(first->database_id, second->database_id);
  EXPECT_EQ((*database_.QueryOne(Soon(), "SELECT COUNT(*) AS n FROM change_log"))->Int("n"), 0);
}

TEST_P(ChangeLogTest, CommitsOfThisProcessAreTold) {
  int told = 0;
  {
    const ChangeSignal::Subscription subscription(database_.changes(), [&] { ++told; });
    Change("a");
    EXPECT_THAT(
        database_.Write(
            Ours(), [](Transaction& tx) { return tx.Run("INSERT INTO things (name, revision) VALUES ('silent', 1)"); }),
        IsOk());
  }
  Change("b");
  EXPECT_EQ(told, 1);
}

INSTANTIATE_TEST_SUITE_P(Sqlite, ChangeLogTest, ::testing::Values(&testing::NewSqlite));
INSTANTIATE_TEST_SUITE_P(Postgresql, ChangeLogTest, ::testing::Values(&testing::NewPostgresql));

// What PostgreSQL alone does: transactions that overlap.
class OverlapTest : public ChangeLogTest {
 protected:
  // Runs a transaction that calls `first` and then waits until `go`.
  std::future<absl::Status> Begin(std::function<absl::Status(Transaction&)> first, std::shared_future<void> go,
                                  std::function<absl::Status(Transaction&)> then, std::promise<void>& begun) {
    return std::async(std::launch::async, [this, first, go, then, &begun] {
      return database_.Write(Ours(), [&](Transaction& tx) -> absl::Status {
        BRYGGA_RETURN_IF_ERROR(first(tx));
        begun.set_value();
        go.wait();
        return then(tx);
      });
    });
  }
};

TEST_P(OverlapTest, ATransactionThatStaysOpenHoldsUpNobodyAndIsNotPassedOver) {
  LogPosition position = End();
  std::promise<void> begun, go;
  auto slow = Begin([](Transaction& tx) { return Touch(tx, "slow"); }, go.get_future().share(),
                    [](Transaction&) { return absl::OkStatus(); }, begun);
  begun.get_future().wait();
  Change("quick");
  EXPECT_THAT(ReadAll(position), ElementsAre("quick@1"));
  Change("quick");
  EXPECT_THAT(ReadAll(position), ElementsAre("quick@2"));
  EXPECT_FALSE(position.seen.running.empty());

  go.set_value();
  ASSERT_THAT(slow.get(), IsOk());
  EXPECT_THAT(ReadAll(position), ElementsAre("slow@1"));
  EXPECT_THAT(ReadAll(position), IsEmpty());
}

// What a reader that goes by `seq` alone would pass over: a row that has its
// number and is not committed yet.
TEST_P(OverlapTest, ARowThatAppearsBehindOthersIsRead) {
  LogPosition position = End();
  std::promise<void> begun, go;
  auto slow = Begin(
      [](Transaction& tx) {
        return tx.Run("INSERT INTO change_log (resource, kind, revision, at_us) VALUES ('slow', 'CREATED', 1, 0)");
      },
      go.get_future().share(), [](Transaction&) { return absl::OkStatus(); }, begun);
  begun.get_future().wait();
  Change("quick");
  EXPECT_THAT(ReadAll(position), ElementsAre("quick@1"));
  const int64_t passed = position.seq;
  go.set_value();
  ASSERT_THAT(slow.get(), IsOk());

  const auto by_seq =
      database_.QueryOne(Soon(), "SELECT COUNT(*) AS n FROM change_log WHERE seq > :seq", {{"seq", passed}});
  EXPECT_EQ((*by_seq)->Int("n"), 0) << "The test shows nothing: a reader by seq would see it.";
  EXPECT_THAT(ReadAll(position), ElementsAre("slow@1"));
}

// Between the two transactions of a resource another is open. A reader that goes
// from one pg_snapshot_xmin to the next would get the second change first.
TEST_P(OverlapTest, AnOpenTransactionBetweenThoseOfOneResourceDoesNotSwapThem) {
  LogPosition position = End();
  std::promise<void> begun, go, begun_open, end;
  auto early = Begin([](Transaction& tx) { return Touch(tx, "other"); }, go.get_future().share(),
                     [](Transaction& tx) { return Touch(tx, "shared"); }, begun);
  begun.get_future().wait();
  auto open = Begin([](Transaction& tx) { return Touch(tx, "open"); }, end.get_future().share(),
                    [](Transaction&) { return absl::OkStatus(); }, begun_open);
  begun_open.get_future().wait();
  Change("shared");
  go.set_value();
  ASSERT_THAT(early.get(), IsOk());

  EXPECT_THAT(ReadAll(position), ElementsAre("shared@1", "other@1", "shared@2"));

  end.set_value();
  ASSERT_THAT(open.get(), IsOk());
  EXPECT_THAT(ReadAll(position), ElementsAre("open@1"));
}

// One transaction gets its number first, and the row last. By the numbers of
// transactions the second change of "shared" would come before its first.
TEST_P(OverlapTest, TheChangesOfOneResourceKeepTheirOrderWhateverTheirTransactionsNumbers) {
  LogPosition position = End();
  std::promise<void> begun, go;
  auto early = Begin([](Transaction& tx) { return Touch(tx, "other"); }, go.get_future().share(),
                     [](Transaction& tx) { return Touch(tx, "shared"); }, begun);
  begun.get_future().wait();
  Change("shared");
  go.set_value();
  ASSERT_THAT(early.get(), IsOk());

  const auto page = Page(position);
  ASSERT_THAT(page, IsOk());
  std::vector<std::string> seen;
  int64_t first_number = 0, second_number = 0;
  for (const LoggedChange& change : page->changes) {
    if (change.resource != "shared") continue;
    seen.push_back(absl::StrCat(change.resource, "@", change.revision));
    (change.revision == 1 ? first_number : second_number) = change.transaction;
  }
  EXPECT_THAT(seen, ElementsAre("shared@1", "shared@2"));
  EXPECT_GT(first_number, second_number) << "The test shows nothing: by (xid, seq) the order would be right too.";
}

INSTANTIATE_TEST_SUITE_P(Postgresql, OverlapTest, ::testing::Values(&testing::NewPostgresql));

}  // namespace
}  // namespace brygga::sql
