// What runs inside a transaction: statements, and the changes it tells of.
#ifndef BRYGGA_COMMON_SQL_TRANSACTION_H_
#define BRYGGA_COMMON_SQL_TRANSACTION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutation/mutation.h"
#include "common/sql/value.h"

namespace brygga::sql {

class Connection;

// Reads in one consistent snapshot. Not thread-safe; valid during the call it
// was handed to.
//
// Any statement may fail with kUnavailable, kDeadlineExceeded or kInternal.
// After a failure the transaction is over: every later statement fails in the
// same way, on both engines, and so does the Write or Read around it, whatever
// its function returns. (To try and go on, use ON CONFLICT DO NOTHING and ask
// Affect how many rows it touched.)
class Reader {
 public:
  // No statement begins after `deadline`.
  Reader(Connection& connection, absl::Time now, absl::Time deadline)
      : connection_(connection), now_(now), deadline_(deadline) {}
  Reader(const Reader&) = delete;

  // The time of this transaction, read once.
  absl::Time now() const { return now_; }

  absl::StatusOr<std::vector<Row>> Query(std::string_view sql, const Args& args = {});
  // The only row, or nothing. kInternal where there are several.
  absl::StatusOr<std::optional<Row>> QueryOne(std::string_view sql, const Args& args = {});

  // The error that ended the transaction, or OK. For common/sql.
  const absl::Status& failure() const { return failure_; }

 protected:
  // Runs a statement unless one has failed; remembers a failure.
  absl::StatusOr<int64_t> Execute(std::string_view sql, const Args& args, std::vector<Row>* rows);

 private:
  Connection& connection_;
  absl::Time now_, deadline_;
  absl::Status failure_;
};

// One line of the change log and the audit log.
struct Change {
  std::string resource;
  ChangeKind kind;
  int64_t revision;
  std::vector<std::string> fields;
};

// Reads and writes, all or nothing. Reads see what was written before them.
class Transaction : public Reader {
 public:
  using Reader::Reader;

  // Runs INSERT, UPDATE or DELETE.
  //
  // kAlreadyExists: a uniqueness constraint failed; kFailedPrecondition: a CHECK
  // or a foreign key did. ConstraintOf(status) says which, for the adapter to
  // turn into a domain error. Naming a column NULL that must not be is a bug:
  // kInternal.
  absl::Status Run(std::string_view sql, const Args& args = {});
  // The same, and how many rows it touched: what a conditional update asks.
  absl::StatusOr<int64_t> Affect(std::string_view sql, const Args& args = {});

  // Notes a change for the change log and the audit log. One per resource that
  // a mutation changes; `revision` is the resource's new one. The names of
  // changed fields are optional and never values. Nothing to note where a
  // mutation found nothing to change.
  void Changed(std::string resource, ChangeKind kind, int64_t revision, std::vector<std::string> fields = {}) {
    changes_.push_back({std::move(resource), kind, revision, std::move(fields)});
  }
  const std::vector<Change>& changes() const { return changes_; }

 private:
  std::vector<Change> changes_;
};

// What ConstraintOf says of a foreign key: SQLite does not name them.
inline constexpr std::string_view kForeignKey = "FOREIGN KEY";

// The constraint that a status from Run speaks of, or "". The same word on both
// engines, whatever way the constraint was written:
//
//   CREATE UNIQUE INDEX name ON …    name
//   CONSTRAINT name CHECK (…)        name
//   a INTEGER PRIMARY KEY            {table}_pkey
//   a TEXT UNIQUE, UNIQUE (a, b)     {table}_a_key, {table}_a_b_key
//   REFERENCES …                     kForeignKey
//
// An unnamed CHECK and CONSTRAINT name UNIQUE differ: do not write them. SQLite
// tells unique indexes apart by their columns: where two partial ones have the
// same columns, give them in another order.
std::string ConstraintOf(const absl::Status& status);

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_TRANSACTION_H_
