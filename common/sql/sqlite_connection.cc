#include "common/sql/sqlite_connection.h"

#include <fcntl.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/list/list_query.h"
#include "common/sql/dialect.h"
#include "common/sql/driver_error.h"
#include "common/sql/sqlite_reads.h"
#include "common/status/check.h"
#include "common/status/macros.h"
#include "common/wait/no_wait.h"

namespace brygga::sql {
namespace {

using sqlite_api::sqlite3;

constexpr int kOk = 0;
constexpr int kWrongStatement = 1;
constexpr int kRow = 100;
constexpr int kDone = 101;
constexpr int kInteger = 1;
constexpr int kNull = 5;
constexpr int kUtf8Deterministic = 1 | 0x800;
constexpr int kPrimaryKey = 19 | (6 << 8);
constexpr int kVmStep = 4;                   // SQLITE_STMTSTATUS_VM_STEP.
constexpr int kInstructionsPerLook = 10000;  // Some tenths of a millisecond.
constexpr absl::Duration kBusy = absl::Seconds(10);

sqlite3* Native(soci::session& session) {
  return static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_;
}

sqlite_api::sqlite3_stmt* Native(soci::details::statement_backend& statement) {
  return static_cast<soci::sqlite3_statement_backend&>(statement).stmt_;
}

// Binds without a copy: the value outlives the run.
int BindAt(sqlite_api::sqlite3_stmt* statement, int place, const Value& value) {
  if (const int64_t* integer = value.integer()) return sqlite_api::sqlite3_bind_int64(statement, place, *integer);
  if (const std::string* text = value.text()) {
    return sqlite_api::sqlite3_bind_text(statement, place, text->data(), static_cast<int>(text->size()), nullptr);
  }
  return sqlite_api::sqlite3_bind_null(statement, place);
}

Row::Values ReadRow(sqlite_api::sqlite3_stmt* statement, size_t columns) {
  Row::Values values;
  values.reserve(columns);
  for (int i = 0; i < static_cast<int>(columns); ++i) {
    // Unprotected, as SQLite calls it: what takes it asks for no lock, and the
    // connection is not shared.
    sqlite_api::sqlite3_value* const value = sqlite_api::sqlite3_column_value(statement, i);
    switch (sqlite_api::sqlite3_value_type(value)) {
      case kInteger:
        values.emplace_back(int64_t{sqlite_api::sqlite3_value_int64(value)});
        break;
      case kNull:
        values.emplace_back();
        break;
      default: {
        const auto* text = reinterpret_cast<const char*>(sqlite_api::sqlite3_value_text(value));
        const auto size = static_cast<size_t>(sqlite_api::sqlite3_value_bytes(value));
        values.emplace_back(text == nullptr ? std::string_view() : std::string_view(text, size));
      }
    }
  }
  return values;
}

// Called when another connection holds a lock: true to try again. Waits as long
// as SQLite's own, and not at all where the thread must not.
int WaitForLock(void*, int attempts) {
  if (NoWait::Refuses()) return 0;
  constexpr int kMilliseconds[] = {1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100};
  constexpr int kSteps = std::size(kMilliseconds);
  int64_t waited = 0;
  for (int i = 0; i < std::min(attempts, kSteps); ++i) waited += kMilliseconds[i];
  waited += int64_t{100} * std::max(0, attempts - kSteps);
  if (absl::Milliseconds(waited) >= kBusy) return 0;
  absl::SleepFor(absl::Milliseconds(kMilliseconds[std::min(attempts, kSteps - 1)]));
  return 1;
}

// brygga_fold(text): what {contains:…} compares.
void FoldFunction(sqlite_api::sqlite3_context* context, int, sqlite_api::sqlite3_value** values) {
  const auto* text = reinterpret_cast<const char*>(sqlite_api::sqlite3_value_text(values[0]));
  if (text == nullptr) return sqlite_api::sqlite3_result_null(context);
  const std::string folded =
      list::Fold(std::string_view(text, static_cast<size_t>(sqlite_api::sqlite3_value_bytes(values[0]))));
  // SQLITE_TRANSIENT, whose cast is of C.
  const auto copy = reinterpret_cast<sqlite_api::sqlite3_destructor_type>(-1);  // NOLINT(performance-no-int-to-ptr)
  sqlite_api::sqlite3_result_text(context, folded.data(), static_cast<int>(folded.size()), copy);
}

// The rows of a PRAGMA, as text. Only for what is asked on the way to an error.
std::vector<std::vector<std::string>> Ask(sqlite3* native, const std::string& sql) {
  std::vector<std::vector<std::string>> rows;
  sqlite_api::sqlite3_stmt* statement = nullptr;
  if (sqlite_api::sqlite3_prepare_v2(native, sql.c_str(), -1, &statement, nullptr) != kOk) return rows;
  while (sqlite_api::sqlite3_step(statement) == kRow) {
    std::vector<std::string>& row = rows.emplace_back();
    for (int i = 0; i < sqlite_api::sqlite3_column_count(statement); ++i) {
      const auto* text = reinterpret_cast<const char*>(sqlite_api::sqlite3_column_text(statement, i));
      row.emplace_back(text == nullptr ? "" : text);
    }
  }
  sqlite_api::sqlite3_finalize(statement);
  return rows;
}

// The name that a UNIQUE over `columns` of `table` has on PostgreSQL.
std::string UniqueName(sqlite3* native, const std::string& table, const std::vector<std::string>& columns) {
  for (const auto& index : Ask(native, absl::StrCat("PRAGMA index_list(\"", table, "\")"))) {
    std::vector<std::string> names;
    for (const auto& column : Ask(native, absl::StrCat("PRAGMA index_info(\"", index[1], "\")"))) {
      names.push_back(column[2]);
    }
    if (index[2] != "1" || names != columns) continue;
    if (index[3] == "c") return index[1];
    if (index[3] == "u") return absl::StrCat(table, "_", absl::StrJoin(columns, "_"), "_key");
  }
  return "";
}

}  // namespace

SqliteConnection::SqliteConnection(const std::string& connect, Log log)
    : Connection(soci::sqlite3, connect, Fetch::kNative, std::move(log)) {}

absl::StatusOr<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(const std::string& path, Use use,
                                                                         Durable durable, const Log& log) {
  PrepareSqlite();
  if (absl::StrContains(path, '"')) return absl::InvalidArgumentError("a database path must not contain a quote");
  // Nobody else's business: SQLite would leave it to the umask. The files
  // beside it get the same mode.
  if (const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR); file >= 0) close(file);
  std::unique_ptr<SqliteConnection> connection;
  try {
    connection.reset(new SqliteConnection(absl::StrCat("dbname=\"", path, "\""), log));
  } catch (const soci::soci_error&) {
    if (log) log({.code = "CANNOT OPEN"});
    return StorageUnavailable();
  }
  sqlite3* const native = Native(connection->session());
  sqlite_api::sqlite3_extended_result_codes(native, 1);
  sqlite_api::sqlite3_busy_handler(native, &WaitForLock, nullptr);
  sqlite_api::sqlite3_progress_handler(native, kInstructionsPerLook, &GiveUp, connection.get());
  BRYGGA_CHECK(sqlite_api::sqlite3_create_function_v2(native, "brygga_fold", 1, kUtf8Deterministic, nullptr,
                                                      &FoldFunction, nullptr, nullptr, nullptr) == kOk);
  std::string script = "PRAGMA foreign_keys = ON;";
  absl::StrAppend(&script, "PRAGMA synchronous = ", durable == Durable::kYes ? "FULL;" : "OFF;");
  if (use == Use::kRead) absl::StrAppend(&script, "PRAGMA query_only = ON;");
  // What is deleted may be personal data: it is written over.
  if (use == Use::kWrite) absl::StrAppend(&script, "PRAGMA secure_delete = ON;");
  if (use == Use::kWrite) script = absl::StrCat("PRAGMA journal_mode = WAL; PRAGMA temp_store = MEMORY;", script);
  BRYGGA_RETURN_IF_ERROR(connection->RunScript(script));
  return connection;
}

