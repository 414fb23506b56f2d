#include "common/sql/connection.h"

#include <algorithm>
#include <utility>

#include "absl/strings/string_view.h"
#include "common/sql/driver_error.h"
#include "common/status/macros.h"
#include "common/wait/no_wait.h"

namespace brygga::sql {
namespace {

// Dynamic lists make new texts for ever; the services' own statements are few.
constexpr size_t kMaxPrepared = 512;

std::vector<std::string> Sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<std::string> NamesOf(const Args& args) {
  std::vector<std::string> names;
  for (const auto& [name, value] : args.values()) names.push_back(name);
  return Sorted(std::move(names));
}

}  // namespace

// What is bound lives here, at a fixed address. NULL has the type text.
struct Connection::Parameter {
  std::string name;
  bool is_integer = false;
  long long integer = 0;
  std::string text;
  soci::indicator indicator = soci::i_ok;

  static bool HasType(const Value& value, bool is_integer) { return (value.integer() != nullptr) == is_integer; }

  void Set(const Value& value) {
    indicator = value.is_null() ? soci::i_null : soci::i_ok;
    if (const int64_t* given = value.integer()) integer = *given;
    if (const std::string* given = value.text()) text = *given;
  }
};

struct Connection::Prepared {
  explicit Prepared(soci::session& session) : statement(session) {}

  // The statement can take these arguments: same names, same types.
  bool Fits(const Args& args) const {
    return std::equal(parameters.begin(), parameters.end(), args.values().begin(), args.values().end(),
                      [](const Parameter& parameter, const auto& arg) {
                        return parameter.name == arg.first && Parameter::HasType(arg.second, parameter.is_integer);
                      });
  }

