// What Database promises, on both engines.
#include "common/sql/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/sql/database_testing.h"
#include "common/sql/error_log.h"
#include "common/sql/requests.h"
#include "common/testing/matchers.h"
#include "common/testing/stores.h"
#include "common/wait/mutex.h"
#include "common/wait/no_wait.h"

namespace brygga::sql {
namespace {

using ::testing::ElementsAre;
using testing::HasReason;
using testing::IsOk;
using testing::IsOkAndHolds;
using testing::StatusIs;

constexpr absl::StatusCode kUnavailable = absl::StatusCode::kUnavailable;

constexpr char kInsertSeat[] = "INSERT INTO seats (id, event_id, person) VALUES (:id, :event, :person)";
constexpr char kTakeSeat[] = "UPDATE events SET taken = taken + 1 WHERE id = :id AND taken < capacity";

Mutation<std::string> Request(std::string id, std::string digest = "digest") {
  return {{.actor = "user-1",
           .method = "brygga.test.v1.Test/Do",
           .request_id = std::move(id),
           .request_digest = std::move(digest),
           .deadline = Soon()},
          [](const std::string& value) { return value; }};
}

class DatabaseTest : public ::testing::TestWithParam<testing::MakeDatabase> {
 protected:
  DatabaseTest() {
    EXPECT_THAT(Run("INSERT INTO events (id, capacity) VALUES (:id, :capacity)", {{"id", "e"}, {"capacity", 3}}),
                IsOk());
  }

  absl::Status Run(std::string_view sql, const Args& args = {}) {
    return database_.Write(Work(), [&](Transaction& tx) { return tx.Run(sql, args); });
  }

  // The number that a SELECT of one column "n" gives.
  int64_t Number(std::string_view sql, const Args& args = {}) {
    const auto row = database_.QueryOne(Soon(), sql, args);
    EXPECT_THAT(row, IsOk());
    return row.ok() && *row ? (*row)->Int("n") : -1;
  }
  int64_t Count(const std::string& table) { return Number("SELECT COUNT(*) AS n FROM " + table); }

  // Writes a seat through the door; the answer is its id.
  absl::StatusOr<std::string> Seat(const Mutation<std::string>& request, std::string id, std::string person) {
    return database_.Write(request, [&](Transaction& tx) -> absl::StatusOr<std::string> {
      BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertSeat, {{"id", id}, {"event", "e"}, {"person", person}}));
      tx.Changed("seats/" + id, ChangeKind::kCreated, 1, {"person"});
      return id;
    });
  }

  // Runs until its deadline.
  std::string EndlessInsert() const {
    return IsSqlite() ? "INSERT INTO events (id, capacity) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL "
                        "SELECT i + 1 FROM n) SELECT CAST(i AS TEXT), 1 FROM n"
                      : "INSERT INTO events (id, capacity) SELECT 'x', 1 FROM pg_sleep(60)";
  }

  bool IsSqlite() const { return GetParam() == &testing::NewSqlite; }

  ManualClock clock_{absl::FromUnixSeconds(1'000'000)};
  std::unique_ptr<testing::TestDatabase> ground_ =
      GetParam()({.migrations = kMigrations, .clock = &clock_, .connections = 12});
  Database& database_ = ground_->database();
};

TEST_P(DatabaseTest, AWriteIsThereForTheNextRead) {
  ASSERT_THAT(Seat(Request("1"), "s1", "Åsa"), IsOkAndHolds("s1"));

  const auto row = database_.QueryOne(Soon(), "SELECT * FROM seats WHERE id = :id", {{"id", "s1"}});

  ASSERT_THAT(row, IsOk());
  EXPECT_EQ((*row)->Text("person"), "Åsa");
  EXPECT_TRUE((*row)->IsNull("note"));
  EXPECT_EQ((*row)->OptionalInt("row_number"), std::nullopt);
}

