// Reading the change log in an order in which nothing can come later before
// what was read, and forgetting its oldest rows.
//
// On SQLite there is one writer and the order is `seq`, without gaps. On
// PostgreSQL numbers are given out before commits: a row may appear behind rows
// that were read, whether one goes by `seq` or by the transaction's number. There
// a reader takes the log in *batches*: what one snapshot sees and the one before
// did not, by `seq`. Snapshots of a server include each other in the order in
// which they were taken, so that each change is in one batch, and a batch never
// changes. The changes of one resource keep their order: a transaction that
// waited for another is in no earlier batch, and within a batch it has the
// greater `seq`, because it writes its rows last, when it holds the resource. On
// SQLite the same words hold with `seq` in the place of the transaction.
#ifndef BRYGGA_COMMON_SQL_CHANGE_LOG_H_
#define BRYGGA_COMMON_SQL_CHANGE_LOG_H_

#include <algorithm>
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
#include "common/sql/log_retention.h"

namespace brygga::sql {

struct LoggedChange {
  std::string resource;
  ChangeKind kind = ChangeKind::kUpdated;
  int64_t revision = 0;
  absl::Time at;            // When its transaction began.
  int64_t transaction = 0;  // Its number (PostgreSQL), or `seq`.
  int64_t seq = 0;
};

// Which transactions had ended at one moment: those before `next` but the
// `running`, which are sorted.
struct LogSnapshot {
  int64_t next = 0;
  std::vector<int64_t> running = {};

  bool Sees(int64_t transaction) const {
    return transaction < next && !std::binary_search(running.begin(), running.end(), transaction);
  }
  // Every transaction before has ended.
  int64_t horizon() const { return running.empty() ? next : running.front(); }
  // Whether it was taken after `other`, on the same server. Of two that see the
  // same, neither was.
  bool IsAfter(const LogSnapshot& other) const {
    return next != other.next ? next > other.next : running.size() < other.running.size();
  }
  friend bool operator==(const LogSnapshot&, const LogSnapshot&) = default;
};

// A place in the log: all that `seen` sees is behind it, and of the batch up to
// `until`, where there is one, what has `seq` or less. The batch ends with `last`.
// Between batches `seq` is the last that was read, which `witness_us` (its at, or
// 0) tells from one of the same number in another history.
struct LogPosition {
  LogSnapshot seen;
  std::optional<LogSnapshot> until = std::nullopt;
  int64_t seq = 0;
  int64_t last = 0;
  int64_t witness_us = 0;

  // What a reader here has seen once it is through the batch.
  const LogSnapshot& end() const { return until ? *until : seen; }
  friend bool operator==(const LogPosition&, const LogPosition&) = default;
};

// Whether `change` still lies before a reader at `position`.
inline bool IsAhead(const LogPosition& position, const LoggedChange& change) {
  if (position.seen.Sees(change.transaction)) return false;
  return !position.until || !position.until->Sees(change.transaction) || change.seq > position.seq;
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
  LogPosition next;   // Behind them.
  bool more = false;  // Reading on at `next` gives more at once.
  // Every change whose transaction committed before lies before `next`. Only
  // where nothing more can be read now.
  std::optional<absl::Time> as_of;
};

// The most transactions that may run at once; while there are more, nothing is
// read and as_of is absent.
inline constexpr size_t kMostRunning = 500;

// Reads up to about `limit` changes behind `position`, of one batch; perhaps
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
