// The SQL of seats that are offered on, the same on both engines.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_OFFER_STATEMENTS_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_OFFER_STATEMENTS_H_

namespace brygga::matching {

// Published allocations with a seat that partner has back and of which nothing has
// been decided, or that waited for somebody.
inline constexpr char kSelectAllocationsWithFreedSeats[] = R"sql(
SELECT DISTINCT l.id, l.programme_id, l.cohort_id
FROM allocation_applications a
JOIN allocations l ON l.id = a.allocation_id
WHERE a.seat = 'RELEASED' AND l.state = 'PUBLISHED' AND NOT EXISTS (
  SELECT 1 FROM allocation_offers o WHERE o.allocation_id = a.allocation_id AND o.freed_by_id = a.participant_id)
ORDER BY l.id)sql";
inline constexpr char kSelectFreedSeats[] = R"sql(
SELECT a.participant_id, a.placement, a.seat_group
FROM allocation_applications a
WHERE a.allocation_id = :allocation_id AND a.seat = 'RELEASED' AND NOT EXISTS (
  SELECT 1 FROM allocation_offers o WHERE o.allocation_id = a.allocation_id AND o.freed_by_id = a.participant_id)
ORDER BY a.participant_id)sql";
inline constexpr char kSelectReserveList[] = R"sql(
SELECT * FROM allocation_applications
WHERE allocation_id = :allocation_id AND placement = '' AND reserve_position > 0
ORDER BY reserve_position)sql";
inline constexpr char kSelectPlacedReserves[] = R"sql(
SELECT a.participant_id FROM allocation_applications a
WHERE a.allocation_id = :allocation_id AND a.placement = '' AND a.reserve_position > 0 AND EXISTS (
  SELECT 1 FROM matches m WHERE m.adept_id = a.participant_id AND m.programme_id = :programme_id
    AND m.kind = 'PLACEMENT' AND m.state IN ('PROPOSED', 'ACCEPTED_BY_ONE', 'ACTIVE', 'PAUSED')))sql";
inline constexpr char kSelectOfferedPeople[] =
    "SELECT participant_id FROM allocation_offers WHERE allocation_id = :allocation_id AND participant_id <> ''";
inline constexpr char kSelectStateOfCohort[] = "SELECT state FROM cohorts WHERE id = :cohort_id";

inline constexpr char kInsertOffer[] = R"sql(
INSERT INTO allocation_offers (allocation_id, freed_by_id, opening, seat_group, participant_id, choice, match_id, state,
  reason, created_at_us, updated_at_us)
VALUES (:allocation_id, :freed_by, :opening, :seat_group, :participant_id, :choice, :match_id, :state,
  :reason, :now, :now))sql";
inline constexpr char kSelectOffersUnderWay[] = R"sql(
SELECT o.*, l.programme_id, l.cohort_id FROM allocation_offers o JOIN allocations l ON l.id = o.allocation_id
WHERE o.state IN ('OFFERING', 'RETURNING')
ORDER BY o.created_at_us, o.allocation_id, o.freed_by_id LIMIT CAST(:limit AS BIGINT))sql";
// Of one that is still as it was read: nothing is touched where it is not.
inline constexpr char kMoveOffer[] = R"sql(
UPDATE allocation_offers SET state = :state, reason = :reason, updated_at_us = :now
WHERE allocation_id = :allocation_id AND freed_by_id = :freed_by AND match_id = :match_id AND state = :before)sql";
inline constexpr char kLapseOffer[] = R"sql(
UPDATE allocation_offers SET state = 'LAPSED', participant_id = '', match_id = '', choice = 0, updated_at_us = :now
WHERE allocation_id = :allocation_id AND freed_by_id = :freed_by AND match_id = :match_id AND state = 'RETURNING')sql";
inline constexpr char kDeleteOffer[] = R"sql(
DELETE FROM allocation_offers
WHERE allocation_id = :allocation_id AND freed_by_id = :freed_by AND match_id = :match_id AND state = 'RETURNING')sql";

inline constexpr char kPlaceReserve[] = R"sql(
UPDATE allocation_applications SET
  revision = :revision, updated_at_us = :now, placement = :placement, choice = :choice, seat_group = :seat_group,
  reserve_position = 0, reason = '', match_id = :match_id, seat = 'HELD'
WHERE allocation_id = :allocation_id AND participant_id = :participant_id)sql";
inline constexpr char kBarReserve[] = R"sql(
UPDATE allocation_applications SET
  revision = :revision, updated_at_us = :now, barred = :barred, gone = :gone, reserve_position = :reserve_position,
  reason = :reason
WHERE allocation_id = :allocation_id AND participant_id = :participant_id)sql";
// Everybody behind moves up.
inline constexpr char kMoveReservesUp[] = R"sql(
UPDATE allocation_applications SET reserve_position = reserve_position - 1
WHERE allocation_id = :allocation_id AND reserve_position > :after)sql";

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_OFFER_STATEMENTS_H_
