// Reading the change log in an order in which nothing can come later before
// what was read, and forgetting its oldest rows.
//
// On SQLite there is one writer and the order is `seq`, without gaps. On
// PostgreSQL numbers are given out before commits: a row may appear behind rows
// that were read. There a reader takes the log in *batches*: all rows of
// transactions from one horizon to the next, by `seq`, where a horizon is
// pg_snapshot_xmin at some instant: every transaction before it has ended. Rows
// of a finished batch never change. Within a batch `seq` keeps the order of the
// changes of one resource, because a transaction writes its rows last, when it
// holds the resource; the number of the transaction does not, because a
// transaction may have got its number long before it got the resource. (On
// SQLite the same words hold with `seq` in the place of the transaction.)
#ifndef BRYGGA_COMMON_SQL_CHANGE_LOG_H_
#define BRYGGA_COMMON_SQL_CHANGE_LOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutation/mutation.h"
#include "common/sql/database.h"
#include "common/sql/lease.h"

namespace brygga::sql {

struct LoggedChange {
  std::string resource;
  ChangeKind kind = ChangeKind::kUpdated;
  int64_t revision = 0;
  absl::Time at;      // When its transaction began.
  int64_t order = 0;  // Number of its transaction (PostgreSQL) or `seq`.
  int64_t seq = 0;
};

// A place in the log: all that is ordered before `low` is behind it, and of the
// batch [low, high) what has `seq` or less. The batch ends with `last`. Between
// batches low == high and `seq` is the last that was read, which `witness_us`
// (its at, or 0) tells from one of the same number in another history.
struct LogPosition {
  int64_t low = 0;
  int64_t high = 0;
  int64_t seq = 0;
  int64_t last = 0;
  int64_t witness_us = 0;

  bool within_batch() const { return low < high; }
  friend bool operator==(const LogPosition&, const LogPosition&) = default;
};

// Whether `change` still lies before a reader at `position`. For changes of
// finished batches.
inline bool IsAhead(const LogPosition& position, const LoggedChange& change) {
  if (change.order >= position.high) return true;
  return position.within_batch() && change.order >= position.low && change.seq > position.seq;
}

// What a database says of its log.
struct LogIdentity {
  std::string database_id;    // A UUID. Another one after the database was copied to another server.
  std::string secret;         // For signing positions. Never shown.
  bool others_write = false;  // Other processes may (PostgreSQL): look for changes that nobody here made.
};

// Finds the identity, or gives the log one: called before the functions below.
// Where a PostgreSQL database was moved to another server (a dump that was
// restored), transactions are numbered anew: the log is emptied and gets
// another identity, so that its readers begin again.
absl::StatusOr<LogIdentity> OpenLog(Database& database, absl::Time deadline);

// The position behind all that can be read now.
absl::StatusOr<LogPosition> LogEnd(Reader& reader);

struct LogPage {
  std::vector<LoggedChange> changes;
  int64_t low = 0;    // Where their batch begins; it ends at next.high.
  LogPosition next;   // Behind them.
  bool more = false;  // Reading on at `next` gives more at once.
  // Every change whose transaction committed before lies before `next`. Only
  // where nothing more can be read now.
  std::optional<absl::Time> as_of;
  // Changes can be seen that a running transaction may still precede.
  bool held_back = false;
};

// Reads up to about `limit` changes behind `position`, in one batch; perhaps
// none although there are more.
//
// kOutOfRange, reason TOKEN_COMPACTED: changes behind `position` have been
// deleted, or it lies in a history that this database no longer has.
absl::StatusOr<LogPage> ReadLog(Reader& reader, const LogPosition& position, int limit);

// kOutOfRange as for ReadLog; for a position that comes from outside.
absl::Status CheckPosition(Reader& reader, const LogPosition& position);

// Deletes the oldest changes: those older than `keep.age`, and those of which
// there are more than `keep.changes`; in small transactions under the lease,
// which also move the floor that ReadLog asks for. Says how many went.
absl::StatusOr<int64_t> CompactLog(Database& database, const Lease& lease, const LogRetention& keep,
                                   absl::Time deadline);

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_CHANGE_LOG_H_