TEST_P(DatabaseTest, WhatWasChangedIsLoggedAndAuditedWithoutValues) {
  ASSERT_THAT(Seat(Request("1"), "s1", "Åsa"), IsOk());

  const auto change = database_.QueryOne(Soon(), "SELECT resource, kind, revision, at_us FROM change_log");
  const auto audit = database_.QueryOne(Soon(), "SELECT * FROM audit_log");

  EXPECT_EQ((*change)->Text("resource"), "seats/s1");
  EXPECT_EQ((*change)->Text("kind"), "CREATED");
  EXPECT_EQ((*change)->Int("revision"), 1);
  EXPECT_EQ((*change)->Time("at_us"), clock_.Now());
  EXPECT_EQ((*audit)->Text("actor"), "user-1");
  EXPECT_EQ((*audit)->Text("method"), "brygga.test.v1.Test/Do");
  EXPECT_EQ((*audit)->Text("request_id"), "1");
  EXPECT_EQ((*audit)->Text("fields"), "person");
}

TEST_P(DatabaseTest, AnErrorLeavesNothingAndIsReturnedUnchanged) {
  const absl::Status refused = absl::FailedPreconditionError("because");

  const auto result = database_.Write(Request("1"), [&](Transaction& tx) -> absl::StatusOr<std::string> {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertSeat, {{"id", "s1"}, {"event", "e"}, {"person", "p"}}));
    tx.Changed("seats/s1", ChangeKind::kCreated, 1);
    return refused;
  });

  EXPECT_EQ(result.status(), refused);
  EXPECT_EQ(Count("seats") + Count("change_log") + Count("audit_log") + Count("requests"), 0);
}

TEST_P(DatabaseTest, ARepeatedRequestGetsTheFirstAnswerAndRunsNothing) {
  const std::string bytes("\0\xff answer", 9);
  int runs = 0;
  const auto write = [&] {
    return database_.Write(Request("1"), [&](Transaction& tx) -> absl::StatusOr<std::string> {
      ++runs;
      tx.Changed("seats/s1", ChangeKind::kCreated, 1);
      return bytes;
    });
  };
  ASSERT_THAT(write(), IsOk());

  EXPECT_EQ(ReplayedAnswer(write().status()), bytes);
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(Count("change_log"), 1);
}

TEST_P(DatabaseTest, ARequestIdIsTheActorsOwn) {
  ASSERT_THAT(Seat(Request("1"), "s1", "p"), IsOk());
  Mutation<std::string> other = Request("1");
  other.actor = "user-2";

  EXPECT_THAT(Seat(other, "s2", "q"), IsOkAndHolds("s2"));
}

TEST_P(DatabaseTest, ARequestIdWithAnotherRequestIsRefused) {
  ASSERT_THAT(Seat(Request("1"), "s1", "p"), IsOk());
  Mutation<std::string> other_method = Request("1");
  other_method.method = "brygga.test.v1.Test/Undo";

  EXPECT_THAT(Seat(Request("1", "other digest"), "s2", "q"), HasReason("REQUEST_ID_REUSED"));
  EXPECT_THAT(Seat(other_method, "s2", "q"), HasReason("REQUEST_ID_REUSED"));
  EXPECT_EQ(Count("seats"), 1);
}

TEST_P(DatabaseTest, ValidationOnlyAnswersAndLeavesNothing) {
  Mutation<std::string> request = Request("1");
  request.validate_only = true;

  EXPECT_THAT(Seat(request, "s1", "p"), IsOkAndHolds("s1"));

  EXPECT_EQ(Count("seats") + Count("change_log") + Count("requests"), 0);
  EXPECT_THAT(Seat(Request("1"), "s1", "p"), IsOkAndHolds("s1"));
}

