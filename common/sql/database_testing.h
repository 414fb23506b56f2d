// What the tests of a database write into.
#ifndef BRYGGA_COMMON_SQL_DATABASE_TESTING_H_
#define BRYGGA_COMMON_SQL_DATABASE_TESTING_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/mutation/mutation.h"
#include "common/sql/migration.h"

namespace brygga::sql {

inline constexpr Migration kMigrations[] = {
    {1, R"sql(
CREATE TABLE events (
  id TEXT PRIMARY KEY,
  capacity BIGINT NOT NULL,
  taken BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT events_taken CHECK (taken <= capacity)
);
CREATE TABLE seats (
  id TEXT PRIMARY KEY,
  event_id TEXT NOT NULL REFERENCES events (id),
  person TEXT NOT NULL,
  row_number BIGINT,
  code TEXT UNIQUE,
  note TEXT,
  UNIQUE (event_id, row_number)
);
CREATE UNIQUE INDEX seats_person ON seats (event_id, person) WHERE person <> '';
CREATE UNIQUE INDEX seats_note ON seats (lower(note));
)sql"},
};

inline absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

inline Origin Work() { return {.actor = "service:test", .method = "work/test", .deadline = Soon()}; }

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_DATABASE_TESTING_H_
