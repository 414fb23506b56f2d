// The tables that every database of ours has, and how migrations are applied.
// Internal to common/sql.
#ifndef BRYGGA_COMMON_SQL_SCHEMA_H_
#define BRYGGA_COMMON_SQL_SCHEMA_H_

#include <span>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "common/sql/connection.h"
#include "common/sql/dialect.h"
#include "common/sql/migration.h"

namespace brygga::sql {

// Begins a transaction that no other migration can be in at the same time.
using BeginAlone = absl::FunctionRef<absl::Status()>;

// Brings the database to the last of common/sql's own migrations and then of
// `service`, each in a transaction of its own.
//
// kFailedPrecondition: the database is further than this program knows.
absl::Status Migrate(Connection& connection, Engine engine, std::span<const Migration> service, BeginAlone begin);

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_SCHEMA_H_
