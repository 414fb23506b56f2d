// How SQLite reads its files. Internal to common/sql.
#ifndef BRYGGA_COMMON_SQL_SQLITE_READS_H_
#define BRYGGA_COMMON_SQL_SQLITE_READS_H_

namespace brygga::sql {

// Once for the process, before the first connection: on threads that must not
// wait (common/wait/no_wait.h) SQLite reads only what the machine has in
// memory; what would have to come from the disk is an error there. Where the
// system cannot tell, everything would have to.
void PrepareSqlite();

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_SQLITE_READS_H_
