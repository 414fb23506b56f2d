#include "common/sql/driver_error.h"

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "common/sql/transaction.h"
#include "common/status/error.h"

// The numbers of <sqlite3.h>, which SOCI's header wraps in a namespace.
#define BRYGGA_SQLITE_CONSTRAINT(n) (19 | ((n) << 8))

namespace brygga::sql {
namespace {

constexpr char kConstraintUrl[] = "brygga/constraint";
constexpr char kRetryUrl[] = "brygga/sql-retry";
constexpr char kLostUrl[] = "brygga/sql-lost";

absl::Status Constraint(absl::StatusCode code, std::string_view reason, std::string_view message,
                        std::string_view constraint) {
  absl::Status status = MakeError(code, message, {.reason = std::string(reason)});
  status.SetPayload(kConstraintUrl, absl::Cord(std::string(constraint)));
  return status;
}

absl::Status NotUnique(std::string_view constraint) {
  return Constraint(absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS", "something with the same key exists already",
                    constraint);
}

absl::Status Broken(std::string_view constraint) {
  return Constraint(absl::StatusCode::kFailedPrecondition, "CONSTRAINT_FAILED",
                    "this would break a rule that the database keeps", constraint);
}

absl::Status Failed(std::string_view constraint = "") {
  return Constraint(absl::StatusCode::kInternal, "STORAGE_FAILED", "the storage failed; this is our fault", constraint);
}

absl::Status Unfit() {
  return MakeError(absl::StatusCode::kInvalidArgument, "a text holds characters or a length that cannot be stored",
                   {.reason = "TEXT_NOT_STORABLE"});
}

absl::Status With(absl::Status status, const char* mark) {
  status.SetPayload(mark, absl::Cord());
  return status;
}

absl::Status Conflict() { return With(StorageBusy(), kRetryUrl); }

}  // namespace

absl::Status SqliteStatus(int extended_code, std::string_view constraint) {
  switch (extended_code) {
    case BRYGGA_SQLITE_CONSTRAINT(6):   // PRIMARYKEY
    case BRYGGA_SQLITE_CONSTRAINT(8):   // UNIQUE
    case BRYGGA_SQLITE_CONSTRAINT(10):  // ROWID
      return NotUnique(constraint);
    case BRYGGA_SQLITE_CONSTRAINT(1):  // CHECK
      return Broken(constraint);
    case BRYGGA_SQLITE_CONSTRAINT(3):  // FOREIGNKEY
      return Broken(kForeignKey);
    default:
      break;
  }
  switch (extended_code & 0xff) {
    case 5:  // BUSY
    case 6:  // LOCKED
      return Conflict();
    case 7:   // NOMEM
    case 8:   // READONLY
    case 10:  // IOERR
    case 13:  // FULL
    case 14:  // CANTOPEN
    case 15:  // PROTOCOL
      return StorageUnavailable();
    case 9:  // INTERRUPT
      return DeadlinePassed();
    case 18:  // TOOBIG
      return Unfit();
    default:
      return Failed(constraint);
  }
}

absl::Status PostgresqlStatus(std::string_view sqlstate, std::string_view constraint) {
  const absl::string_view state(sqlstate.data(), sqlstate.size());
  if (state == "23505") return NotUnique(constraint);
  if (state == "23514" || state == "23P01") return Broken(constraint);
  if (state == "23503") return Broken(kForeignKey);
  if (state == "40001" || state == "40P01") return Conflict();
  if (state == "55P03") return StorageBusy();
  if (state == "57014") return DeadlinePassed();
  if (state == "22021" || state == "22P05" || state == "54000") return Unfit();
  // A prepared statement that went stale, as when another replica migrated the
  // tables under it: a new connection prepares it anew.
  if (state == "0A000" || state == "26000") return With(Failed(), kLostUrl);
  if (state.empty() || absl::StartsWith(state, "08") || absl::StartsWith(state, "57P")) {
    return With(StorageUnavailable(), kLostUrl);
  }
  if (absl::StartsWith(state, "53") || absl::StartsWith(state, "58") || state == "25006") return StorageUnavailable();
  return Failed(constraint);
}

absl::Status Misuse() { return Failed(); }

absl::Status DeadlinePassed() {
  return MakeError(absl::StatusCode::kDeadlineExceeded, "the storage did not answer before the deadline",
                   {.reason = "STORAGE_TOO_SLOW"});
}

absl::Status StorageUnavailable() {
  return Unavailable("STORAGE_UNAVAILABLE", "the storage cannot be reached; try again", absl::Seconds(1));
}

absl::Status StorageBusy() {
  return Unavailable("STORAGE_BUSY", "too many changes at the same time; try again", absl::Milliseconds(100));
}

bool MetAnother(const absl::Status& status) { return status.GetPayload(kRetryUrl).has_value(); }

bool ConnectionLost(const absl::Status& status) { return status.GetPayload(kLostUrl).has_value(); }

bool WorthLogging(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kDeadlineExceeded:
      return false;
    default:
      return !MetAnother(status);
  }
}

std::string ConstraintOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kConstraintUrl);
  return payload ? std::string(*payload) : std::string();
}

}  // namespace brygga::sql