TEST_P(DatabaseTest, ManyTwinsOfARequestHaveOneEffectAndOneAnswer) {
  std::atomic<int> first{0}, repeats{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      // Each attempt makes its own id, as a handler does; the person is the same.
      const auto answer = Seat(Request("twin"), absl::StrCat("s", i), "p");
      if (answer.ok()) ++first;
      if (ReplayedAnswer(answer.status())) ++repeats;
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(first, 1);
  EXPECT_EQ(repeats, 7);
  EXPECT_EQ(Count("seats"), 1);
}

TEST_P(DatabaseTest, AFailingRequestDoesNotHarmThoseItWaitedWith) {
  std::vector<std::thread> threads;
  std::atomic<int> good{0}, refused{0};
  for (int i = 0; i < 60; ++i) {
    threads.emplace_back([&, i] {
      const std::string person = i % 3 == 0 ? "same" : absl::StrCat("p", i);
      const auto answer = Seat(Request(absl::StrCat("r", i)), absl::StrCat("s", i), person);
      if (answer.ok()) ++good;
      if (ConstraintOf(answer.status()) == "seats_person") ++refused;
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(good, 41);
  EXPECT_EQ(refused, 19);
  EXPECT_EQ(Count("seats"), 41);
  EXPECT_EQ(Count("requests"), 41);
}

TEST_P(DatabaseTest, AConditionalUpdateNeverSellsASeatTwice) {
  std::atomic<int> sold{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 5; ++j) {
        const auto answer =
            database_.Write(Request(absl::StrCat(i, "-", j)), [&](Transaction& tx) -> absl::StatusOr<std::string> {
              BRYGGA_ASSIGN_OR_RETURN(const int64_t taken, tx.Affect(kTakeSeat, {{"id", "e"}}));
              if (taken == 0) return absl::ResourceExhaustedError("full");
              return std::string("seat");
            });
        if (answer.ok()) ++sold;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(sold, 3);
  EXPECT_EQ(Number("SELECT taken AS n FROM events WHERE id = 'e'"), 3);
}

TEST_P(DatabaseTest, CountingFirstOversellsOnPostgresql) {
  // The negative control of the test above: why capacity is a conditional update.
  ASSERT_THAT(Run("UPDATE events SET capacity = 1"), IsOk());
  std::barrier both_counted(2);
  std::atomic<int> sold{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      const auto answer =
          database_.Write(Request(absl::StrCat(i)), [&](Transaction& tx) -> absl::StatusOr<std::string> {
            BRYGGA_ASSIGN_OR_RETURN(const auto row, tx.QueryOne("SELECT COUNT(*) AS n FROM seats"));
            if (!IsSqlite()) both_counted.arrive_and_wait();
            if (row->Int("n") > 0) return absl::ResourceExhaustedError("full");
            const std::string id = absl::StrCat("s", i);
            BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertSeat, {{"id", id}, {"event", "e"}, {"person", id}}));
            return id;
          });
      if (answer.ok()) ++sold;
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(sold, IsSqlite() ? 1 : 2);  // One writer cannot race with itself.
}

TEST_P(DatabaseTest, AReadSeesOneSnapshot) {
  const auto counts = database_.Read(Soon(), [&](Reader& reader) -> absl::StatusOr<std::vector<int64_t>> {
    std::vector<int64_t> counts;
    for (int i = 0; i < 2; ++i) {
      BRYGGA_ASSIGN_OR_RETURN(const auto row, reader.QueryOne("SELECT COUNT(*) AS n FROM seats"));
      counts.push_back(row->Int("n"));
      std::thread([&] { EXPECT_THAT(Seat(Request(absl::StrCat(i)), absl::StrCat("s", i), ""), IsOk()); }).join();
    }
    return counts;
  });

  EXPECT_THAT(counts, IsOkAndHolds(ElementsAre(0, 0)));
  EXPECT_EQ(Count("seats"), 2);
}

TEST_P(DatabaseTest, AReadAfterAWriteIsNeverStaleOnAnyConnection) {
  // A statement left half read would hold its connection at an old snapshot.
  for (int i = 1; i <= 50; ++i) {
    ASSERT_THAT(Seat(Request(absl::StrCat(i)), absl::StrCat("s", i), ""), IsOk());
    std::vector<std::thread> threads;
    for (int j = 0; j < 4; ++j) {
      threads.emplace_back([&] {
        const auto first = database_.Query(Soon(), "SELECT id FROM seats ORDER BY id");
        ASSERT_THAT(first, IsOk());
        EXPECT_EQ(first->size(), static_cast<size_t>(i));
        EXPECT_EQ(Count("seats"), i);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
}

TEST_P(DatabaseTest, AReaderCannotWrite) {
  const absl::Status written = database_.Read(Soon(), [](Reader& reader) {
    return reader.Query("INSERT INTO events (id, capacity) VALUES ('x', 1)").status();
  });

  EXPECT_FALSE(written.ok());
  EXPECT_EQ(Count("events"), 1);
}

TEST_P(DatabaseTest, TimeIsReadOncePerTransaction) {
  const auto times = database_.Write(Request("1"), [&](Transaction& tx) -> absl::StatusOr<std::string> {
    const absl::Time before = tx.now();
    clock_.Advance(absl::Hours(1));
    EXPECT_EQ(tx.now(), before);
    return std::string();
  });

  EXPECT_THAT(times, IsOk());
  EXPECT_EQ(database_.Now(), clock_.Now());
}

TEST_P(DatabaseTest, WithoutAClockTimeIsTheEnginesOwn) {
  const auto database = ground_->OpenAgain({.migrations = kMigrations});
  absl::Time now;

  ASSERT_THAT(database->Write(Work(),
                              [&](Transaction& tx) {
                                now = tx.now();
                                return absl::OkStatus();
                              }),
              IsOk());

  EXPECT_LT(absl::AbsDuration(now - absl::Now()), absl::Minutes(1));
  EXPECT_LT(absl::AbsDuration(database->Now() - absl::Now()), absl::Minutes(1));
}

TEST_P(DatabaseTest, ConstraintsHaveTheSameNamesAndCodesOnBothEngines) {
  ASSERT_THAT(
      Run("INSERT INTO seats (id, event_id, person, row_number, code, note) VALUES ('s', 'e', 'p', 1, 'c', 'Note')"),
      IsOk());
  struct Case {
    std::string sql, constraint;
    absl::StatusCode code;
  };
  const absl::StatusCode exists = absl::StatusCode::kAlreadyExists,
                         precondition = absl::StatusCode::kFailedPrecondition;
  for (const Case& c : {
           Case{"INSERT INTO seats (id, event_id, person) VALUES ('s', 'e', 'q')", "seats_pkey", exists},
           Case{"INSERT INTO seats (id, event_id, person) VALUES ('t', 'e', 'p')", "seats_person", exists},
           Case{"INSERT INTO seats (id, event_id, person, row_number) VALUES ('t', 'e', 'q', 1)",
                "seats_event_id_row_number_key", exists},
           Case{"INSERT INTO seats (id, event_id, person, code) VALUES ('t', 'e', 'q', 'c')", "seats_code_key", exists},
           Case{"INSERT INTO seats (id, event_id, person, note) VALUES ('t', 'e', 'q', 'NOTE')", "seats_note", exists},
           Case{"INSERT INTO seats (id, event_id, person) VALUES ('t', 'none', 'p')", "FOREIGN KEY", precondition},
           Case{"DELETE FROM events WHERE id = 'e'", "FOREIGN KEY", precondition},
           Case{"UPDATE events SET taken = 4", "events_taken", precondition},
           Case{"INSERT INTO seats (id, event_id) VALUES ('t', 'e')", "", absl::StatusCode::kInternal},
           Case{"INSERT INTO nowhere (id) VALUES ('t')", "", absl::StatusCode::kInternal},
       }) {
    for (int i = 0; i < 2; ++i) {
      const absl::Status status = Run(c.sql);
      EXPECT_EQ(status.code(), c.code) << c.sql << status;
      if (!c.constraint.empty()) {
        EXPECT_EQ(ConstraintOf(status), c.constraint) << c.sql;
      }
      EXPECT_THAT(std::string(status.message()), ::testing::Not(::testing::HasSubstr("seats"))) << c.sql;
    }
  }
}

TEST_P(DatabaseTest, NothingCanBeDoneInATransactionAfterAFailure) {
  const absl::Status status = database_.Write(Work(), [&](Transaction& tx) {
    EXPECT_THAT(tx.Run("UPDATE events SET taken = 4"), StatusIs(absl::StatusCode::kFailedPrecondition));
    EXPECT_THAT(tx.Run("UPDATE events SET taken = 1"), StatusIs(absl::StatusCode::kFailedPrecondition));
    return absl::OkStatus();
  });

  EXPECT_EQ(ConstraintOf(status), "events_taken");
  EXPECT_EQ(Number("SELECT taken AS n FROM events"), 0);
}

TEST_P(DatabaseTest, OnConflictTellsByTheNumberOfRows) {
  ASSERT_THAT(Seat(Request("1"), "s1", "p"), IsOk());

  const absl::Status status = database_.Write(Work(), [&](Transaction& tx) -> absl::Status {
    const std::string sql = absl::StrCat(kInsertSeat, " ON CONFLICT DO NOTHING");
    EXPECT_THAT(tx.Affect(sql, {{"id", "s2"}, {"event", "e"}, {"person", "p"}}), IsOkAndHolds(0));
    EXPECT_THAT(tx.Affect(sql, {{"id", "s2"}, {"event", "e"}, {"person", "q"}}), IsOkAndHolds(1));
    EXPECT_THAT(tx.Affect("UPDATE seats SET note = id"), IsOkAndHolds(2));
    return absl::OkStatus();
  });

  EXPECT_THAT(status, IsOk());
}

TEST_P(DatabaseTest, ValuesComeBackAsTheyWent) {
  const std::string strange = "it's \"strange\": :x {for_update} ; -- \\ \n å 🦆";
  for (const Value& note : {Value(strange), Value(""), Value(std::nullopt), Value("again")}) {
    ASSERT_THAT(Run("UPDATE events SET id = id"), IsOk());
    ASSERT_THAT(Run("DELETE FROM seats"), IsOk());
    ASSERT_THAT(Run("INSERT INTO seats (id, event_id, person, row_number, note) VALUES (:id, 'e', '', :n, :note)",
                    {{"id", "s"}, {"n", int64_t{-9007199254740993}}, {"note", note}}),
                IsOk());

    const auto row = database_.QueryOne(Soon(), "SELECT row_number, note FROM seats WHERE id = :id", {{"id", "s"}});

    EXPECT_EQ((*row)->Int("row_number"), -9007199254740993);
    EXPECT_EQ((*row)->OptionalText("note"), note.text() ? std::optional(*note.text()) : std::nullopt);
  }
}

TEST_P(DatabaseTest, ColumnsAreFoundInAnyOrderAndNumbersReadAsText) {
  const auto row = database_.QueryOne(Soon(), "SELECT 7 AS a, 'b' AS b, 12345678901 AS c");
  ASSERT_THAT(row, IsOk());

  EXPECT_EQ((*row)->Int("c"), 12345678901);
  EXPECT_EQ((*row)->Text("b"), "b");
  EXPECT_EQ((*row)->Int("a"), 7);
  EXPECT_EQ((*row)->Text("c"), "12345678901");
  EXPECT_EQ((*row)->Int("c"), 12345678901);
  EXPECT_EQ((*row)->OptionalText("a"), "7");
}

TEST_P(DatabaseTest, ATextWithANulIsRefusedAlikeAndNotCut) {
  EXPECT_THAT(Seat(Request("1"), "s1", std::string("a\0b", 3)), HasReason("TEXT_NOT_STORABLE"));
}

TEST_P(DatabaseTest, ParametersThatDoNotFitAreABug) {
  EXPECT_THAT(Run("DELETE FROM seats WHERE id = :id"), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(Run("DELETE FROM seats WHERE id = :id", {{"id", "s"}, {"more", 1}}),
              StatusIs(absl::StatusCode::kInternal));
}

TEST_P(DatabaseTest, MoreStatementsThanAreKeptStillRun) {
  for (int i = 0; i < 700; ++i) {
    EXPECT_EQ(Number(absl::StrCat("SELECT capacity + ", i, " AS n FROM events WHERE id = :id"), {{"id", "e"}}), 3 + i);
  }
}

TEST_P(DatabaseTest, AReadGivesUpAtItsDeadline) {
  const char* endless = IsSqlite() ? "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                                     "SELECT COUNT(*) AS n FROM n"
                                   : "SELECT pg_sleep(60)";
  const absl::Time begin = absl::Now();

  const absl::Status status = database_.Read(absl::Now() + absl::Milliseconds(300),
                                             [&](Reader& reader) { return reader.Query(endless).status(); });

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(5));
  EXPECT_EQ(Count("events"), 1);
}

// None of which takes long.
TEST_P(DatabaseTest, ManyStatementsGiveUpAtTheirDeadlineToo) {
  Origin hasty = Work();
  const auto go_on = [](Reader& reader) {
    for (const absl::Time end = Soon(); absl::Now() < end;)
      BRYGGA_RETURN_IF_ERROR(reader.Query("SELECT 1 AS one").status());
    return absl::OkStatus();
  };
  const absl::Time begin = absl::Now();

  const absl::Status read = database_.Read(absl::Now() + absl::Milliseconds(300), go_on);
  hasty.deadline = absl::Now() + absl::Milliseconds(300);
  const absl::Status written = database_.Write(hasty, [&](Transaction& tx) { return go_on(tx); });

  EXPECT_THAT(read, StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(written, StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(5));
}

TEST_P(DatabaseTest, AWriteGivesUpAtItsDeadlineAndLeavesNothing) {
  Origin hasty = Work();
  hasty.deadline = absl::Now() + absl::Milliseconds(300);

  const absl::Status status = database_.Write(hasty, [&](Transaction& tx) { return tx.Run(EndlessInsert()); });

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(Count("events"), 1);
  EXPECT_THAT(Seat(Request("1"), "s1", "p"), IsOk());
}

TEST_P(DatabaseTest, AWriteWhoseDeadlinePassedInTheQueueDoesNothing) {
  Origin late = Work();
  late.deadline = absl::Now() - absl::Seconds(1);

  EXPECT_FALSE(database_.Write(late, [&](Transaction& tx) { return tx.Run("UPDATE events SET capacity = 9"); }).ok());
  EXPECT_EQ(Number("SELECT capacity AS n FROM events"), 3);
}

TEST_P(DatabaseTest, AnswersAreSweptAfterSevenDays) {
  ASSERT_THAT(Seat(Request("1"), "s1", "p"), IsOk());
  clock_.Advance(kKeepAnswers - absl::Seconds(1));
  ASSERT_THAT(Seat(Request("2"), "s2", "q"), IsOk());

  EXPECT_THAT(SweepAnswers(database_, Soon()), IsOkAndHolds(0));
  clock_.Advance(absl::Seconds(2));
  EXPECT_THAT(SweepAnswers(database_, Soon()), IsOkAndHolds(1));
  EXPECT_THAT(Seat(Request("1"), "s3", "r"), IsOkAndHolds("s3"));
}

TEST_P(DatabaseTest, AnErasedAnswerIsGoneAndItsRequestIdStaysKnown) {
  ASSERT_THAT(Seat(Request("1"), "s1", "p"), IsOk());
  ASSERT_THAT(Seat(Request("2"), "s10", "q"), IsOk());
  ASSERT_THAT(Seat(Request("3"), "s1/parts/x", "r"), IsOk());

  ASSERT_THAT(database_.Write(Work(), [](Transaction& tx) { return EraseAnswers(tx, "seats/s1"); }), IsOk());

  EXPECT_THAT(Seat(Request("1"), "s1", "p"), HasReason("ANSWER_ERASED"));
  EXPECT_THAT(Seat(Request("3"), "s1/parts/x", "r"), HasReason("ANSWER_ERASED"));
  EXPECT_EQ(ReplayedAnswer(Seat(Request("2"), "s10", "q").status()), "s10");
}

TEST_P(DatabaseTest, AWriteThatEndsTheWholeTransactionHarmsOnlyItself) {
  // An interrupted INSERT takes all of SQLite's transaction with it, and so
  // those that share its commit.
  Notification first_runs, others_wait;
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    EXPECT_THAT(database_.Write(Work(),
                                [&](Transaction&) {
                                  if (!first_runs.HasBeenNotified()) first_runs.Notify();
                                  others_wait.WaitForNotification();
                                  return absl::OkStatus();
                                }),
                IsOk());
  });
  first_runs.WaitForNotification();
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back(
        [&, i] { EXPECT_THAT(Seat(Request(absl::StrCat(i)), absl::StrCat("s", i), absl::StrCat("p", i)), IsOk()); });
  }
  threads.emplace_back([&] {
    Origin hasty = Work();
    hasty.deadline = absl::Now() + absl::Milliseconds(500);
    EXPECT_THAT(database_.Write(hasty, [&](Transaction& tx) { return tx.Run(EndlessInsert()); }),
                StatusIs(absl::StatusCode::kDeadlineExceeded));
  });
  absl::SleepFor(absl::Milliseconds(100));  // So that they wait together; the claim holds if they do not.
  others_wait.Notify();
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(Count("seats"), 20);
  EXPECT_EQ(Count("requests"), 20);
  EXPECT_EQ(Count("events"), 1);
}

TEST_P(DatabaseTest, TransactionsThatMeetAreDoneAgain) {
  ASSERT_THAT(Run("INSERT INTO events (id, capacity) VALUES ('f', 3)"), IsOk());
  // Each locks one event and then the other's: a deadlock on PostgreSQL.
  std::barrier both_have_one(2);
  Notification one_is_done;  // Before which whoever begins anew could meet it again.
  std::atomic<int> runs{0}, done{0};
  std::vector<std::thread> threads;
  for (const auto& [mine, other] : {std::pair("e", "f"), std::pair("f", "e")}) {
    threads.emplace_back([&, mine = mine, other = other] {
      EXPECT_THAT(database_.Write(Work(),
                                  [&](Transaction& tx) -> absl::Status {
                                    const int run = ++runs;
                                    if (run > 2) one_is_done.WaitForNotification();
                                    BRYGGA_RETURN_IF_ERROR(tx.Run(kTakeSeat, {{"id", mine}}));
                                    if (run <= 2 && !IsSqlite()) both_have_one.arrive_and_wait();
                                    return tx.Run(kTakeSeat, {{"id", other}});
                                  }),
                  IsOk());
      if (++done == 1) one_is_done.Notify();
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(Number("SELECT SUM(taken) AS n FROM events"), 4);
  EXPECT_EQ(runs, IsSqlite() ? 2 : 3);
}

TEST_P(DatabaseTest, NothingIsWrittenWhereNobodyMayWait) {
  const NoWait no_wait;

  EXPECT_FALSE(database_.Write(Work(), [](Transaction&) { return absl::OkStatus(); }).ok());

  EXPECT_TRUE(no_wait.refused());
}

INSTANTIATE_TEST_SUITE_P(Sqlite, DatabaseTest, ::testing::Values(&testing::NewSqlite));
INSTANTIATE_TEST_SUITE_P(Postgresql, DatabaseTest, ::testing::Values(&testing::NewPostgresql));

TEST(ErrorLogTest, ALineNamesTheStatementAndNoValue) {
  const auto log = brygga::Log::ToMemory("test");
  const auto database = Database::Open("sqlite::memory:", {.migrations = kMigrations, .log = ErrorLog(log)});
  ASSERT_THAT(database, IsOk());

  EXPECT_FALSE((*database)->Query(Soon(), "SELECT nothing FROM events WHERE id = :id", {{"id", "secret"}}).ok());

  ASSERT_EQ(log->lines().size(), 1u);
  EXPECT_THAT(log->lines().front(), ::testing::HasSubstr("\"message\":\"database\""));
  EXPECT_THAT(log->lines().front(), ::testing::HasSubstr("SELECT nothing FROM events"));
  EXPECT_THAT(log->lines().front(), ::testing::Not(::testing::HasSubstr("secret")));
}

TEST(OpenTest, OtherUrlsAreRefused) {
  for (const char* url : {"", "sqlite:", "mysql://x", "file.db"}) {
    EXPECT_THAT(Database::Open(url), StatusIs(absl::StatusCode::kInvalidArgument)) << url;
  }
}

TEST(OpenTest, APlaceThatIsNotThereIsUnavailable) {
  EXPECT_THAT(Database::Open("sqlite:/nowhere/at/all.db"), StatusIs(kUnavailable));
  EXPECT_THAT(Database::Open("postgresql:///x?host=/nowhere"), StatusIs(kUnavailable));
}

TEST(OpenTest, ATemporaryDatabaseWorksAndIsItsOwn) {
  const auto a = Database::Open("sqlite::memory:", {.migrations = kMigrations});
  const auto b = Database::Open("sqlite::memory:", {.migrations = kMigrations});
  ASSERT_THAT(a, IsOk());
  ASSERT_THAT(b, IsOk());

  ASSERT_THAT((*a)->Write(Work(), [](Transaction& tx) { return tx.Run("INSERT INTO events VALUES ('e', 1, 0)"); }),
              IsOk());

  EXPECT_EQ((*a)->Query(Soon(), "SELECT id FROM events")->size(), 1u);
  EXPECT_EQ((*b)->Query(Soon(), "SELECT id FROM events")->size(), 0u);
}

}  // namespace
}  // namespace brygga::sql
