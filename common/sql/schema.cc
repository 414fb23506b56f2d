#include "common/sql/schema.h"

#include <optional>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/check.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::sql {
namespace {

constexpr std::string_view kOurs = "common";
constexpr std::string_view kTheirs = "service";

constexpr char kVersions[] =
    "CREATE TABLE IF NOT EXISTS schema_version (component TEXT NOT NULL, version BIGINT NOT NULL, "
    "applied_at_us BIGINT NOT NULL, PRIMARY KEY (component, version));";

constexpr Migration kCommon[] = {
    {1, R"sql(
-- What changed, in order, without content: feeds are read from it. On
-- PostgreSQL the order is (xid, seq), and rows are read once {settled}.
CREATE TABLE change_log (
  seq {serial},
  xid {xid},
  resource TEXT NOT NULL,
  kind TEXT NOT NULL,
  revision BIGINT NOT NULL,
  at_us BIGINT NOT NULL
);
{xid_index}

-- Who did what to which resource: ids, names of fields and reason codes, no values.
CREATE TABLE audit_log (
  seq {serial},
  at_us BIGINT NOT NULL,
  actor TEXT NOT NULL,
  method TEXT NOT NULL,
  request_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  resource TEXT NOT NULL,
  kind TEXT NOT NULL,
  revision BIGINT NOT NULL,
  fields TEXT NOT NULL
);
CREATE INDEX audit_log_resource ON audit_log (resource);

-- The first answers to requests, as base64url, for those who ask again; NULL
-- once erased, so that the request id stays known.
CREATE TABLE requests (
  actor TEXT NOT NULL,
  request_id TEXT NOT NULL,
  method TEXT NOT NULL,
  digest TEXT NOT NULL,
  answer TEXT,
  created_at_us BIGINT NOT NULL,
  PRIMARY KEY (actor, request_id)
);
CREATE INDEX requests_created_at ON requests (created_at_us);

-- What only one replica may do at a time.
CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  fence BIGINT NOT NULL,
  expires_at_us BIGINT NOT NULL
);
)sql"},
    {2, R"sql(
-- What readers of change_log need beside it: one row. Positions in the log are
-- good in this database alone (database_id, and anchor: what says that it is
-- not a copy of another), signed with `secret`. Rows up to floor_order and
-- floor_seq are perhaps deleted.
CREATE TABLE change_log_state (
  id BIGINT PRIMARY KEY,
  database_id TEXT NOT NULL,
  secret TEXT NOT NULL,
  anchor TEXT NOT NULL,
  floor_order BIGINT NOT NULL,
  floor_seq BIGINT NOT NULL
);

-- How far this database has followed the feeds of other services: written in
-- the transaction that writes what is derived from them.
CREATE TABLE feed_progress (
  feed TEXT PRIMARY KEY,
  token TEXT NOT NULL,
  as_of_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL
);
)sql"},
};

absl::StatusOr<int64_t> VersionOf(Connection& connection, std::string_view component) {
  std::vector<Row> rows;
  BRYGGA_RETURN_IF_ERROR(
      connection.Execute("SELECT COALESCE(MAX(version), 0) AS version FROM schema_version WHERE component = :component",
                         {{"component", component}}, &rows));
  return rows.front().Int("version");
}

absl::Status TooNew(int64_t found, int64_t known) {
  return FailedPrecondition(
      "DATABASE_TOO_NEW",
      {.type = "SCHEMA",
       .subject = "database",
       .description = absl::StrCat("has the tables of version ", found, ", and this program knows those up to version ",
                                   known, "; run the newer program, or restore the backup from before it")});
}

// Applies `migration` unless somebody has.
absl::Status Apply(Connection& connection, Engine engine, std::string_view component, const Migration& migration,
                   BeginAlone begin) {
  BRYGGA_RETURN_IF_ERROR(begin());
  const auto apply = [&]() -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(const int64_t version, VersionOf(connection, component));
    if (version >= migration.version) return absl::OkStatus();
    BRYGGA_RETURN_IF_ERROR(connection.RunScript(ExpandMigration(engine, migration.sql)));
    return connection
        .Execute("INSERT INTO schema_version (component, version, applied_at_us) VALUES (:component, :version, :now)",
                 {{"component", component}, {"version", migration.version}, {"now", absl::Now()}}, nullptr)
        .status();
  };
  absl::Status status = apply();
  if (status.ok()) status = connection.RunScript("COMMIT");
  if (!status.ok()) connection.RunScript("ROLLBACK").IgnoreError();
  return status;
}

absl::Status ApplyAll(Connection& connection, Engine engine, std::string_view component,
                      std::span<const Migration> migrations, BeginAlone begin) {
  for (size_t i = 0; i < migrations.size(); ++i) BRYGGA_CHECK(migrations[i].version == static_cast<int>(i) + 1);
  const auto known = static_cast<int64_t>(migrations.size());
  BRYGGA_ASSIGN_OR_RETURN(const int64_t found, VersionOf(connection, component));
  if (found > known) return TooNew(found, known);
  for (const Migration& migration : migrations.subspan(static_cast<size_t>(found))) {
    BRYGGA_RETURN_IF_ERROR(Apply(connection, engine, component, migration, begin));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Migrate(Connection& connection, Engine engine, std::span<const Migration> service, BeginAlone begin) {
  BRYGGA_RETURN_IF_ERROR(begin());
  BRYGGA_RETURN_IF_ERROR(connection.RunScript(ExpandMigration(engine, kVersions)));
  BRYGGA_RETURN_IF_ERROR(connection.RunScript("COMMIT"));
  BRYGGA_RETURN_IF_ERROR(ApplyAll(connection, engine, kOurs, kCommon, begin));
  return ApplyAll(connection, engine, kTheirs, service, begin);
}

}  // namespace brygga::sql
