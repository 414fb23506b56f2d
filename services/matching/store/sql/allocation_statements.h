// The SQL of allocations, the same on both engines.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_ALLOCATION_STATEMENTS_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_ALLOCATION_STATEMENTS_H_

namespace brygga::matching {

inline constexpr char kInsertAllocation[] = R"sql(
INSERT INTO allocations (id, programme_id, cohort_id, revision, created_at_us, updated_at_us, display_name, state,
  objective, priorities, guaranteed_groups, opening_count, application_count, draw_state, seed, seed_hash,
  committed_at_us, drawn_at_us, applicants, eligible, openings, seats, placed, first_choice, reserves, rank_sum,
  solve_us, certified, failure_reason, failure_detail, phase, progress_permille, worker, worker_until_us, attempt,
  answer_within_us, published_at_us)
VALUES (:id, :programme_id, :cohort_id, :revision, :created_at, :updated_at, :display_name, :state,
  :objective, :priorities, :guaranteed_groups, :opening_count, :application_count, :draw_state, :seed, :seed_hash,
  :committed_at, :drawn_at, :applicants, :eligible, :openings, :seats, :placed, :first_choice, :reserves, :rank_sum,
  :solve_us, :certified, :failure_reason, :failure_detail, :phase, :progress_permille, :worker, :worker_until,
  :attempt, :answer_within_us, :published_at))sql";

inline constexpr char kUpdateAllocation[] = R"sql(
UPDATE allocations SET
  revision = :revision, updated_at_us = :updated_at, state = :state, objective = :objective,
  opening_count = :opening_count, application_count = :application_count, draw_state = :draw_state, seed = :seed,
  seed_hash = :seed_hash, committed_at_us = :committed_at, drawn_at_us = :drawn_at, applicants = :applicants,
  eligible = :eligible, openings = :openings, seats = :seats, placed = :placed, first_choice = :first_choice,
  reserves = :reserves, rank_sum = :rank_sum, solve_us = :solve_us, certified = :certified,
  failure_reason = :failure_reason, failure_detail = :failure_detail, phase = :phase,
  progress_permille = :progress_permille, worker = :worker, worker_until_us = :worker_until, attempt = :attempt,
  answer_within_us = :answer_within_us, published_at_us = :published_at
WHERE id = :id)sql";

inline constexpr char kSelectAllocation[] =
    "SELECT * FROM allocations WHERE id = :id AND cohort_id = :cohort_id AND programme_id = :programme_id";
inline constexpr char kSelectAllocationForUpdate[] =
    "SELECT * FROM allocations WHERE id = :id AND cohort_id = :cohort_id AND programme_id = :programme_id {for_update}";
inline constexpr char kSelectAllocations[] =
    "SELECT * FROM allocations WHERE cohort_id = :cohort_id AND programme_id = :programme_id";
inline constexpr char kSelectAllocationByIdForUpdate[] = "SELECT * FROM allocations WHERE id = :id {for_update}";
inline constexpr char kSelectClaimableAllocations[] = R"sql(
SELECT * FROM allocations
WHERE state = 'QUEUED' OR (state IN ('RUNNING', 'PUBLISHING') AND worker_until_us <= :now)
ORDER BY updated_at_us, id)sql";
inline constexpr char kBeatAllocation[] = R"sql(
UPDATE allocations SET phase = :phase, progress_permille = :progress, worker_until_us = :until
WHERE id = :id AND state = :state AND attempt = :attempt)sql";

inline constexpr char kInsertAllocationReserve[] = R"sql(
INSERT INTO allocation_reserves (allocation_id, position, group_code, share_permille, fallback, seat_count, scope)
VALUES (:allocation_id, :position, :group_code, :share_permille, :fallback, :count, :scope))sql";
inline constexpr char kSelectAllocationReserves[] =
    "SELECT * FROM allocation_reserves WHERE allocation_id = :allocation_id ORDER BY position";
inline constexpr char kDeleteAllocationGroups[] = "DELETE FROM allocation_groups WHERE allocation_id = :allocation_id";
inline constexpr char kInsertAllocationGroup[] = R"sql(
INSERT INTO allocation_groups (allocation_id, position, group_code, eligible, placed, reserved)
VALUES (:allocation_id, :position, :group_code, :eligible, :placed, :reserved))sql";
inline constexpr char kSelectAllocationGroups[] =
    "SELECT * FROM allocation_groups WHERE allocation_id = :allocation_id ORDER BY position";

inline constexpr char kInsertAllocationOpening[] = R"sql(
INSERT INTO allocation_openings (allocation_id, opening, seats) VALUES (:allocation_id, :opening, 0)
ON CONFLICT (allocation_id, opening) DO NOTHING)sql";
inline constexpr char kSelectAllocationOpenings[] =
    "SELECT * FROM allocation_openings WHERE allocation_id = :allocation_id ORDER BY opening";
inline constexpr char kSelectAllocationOpening[] =
    "SELECT opening FROM allocation_openings WHERE allocation_id = :allocation_id AND opening = :opening";
inline constexpr char kSetAllocationOpeningSeats[] =
    "UPDATE allocation_openings SET seats = :seats WHERE allocation_id = :allocation_id AND opening = :opening";

inline constexpr char kInsertApplication[] = R"sql(
INSERT INTO allocation_applications (allocation_id, participant_id, revision, created_at_us, updated_at_us, reference,
  choices, priority, groups, meets, barred, gone, lottery_number, placement, choice, seat_group, reserve_position,
  reason, match_id, seat)
