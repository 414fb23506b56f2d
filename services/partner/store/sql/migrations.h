// The tables of the partner service. Times are microseconds since 1970, dates
// ISO text, enums their words; what has no end ends on 9999-12-31.
#ifndef BRYGGA_SERVICES_PARTNER_STORE_SQL_MIGRATIONS_H_
#define BRYGGA_SERVICES_PARTNER_STORE_SQL_MIGRATIONS_H_

#include "common/sql/migration.h"

namespace brygga::partner {

inline constexpr sql::Migration kMigrations[] = {
    {1, R"sql(
CREATE TABLE organisations (
  id TEXT PRIMARY KEY,
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  external_source TEXT,
  external_key TEXT,
  display_name TEXT NOT NULL,
  organisation_number TEXT NOT NULL,
  sector TEXT NOT NULL,
  kind TEXT NOT NULL,
  industry TEXT NOT NULL,
  municipality_code TEXT NOT NULL,
  employees BIGINT NOT NULL,
  parent_id TEXT REFERENCES organisations (id),
  CONSTRAINT organisations_sector CHECK (sector IN ('PRIVATE', 'CIVIL_SOCIETY', 'PUBLIC')),
  CONSTRAINT organisations_external_ref CHECK ((external_source IS NULL) = (external_key IS NULL))
);
CREATE UNIQUE INDEX organisations_by_ref ON organisations (external_source, external_key);
CREATE UNIQUE INDEX organisations_by_number ON organisations (organisation_number)
  WHERE organisation_number <> '' AND parent_id IS NULL;
CREATE INDEX organisations_by_display_name ON organisations (display_name, id);

CREATE TABLE networks (
  id TEXT PRIMARY KEY,
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  display_name TEXT NOT NULL
);
CREATE UNIQUE INDEX networks_by_display_name ON networks (display_name);

CREATE TABLE memberships (
  id TEXT PRIMARY KEY,
  network_id TEXT NOT NULL REFERENCES networks (id),
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  kind TEXT NOT NULL,
  start_date TEXT NOT NULL,
  end_date TEXT NOT NULL,
  CONSTRAINT memberships_kind CHECK (kind IN ('MEMBER', 'JOB_PARTNER')),
  CONSTRAINT memberships_dates CHECK (start_date <= end_date)
);
CREATE INDEX memberships_by_organisation ON memberships (organisation_id, network_id);
CREATE INDEX memberships_by_network ON memberships (network_id);

CREATE TABLE agreements (
  id TEXT PRIMARY KEY,
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  operator_id TEXT NOT NULL REFERENCES organisations (id),
  created_at_us BIGINT NOT NULL,
  CONSTRAINT agreements_operator CHECK (organisation_id <> operator_id)
);
CREATE INDEX agreements_by_organisation ON agreements (organisation_id, operator_id);
CREATE INDEX agreements_by_operator ON agreements (operator_id);

-- What we believed an agreement to say from recorded_at_us until superseded_at_us,
-- which is the end of time for what we believe now. Rows are never deleted, and
-- superseded_at_us is the only column that ever changes.
CREATE TABLE agreement_versions (
  agreement_id TEXT NOT NULL REFERENCES agreements (id),
  revision BIGINT NOT NULL,
  recorded_at_us BIGINT NOT NULL,
  superseded_at_us BIGINT NOT NULL,
  reason TEXT NOT NULL,
  kind TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  mentor_seats BIGINT NOT NULL,
  openings BIGINT NOT NULL,
  services TEXT NOT NULL,
  PRIMARY KEY (agreement_id, revision),
  CONSTRAINT agreement_versions_kind CHECK (kind IN ('MENTOR_PARTNER', 'STRATEGIC_PARTNER', 'NETWORK')),
  CONSTRAINT agreement_versions_valid CHECK (valid_from <= valid_to),
  CONSTRAINT agreement_versions_recorded CHECK (recorded_at_us < superseded_at_us)
);
CREATE UNIQUE INDEX agreement_versions_current ON agreement_versions (agreement_id)
  WHERE superseded_at_us = 9223372036854775807;

-- Personal data: contact persons are here and nowhere else.
CREATE TABLE contact_persons (
  id TEXT PRIMARY KEY,
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  role TEXT NOT NULL,
  display_name TEXT NOT NULL,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  phone TEXT NOT NULL,
  start_date TEXT,
  end_date TEXT NOT NULL,
  publish_consent BIGINT NOT NULL
);
CREATE UNIQUE INDEX contact_persons_by_email ON contact_persons (organisation_id, email_key) WHERE email_key <> '';
CREATE INDEX contact_persons_by_email_key ON contact_persons (email_key);
)sql"},
    {2, R"sql(
-- Lists of codes are joined by semicolons. taken_seats counts the opening's rows in
-- opening_seats that are not RELEASED.
CREATE TABLE openings (
  id TEXT PRIMARY KEY,
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  kind TEXT NOT NULL,
  subtype TEXT NOT NULL,
  display_name TEXT NOT NULL,
  state TEXT NOT NULL,
  seats BIGINT NOT NULL,
  taken_seats BIGINT NOT NULL,
  ssyk4 TEXT NOT NULL,
  municipality_code TEXT NOT NULL,
  place TEXT NOT NULL,
  start_date TEXT NOT NULL,
  end_date TEXT NOT NULL,
  age_min BIGINT,
  age_max BIGINT,
  requirements TEXT NOT NULL,
  adaptation_possible BIGINT NOT NULL,
  host TEXT NOT NULL,
  contract TEXT NOT NULL,
  operator_id TEXT REFERENCES organisations (id),
  CONSTRAINT openings_kind CHECK (kind IN ('INTERNSHIP', 'WORK_EXPERIENCE', 'HOLIDAY_JOB', 'SUMMER_JOB', 'EXTRA_JOB',
    'MUNICIPAL_FIXED_TERM', 'JOB_ROTATION', 'EMPLOYMENT', 'VOLUNTEER')),
  CONSTRAINT openings_state CHECK (state IN ('DRAFT', 'OPEN', 'CLOSED', 'CANCELLED')),
  CONSTRAINT openings_dates CHECK (start_date <= end_date),
  CONSTRAINT openings_host CHECK ((kind = 'HOLIDAY_JOB') = (host <> '')),
  CONSTRAINT openings_taken CHECK (taken_seats >= 0 AND taken_seats <= seats)
);
CREATE INDEX openings_by_organisation ON openings (organisation_id, start_date, id);
CREATE INDEX openings_by_start ON openings (start_date, id);

-- Which match has a seat. Who the match is about is not known here.
CREATE TABLE opening_seats (
  opening_id TEXT NOT NULL REFERENCES openings (id),
  match_id TEXT NOT NULL,
  match TEXT NOT NULL,
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (opening_id, match_id),
  CONSTRAINT opening_seats_state CHECK (state IN ('HELD', 'CONFIRMED', 'RELEASED'))
);
-- A match takes one seat at a time.
CREATE UNIQUE INDEX opening_seats_taken ON opening_seats (match_id) WHERE state <> 'RELEASED';
)sql"},
};

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_STORE_SQL_MIGRATIONS_H_
