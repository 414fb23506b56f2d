#include "common/sql/postgresql_database.h"

#include <algorithm>
#include <utility>

#include "absl/random/random.h"
#include "absl/time/clock.h"
#include "common/sql/driver_error.h"
#include "common/sql/schema.h"
#include "common/status/macros.h"
#include "common/wait/no_wait.h"

namespace brygga::sql {
namespace {

constexpr int kAttempts = 12;

// Any number that other programs do not lock.
constexpr char kBeginAlone[] = "BEGIN; SELECT pg_advisory_xact_lock(7310579616)";

// Waits a random while that grows with the attempts: those that met part.
void StepAside(int attempt) {
  thread_local absl::BitGen random;
  absl::SleepFor(absl::Microseconds(absl::Uniform(random, 0, 500 << std::min(attempt, 6))));
}

}  // namespace

PostgresqlDatabase::PostgresqlDatabase(std::string connect, Options options)
    : options_(std::move(options)),
      pool_(options_.connections, kConnectionPatience,
            [connect = std::move(connect), log = options_.log] { return PostgresqlConnection::Open(connect, log); }) {}

absl::StatusOr<std::unique_ptr<Database>> PostgresqlDatabase::Open(const std::string& connect, Options options) {
  BRYGGA_ASSIGN_OR_RETURN(std::string settings, PostgresqlConnection::WithOurSettings(connect));
  std::unique_ptr<PostgresqlDatabase> database(new PostgresqlDatabase(std::move(settings), std::move(options)));
  BRYGGA_ASSIGN_OR_RETURN(const auto connection, database->pool_.Borrow(absl::InfiniteFuture()));
  BRYGGA_RETURN_IF_ERROR(Migrate(*connection, Engine::kPostgresql, database->options_.migrations,
                                 [&connection] { return connection->RunScript(kBeginAlone); }));
  return database;
}

absl::Time PostgresqlDatabase::Now() const {
  if (options_.clock != nullptr) return options_.clock->Now();
  return Clock::System().Now() + absl::Microseconds(ahead_us_.load(std::memory_order_relaxed));
}

absl::Time PostgresqlDatabase::Limit(absl::Time deadline) const {
  return std::min(deadline, absl::Now() + options_.longest_wait);
}

absl::StatusOr<absl::Time> PostgresqlDatabase::Begin(PostgresqlConnection& connection, Use use, absl::Time limit) {
  if (absl::Now() >= limit) return DeadlinePassed();
  connection.SetDeadline(limit);
  const absl::StatusOr<absl::Time> server = connection.Begin(use);
  // Else whoever gets the connection next finds a transaction that has failed.
  if (!server.ok()) connection.Rollback();
  if (server.ok() && options_.clock != nullptr) return options_.clock->Now();
  if (server.ok()) ahead_us_.store(absl::ToInt64Microseconds(*server - absl::Now()), std::memory_order_relaxed);
  return server;
}

absl::StatusOr<std::vector<Row>> PostgresqlDatabase::Query(absl::Time deadline, std::string_view sql,
                                                           const Args& args) {
  if (NoWait::Refuses()) return NoWait::Refusal();
  const absl::Time limit = Limit(deadline);
  for (bool first = true;; first = false) {
    BRYGGA_ASSIGN_OR_RETURN(const auto connection, pool_.Borrow(limit));
    connection->SetDeadline(limit);
    std::vector<Row> rows;
    absl::Status status = connection->LimitStatements();
    if (status.ok()) status = connection->Execute(sql, args, &rows).status();
    if (status.ok()) return rows;
    if (!first || !connection->lost()) return status;
  }
}

absl::Status PostgresqlDatabase::RunRead(absl::Time deadline, absl::FunctionRef<absl::Status(Reader&)> fn) {
  if (NoWait::Refuses()) return NoWait::Refusal();
  const absl::Time limit = Limit(deadline);
  for (bool first = true;; first = false) {
    BRYGGA_ASSIGN_OR_RETURN(const auto connection, pool_.Borrow(limit));
    const absl::StatusOr<absl::Time> now = Begin(*connection, Use::kRead, limit);
    if (!now.ok()) {
      if (first && connection->lost()) continue;
      return now.status();
    }
    Reader reader(*connection, *now, deadline);
    const absl::Status status = fn(reader);
    connection->Rollback();
    if (first && connection->lost()) continue;
    return status.ok() ? reader.failure() : status;
  }
}

absl::Status PostgresqlDatabase::RunWrite(const Origin& origin, ChangeFunction fn) {
  if (NoWait::Refuses()) return NoWait::Refusal();
  const absl::Time limit = Limit(origin.deadline);
  for (int attempt = 1;; ++attempt) {
    bool again = false;
    absl::Status status = TryWrite(origin, limit, fn, again);
    if (!again || attempt == kAttempts || absl::Now() >= limit) return status;
    StepAside(attempt);
  }
}

absl::Status PostgresqlDatabase::TryWrite(const Origin& origin, absl::Time limit, ChangeFunction fn, bool& again) {
  BRYGGA_ASSIGN_OR_RETURN(const auto connection, pool_.Borrow(limit));
  const absl::StatusOr<absl::Time> now = Begin(*connection, Use::kWrite, limit);
  if (!now.ok()) {
    again = connection->lost();
    return now.status();
  }
  Transaction tx(*connection, *now, origin.deadline);
  absl::Status status = PassDoor(tx, origin, fn);
  if (status.ok() && !origin.validate_only) {
    status = connection->Commit();
    if (status.ok() && !tx.changes().empty()) changes().Notify();
    if (status.ok()) return status;
    // A connection that is lost now has perhaps committed: only a request that
    // would find its answer may be done again.
    again = MetAnother(status) || (connection->lost() && !origin.request_id.empty());
    connection->Rollback();
    return status;
  }
  connection->Rollback();
  if (status.ok()) return status;
  again = MetAnother(status) || MetAnother(tx.failure()) || connection->lost();
  return again ? status : AnswerAfterFailure(*connection, origin, std::move(status));
}

// A twin of this request may have been first, and this one failed because of
// what the twin did ("exists already"): then it gets the twin's answer.
absl::Status PostgresqlDatabase::AnswerAfterFailure(PostgresqlConnection& connection, const Origin& origin,
                                                    absl::Status failure) {
  if (origin.request_id.empty() || failure == RequestIdReused() || ReplayedAnswer(failure)) return failure;
  if (!connection.LimitStatements().ok()) return failure;
  // Also where it was the deadline that failed it: the twin's answer is worth one query.
  Reader reader(connection, absl::InfinitePast(), absl::InfiniteFuture());
  absl::Status answer = FindAnswer(reader, origin);
  return answer.ok() || !reader.failure().ok() ? failure : answer;
}

}  // namespace brygga::sql
