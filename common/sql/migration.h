// How a database comes to have its tables.
#ifndef BRYGGA_COMMON_SQL_MIGRATION_H_
#define BRYGGA_COMMON_SQL_MIGRATION_H_

namespace brygga::sql {

// One step of a schema, never edited once released: a mistake is mended by the
// next one. `sql` is one or more statements, run in one transaction, the same
// on both engines. Engine differences: {serial} is the type of a primary key
// that numbers itself; TEXT columns compare and sort by bytes on both.
//
//   inline constexpr sql::Migration kMigrations[] = {
//       {1, "CREATE TABLE organisations (id TEXT PRIMARY KEY, …);"
//           "CREATE UNIQUE INDEX organisations_external_ref ON organisations (source, key);"},
//   };
struct Migration {
  int version;  // 1, 2, 3, … without gaps.
  const char* sql;
};

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_MIGRATION_H_
