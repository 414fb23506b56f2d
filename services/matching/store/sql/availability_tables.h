// Who is free, by version: its migration and statements.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_AVAILABILITY_TABLES_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_AVAILABILITY_TABLES_H_

namespace brygga::matching {

// A table of its own, written last in a transaction: a column of cohorts would
// make those who take seats wait for those who write people, and the other way
// about. `ranking_secrets` has one row, made by the first process that needs it.
inline constexpr char kAvailabilityTables[] = R"sql(
CREATE TABLE availability (
  cohort_id TEXT PRIMARY KEY REFERENCES cohorts (id),
  version BIGINT NOT NULL
);
CREATE TABLE ranking_secrets (
  id BIGINT PRIMARY KEY,
  secret TEXT NOT NULL
);
)sql";

// Every answer asks which policy is in force, and a document is longer than a page.
inline constexpr char kPolicyHashes[] = R"sql(
CREATE INDEX policies_hash ON policies (cohort_id, version, hash);
)sql";

inline constexpr char kSelectStanding[] = R"sql(
SELECT c.kind, c.state, c.epoch, c.policy_version, c.as_of_us,
  (SELECT as_of_us FROM feed_progress WHERE feed = 'participant') AS followed_us,
  COALESCE(p.hash, '') AS policy_hash, COALESCE(a.version, 0) AS availability
FROM cohorts c LEFT JOIN availability a ON a.cohort_id = c.id
LEFT JOIN policies p ON p.cohort_id = c.id AND p.version = c.policy_version
WHERE c.id = :cohort_id AND c.programme_id = :programme_id)sql";

inline constexpr char kSelectTakenSeats[] = R"sql(
SELECT p.participant_id, p.capacity AS capacity_here, c.capacity, c.taken,
  (SELECT COUNT(*) FROM matches m WHERE m.cohort_id = p.cohort_id AND m.mentor_id = p.participant_id
    AND m.state IN ('PROPOSED', 'ACCEPTED_BY_ONE', 'ACTIVE', 'PAUSED')) AS taken_here
FROM people p JOIN mentor_capacity c ON c.participant_id = p.participant_id
WHERE p.cohort_id = :cohort_id AND p.role = 'MENTOR' AND (c.taken > 0 OR c.capacity < 1 OR p.capacity < 1))sql";

inline constexpr char kSelectCohortsOf[] =
    "SELECT DISTINCT cohort_id FROM people WHERE participant_id = :participant_id";

// All cohorts that share somebody with this one.
inline constexpr char kSelectCohortsAround[] = R"sql(
SELECT DISTINCT other.cohort_id FROM people other JOIN people mine ON mine.participant_id = other.participant_id
WHERE mine.cohort_id = :cohort_id)sql";

// Whoever looks for the cohorts of somebody they match, in order to grow these, and
// whoever puts people into cohorts: either sees what the other did, because the one
// commits before the other looks. Taken when everything else is written, so that
// nobody waits long. The latter asks again and again: if it stood in PostgreSQL's queue,
// everybody else who matches would stand behind it until a large publication ends.
// SQLite has one writer.
inline constexpr char kJoinGateShared[] = "SELECT {lock_shared:7310579617} AS gate";
inline constexpr char kTryJoinGate[] = "SELECT {try_lock:7310579617} AS is_ours";

// With the cohort: the first row of one looks at the cohort, and would wait for
// whoever has locked it.
inline constexpr char kInsertAvailability[] = "INSERT INTO availability (cohort_id, version) VALUES (:cohort_id, 0)";

inline constexpr char kGrowAvailability[] = R"sql(
INSERT INTO availability (cohort_id, version) VALUES (:cohort_id, 1)
ON CONFLICT (cohort_id) DO UPDATE SET version = availability.version + 1)sql";

inline constexpr char kInsertRankingSecret[] =
    "INSERT INTO ranking_secrets (id, secret) VALUES (1, :secret) ON CONFLICT DO NOTHING";
inline constexpr char kSelectRankingSecret[] = "SELECT secret FROM ranking_secrets WHERE id = 1";

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_AVAILABILITY_TABLES_H_
