// The tables of the events service.
//
// Seats are a conditional UPDATE of events.taken; the CHECK holds whatever a
// program does. A person's one live registration is a partial unique index.
#ifndef BRYGGA_SERVICES_EVENTS_STORE_SQL_MIGRATIONS_H_
#define BRYGGA_SERVICES_EVENTS_STORE_SQL_MIGRATIONS_H_

#include "common/sql/migration.h"

namespace brygga::events {

inline constexpr sql::Migration kMigrations[] = {
    {1, R"sql(
CREATE TABLE series (
  id TEXT PRIMARY KEY,
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  ref_source TEXT,
  ref_key TEXT,
  title_sv TEXT NOT NULL,
  programme TEXT NOT NULL,
  recurrence TEXT,
  event_count BIGINT NOT NULL
);
CREATE UNIQUE INDEX series_external_ref ON series (ref_source, ref_key);

CREATE TABLE events (
  id TEXT PRIMARY KEY,
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  ref_source TEXT,
  ref_key TEXT,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  title_sv TEXT NOT NULL,
  title_en TEXT NOT NULL,
  organiser TEXT NOT NULL,
  programme TEXT NOT NULL,
  series_id TEXT,
  municipality TEXT NOT NULL,
  venue TEXT NOT NULL,
  mode TEXT NOT NULL,
  zone TEXT NOT NULL,
  parts_total BIGINT NOT NULL,
  registration_closes TEXT,
  capacity BIGINT NOT NULL,
  taken BIGINT NOT NULL,
  waiting BIGINT NOT NULL,
  last_queue_number BIGINT NOT NULL,
  waiting_list BIGINT NOT NULL,
  pairs BIGINT NOT NULL,
  age_min BIGINT,
  age_max BIGINT,
  audience TEXT NOT NULL,
  languages TEXT NOT NULL,
  successor_id TEXT,
  predecessor_id TEXT,
  published_at_us BIGINT,
  cancel_reason TEXT NOT NULL,
  start_us BIGINT NOT NULL,
  end_us BIGINT NOT NULL,
  closes_us BIGINT NOT NULL,
  first_day TEXT NOT NULL,
  CONSTRAINT events_seats CHECK (taken >= 0 AND taken <= capacity),
  CONSTRAINT events_waiting CHECK (waiting >= 0)
);
CREATE UNIQUE INDEX events_external_ref ON events (ref_source, ref_key);
CREATE INDEX events_start ON events (start_us, id);
CREATE INDEX events_programme ON events (programme, id);
CREATE INDEX events_series ON events (series_id, id);

CREATE TABLE event_sessions (
  id TEXT PRIMARY KEY,
  event_id TEXT NOT NULL REFERENCES events (id),
  part BIGINT NOT NULL,
  local_start TEXT NOT NULL,
  local_end TEXT NOT NULL,
  start_us BIGINT NOT NULL,
  end_us BIGINT NOT NULL
);
CREATE UNIQUE INDEX event_sessions_part ON event_sessions (event_id, part);

CREATE TABLE event_cohorts (
  event_id TEXT NOT NULL REFERENCES events (id),
  cohort TEXT NOT NULL,
  PRIMARY KEY (event_id, cohort)
);
CREATE INDEX event_cohorts_cohort ON event_cohorts (cohort, event_id);

CREATE TABLE registrations (
  id TEXT PRIMARY KEY,
  event_id TEXT NOT NULL REFERENCES events (id),
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  participant TEXT NOT NULL,
  audience TEXT NOT NULL,
  state TEXT NOT NULL,
  queue_number BIGINT NOT NULL,
  waiting_reason TEXT,
  cancel_reason TEXT NOT NULL,
  seated_at_us BIGINT,
  CONSTRAINT registrations_state CHECK (state IN ('REGISTERED', 'WAITLISTED', 'CANCELLED')),
  CONSTRAINT registrations_reason CHECK ((state = 'WAITLISTED') = (waiting_reason IS NOT NULL))
);
CREATE UNIQUE INDEX registrations_live ON registrations (event_id, participant) WHERE state <> 'CANCELLED';
CREATE INDEX registrations_line ON registrations (event_id, queue_number) WHERE state = 'WAITLISTED';
CREATE INDEX registrations_event ON registrations (event_id, id);
CREATE INDEX registrations_participant ON registrations (participant, id);
)sql"},
    {2, R"sql(
CREATE TABLE pairs (
  id TEXT PRIMARY KEY,
  match_name TEXT NOT NULL,
  cohort TEXT NOT NULL,
  round TEXT NOT NULL,
  kind TEXT NOT NULL,
  mentor TEXT NOT NULL,
  adept TEXT NOT NULL
);
CREATE INDEX pairs_cohort ON pairs (cohort, id);
CREATE INDEX pairs_mentor ON pairs (mentor);
CREATE INDEX pairs_adept ON pairs (adept);

CREATE TABLE pair_marks (
  mark BIGINT NOT NULL
);
INSERT INTO pair_marks (mark) VALUES (0);
)sql"},
};

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_STORE_SQL_MIGRATIONS_H_
