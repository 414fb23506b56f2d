#include "common/sql/driver_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "common/sql/transaction.h"
#include "common/testing/matchers.h"

namespace brygga::sql {
namespace {

using testing::StatusIs;
using enum absl::StatusCode;

TEST(DriverErrorTest, SqliteCodesSayWhatTheCallerShouldDo) {
  struct Case {
    int code;
    absl::StatusCode status;
  };
  for (const Case& c : {
           Case{SQLITE_CONSTRAINT_UNIQUE, kAlreadyExists},
           Case{SQLITE_CONSTRAINT_PRIMARYKEY, kAlreadyExists},
           Case{SQLITE_CONSTRAINT_ROWID, kAlreadyExists},
           Case{SQLITE_CONSTRAINT_CHECK, kFailedPrecondition},
           Case{SQLITE_CONSTRAINT_FOREIGNKEY, kFailedPrecondition},
           Case{SQLITE_CONSTRAINT_NOTNULL, kInternal},
           Case{SQLITE_BUSY, kUnavailable},
           Case{SQLITE_BUSY_SNAPSHOT, kUnavailable},
           Case{SQLITE_LOCKED, kUnavailable},
           Case{SQLITE_INTERRUPT, kDeadlineExceeded},
           Case{SQLITE_FULL, kUnavailable},
           Case{SQLITE_IOERR_FSYNC, kUnavailable},
           Case{SQLITE_CANTOPEN, kUnavailable},
           Case{SQLITE_NOMEM, kUnavailable},
           Case{SQLITE_READONLY, kUnavailable},
           Case{SQLITE_PROTOCOL, kUnavailable},
           Case{SQLITE_TOOBIG, kInvalidArgument},
           Case{SQLITE_CORRUPT, kInternal},
           Case{SQLITE_NOTADB, kInternal},
           Case{SQLITE_ERROR, kInternal},
           Case{SQLITE_MISUSE, kInternal},
       }) {
    EXPECT_THAT(SqliteStatus(c.code, "name"), StatusIs(c.status)) << c.code;
  }
  EXPECT_TRUE(MetAnother(SqliteStatus(SQLITE_BUSY_SNAPSHOT, "")));
  EXPECT_EQ(ConstraintOf(SqliteStatus(SQLITE_CONSTRAINT_UNIQUE, "name")), "name");
  EXPECT_EQ(ConstraintOf(SqliteStatus(SQLITE_CONSTRAINT_FOREIGNKEY, "")), kForeignKey);
}

TEST(DriverErrorTest, SqlStatesSayWhatTheCallerShouldDo) {
  struct Case {
    const char* state;
    absl::StatusCode status;
    bool again, lost;
  };
  for (const Case& c : {
           Case{"23505", kAlreadyExists, false, false},
           Case{"23514", kFailedPrecondition, false, false},
           Case{"23503", kFailedPrecondition, false, false},
           Case{"23P01", kFailedPrecondition, false, false},
           Case{"23502", kInternal, false, false},
           Case{"40001", kUnavailable, true, false},
           Case{"40P01", kUnavailable, true, false},
           Case{"55P03", kUnavailable, false, false},
           Case{"57014", kDeadlineExceeded, false, false},
           Case{"57P01", kUnavailable, false, true},
           Case{"57P03", kUnavailable, false, true},
           Case{"08006", kUnavailable, false, true},
           Case{"", kUnavailable, false, true},
           Case{"53300", kUnavailable, false, false},
           Case{"53100", kUnavailable, false, false},
           Case{"58030", kUnavailable, false, false},
           Case{"25006", kUnavailable, false, false},
           Case{"22021", kInvalidArgument, false, false},
           Case{"54000", kInvalidArgument, false, false},
           Case{"0A000", kInternal, false, true},
           Case{"26000", kInternal, false, true},
           Case{"42P01", kInternal, false, false},
           Case{"XX000", kInternal, false, false},
       }) {
    const absl::Status status = PostgresqlStatus(c.state, "name");
    EXPECT_THAT(status, StatusIs(c.status)) << c.state;
    EXPECT_EQ(MetAnother(status), c.again) << c.state;
    EXPECT_EQ(ConnectionLost(status), c.lost) << c.state;
  }
  EXPECT_EQ(ConstraintOf(PostgresqlStatus("23514", "name")), "name");
  EXPECT_EQ(ConstraintOf(PostgresqlStatus("23503", "name")), kForeignKey);
  EXPECT_EQ(ConstraintOf(absl::OkStatus()), "");
}

}  // namespace
}  // namespace brygga::sql