VALUES (:allocation_id, :participant_id, :revision, :created_at, :updated_at, :reference,
  :choices, :priority, :groups, :meets, '', 0, 0, '', 0, '', 0, '', '', ''))sql";
inline constexpr char kUpdateApplication[] = R"sql(
UPDATE allocation_applications SET
  revision = :revision, updated_at_us = :updated_at, choices = :choices, priority = :priority, groups = :groups,
  meets = :meets
WHERE allocation_id = :allocation_id AND participant_id = :participant_id)sql";
inline constexpr char kDeleteApplication[] =
    "DELETE FROM allocation_applications WHERE allocation_id = :allocation_id AND participant_id = :participant_id";
inline constexpr char kSelectApplication[] =
    "SELECT * FROM allocation_applications WHERE allocation_id = :allocation_id AND participant_id = :participant_id";
inline constexpr char kSelectApplicationsByParticipant[] =
    "SELECT * FROM allocation_applications WHERE allocation_id = :allocation_id ORDER BY participant_id";
inline constexpr char kSelectApplications[] =
    "SELECT allocation_applications.*, participant_id AS id FROM allocation_applications "
    "WHERE allocation_id = :allocation_id";
// With whose seat it was before, and what became of it afterwards.
inline constexpr char kSelectPlacements[] = R"sql(
SELECT a.*, a.participant_id AS id, COALESCE(earlier.freed_by_id, '') AS freed_by,
  COALESCE(later.state, '') AS freed_state, COALESCE(later.participant_id, '') AS passed_to,
  COALESCE(later.reason, '') AS freed_reason
FROM allocation_applications a
LEFT JOIN allocation_offers earlier ON earlier.allocation_id = a.allocation_id
  AND earlier.participant_id = a.participant_id AND earlier.state = 'OFFERED'
LEFT JOIN allocation_offers later ON later.allocation_id = a.allocation_id AND later.freed_by_id = a.participant_id
WHERE a.allocation_id = :allocation_id AND a.placement <> '')sql";
inline constexpr char kSelectReserves[] =
    "SELECT allocation_applications.*, participant_id AS id FROM allocation_applications "
    "WHERE allocation_id = :allocation_id AND lottery_number > 0 AND placement = ''";
inline constexpr char kSetResult[] = R"sql(
UPDATE allocation_applications SET
  barred = :barred, gone = :gone, lottery_number = :lottery_number, placement = :placement, choice = :choice,
  seat_group = :seat_group, reserve_position = :reserve_position, reason = :reason, match_id = '', seat = ''
WHERE allocation_id = :allocation_id AND participant_id = :participant_id)sql";
inline constexpr char kSetApplicationMatch[] = R"sql(
UPDATE allocation_applications SET match_id = :match_id, seat = :seat
WHERE allocation_id = :allocation_id AND participant_id = :participant_id)sql";
inline constexpr char kClearApplicationMatches[] =
    "UPDATE allocation_applications SET match_id = '', seat = '' WHERE allocation_id = :allocation_id";
inline constexpr char kSetApplicationSeat[] = R"sql(
UPDATE allocation_applications SET seat = :seat
WHERE allocation_id = :allocation_id AND participant_id = :participant_id AND match_id = :match_id)sql";

// People with a placement who have a live one of another allocation.
inline constexpr char kSelectPlacedElsewhere[] = R"sql(
SELECT a.participant_id FROM allocation_applications a
WHERE a.allocation_id = :allocation_id AND a.placement <> '' AND EXISTS (
  SELECT 1 FROM matches m WHERE m.adept_id = a.participant_id AND m.programme_id = :programme_id
    AND m.kind = 'PLACEMENT' AND m.state IN ('PROPOSED', 'ACCEPTED_BY_ONE', 'ACTIVE', 'PAUSED'))
ORDER BY a.participant_id)sql";

// Seats of published allocations that partner has to be told of: to confirm where
// the match is live or ran to its end, to give back where it came to nothing.
inline constexpr char kSelectUnsettledSeats[] = R"sql(
SELECT a.allocation_id, a.participant_id, a.placement, a.match_id, l.programme_id, l.cohort_id,
  CASE WHEN m.state IN ('DECLINED', 'EXPIRED', 'ENDED_EARLY') THEN 'RELEASED' ELSE 'CONFIRMED' END AS wanted
FROM allocation_applications a
JOIN matches m ON m.id = a.match_id
JOIN allocations l ON l.id = a.allocation_id
WHERE a.match_id <> '' AND l.state = 'PUBLISHED'
  AND ((a.seat = 'HELD' AND m.state NOT IN ('DECLINED', 'EXPIRED', 'ENDED_EARLY'))
    OR (a.seat IN ('HELD', 'CONFIRMED') AND m.state IN ('DECLINED', 'EXPIRED', 'ENDED_EARLY')))
ORDER BY a.allocation_id, a.participant_id LIMIT CAST(:limit AS BIGINT))sql";

inline constexpr char kSetAllocationText[] = R"sql(
INSERT INTO allocation_texts (allocation_id, kind, content) VALUES (:allocation_id, :kind, :content)
ON CONFLICT (allocation_id, kind) DO UPDATE SET content = EXCLUDED.content)sql";
inline constexpr char kSelectAllocationText[] =
    "SELECT content FROM allocation_texts WHERE allocation_id = :allocation_id AND kind = :kind";

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_ALLOCATION_STATEMENTS_H_
