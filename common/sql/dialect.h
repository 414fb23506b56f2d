// The markers in our SQL and what each engine says instead. Internal to
// common/sql.
//
//   {for_update}          locks the selected rows; empty on SQLite
//   {serial}              the type of a primary key that numbers itself
//   {xid}                 the type and default of a change's transaction number
//   {xid_index}           CREATE INDEX on it, where it orders anything
//   {settled}             true for changes that no running transaction can precede
//   {snapshot}            which transactions have ended: horizon:next:running,running
//   {unseen}              true for changes that the snapshot :next, :running does not see
//   {order}               the number of a change's transaction, or `seq`
//   {horizon}             no change before this order can still come
//   {before:p}            {order} < :p
//   {newest_first}        ORDER BY {order}, from the greatest
//   {anchor}              what tells a database from a copy of it elsewhere
//   {contains:expr|:p}    true where the text `expr`, folded, contains :p
#ifndef BRYGGA_COMMON_SQL_DIALECT_H_
#define BRYGGA_COMMON_SQL_DIALECT_H_

#include <string>
#include <string_view>

namespace brygga::sql {

enum class Engine { kSqlite, kPostgresql };

// A statement in the engine's words.
std::string ExpandStatement(Engine engine, std::string_view sql);

// A migration in the engine's words: besides, TEXT columns compare and sort by
// bytes on PostgreSQL, as they do on SQLite and in our fakes.
std::string ExpandMigration(Engine engine, std::string_view sql);

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_DIALECT_H_
