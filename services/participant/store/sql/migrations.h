// The tables of the participant service.
#ifndef BRYGGA_SERVICES_PARTICIPANT_STORE_SQL_MIGRATIONS_H_
#define BRYGGA_SERVICES_PARTICIPANT_STORE_SQL_MIGRATIONS_H_

#include "common/sql/migration.h"

namespace brygga::participant {

inline constexpr sql::Migration kMigrations[] = {
    {1, R"(
CREATE TABLE programmes (
  id TEXT PRIMARY KEY,
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  display_name TEXT NOT NULL,
  kind TEXT NOT NULL,
  operator TEXT NOT NULL,
  cadence TEXT NOT NULL,
  private_mentors_allowed INTEGER NOT NULL,
  rule_set_version INTEGER NOT NULL
);
CREATE TABLE programme_roles (
  programme_id TEXT NOT NULL REFERENCES programmes (id),
  position INTEGER NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (programme_id, position)
);
CREATE TABLE legal_bases (
  programme_id TEXT NOT NULL REFERENCES programmes (id),
  position INTEGER NOT NULL,
  role TEXT NOT NULL,
  purpose TEXT NOT NULL,
  basis TEXT NOT NULL,
  PRIMARY KEY (programme_id, position)
);
CREATE UNIQUE INDEX legal_bases_one_per_purpose ON legal_bases (programme_id, role, purpose);

CREATE TABLE rule_sets (
  programme_id TEXT NOT NULL REFERENCES programmes (id),
  version INTEGER NOT NULL,
  created_at_us BIGINT NOT NULL,
  PRIMARY KEY (programme_id, version)
);
CREATE TABLE criteria (
  programme_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  position INTEGER NOT NULL,
  code TEXT NOT NULL,
  role TEXT NOT NULL,
  description TEXT NOT NULL,
  PRIMARY KEY (programme_id, version, position),
  FOREIGN KEY (programme_id, version) REFERENCES rule_sets (programme_id, version)
);
CREATE TABLE conditions (
  programme_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  criterion INTEGER NOT NULL,
  position INTEGER NOT NULL,
  fact TEXT NOT NULL,
  operator TEXT NOT NULL,
  operands TEXT NOT NULL,
  PRIMARY KEY (programme_id, version, criterion, position),
  FOREIGN KEY (programme_id, version, criterion) REFERENCES criteria (programme_id, version, position)
);

CREATE TABLE cohorts (
  id TEXT PRIMARY KEY,
  programme_id TEXT NOT NULL REFERENCES programmes (id),
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  display_name TEXT NOT NULL,
  state TEXT NOT NULL,
  places INTEGER NOT NULL,
  start_date TEXT,
  end_date TEXT,
  CONSTRAINT cohorts_end_after_start CHECK (end_date >= start_date)
);
CREATE INDEX cohorts_of_programme ON cohorts (programme_id);

CREATE TABLE participants (
  id TEXT PRIMARY KEY,
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  external_source TEXT,
  external_key TEXT,
  given_name TEXT NOT NULL,
  family_name TEXT NOT NULL,
  email TEXT NOT NULL,
  comparable_email TEXT NOT NULL,
  likeness TEXT NOT NULL,
  gender TEXT NOT NULL,
  birth_date TEXT,
  birth_year INTEGER NOT NULL,
  capacity INTEGER NOT NULL,
  availability TEXT NOT NULL,
  profile_version INTEGER NOT NULL,
  CONSTRAINT participants_capacity CHECK (capacity >= 1)
);
CREATE UNIQUE INDEX participants_external_ref ON participants (external_source, external_key);
CREATE INDEX participants_likeness ON participants (likeness);
CREATE INDEX participants_email ON participants (comparable_email);
CREATE TABLE participant_programmes (
  participant_id TEXT NOT NULL REFERENCES participants (id),
  programme_id TEXT NOT NULL REFERENCES programmes (id),
  PRIMARY KEY (participant_id, programme_id)
);

CREATE TABLE profiles (
  participant_id TEXT NOT NULL REFERENCES participants (id),
  version INTEGER NOT NULL,
  sun_level TEXT NOT NULL,
  sun_field TEXT NOT NULL,
  ssyk4 TEXT NOT NULL,
  occupation_id TEXT NOT NULL,
  target_ssyk4 TEXT NOT NULL,
  years_experience INTEGER NOT NULL,
  municipality_code TEXT NOT NULL,
  max_distance_km INTEGER,
  meeting_format TEXT NOT NULL,
  employer TEXT NOT NULL,
  rounds_before INTEGER NOT NULL,
  PRIMARY KEY (participant_id, version)
);
CREATE TABLE profile_items (
  participant_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  kind TEXT NOT NULL,
  position INTEGER NOT NULL,
  value TEXT NOT NULL,
  level TEXT NOT NULL,
  PRIMARY KEY (participant_id, version, kind, position),
  FOREIGN KEY (participant_id, version) REFERENCES profiles (participant_id, version)
);
CREATE TABLE backgrounds (
  participant_id TEXT PRIMARY KEY REFERENCES participants (id),
  origin_country TEXT NOT NULL,
  residence_status TEXT NOT NULL,
  arrival_year INTEGER NOT NULL
);

CREATE TABLE consents (
  id TEXT PRIMARY KEY,
  participant_id TEXT NOT NULL REFERENCES participants (id),
  revision BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  notice_version TEXT NOT NULL,
  notice_sha256 TEXT NOT NULL,
  channel TEXT NOT NULL,
  given_at_us BIGINT NOT NULL,
  withdrawn_at_us BIGINT
);
CREATE UNIQUE INDEX consents_one_live ON consents (participant_id, purpose) WHERE withdrawn_at_us IS NULL;
CREATE INDEX consents_of_participant ON consents (participant_id);

CREATE TABLE screenings (
  id TEXT PRIMARY KEY,
  participant_id TEXT NOT NULL REFERENCES participants (id),
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  date TEXT NOT NULL,
  expire_date TEXT,
  recorded_at_us BIGINT NOT NULL,
  is_present INTEGER NOT NULL
);
CREATE UNIQUE INDEX screenings_one_present ON screenings (participant_id, kind) WHERE is_present = 1;

CREATE TABLE enrolments (
  id TEXT PRIMARY KEY,
  cohort_id TEXT NOT NULL REFERENCES cohorts (id),
  participant_id TEXT NOT NULL REFERENCES participants (id),
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  role TEXT NOT NULL,
  state TEXT NOT NULL,
  counterpart_gender TEXT NOT NULL,
  capacity INTEGER NOT NULL,
  referral_source TEXT NOT NULL,
  rounds_waited INTEGER NOT NULL,
  documents_missing INTEGER NOT NULL,
  decision INTEGER NOT NULL
);
CREATE UNIQUE INDEX enrolments_one_per_role ON enrolments (cohort_id, participant_id, role);
CREATE INDEX enrolments_of_participant ON enrolments (participant_id);
CREATE TABLE excluded_organisations (
  enrolment_id TEXT NOT NULL REFERENCES enrolments (id),
  position INTEGER NOT NULL,
  organisation TEXT NOT NULL,
  PRIMARY KEY (enrolment_id, position)
);
CREATE TABLE decisions (
  enrolment_id TEXT NOT NULL REFERENCES enrolments (id),
  number INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  rule_set_version INTEGER NOT NULL,
  date TEXT NOT NULL,
  decided_at_us BIGINT NOT NULL,
  PRIMARY KEY (enrolment_id, number)
);
CREATE TABLE findings (
  enrolment_id TEXT NOT NULL,
  decision INTEGER NOT NULL,
  position INTEGER NOT NULL,
  code TEXT NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY (enrolment_id, decision, position),
  FOREIGN KEY (enrolment_id, decision) REFERENCES decisions (enrolment_id, number)
);

CREATE TABLE enquiries (
  id TEXT PRIMARY KEY,
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  state TEXT NOT NULL,
  display_name TEXT NOT NULL,
  email TEXT NOT NULL,
  comparable_email TEXT NOT NULL,
  phone TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  organisation_name TEXT NOT NULL,
  programme_id TEXT REFERENCES programmes (id),
  notice_version TEXT NOT NULL,
  notice_sha256 TEXT NOT NULL,
  consented_at_us BIGINT NOT NULL,
  participant_id TEXT REFERENCES participants (id)
);
CREATE INDEX enquiries_by_time ON enquiries (created_at_us);
)"},
    {2, R"(
CREATE INDEX enquiries_by_email ON enquiries (comparable_email);
CREATE INDEX enquiries_by_participant ON enquiries (participant_id);
-- The person is no reference: they are gone when the row is made.
CREATE TABLE data_subject_requests (
  id TEXT PRIMARY KEY,
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  participant_id TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  completed_at_us BIGINT,
  CONSTRAINT data_subject_requests_completed CHECK ((state = 'COMPLETED') = (completed_at_us IS NOT NULL))
);
CREATE UNIQUE INDEX data_subject_requests_one_erasure ON data_subject_requests (participant_id)
  WHERE kind = 'ERASURE';
CREATE INDEX data_subject_requests_by_state ON data_subject_requests (state, id);
CREATE TABLE holders (
  request_id TEXT NOT NULL REFERENCES data_subject_requests (id),
  position INTEGER NOT NULL,
  holder TEXT NOT NULL,
  due_at_us BIGINT NOT NULL,
  acknowledged_at_us BIGINT,
  PRIMARY KEY (request_id, position)
);
-- What stays of the enrolments of erased persons: no id, no time, and a random
-- key per person that stands nowhere else, so that distinct counts hold.
CREATE TABLE erased_enrolments (
  person_key TEXT NOT NULL,
  cohort_id TEXT NOT NULL REFERENCES cohorts (id),
  role TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (person_key, cohort_id, role)
);
CREATE INDEX erased_enrolments_of_cohort ON erased_enrolments (cohort_id);
)"},
    {3, R"(
-- Partner's agreements, by its feed; how far it was followed is in feed_progress.
CREATE TABLE agreements (
  name TEXT PRIMARY KEY,
  organisation TEXT NOT NULL,
  operator TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  revision BIGINT NOT NULL
);
CREATE INDEX agreements_of_operator ON agreements (operator, organisation);
)"},
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_STORE_SQL_MIGRATIONS_H_