  uint64_t last_used = 0;
  std::vector<Parameter> parameters;
  std::vector<int> places;                      // Of Fetch::kNative.
  std::shared_ptr<const Row::Columns> columns;  // Shared with the rows, which outlive the statement.
  std::vector<std::string> values;
  std::vector<soci::indicator> indicators;
  soci::statement statement;  // Goes first: it points into the vectors.
};

Connection::Connection(const soci::backend_factory& factory, const std::string& connect, Fetch fetch, Log log)
    : session_(factory, connect), fetch_(fetch), log_(std::move(log)) {}

Connection::~Connection() = default;

absl::Status Connection::Report(absl::Status status, DriverError log, std::string_view sql) {
  if (NoWait::HasRefused()) return NoWait::Refusal();  // It only looks like an error.
  lost_ = lost_ || ConnectionLost(status);
  if (log_ && WorthLogging(status)) {
    log.constraint = ConstraintOf(status);
    log.statement = std::string(sql);
    log_(log);
  }
  return status;
}

absl::StatusOr<int64_t> Connection::Execute(std::string_view sql, const Args& args, std::vector<Row>* rows) {
  for (const auto& [name, value] : args.values()) {
    // PostgreSQL has no NUL in a text, and SOCI would cut the text there.
    if (value.text() != nullptr && value.text()->find('\0') != std::string::npos) return PostgresqlStatus("22021", "");
  }
  BRYGGA_ASSIGN_OR_RETURN(Prepared* const prepared, Prepare(sql, args));
  if (fetch_ == Fetch::kSoci) return RunThroughSoci(*prepared, sql, args, rows);
  return RunNative(*prepared->statement.get_backend(), sql, args, prepared->places, prepared->columns, rows);
}

absl::StatusOr<int64_t> Connection::RunNative(soci::details::statement_backend&, std::string_view, const Args&,
                                              const std::vector<int>&, const std::shared_ptr<const Row::Columns>&,
                                              std::vector<Row>*) {
  return Misuse();
}

absl::StatusOr<int64_t> Connection::RunThroughSoci(Prepared& prepared, std::string_view sql, const Args& args,
                                                   std::vector<Row>* rows) {
  for (size_t i = 0; i < prepared.parameters.size(); ++i) prepared.parameters[i].Set(args.values()[i].second);
  try {
    return Fetched(prepared, rows);
  } catch (const soci::soci_error& error) {
    DriverError log;
    absl::Status status = StatusOfError(error, prepared.statement.get_backend(), log);
    return Report(std::move(status), std::move(log), sql);
  }
}

absl::StatusOr<int64_t> Connection::Fetched(Prepared& prepared, std::vector<Row>* rows) {
  for (bool more = prepared.statement.execute(true); more; more = prepared.statement.fetch()) {
    if (prepared.values.empty()) break;
    if (rows == nullptr) continue;
    Row::Values values(prepared.values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      if (prepared.indicators[i] != soci::i_null) values[i] = Value(std::move(prepared.values[i]));
    }
    rows->emplace_back(prepared.columns, std::move(values));
  }
  return prepared.values.empty() ? prepared.statement.get_affected_rows() : int64_t{0};
}

absl::StatusOr<Connection::Prepared*> Connection::Prepare(std::string_view sql, const Args& args) {
  const auto known = prepared_.find(absl::string_view(sql.data(), sql.size()));
  if (known != prepared_.end()) {
    for (const std::unique_ptr<Prepared>& prepared : known->second) {
      if (!prepared->Fits(args)) continue;
      prepared->last_used = ++uses_;
      return prepared.get();
    }
  }
  BRYGGA_ASSIGN_OR_RETURN(std::unique_ptr<Prepared> prepared, PrepareNew(sql, args));
  if (++prepared_count_ > kMaxPrepared) ForgetOldest();
  prepared->last_used = ++uses_;
  return prepared_[std::string(sql)].emplace_back(std::move(prepared)).get();
}

absl::StatusOr<std::unique_ptr<Connection::Prepared>> Connection::PrepareNew(std::string_view sql, const Args& args) {
  auto prepared = std::make_unique<Prepared>(session_);
  try {
    prepared->statement.alloc();
    prepared->statement.prepare(Expand(sql), soci::details::st_repeatable_query);
    Description description = Describe(*prepared->statement.get_backend());
    if (NamesOf(args) != Sorted(std::move(description.parameters))) {
      return Report(Misuse(), {.code = "PARAMETERS", .message = "given and named parameters differ"}, sql);
    }
    Bind(*prepared, args, std::move(description.columns));
    return prepared;
  } catch (const soci::soci_error& error) {
    DriverError log;
    absl::Status status = StatusOfError(error, nullptr, log);
    return Report(std::move(status), std::move(log), sql);
  }
}

// The addresses of what is bound stay; Execute fills in the values.
void Connection::Bind(Prepared& prepared, const Args& args, Row::Columns columns) {
  prepared.parameters.resize(args.values().size());
  for (size_t i = 0; i < prepared.parameters.size(); ++i) {
    Parameter& parameter = prepared.parameters[i];
    parameter.name = args.values()[i].first;
    parameter.is_integer = args.values()[i].second.integer() != nullptr;
    if (fetch_ == Fetch::kNative) continue;
    if (parameter.is_integer) {
      prepared.statement.exchange(soci::use(parameter.integer, parameter.indicator, parameter.name));
    } else {
      prepared.statement.exchange(soci::use(parameter.text, parameter.indicator, parameter.name));
    }
  }
  prepared.columns = std::make_shared<const Row::Columns>(std::move(columns));
  if (fetch_ == Fetch::kNative) {
    std::vector<std::string> names;
    for (const Parameter& parameter : prepared.parameters) names.push_back(parameter.name);
    prepared.places = PlacesOf(*prepared.statement.get_backend(), names);
    return;
  }
  prepared.values.resize(prepared.columns->size());
  prepared.indicators.resize(prepared.values.size());
  for (size_t i = 0; i < prepared.values.size(); ++i) {
    prepared.statement.exchange(soci::into(prepared.values[i], prepared.indicators[i]));
  }
  prepared.statement.define_and_bind();
}

void Connection::ForgetOldest() {
  auto oldest = prepared_.begin();
  const auto last_used = [](const auto& entry) {
    uint64_t last = 0;
    for (const auto& prepared : entry.second) last = std::max(last, prepared->last_used);
    return last;
  };
  for (auto it = prepared_.begin(); it != prepared_.end(); ++it) {
    if (last_used(*it) < last_used(*oldest)) oldest = it;
  }
  prepared_count_ -= oldest->second.size();
  prepared_.erase(oldest);
}

}  // namespace brygga::sql
