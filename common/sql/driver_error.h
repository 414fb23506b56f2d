// What the drivers' errors mean: one mapping per engine, to absl::Status.
// Internal to common/sql.
#ifndef BRYGGA_COMMON_SQL_DRIVER_ERROR_H_
#define BRYGGA_COMMON_SQL_DRIVER_ERROR_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace brygga::sql {

// The status for SQLite's extended result code. `constraint` is the name that
// ConstraintOf shall give, if any.
absl::Status SqliteStatus(int extended_code, std::string_view constraint);

// The same for PostgreSQL's SQLSTATE; "" is a lost connection.
absl::Status PostgresqlStatus(std::string_view sqlstate, std::string_view constraint);

// For misuse that no engine sees: an unknown parameter, several rows for one.
// The message is for the log; a caller never sees it.
absl::Status Misuse();

// kDeadlineExceeded and kUnavailable in the words that a caller sees.
absl::Status DeadlinePassed();
absl::Status StorageUnavailable();
absl::Status StorageBusy();

// True where the same transaction, done again at once, may well succeed: it met
// another one.
bool MetAnother(const absl::Status& status);

// True where the connection is of no more use.
bool ConnectionLost(const absl::Status& status);

// True for failures that a program should not see in a day's work.
bool WorthLogging(const absl::Status& status);

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_DRIVER_ERROR_H_
