// One database per service, SQLite or PostgreSQL behind the same SQL.
//
// What differs between the two engines lives in common/sql alone. Statements
// use named parameters (":id") and may hold the marker {for_update}, which
// locks the selected rows on PostgreSQL and is empty on SQLite, where there is
// one writer.
#ifndef BRYGGA_COMMON_SQL_DATABASE_H_
#define BRYGGA_COMMON_SQL_DATABASE_H_

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutation/mutation.h"
#include "common/time/clock.h"

namespace brygga::sql {

// A value bound to a parameter. Booleans bind as 0 and 1; times as
// microseconds since 1970 (sql::Us).
using Value = std::variant<std::monostate, int64_t, std::string>;

inline int64_t Us(absl::Time time) { return absl::ToUnixMicros(time); }

// Parameters by name.
class Args {
 public:
  Args() = default;
  Args(std::initializer_list<std::pair<std::string_view, Value>> values);
  Args& Set(std::string_view name, Value value);

 private:
  friend class Connection;
  std::vector<std::pair<std::string, Value>> values_;
};

// One row of a result. Reading a column that is not there, or NULL through
// Text or Int, is a bug (BRYGGA_CHECK).
class Row {
 public:
  const std::string& Text(std::string_view column) const;
  int64_t Int(std::string_view column) const;
  bool Bool(std::string_view column) const;
  absl::Time Time(std::string_view column) const;
  std::optional<std::string> OptionalText(std::string_view column) const;
  std::optional<int64_t> OptionalInt(std::string_view column) const;
  std::optional<absl::Time> OptionalTime(std::string_view column) const;
  bool IsNull(std::string_view column) const;
};

// Reads in one consistent snapshot. Not thread-safe; valid during the call it
// was handed to.
class Reader {
 public:
  virtual ~Reader() = default;

  // The time of this transaction, read once.
  absl::Time now() const;

  absl::StatusOr<std::vector<Row>> Query(std::string_view sql, const Args& args = {});
  // The only row, or nothing. kInternal where there are several.
  absl::StatusOr<std::optional<Row>> QueryOne(std::string_view sql, const Args& args = {});
};

// Reads and writes, all or nothing.
class Transaction : public Reader {
 public:
  // Runs INSERT, UPDATE or DELETE. kAlreadyExists: a uniqueness constraint
  // failed; kFailedPrecondition: a CHECK or a foreign key did. The constraint's
  // name is ConstraintOf(status), for the adapter to turn into a domain error.
  absl::Status Run(std::string_view sql, const Args& args);
  // The same, and how many rows it touched: what a conditional update asks.
  absl::StatusOr<int64_t> Affect(std::string_view sql, const Args& args);

  // Notes a change for the change log and the audit log. At least one per
  // mutation; the names of changed fields are optional and never values.
  void Changed(std::string resource, ChangeKind kind, int64_t revision, std::vector<std::string> fields = {});
};

// The name of the constraint that a status from Run speaks of, or "".
std::string ConstraintOf(const absl::Status& status);

// Safe for concurrent use.
class Database {
 public:
  virtual ~Database() = default;

  // Runs `fn` in a read-only transaction and gives back what it returns, a
  // Status or a StatusOr. Blocks for a connection until `deadline`.
  //
  // kDeadlineExceeded, kUnavailable: nothing was read; repeating is safe.
  template <typename F>
  auto Read(absl::Time deadline, F&& fn) -> std::invoke_result_t<F, Reader&>;

  // Runs `fn` in a transaction and gives back what it returns once that is
  // durable. This is the one door for mutations: in the same transaction it
  // replays a known request id, and writes the change log, the audit entry and
  // the answer. `fn` may run more than once and must have no other effects.
  //
  // Whatever `fn` returns as an error is returned unchanged and nothing is
  // written. With mutation.validate_only nothing is written either.
  template <typename T, typename F>
  absl::StatusOr<T> Write(const Mutation<T>& mutation, F&& fn);

  // The time of the next transaction: PostgreSQL's own clock, or the injected
  // one on SQLite. Tests that need to move time on PostgreSQL inject one too.
  virtual absl::Time Now() const = 0;
};

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_DATABASE_H_
