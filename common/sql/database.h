// One database per service, SQLite or PostgreSQL behind the same SQL.
//
// What differs between the two engines lives in common/sql alone. Statements
// use named parameters (":id") and may hold {for_update}, which locks the
// selected rows on PostgreSQL and is empty on SQLite, where there is one writer.
// PostgreSQL guesses a parameter's type from its place: where it has no
// neighbour to guess from, write CAST(:limit AS BIGINT).
#ifndef BRYGGA_COMMON_SQL_DATABASE_H_
#define BRYGGA_COMMON_SQL_DATABASE_H_

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutation/mutation.h"
#include "common/sql/change_signal.h"
#include "common/sql/log_retention.h"
#include "common/sql/migration.h"
#include "common/sql/transaction.h"
#include "common/sql/value.h"
#include "common/status/macros.h"
#include "common/time/clock.h"

namespace brygga::sql {

// An error of the driver, for the log. It holds no bound value: those may be
// personal.
struct DriverError {
  std::string code;        // "SQLSTATE 40P01", "SQLITE 2067".
  std::string constraint;  // As ConstraintOf has it.
  std::string statement;   // Our text, with the names of parameters.
  std::string message;     // The driver's words where the statement itself is wrong; else "".
};

// Whether writes that wait at the same time share one commit. Off only to
// measure what it gives.
enum class GroupCommit { kOn, kOff };

struct Options {
  // The tables of the service, applied when the database is opened.
  std::span<const Migration> migrations = {};
  // Where transactions get their time from; it outlives the database. Null: the
  // machine's clock on SQLite, the server's on PostgreSQL.
  const Clock* clock = nullptr;
  // Connections that read (SQLite, beside the one writer) or that do either
  // (PostgreSQL). Opened when needed.
  int connections = 8;
  // SQLite: how many writes may wait; one more is refused with kUnavailable.
  int queue = 4096;
  // Stands in for a deadline that is further away or infinite, where one waits in
  // a queue or for a connection, or one statement runs (SQLite: all of a transaction
  // that take long). Short ones go on until the deadline.
  absl::Duration longest_wait = absl::Seconds(30);
  GroupCommit group_commit = GroupCommit::kOn;
  // Called for every driver error that is not an ordinary constraint failure,
  // from any thread.
  std::function<void(const DriverError&)> log = nullptr;
  // For the service that serves the change log (common/feed).
  LogRetention keep_changes = {};
};

// Safe for concurrent use. On a thread that must not wait (common/wait/no_wait.h)
// a read on SQLite is done if memory alone can answer it, in a few thousand
// instructions and on an idle connection; everything else is refused.
class Database {
 public:
  // Opens and migrates the database that `url` names:
  //
  //   sqlite:PATH          a file, made where there is none
  //   sqlite::memory:      a temporary one that goes when it is closed
  //   postgresql://…       as libpq reads it; also "postgresql:host=… dbname=…"
  //
  // Processes that open the same database at the same time migrate it once. A
  // migration that was killed half way is done again from its start.
  //
  // kInvalidArgument: another form. kFailedPrecondition: the database was
  // migrated by a newer program. kUnavailable: no server or file there.
  static absl::StatusOr<std::unique_ptr<Database>> Open(std::string_view url, Options options = {});

  virtual ~Database() = default;

  // Runs `fn` in a read-only transaction, one snapshot, and gives back what it
  // returns, a Status or a StatusOr. Blocks for a connection until `deadline`.
  // `fn` runs again where its connection turned out to be dead.
  //
  // kDeadlineExceeded, kUnavailable: nothing was read; repeating is safe.
  template <typename F>
  auto Read(absl::Time deadline, F&& fn) -> std::invoke_result_t<F, Reader&> {
    std::optional<std::invoke_result_t<F, Reader&>> result;
    BRYGGA_RETURN_IF_ERROR(RunRead(deadline, [&](Reader& reader) {
      result.emplace(fn(reader));
      return internal::StatusOf(*result);
    }));
    return *std::move(result);
  }

  // A read of one statement, which is its own snapshot: cheaper than Read.
  virtual absl::StatusOr<std::vector<Row>> Query(absl::Time deadline, std::string_view sql, const Args& args = {}) = 0;
  absl::StatusOr<std::optional<Row>> QueryOne(absl::Time deadline, std::string_view sql, const Args& args = {});

  // Runs `fn` in a transaction and gives back what it returns, a StatusOr<T>,
  // once that is durable. This is the one door for mutations: in the same
  // transaction it replays a known request id, and writes the change log, the
  // audit entries and the answer. `fn` may run more than once, on another
  // thread, must have no other effects, and waits for nothing but `tx`: on
  // SQLite all writers wait for it, and a Write inside a Write is a bug.
  //
  // Whatever `fn` returns as an error is returned unchanged and nothing is
  // written. With mutation.validate_only nothing is written either.
  //
  // A status of mutation.h's Replay: this request was answered before; its
  // RequestIdReused: another request had this id. kDeadlineExceeded and
  // kUnavailable: perhaps it was written and perhaps not; repeating with the
  // same request id is safe.
  template <typename T, typename F>
  absl::StatusOr<T> Write(const Mutation<T>& mutation, F&& fn) {
    std::optional<T> result;
    BRYGGA_RETURN_IF_ERROR(RunWrite(mutation, [&](Transaction& tx) -> absl::StatusOr<std::string> {
      absl::StatusOr<T> value = fn(tx);
      BRYGGA_RETURN_IF_ERROR(value);
      std::string answer = mutation.render && !mutation.request_id.empty() ? mutation.render(*value) : "";
      result = *std::move(value);
      return answer;
    }));
    return *std::move(result);
  }

  // The same door for work without an answer: sweeps, consumers, leases. `fn`
  // returns a Status.
  template <typename F>
  absl::Status Write(const Origin& origin, F&& fn) {
    return RunWrite(origin, [&](Transaction& tx) -> absl::StatusOr<std::string> {
      BRYGGA_RETURN_IF_ERROR(fn(tx));
      return std::string();
    });
  }

  // The time of a transaction that would begin now.
  virtual absl::Time Now() const = 0;

  // Told after each commit of this process that wrote to the change log.
  ChangeSignal& changes() { return changes_; }

 protected:
  virtual absl::Status RunRead(absl::Time deadline, absl::FunctionRef<absl::Status(Reader&)> fn) = 0;
  // `fn` returns the bytes of the answer to store.
  virtual absl::Status RunWrite(const Origin& origin,
                                absl::FunctionRef<absl::StatusOr<std::string>(Transaction&)> fn) = 0;

 private:
  ChangeSignal changes_;
};

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_DATABASE_H_
