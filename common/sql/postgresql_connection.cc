#include "common/sql/postgresql_connection.h"

#include <libpq-fe.h>
#include <soci/postgresql/soci-postgresql.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "common/sql/dialect.h"
#include "common/sql/driver_error.h"
#include "common/status/check.h"
#include "common/status/macros.h"

namespace brygga::sql {
namespace {

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

PGconn* Native(soci::session& session) {
  return static_cast<soci::postgresql_session_backend*>(session.get_backend())->conn_;
}

std::string Field(const PGresult* result, int code) {
  const char* text = result == nullptr ? nullptr : PQresultErrorField(result, code);
  return text == nullptr ? "" : text;
}

// The status of a failed result, or of a connection that is no more.
absl::Status StatusOfResult(PGconn* native, const PGresult* result, DriverError& log) {
  const std::string state = Field(result, PG_DIAG_SQLSTATE);
  log.code = absl::StrCat("SQLSTATE ", state);
  if (absl::StartsWith(state, "42")) log.message = Field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (PQstatus(native) == CONNECTION_BAD) return PostgresqlStatus("", "");
  return state.empty() ? Misuse() : PostgresqlStatus(state, Field(result, PG_DIAG_CONSTRAINT_NAME));
}

bool Succeeded(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

int64_t MillisecondsUntil(absl::Time deadline) {
  return std::clamp<int64_t>(absl::ToInt64Milliseconds(deadline - absl::Now()), 1, 24 * 3600 * 1000);
}

// What every session of ours needs, whatever the server's own settings: commits
// that are durable, locks that do not outlive a client that went to sleep.
constexpr char kSession[] =
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';"
    "SET idle_in_transaction_session_timeout = '60s'; SET client_encoding = 'UTF8'; SET client_min_messages = 'error'";

}  // namespace

PostgresqlConnection::PostgresqlConnection(const std::string& connect, Log log)
    : Connection(soci::postgresql, connect, Fetch::kSoci, std::move(log)) {}

absl::StatusOr<std::string> PostgresqlConnection::WithOurSettings(const std::string& connect) {
  static const auto* const ours = new std::map<std::string, std::string>{{"application_name", "brygga"},
                                                                         {"connect_timeout", "5"},
                                                                         {"keepalives_idle", "30"},
                                                                         {"tcp_user_timeout", "15000"}};
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(connect.c_str(), nullptr),
                                                                             &PQconninfoFree);
  if (options == nullptr) return absl::InvalidArgumentError("not a database that PostgreSQL's library understands");
  std::string settings;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    const auto our = ours->find(option->keyword);
    if (option->val == nullptr && our == ours->end()) continue;
    const std::string value = option->val != nullptr ? option->val : our->second;
    absl::StrAppend(&settings, option->keyword, "='", absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"'", "\\'"}}), "' ");
  }
  return settings;
}

absl::StatusOr<std::unique_ptr<PostgresqlConnection>> PostgresqlConnection::Open(const std::string& connect,
                                                                                 const Log& log) {
  std::unique_ptr<PostgresqlConnection> connection;
  try {
    connection.reset(new PostgresqlConnection(connect, log));
  } catch (const soci::soci_error&) {
    if (log) log({.code = "CANNOT CONNECT"});
    return StorageUnavailable();
  }
  BRYGGA_RETURN_IF_ERROR(connection->RunScript(kSession));
  return connection;
}

absl::Status PostgresqlConnection::RunScript(const std::string& sql) {
  const Result result(PQexec(Native(session()), sql.c_str()), &PQclear);
  if (Succeeded(result.get())) return absl::OkStatus();
  DriverError log;
  absl::Status status = StatusOfResult(Native(session()), result.get(), log);
  return Report(std::move(status), std::move(log), sql);
}

void PostgresqlConnection::SetDeadline(absl::Time deadline) { deadline_ = deadline; }

// Half a second's grace, so that it is seldom told.
absl::Status PostgresqlConnection::ShortenTo(absl::Time deadline, absl::Time now) {
  constexpr int64_t kGraceMs = 500;
  if (deadline - now >= absl::Milliseconds(local_limit_ms_ - kGraceMs)) return absl::OkStatus();
  local_limit_ms_ = MillisecondsUntil(deadline);
  return RunScript(absl::StrCat("SET LOCAL statement_timeout = ", local_limit_ms_));
}

absl::StatusOr<absl::Time> PostgresqlConnection::Begin(Use use) {
  local_limit_ms_ = MillisecondsUntil(deadline_);
  const std::string script =
      absl::StrCat("BEGIN ISOLATION LEVEL ", use == Use::kRead ? "REPEATABLE READ READ ONLY" : "READ COMMITTED",
                   ";SET LOCAL statement_timeout = ", local_limit_ms_,
                   ";SELECT CAST(EXTRACT(EPOCH FROM now()) * 1000000 AS BIGINT)");
  const Result result(PQexec(Native(session()), script.c_str()), &PQclear);
  int64_t now_us = 0;
  if (!Succeeded(result.get()) || PQntuples(result.get()) != 1 ||
      !absl::SimpleAtoi(PQgetvalue(result.get(), 0, 0), &now_us)) {
    DriverError log;
    absl::Status status = StatusOfResult(Native(session()), result.get(), log);
    return Report(std::move(status), std::move(log), "BEGIN");
  }
  return absl::FromUnixMicros(now_us);
}

void PostgresqlConnection::Rollback() {
  if (!lost()) RunScript("ROLLBACK").IgnoreError();
}

absl::Status PostgresqlConnection::LimitStatements() {
  int64_t wanted = 1000;
  for (const int64_t left = MillisecondsUntil(deadline_); wanted < left;) wanted *= 2;
  if (wanted == limit_ms_) return absl::OkStatus();
  BRYGGA_RETURN_IF_ERROR(RunScript(absl::StrCat("SET statement_timeout = ", wanted)));
  limit_ms_ = wanted;
  return absl::OkStatus();
}

std::string PostgresqlConnection::Expand(std::string_view sql) const {
  return ExpandStatement(Engine::kPostgresql, sql);
}

Connection::Description PostgresqlConnection::Describe(soci::details::statement_backend& statement) {
  const auto& backend = static_cast<soci::postgresql_statement_backend&>(statement);
  const Result result(PQdescribePrepared(Native(session()), backend.statementName_.c_str()), &PQclear);
  Description description{.parameters = backend.names_};
  for (int i = 0; i < PQnfields(result.get()); ++i) description.columns.emplace_back(PQfname(result.get(), i));
  return description;
}

absl::Status PostgresqlConnection::StatusOfError(const soci::soci_error& error,
                                                 soci::details::statement_backend* statement, DriverError& log) {
  if (statement != nullptr) {
    // SOCI's error has no constraint name; the result it came from has.
    const auto* backend = static_cast<soci::postgresql_statement_backend*>(statement);
    return StatusOfResult(Native(session()), backend->result_, log);
  }
  log.code = "SOCI";
  if (PQstatus(Native(session())) == CONNECTION_BAD) return PostgresqlStatus("", "");
  const auto* postgresql_error = dynamic_cast<const soci::postgresql_soci_error*>(&error);
  if (postgresql_error == nullptr) return Misuse();
  log.code = absl::StrCat("SQLSTATE ", postgresql_error->sqlstate());
  if (absl::StartsWith(postgresql_error->sqlstate(), "42")) log.message = PQerrorMessage(Native(session()));
  return PostgresqlStatus(postgresql_error->sqlstate(), "");
}

}  // namespace brygga::sql