absl::Status SqliteConnection::RunScript(const std::string& sql) {
  const int result = sqlite_api::sqlite3_exec(Native(session()), sql.c_str(), nullptr, nullptr, nullptr);
  if (result == kOk) return absl::OkStatus();
  DriverError log;
  absl::Status status = StatusOfCode(result, log);
  return Report(std::move(status), std::move(log), sql);
}

void SqliteConnection::SetDeadline(absl::Time deadline) {
  spent_ = 0;
  give_up_at_ = std::chrono::steady_clock::time_point::max();
  if (deadline == absl::InfiniteFuture()) return;
  const absl::Duration left = deadline - absl::Now();
  if (left <= absl::Hours(1)) give_up_at_ = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(left);
}

int SqliteConnection::GiveUp(void* connection) {
  if (NoWait::Refuses()) return 1;  // So much work is for another thread.
  return std::chrono::steady_clock::now() > static_cast<SqliteConnection*>(connection)->give_up_at_ ? 1 : 0;
}

bool SqliteConnection::InTransaction() { return sqlite_api::sqlite3_get_autocommit(Native(session())) == 0; }

int64_t SqliteConnection::RowsChanged() { return sqlite_api::sqlite3_total_changes64(Native(session())); }

std::string SqliteConnection::Expand(std::string_view sql) const { return ExpandStatement(Engine::kSqlite, sql); }

