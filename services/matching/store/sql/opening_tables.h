// What is known here of openings: migration 9 and its statements.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_OPENING_TABLES_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_OPENING_TABLES_H_

namespace brygga::matching {

// Every write of openings takes the next number of opening_readings, whose one row
// it locks first. `reading` is the number of the write that last said something of
// the row. GONE: partner said that it does not exist.
inline constexpr char kOpeningTables[] = R"sql(
CREATE TABLE opening_readings (
  id BIGINT PRIMARY KEY,
  number BIGINT NOT NULL
);
INSERT INTO opening_readings (id, number) VALUES (1, 0);
CREATE TABLE openings (
  name TEXT PRIMARY KEY,
  state TEXT NOT NULL CONSTRAINT openings_state
    CHECK (state IN ('DRAFT', 'OPEN', 'FULL', 'CLOSED', 'CANCELLED', 'GONE')),
  free_seats BIGINT NOT NULL,
  first_day TEXT NOT NULL,
  last_day TEXT NOT NULL,
  age_min BIGINT,
  age_max BIGINT,
  requirements TEXT NOT NULL,
  reading BIGINT NOT NULL
);
CREATE INDEX openings_live ON openings (name) WHERE state IN ('DRAFT', 'OPEN', 'FULL');
)sql";

inline constexpr char kSelectOpeningReading[] = "SELECT number FROM opening_readings WHERE id = 1";
inline constexpr char kLockOpeningReading[] = "SELECT number FROM opening_readings WHERE id = 1 {for_update}";
inline constexpr char kUpdateOpeningReading[] = "UPDATE opening_readings SET number = :number WHERE id = 1";

inline constexpr char kSelectOpening[] = "SELECT * FROM openings WHERE name = :name AND state <> 'GONE'";
inline constexpr char kSelectReadingOfOpening[] = "SELECT reading FROM openings WHERE name = :name";
inline constexpr char kSelectLiveOpenings[] =
    "SELECT name FROM openings WHERE state IN ('DRAFT', 'OPEN', 'FULL') ORDER BY name";
inline constexpr char kUpsertOpening[] = R"sql(
INSERT INTO openings (name, state, free_seats, first_day, last_day, age_min, age_max, requirements, reading)
VALUES (:name, :state, :free_seats, :first_day, :last_day, :age_min, :age_max, :requirements, :reading)
ON CONFLICT (name) DO UPDATE SET state = excluded.state, free_seats = excluded.free_seats,
  first_day = excluded.first_day, last_day = excluded.last_day, age_min = excluded.age_min,
  age_max = excluded.age_max, requirements = excluded.requirements, reading = excluded.reading)sql";
inline constexpr char kMarkOpeningGone[] = "UPDATE openings SET state = 'GONE', reading = :reading WHERE name = :name";

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_OPENING_TABLES_H_
