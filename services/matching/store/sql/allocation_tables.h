// The tables of allocations: migration 3.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_ALLOCATION_TABLES_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_ALLOCATION_TABLES_H_

namespace brygga::matching {

// Lists of codes and of names are joined by semicolons.
inline constexpr char kAllocationTables[] = R"sql(
CREATE TABLE allocations (
  id TEXT PRIMARY KEY,
  programme_id TEXT NOT NULL,
  cohort_id TEXT NOT NULL REFERENCES cohorts (id),
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  display_name TEXT NOT NULL,
  state TEXT NOT NULL CONSTRAINT allocations_state CHECK (state IN
    ('OPEN', 'QUEUED', 'RUNNING', 'PROPOSED', 'PUBLISHING', 'PUBLISHED', 'CANCELLED', 'FAILED')),
  objective TEXT NOT NULL,
  priorities TEXT NOT NULL,
  guaranteed_groups TEXT NOT NULL,
  opening_count BIGINT NOT NULL,
  application_count BIGINT NOT NULL,
  draw_state TEXT NOT NULL,
  seed TEXT NOT NULL,
  seed_hash TEXT NOT NULL,
  committed_at_us BIGINT,
  drawn_at_us BIGINT,
  applicants BIGINT NOT NULL,
  eligible BIGINT NOT NULL,
  openings BIGINT NOT NULL,
  seats BIGINT NOT NULL,
  placed BIGINT NOT NULL,
  first_choice BIGINT NOT NULL,
  reserves BIGINT NOT NULL,
  rank_sum BIGINT NOT NULL,
  solve_us BIGINT NOT NULL,
  certified BIGINT NOT NULL,
  failure_reason TEXT NOT NULL,
  failure_detail TEXT NOT NULL,
  phase TEXT NOT NULL,
  progress_permille BIGINT NOT NULL,
  worker TEXT NOT NULL,
  worker_until_us BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  answer_within_us BIGINT NOT NULL,
  published_at_us BIGINT,
  CONSTRAINT allocations_certified CHECK (state NOT IN ('PROPOSED', 'PUBLISHING', 'PUBLISHED') OR certified = 1),
  CONSTRAINT allocations_published CHECK ((state = 'PUBLISHED') = (published_at_us IS NOT NULL)),
  -- A seed is fixed together with the hash that speaks for it.
  CONSTRAINT allocations_committed CHECK ((draw_state = '') = (seed_hash = '') AND (seed = '') = (seed_hash = '')),
  CONSTRAINT allocations_drawn CHECK (state NOT IN ('PROPOSED', 'PUBLISHING', 'PUBLISHED') OR drawn_at_us IS NOT NULL)
);
CREATE INDEX allocations_cohort ON allocations (cohort_id, created_at_us);
CREATE TABLE allocation_reserves (
  allocation_id TEXT NOT NULL REFERENCES allocations (id),
  position BIGINT NOT NULL,
  group_code TEXT NOT NULL,
  share_permille BIGINT NOT NULL,
  fallback TEXT NOT NULL,
  PRIMARY KEY (allocation_id, position)
);
CREATE TABLE allocation_groups (
  allocation_id TEXT NOT NULL REFERENCES allocations (id),
  position BIGINT NOT NULL,
  group_code TEXT NOT NULL,
  eligible BIGINT NOT NULL,
  placed BIGINT NOT NULL,
  reserved BIGINT NOT NULL,
  PRIMARY KEY (allocation_id, position)
);
-- seats is what was free at partner when the computation began.
CREATE TABLE allocation_openings (
  allocation_id TEXT NOT NULL REFERENCES allocations (id),
  opening TEXT NOT NULL,
  seats BIGINT NOT NULL,
  PRIMARY KEY (allocation_id, opening)
);
-- barred has one reason code a choice, '' where nothing bars any. From
-- lottery_number on: the result. seat says how it stands with partner.
CREATE TABLE allocation_applications (
  allocation_id TEXT NOT NULL REFERENCES allocations (id),
  participant_id TEXT NOT NULL,
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  reference TEXT NOT NULL,
  choices TEXT NOT NULL,
  priority TEXT NOT NULL,
  groups TEXT NOT NULL,
  meets TEXT NOT NULL,
  barred TEXT NOT NULL,
  gone BIGINT NOT NULL,
  lottery_number BIGINT NOT NULL,
  placement TEXT NOT NULL,
  choice BIGINT NOT NULL,
  seat_group TEXT NOT NULL,
  reserve_position BIGINT NOT NULL,
  reason TEXT NOT NULL,
  match_id TEXT NOT NULL,
  seat TEXT NOT NULL CONSTRAINT allocation_applications_seat CHECK (seat IN ('', 'HELD', 'CONFIRMED', 'RELEASED')),
  PRIMARY KEY (allocation_id, participant_id),
  CONSTRAINT allocation_applications_placed CHECK ((placement = '') = (choice = 0)),
  CONSTRAINT allocation_applications_one_answer CHECK (placement = '' OR reserve_position = 0)
);
CREATE UNIQUE INDEX allocation_applications_reference ON allocation_applications (allocation_id, reference);
CREATE INDEX allocation_applications_match ON allocation_applications (match_id) WHERE match_id <> '';
CREATE TABLE allocation_texts (
  allocation_id TEXT NOT NULL REFERENCES allocations (id),
  kind TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (allocation_id, kind),
  CONSTRAINT allocation_texts_kind CHECK (kind IN ('CERTIFICATE', 'DOCUMENT'))
);
)sql";

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_ALLOCATION_TABLES_H_
