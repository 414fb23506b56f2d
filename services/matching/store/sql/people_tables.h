// People as they change: migration 5.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_PEOPLE_TABLES_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_PEOPLE_TABLES_H_

namespace brygga::matching {

// Every write of people takes the next number of people_readings, whose one row
// it locks first: one writer of people at a time. `reading` is the number of the
// last write that said something of the row, `refreshed` that of the last one
// that replaced the cohort, `named` that of the last one about named people.
// Who writes compares them with the number from before it read.
inline constexpr char kPeopleTables[] = R"sql(
CREATE TABLE people_readings (
  id BIGINT PRIMARY KEY,
  number BIGINT NOT NULL,
  named BIGINT NOT NULL
);
INSERT INTO people_readings (id, number, named) VALUES (1, 0, 0);
ALTER TABLE cohorts ADD COLUMN refreshed BIGINT NOT NULL DEFAULT 0;
-- The epoch at which locks, vetoes or rounds waited last changed.
ALTER TABLE cohorts ADD COLUMN context_epoch BIGINT NOT NULL DEFAULT 0;
-- Removals with a greater epoch are all in people_removed.
ALTER TABLE cohorts ADD COLUMN removals_from BIGINT NOT NULL DEFAULT 0;
UPDATE cohorts SET removals_from = epoch, context_epoch = epoch;
-- The epoch of the cohort at which the row last changed.
ALTER TABLE people ADD COLUMN changed_epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE people ADD COLUMN reading BIGINT NOT NULL DEFAULT 0;
CREATE INDEX people_changed ON people (cohort_id, changed_epoch);
CREATE INDEX people_enrolment ON people (enrolment);
CREATE INDEX people_participant ON people (participant_id);
CREATE INDEX people_organisation ON people (organisation_id);
-- Who was in `people` until `epoch` and has not come back.
CREATE TABLE people_removed (
  cohort_id TEXT NOT NULL REFERENCES cohorts (id),
  role TEXT NOT NULL,
  participant_id TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  removed_at_us BIGINT NOT NULL,
  PRIMARY KEY (cohort_id, role, participant_id)
);
CREATE INDEX people_removed_epoch ON people_removed (cohort_id, epoch);
CREATE INDEX people_removed_at ON people_removed (removed_at_us);
)sql";

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_PEOPLE_TABLES_H_
