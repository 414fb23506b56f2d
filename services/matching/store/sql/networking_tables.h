// The tables of speed networking: migration 4.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_NETWORKING_TABLES_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_NETWORKING_TABLES_H_

namespace brygga::matching {

// Languages and their levels are joined by colons and semicolons, as people's are.
inline constexpr char kNetworkingTables[] = R"sql(
CREATE TABLE networking_plans (
  id TEXT PRIMARY KEY,
  programme_id TEXT NOT NULL,
  cohort_id TEXT NOT NULL REFERENCES cohorts (id),
  revision BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  display_name TEXT NOT NULL,
  event TEXT NOT NULL,
  rounds BIGINT NOT NULL,
  round_minutes BIGINT NOT NULL,
  starts_at_us BIGINT,
  tables BIGINT NOT NULL,
  language_level TEXT NOT NULL,
  started_rounds BIGINT NOT NULL,
  finished_rounds BIGINT NOT NULL,
  conversation_count BIGINT NOT NULL,
  possible_pairs BIGINT NOT NULL,
  total_score BIGINT NOT NULL,
  CONSTRAINT networking_plans_rounds CHECK (0 <= finished_rounds AND finished_rounds <= started_rounds
    AND started_rounds <= finished_rounds + 1 AND started_rounds <= rounds)
);
CREATE INDEX networking_plans_cohort ON networking_plans (cohort_id, created_at_us);
CREATE TABLE networking_guests (
  plan_id TEXT NOT NULL REFERENCES networking_plans (id),
  position BIGINT NOT NULL,
  participant_id TEXT NOT NULL,
  side TEXT NOT NULL CONSTRAINT networking_guests_side CHECK (side IN ('MENTOR', 'ADEPT')),
  languages TEXT NOT NULL,
  absent BIGINT NOT NULL,
  PRIMARY KEY (plan_id, participant_id)
);
CREATE TABLE networking_conversations (
  plan_id TEXT NOT NULL REFERENCES networking_plans (id),
  round BIGINT NOT NULL,
  table_number BIGINT NOT NULL,
  newcomer_id TEXT NOT NULL,
  established_id TEXT NOT NULL,
  language TEXT NOT NULL,
  score BIGINT NOT NULL,
  PRIMARY KEY (plan_id, newcomer_id, established_id)
);
-- Nobody is in two places at once, and a table has one conversation at a time.
CREATE UNIQUE INDEX networking_conversations_newcomer ON networking_conversations (plan_id, round, newcomer_id);
CREATE UNIQUE INDEX networking_conversations_established ON networking_conversations (plan_id, round, established_id);
CREATE UNIQUE INDEX networking_conversations_table ON networking_conversations (plan_id, round, table_number);
)sql";

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_NETWORKING_TABLES_H_
