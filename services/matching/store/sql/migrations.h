// The tables of matching. What must never happen is a constraint here.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_MIGRATIONS_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_MIGRATIONS_H_

#include "common/sql/migration.h"
#include "services/matching/store/sql/allocation_tables.h"
#include "services/matching/store/sql/availability_tables.h"
#include "services/matching/store/sql/networking_tables.h"
#include "services/matching/store/sql/offer_tables.h"
#include "services/matching/store/sql/opening_tables.h"
#include "services/matching/store/sql/people_tables.h"

namespace brygga::matching {

inline constexpr sql::Migration kMigrations[] = {{1, R"sql(
CREATE TABLE cohorts (
  id TEXT PRIMARY KEY,
  programme_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  policy_version BIGINT NOT NULL,
  as_of_us BIGINT NOT NULL
);
CREATE TABLE policies (
  cohort_id TEXT NOT NULL REFERENCES cohorts (id),
  version BIGINT NOT NULL,
  kind TEXT NOT NULL,
  document TEXT NOT NULL,
  hash TEXT NOT NULL,
  created_at_us BIGINT NOT NULL,
  PRIMARY KEY (cohort_id, version)
);
-- Lists of codes are joined by semicolons, a language and its level by a colon.
CREATE TABLE people (
  cohort_id TEXT NOT NULL REFERENCES cohorts (id),
  role TEXT NOT NULL CONSTRAINT people_role CHECK (role IN ('MENTOR', 'ADEPT')),
  participant_id TEXT NOT NULL,
  enrolment TEXT NOT NULL,
  person_capacity BIGINT NOT NULL,
  capacity BIGINT NOT NULL,
  tie_key TEXT NOT NULL,
  occupation_id TEXT NOT NULL,
  ssyk4 TEXT NOT NULL,
  target_occupation_id TEXT NOT NULL,
  target_ssyk4 TEXT NOT NULL,
  skills TEXT NOT NULL,
  languages TEXT NOT NULL,
  sun_field TEXT NOT NULL,
  municipality_code TEXT NOT NULL,
  max_distance_km BIGINT,
  meeting_format TEXT NOT NULL,
  slots TEXT NOT NULL,
  goals TEXT NOT NULL,
  years_experience BIGINT,
  organisation_id TEXT NOT NULL,
  agreement_active BIGINT NOT NULL,
  excluded_organisations TEXT NOT NULL,
  gender TEXT NOT NULL,
  preferred_gender TEXT NOT NULL,
  age BIGINT,
  screening_passed BIGINT NOT NULL,
  rounds_waited BIGINT NOT NULL,
  rounds_before BIGINT NOT NULL,
  PRIMARY KEY (cohort_id, role, participant_id)
);
-- A mentor's seats are one number over all cohorts. `stated` is what the person
-- says, `capacity` that or what running matches take, if they take more.
CREATE TABLE mentor_capacity (
  participant_id TEXT PRIMARY KEY,
  stated BIGINT NOT NULL,
  capacity BIGINT NOT NULL,
  taken BIGINT NOT NULL CONSTRAINT mentor_capacity_taken CHECK (taken >= 0 AND taken <= capacity)
);
CREATE TABLE locks (
  id TEXT PRIMARY KEY,
  programme_id TEXT NOT NULL,
  cohort_id TEXT NOT NULL REFERENCES cohorts (id),
  mentor_id TEXT NOT NULL,
  adept_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  override_reason TEXT NOT NULL,
  broken_rules TEXT NOT NULL,
  over_capacity BIGINT NOT NULL,
  author TEXT NOT NULL,
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  CONSTRAINT locks_override CHECK (override_reason <> '' OR (broken_rules = '' AND over_capacity = 0))
);
CREATE UNIQUE INDEX locks_adept ON locks (cohort_id, adept_id);
CREATE TABLE vetoes (
  id TEXT PRIMARY KEY,
  programme_id TEXT NOT NULL,
  cohort_id TEXT NOT NULL REFERENCES cohorts (id),
  mentor_id TEXT NOT NULL,
  adept_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  origin TEXT NOT NULL CONSTRAINT vetoes_origin CHECK (origin IN ('COORDINATOR', 'PARTICIPANT')),
  author TEXT NOT NULL,
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL
);
CREATE UNIQUE INDEX vetoes_pair ON vetoes (cohort_id, adept_id, mentor_id, origin);
CREATE TABLE rounds (
  id TEXT PRIMARY KEY,
  programme_id TEXT NOT NULL,
  cohort_id TEXT NOT NULL REFERENCES cohorts (id),
  state TEXT NOT NULL CONSTRAINT rounds_state
    CHECK (state IN ('QUEUED', 'RUNNING', 'PROPOSED', 'PUBLISHED', 'DISCARDED', 'FAILED')),
  objective TEXT NOT NULL,
  policy_version BIGINT NOT NULL,
  seed TEXT NOT NULL,
  snapshot_hash TEXT NOT NULL,
  as_of_us BIGINT NOT NULL,
  adepts BIGINT NOT NULL,
  mentors BIGINT NOT NULL,
  seats BIGINT NOT NULL,
  feasible_pairs BIGINT NOT NULL,
  matched BIGINT NOT NULL,
  total_score BIGINT NOT NULL,
  worst_score BIGINT NOT NULL,
  solve_us BIGINT NOT NULL,
  overrides BIGINT NOT NULL,
  certified BIGINT NOT NULL,
  certificate TEXT NOT NULL,
  failure_reason TEXT NOT NULL,
  failure_detail TEXT NOT NULL,
  phase TEXT NOT NULL,
  progress_permille BIGINT NOT NULL,
  worker TEXT NOT NULL,
  worker_until_us BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  started_at_us BIGINT,
  published_at_us BIGINT,
  CONSTRAINT rounds_certified CHECK (state NOT IN ('PROPOSED', 'PUBLISHED') OR certified = 1),
  CONSTRAINT rounds_published CHECK ((state = 'PUBLISHED') = (published_at_us IS NOT NULL))
);
CREATE UNIQUE INDEX rounds_under_way ON rounds (cohort_id) WHERE state IN ('QUEUED', 'RUNNING');
CREATE INDEX rounds_cohort ON rounds (cohort_id, created_at_us);
-- The people of a round as its solver saw them: seats that were left, rounds
-- waited in all.
CREATE TABLE round_people (
  round_id TEXT NOT NULL REFERENCES rounds (id),
  role TEXT NOT NULL,
  participant_id TEXT NOT NULL,
  enrolment TEXT NOT NULL,
  person_capacity BIGINT NOT NULL,
  capacity BIGINT NOT NULL,
  tie_key TEXT NOT NULL,
  occupation_id TEXT NOT NULL,
  ssyk4 TEXT NOT NULL,
  target_occupation_id TEXT NOT NULL,
  target_ssyk4 TEXT NOT NULL,
  skills TEXT NOT NULL,
  languages TEXT NOT NULL,
  sun_field TEXT NOT NULL,
  municipality_code TEXT NOT NULL,
  max_distance_km BIGINT,
  meeting_format TEXT NOT NULL,
  slots TEXT NOT NULL,
  goals TEXT NOT NULL,
  years_experience BIGINT,
  organisation_id TEXT NOT NULL,
  agreement_active BIGINT NOT NULL,
  excluded_organisations TEXT NOT NULL,
  gender TEXT NOT NULL,
  preferred_gender TEXT NOT NULL,
  age BIGINT,
  screening_passed BIGINT NOT NULL,
  rounds_waited BIGINT NOT NULL,
  rounds_before BIGINT NOT NULL,
  PRIMARY KEY (round_id, role, participant_id)
);
CREATE TABLE round_locks (
  round_id TEXT NOT NULL REFERENCES rounds (id),
  lock_id TEXT NOT NULL,
  mentor_id TEXT NOT NULL,
  adept_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  override_reason TEXT NOT NULL,
  PRIMARY KEY (round_id, lock_id)
);
CREATE TABLE round_vetoes (
  round_id TEXT NOT NULL REFERENCES rounds (id),
  veto_id TEXT NOT NULL,
  mentor_id TEXT NOT NULL,
  adept_id TEXT NOT NULL,
  origin TEXT NOT NULL,
  PRIMARY KEY (round_id, veto_id)
);
CREATE TABLE round_pairs (
  round_id TEXT NOT NULL REFERENCES rounds (id),
  adept_id TEXT NOT NULL,
  mentor_id TEXT NOT NULL,
  score BIGINT NOT NULL,
  contributions TEXT NOT NULL,
  lock_id TEXT NOT NULL,
  overrides BIGINT NOT NULL,
  match_id TEXT NOT NULL,
  PRIMARY KEY (round_id, adept_id)
);
CREATE TABLE round_unmatched (
  round_id TEXT NOT NULL REFERENCES rounds (id),
  adept_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  details TEXT NOT NULL,
  rounds_waited BIGINT NOT NULL,
  PRIMARY KEY (round_id, adept_id)
);
CREATE INDEX round_unmatched_adept ON round_unmatched (adept_id);
CREATE TABLE matches (
  id TEXT PRIMARY KEY,
  programme_id TEXT NOT NULL,
  cohort_id TEXT NOT NULL REFERENCES cohorts (id),
  kind TEXT NOT NULL CONSTRAINT matches_kind CHECK (kind IN ('MENTORING', 'REVERSE')),
  state TEXT NOT NULL CONSTRAINT matches_state CHECK (state IN
    ('PROPOSED', 'ACCEPTED_BY_ONE', 'ACTIVE', 'DECLINED', 'EXPIRED', 'COMPLETED', 'ENDED_EARLY')),
  mentor_id TEXT NOT NULL,
  adept_id TEXT NOT NULL,
  score BIGINT NOT NULL,
  round_id TEXT NOT NULL REFERENCES rounds (id),
  expires_at_us BIGINT NOT NULL,
  mentor_accepted_at_us BIGINT,
  adept_accepted_at_us BIGINT,
  ended_at_us BIGINT,
  end_reason TEXT NOT NULL,
  declined_by TEXT NOT NULL,
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  CONSTRAINT matches_two_people CHECK (mentor_id <> adept_id),
  CONSTRAINT matches_active CHECK (state NOT IN ('ACTIVE', 'COMPLETED', 'ENDED_EARLY')
    OR (mentor_accepted_at_us IS NOT NULL AND adept_accepted_at_us IS NOT NULL)),
  CONSTRAINT matches_accepted_by_one CHECK (state <> 'ACCEPTED_BY_ONE'
    OR (mentor_accepted_at_us IS NULL) <> (adept_accepted_at_us IS NULL)),
  CONSTRAINT matches_proposed CHECK (state <> 'PROPOSED'
    OR (mentor_accepted_at_us IS NULL AND adept_accepted_at_us IS NULL)),
  CONSTRAINT matches_ended CHECK ((state IN ('PROPOSED', 'ACCEPTED_BY_ONE', 'ACTIVE')) = (ended_at_us IS NULL)),
  CONSTRAINT matches_declined CHECK ((state = 'DECLINED') = (declined_by <> ''))
);
-- An adept has at most one live match in each programme and kind.
CREATE UNIQUE INDEX matches_live_adept ON matches (adept_id, programme_id, kind)
  WHERE state IN ('PROPOSED', 'ACCEPTED_BY_ONE', 'ACTIVE');
CREATE INDEX matches_cohort ON matches (cohort_id, created_at_us);
CREATE INDEX matches_adept ON matches (adept_id);
CREATE INDEX matches_mentor ON matches (mentor_id);
CREATE INDEX matches_due ON matches (expires_at_us) WHERE state IN ('PROPOSED', 'ACCEPTED_BY_ONE');
)sql"},
                                                 {2, R"sql(
ALTER TABLE rounds ADD COLUMN figures TEXT NOT NULL DEFAULT '';
ALTER TABLE rounds ADD COLUMN is_repair BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rounds ADD COLUMN base_round_id TEXT NOT NULL DEFAULT '';
ALTER TABLE rounds ADD COLUMN keep_proposed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rounds ADD COLUMN change_price BIGINT;
ALTER TABLE vetoes ADD COLUMN by_side TEXT NOT NULL DEFAULT '';
-- The pairs that a round mends, and what was to become of each.
CREATE TABLE round_earlier (
  round_id TEXT NOT NULL REFERENCES rounds (id),
  match_id TEXT NOT NULL,
  mentor_id TEXT NOT NULL,
  adept_id TEXT NOT NULL,
  fate TEXT NOT NULL CONSTRAINT round_earlier_fate CHECK (fate IN ('OPEN', 'STAYS', 'OVER')),
  PRIMARY KEY (round_id, match_id)
);
-- Matches anew: PAUSED, made by hand, MUTUAL, and placements, which have no mentor.
-- Pauses are from:until in microseconds, joined by semicolons.
CREATE TABLE matches_2 (
  id TEXT PRIMARY KEY,
  programme_id TEXT NOT NULL,
  cohort_id TEXT NOT NULL REFERENCES cohorts (id),
  kind TEXT NOT NULL CONSTRAINT matches_kind CHECK (kind IN ('MENTORING', 'REVERSE', 'MUTUAL', 'PLACEMENT')),
  state TEXT NOT NULL CONSTRAINT matches_state CHECK (state IN
    ('PROPOSED', 'ACCEPTED_BY_ONE', 'ACTIVE', 'PAUSED', 'DECLINED', 'EXPIRED', 'COMPLETED', 'ENDED_EARLY')),
  mentor_id TEXT NOT NULL,
  adept_id TEXT NOT NULL,
  score BIGINT NOT NULL,
  round_id TEXT REFERENCES rounds (id),
  expires_at_us BIGINT NOT NULL,
  mentor_accepted_at_us BIGINT,
  adept_accepted_at_us BIGINT,
  ended_at_us BIGINT,
  end_reason TEXT NOT NULL,
  declined_by TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  override_reason TEXT NOT NULL DEFAULT '',
  broken_rules TEXT NOT NULL DEFAULT '',
  over_capacity BIGINT NOT NULL DEFAULT 0,
  pause_reason TEXT NOT NULL DEFAULT '',
  pauses TEXT NOT NULL DEFAULT '',
  opening TEXT NOT NULL DEFAULT '',
  allocation_id TEXT NOT NULL DEFAULT '',
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  CONSTRAINT matches_two_people CHECK (mentor_id <> adept_id),
  CONSTRAINT matches_mentor CHECK ((mentor_id = '') = (kind = 'PLACEMENT')),
  CONSTRAINT matches_origin CHECK (round_id IS NOT NULL OR reason <> '' OR allocation_id <> ''),
  CONSTRAINT matches_active CHECK (state NOT IN ('ACTIVE', 'PAUSED', 'COMPLETED', 'ENDED_EARLY')
    OR ((mentor_accepted_at_us IS NOT NULL OR kind = 'PLACEMENT') AND adept_accepted_at_us IS NOT NULL)),
  CONSTRAINT matches_accepted_by_one CHECK (state <> 'ACCEPTED_BY_ONE'
    OR (mentor_accepted_at_us IS NULL) <> (adept_accepted_at_us IS NULL)),
  CONSTRAINT matches_proposed CHECK (state <> 'PROPOSED'
    OR (mentor_accepted_at_us IS NULL AND adept_accepted_at_us IS NULL)),
  CONSTRAINT matches_paused CHECK ((state = 'PAUSED') = (pause_reason <> '')),
  CONSTRAINT matches_ended
    CHECK ((state IN ('PROPOSED', 'ACCEPTED_BY_ONE', 'ACTIVE', 'PAUSED')) = (ended_at_us IS NULL)),
  CONSTRAINT matches_declined CHECK ((state = 'DECLINED') = (declined_by <> '')),
  CONSTRAINT matches_override CHECK (override_reason <> '' OR (broken_rules = '' AND over_capacity = 0))
);
INSERT INTO matches_2 (id, programme_id, cohort_id, kind, state, mentor_id, adept_id, score, round_id, expires_at_us,
  mentor_accepted_at_us, adept_accepted_at_us, ended_at_us, end_reason, declined_by, revision, created_at_us,
  updated_at_us)
SELECT id, programme_id, cohort_id, kind, state, mentor_id, adept_id, score, round_id, expires_at_us,
  mentor_accepted_at_us, adept_accepted_at_us, ended_at_us, end_reason, declined_by, revision, created_at_us,
  updated_at_us FROM matches;
DROP TABLE matches;
ALTER TABLE matches_2 RENAME TO matches;
-- An adept has at most one live match in each programme and kind.
CREATE UNIQUE INDEX matches_live_adept ON matches (adept_id, programme_id, kind)
  WHERE state IN ('PROPOSED', 'ACCEPTED_BY_ONE', 'ACTIVE', 'PAUSED');
CREATE INDEX matches_cohort ON matches (cohort_id, created_at_us);
CREATE INDEX matches_adept ON matches (adept_id);
CREATE INDEX matches_mentor ON matches (mentor_id);
CREATE INDEX matches_due ON matches (expires_at_us) WHERE state IN ('PROPOSED', 'ACCEPTED_BY_ONE');
CREATE TABLE meetings (
  id TEXT PRIMARY KEY,
  programme_id TEXT NOT NULL,
  cohort_id TEXT NOT NULL REFERENCES cohorts (id),
  match_id TEXT NOT NULL REFERENCES matches (id),
  state TEXT NOT NULL CONSTRAINT meetings_state CHECK (state IN ('PLANNED', 'HELD', 'MISSED', 'CANCELLED')),
  starts_at_us BIGINT NOT NULL,
  minutes BIGINT NOT NULL CONSTRAINT meetings_minutes CHECK (minutes BETWEEN 0 AND 1440),
  author TEXT NOT NULL,
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL
);
CREATE INDEX meetings_match ON meetings (match_id, starts_at_us);
CREATE INDEX meetings_cohort ON meetings (cohort_id, match_id, starts_at_us);
-- Months in which none is due are joined by semicolons.
CREATE TABLE cadences (
  cohort_id TEXT PRIMARY KEY REFERENCES cohorts (id),
  programme_id TEXT NOT NULL,
  meetings BIGINT NOT NULL CONSTRAINT cadences_meetings CHECK (meetings BETWEEN 1 AND 31),
  first_month BIGINT NOT NULL CONSTRAINT cadences_first_month CHECK (first_month BETWEEN 1 AND 12),
  last_month BIGINT NOT NULL CONSTRAINT cadences_last_month CHECK (last_month BETWEEN 1 AND 12),
  except_months TEXT NOT NULL,
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL
);
)sql"},
                                                 {3, kAllocationTables},
                                                 {4, kNetworkingTables},
                                                 {5, kPeopleTables},
                                                 {6, kOfferTables},
                                                 {7, kAvailabilityTables},
                                                 {8, kPolicyHashes},
                                                 {9, kOpeningTables}};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_MIGRATIONS_H_
