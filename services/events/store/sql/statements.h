// The SQL of the events service, the same for both engines.
#ifndef BRYGGA_SERVICES_EVENTS_STORE_SQL_STATEMENTS_H_
#define BRYGGA_SERVICES_EVENTS_STORE_SQL_STATEMENTS_H_

namespace brygga::events {

// --- Events ---

inline constexpr char kSelectEvent[] = "SELECT * FROM events WHERE id = :id";
inline constexpr char kLockEvent[] = "SELECT * FROM events WHERE id = :id {for_update}";
inline constexpr char kSelectEventByRef[] =
    "SELECT * FROM events WHERE ref_source = :source AND ref_key = :key {for_update}";
inline constexpr char kInsertEvent[] = R"sql(
INSERT INTO events (
  id, revision, created_at_us, updated_at_us, ref_source, ref_key, kind, state, title_sv, title_en,
  organiser, programme, series_id, municipality, venue, mode, zone, parts_total, registration_closes,
  capacity, taken, waiting, last_queue_number, waiting_list, pairs, age_min, age_max, audience, languages,
  successor_id, predecessor_id, published_at_us, cancel_reason, start_us, end_us, closes_us, first_day)
VALUES (
  :id, :revision, :created_at_us, :updated_at_us, :ref_source, :ref_key, :kind, :state, :title_sv, :title_en,
  :organiser, :programme, :series_id, :municipality, :venue, :mode, :zone, :parts_total,
  :registration_closes, :capacity, :taken, :waiting, :last_queue_number, :waiting_list, :pairs, :age_min,
  :age_max, :audience, :languages, :successor_id, :predecessor_id, :published_at_us, :cancel_reason,
  :start_us, :end_us, :closes_us, :first_day)
)sql";
inline constexpr char kUpdateEvent[] = R"sql(
UPDATE events SET
  revision = :revision, updated_at_us = :updated_at_us, state = :state, title_sv = :title_sv,
  title_en = :title_en, municipality = :municipality, venue = :venue, mode = :mode,
  parts_total = :parts_total, registration_closes = :registration_closes, capacity = :capacity,
  taken = :taken, waiting = :waiting, last_queue_number = :last_queue_number, waiting_list = :waiting_list,
  pairs = :pairs, age_min = :age_min, age_max = :age_max, audience = :audience, languages = :languages,
  successor_id = :successor_id, published_at_us = :published_at_us, cancel_reason = :cancel_reason,
  start_us = :start_us, end_us = :end_us, closes_us = :closes_us, first_day = :first_day
WHERE id = :id
)sql";
inline constexpr char kInsertSession[] = R"sql(
INSERT INTO event_sessions (id, event_id, part, local_start, local_end, start_us, end_us)
VALUES (:id, :event_id, :part, :local_start, :local_end, :start_us, :end_us)
)sql";
inline constexpr char kInsertCohort[] = "INSERT INTO event_cohorts (event_id, cohort) VALUES (:event_id, :cohort)";
inline constexpr char kDeleteCohorts[] = "DELETE FROM event_cohorts WHERE event_id = :event_id";

// --- Series ---

inline constexpr char kSelectSeries[] = "SELECT * FROM series WHERE id = :id";
inline constexpr char kSelectSeriesByRef[] =
    "SELECT * FROM series WHERE ref_source = :source AND ref_key = :key {for_update}";
inline constexpr char kInsertSeries[] = R"sql(
INSERT INTO series (
  id, revision, created_at_us, updated_at_us, ref_source, ref_key, title_sv, programme, recurrence, event_count)
VALUES (
  :id, :revision, :created_at_us, :updated_at_us, :ref_source, :ref_key, :title_sv, :programme, :recurrence,
  :event_count)
)sql";
inline constexpr char kUpdateSeries[] = R"sql(
UPDATE series SET revision = :revision, updated_at_us = :updated_at_us, event_count = :event_count WHERE id = :id
)sql";

// --- Seats ---

// Takes a seat where one is free and the event is as it was when the applicant
// was judged: its revision covers all but the counts. The row stays locked until
// the transaction ends, so that what follows sees every earlier registration.
inline constexpr char kTakeSeat[] = R"sql(
UPDATE events SET taken = taken + 1 WHERE id = :id AND revision = :revision AND taken < capacity
)sql";
// Joins the waiting list where no seat is free.
inline constexpr char kJoinLine[] = R"sql(
UPDATE events SET waiting = waiting + 1, last_queue_number = last_queue_number + 1
WHERE id = :id AND revision = :revision AND taken >= capacity AND waiting_list = 1
RETURNING waiting, last_queue_number
)sql";
// Sets the counts of an event whose row this transaction has locked.
inline constexpr char kSetCounts[] = R"sql(
UPDATE events SET taken = :taken, waiting = :waiting, last_queue_number = :last_queue_number WHERE id = :id
)sql";

// --- Registrations ---

inline constexpr char kSelectRegistration[] = "SELECT * FROM registrations WHERE id = :id AND event_id = :event_id";
inline constexpr char kSelectLive[] = R"sql(
SELECT * FROM registrations WHERE event_id = :event_id AND participant = :participant AND state <> 'CANCELLED'
)sql";
inline constexpr char kSelectFirstWaiting[] = R"sql(
SELECT * FROM registrations
WHERE event_id = :event_id AND state = 'WAITLISTED' AND waiting_reason = 'EVENT_FULL'
ORDER BY queue_number LIMIT 1
)sql";
inline constexpr char kSelectPassedOver[] = R"sql(
SELECT * FROM registrations
WHERE event_id = :event_id AND state = 'WAITLISTED' AND waiting_reason = 'NOT_ELIGIBLE' ORDER BY queue_number
)sql";
inline constexpr char kSelectAllLive[] = R"sql(
SELECT * FROM registrations WHERE event_id = :event_id AND state <> 'CANCELLED' ORDER BY id
)sql";
inline constexpr char kCountBefore[] = R"sql(
SELECT COUNT(*) AS place FROM registrations
WHERE event_id = :event_id AND state = 'WAITLISTED' AND queue_number <= :queue_number
)sql";
inline constexpr char kInsertRegistration[] = R"sql(
INSERT INTO registrations (
  id, event_id, revision, created_at_us, updated_at_us, participant, audience, state, queue_number, waiting_reason,
  cancel_reason, seated_at_us)
VALUES (
  :id, :event_id, :revision, :created_at_us, :updated_at_us, :participant, :audience, :state, :queue_number,
  :waiting_reason, :cancel_reason, :seated_at_us)
)sql";
inline constexpr char kUpdateRegistration[] = R"sql(
UPDATE registrations SET
  revision = :revision, updated_at_us = :updated_at_us, participant = :participant, state = :state,
  waiting_reason = :waiting_reason, cancel_reason = :cancel_reason, seated_at_us = :seated_at_us
WHERE id = :id
)sql";
inline constexpr char kSelectRegistrationsOf[] = R"sql(
SELECT * FROM registrations WHERE participant = :participant ORDER BY event_id, id
)sql";

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_STORE_SQL_STATEMENTS_H_