Connection::Description SqliteConnection::Describe(soci::details::statement_backend& statement) {
  sqlite_api::sqlite3_stmt* const native = Native(statement);
  Description description;
  for (int i = 0; i < sqlite_api::sqlite3_column_count(native); ++i) {
    description.columns.emplace_back(sqlite_api::sqlite3_column_name(native, i));
  }
  for (int i = 0; i < sqlite_api::sqlite3_bind_parameter_count(native); ++i) {
    description.parameters.push_back(statement.get_parameter_name(i));
  }
  return description;
}

std::vector<int> SqliteConnection::PlacesOf(soci::details::statement_backend& statement,
                                            const std::vector<std::string>& names) {
  std::vector<int> places;
  for (const std::string& name : names) {
    places.push_back(sqlite_api::sqlite3_bind_parameter_index(Native(statement), absl::StrCat(":", name).c_str()));
  }
  return places;
}

absl::StatusOr<int64_t> SqliteConnection::RunNative(soci::details::statement_backend& statement, std::string_view sql,
                                                    const Args& args, const std::vector<int>& places,
                                                    const std::shared_ptr<const Row::Columns>& columns,
                                                    std::vector<Row>* rows) {
  sqlite_api::sqlite3_stmt* const native = Native(statement);
  int result = kOk;
  for (size_t i = 0; i < places.size() && result == kOk; ++i) {
    result = BindAt(native, places[i], args.values()[i].second);
  }
  if (result == kOk && spent_ >= kInstructionsPerLook && NoWait::Refuses()) return NoWait::Refusal();
  if (result == kOk) {
    while ((result = sqlite_api::sqlite3_step(native)) == kRow) {
      if (rows != nullptr) rows->emplace_back(columns, ReadRow(native, columns->size()));
    }
  }
  // From zero: else GiveUp is asked for what the statement did when it ran before,
  // even by BEGIN, which does so little; and then at its end, when it has begun all
  // the same.
  spent_ += sqlite_api::sqlite3_stmt_status(native, kVmStep, 1);
  if (result != kDone) {
    DriverError log;
    absl::Status status = StatusOfCode(result, log);
    sqlite_api::sqlite3_reset(native);
    return Report(std::move(status), std::move(log), sql);
  }
  const int64_t changes = sqlite_api::sqlite3_changes64(Native(session()));
  sqlite_api::sqlite3_reset(native);
  return columns->empty() ? changes : int64_t{0};
}

absl::Status SqliteConnection::StatusOfError(const soci::soci_error& error, soci::details::statement_backend* statement,
                                             DriverError& log) {
  const auto* sqlite_error = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
  if (sqlite_error == nullptr) {
    log.code = "SOCI";
    return Misuse();
  }
  absl::Status status = StatusOfCode(sqlite_error->result(), log);
  if (statement != nullptr) sqlite_api::sqlite3_reset(static_cast<soci::sqlite3_statement_backend*>(statement)->stmt_);
  return status;
}

absl::Status SqliteConnection::StatusOfCode(int code, DriverError& log) {
  const std::string message = sqlite_api::sqlite3_errmsg(Native(session()));
  log.code = absl::StrCat("SQLITE ", code);
  if (code == kWrongStatement) log.message = message;
  return SqliteStatus(code, ConstraintOfMessage(code, message));
}

// "UNIQUE constraint failed: t.a, t.b", "UNIQUE constraint failed: index 'i'",
// "CHECK constraint failed: name".
std::string SqliteConnection::ConstraintOfMessage(int code, const std::string& message) {
  if ((code & 0xff) != 19) return "";
  if (const auto known = constraints_.find(message); known != constraints_.end()) return known->second;
  const std::pair<std::string, std::string> parts = absl::StrSplit(message, absl::MaxSplits(": ", 1));
  std::string name = parts.second;
  if (absl::StartsWith(message, "UNIQUE")) {
    absl::string_view index = name;
    if (absl::ConsumePrefix(&index, "index '") && absl::ConsumeSuffix(&index, "'")) {
      name = std::string(index);
    } else {
      std::string table;
      std::vector<std::string> columns;
      for (absl::string_view column : absl::StrSplit(parts.second, ", ")) {
        const std::pair<std::string, std::string> split = absl::StrSplit(column, absl::MaxSplits('.', 1));
        table = split.first;
        columns.push_back(split.second);
      }
      name = code == kPrimaryKey ? table + "_pkey" : UniqueName(Native(session()), table, columns);
    }
  }
  return constraints_[message] = name;
}

}  // namespace brygga::sql
