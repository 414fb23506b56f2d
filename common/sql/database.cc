#include "common/sql/database.h"

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/sql/driver_error.h"
#include "common/sql/postgresql_database.h"
#include "common/sql/sqlite_database.h"

namespace brygga::sql {

absl::StatusOr<std::unique_ptr<Database>> Database::Open(std::string_view url, Options options) {
  absl::string_view rest(url.data(), url.size());
  if (rest == "sqlite::memory:") return SqliteDatabase::Open("", std::move(options));
  if (absl::ConsumePrefix(&rest, "sqlite:") && !rest.empty()) {
    return SqliteDatabase::Open(std::string(rest), std::move(options));
  }
  if (absl::StartsWith(rest, "postgresql://") || absl::StartsWith(rest, "postgres://")) {
    return PostgresqlDatabase::Open(std::string(rest), std::move(options));
  }
  if (absl::ConsumePrefix(&rest, "postgresql:")) return PostgresqlDatabase::Open(std::string(rest), std::move(options));
  return absl::InvalidArgumentError("not a database; use sqlite:PATH, sqlite::memory: or postgresql://HOST/NAME");
}

absl::StatusOr<std::optional<Row>> Database::QueryOne(absl::Time deadline, std::string_view sql, const Args& args) {
  BRYGGA_ASSIGN_OR_RETURN(std::vector<Row> rows, Query(deadline, sql, args));
  if (rows.size() > 1) return Misuse();
  if (rows.empty()) return std::optional<Row>();
  return std::optional<Row>(std::move(rows.front()));
}

}  // namespace brygga::sql
