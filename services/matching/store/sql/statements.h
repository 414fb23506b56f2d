// The SQL of matching, the same on both engines.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_STATEMENTS_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_STATEMENTS_H_

namespace brygga::matching {

// Cohorts and their people.

// followed_us: all that participant acknowledged before is applied here.
inline constexpr char kSelectCohort[] = R"sql(
SELECT c.*, (SELECT as_of_us FROM feed_progress WHERE feed = 'participant') AS followed_us
FROM cohorts c WHERE c.id = :cohort_id AND c.programme_id = :programme_id)sql";
inline constexpr char kSelectCohortForUpdate[] =
    "SELECT * FROM cohorts WHERE id = :cohort_id AND programme_id = :programme_id {for_update}";
inline constexpr char kSelectCohorts[] = "SELECT * FROM cohorts ORDER BY id";

inline constexpr char kInsertCohort[] = R"sql(
INSERT INTO cohorts (id, programme_id, kind, state, epoch, policy_version, as_of_us)
VALUES (:cohort_id, :programme_id, :kind, :state, 0, 0, 0) ON CONFLICT DO NOTHING)sql";

inline constexpr char kReplaceCohort[] = R"sql(
UPDATE cohorts SET kind = :kind, state = :state, epoch = :epoch, as_of_us = :as_of_us, refreshed = :reading
WHERE id = :cohort_id)sql";
inline constexpr char kChangeCohort[] =
    "UPDATE cohorts SET kind = :kind, state = :state, epoch = :epoch WHERE id = :cohort_id";

// Locks, vetoes or rounds waited have changed.
inline constexpr char kGrowContext[] =
    "UPDATE cohorts SET epoch = epoch + 1, context_epoch = epoch + 1 WHERE id = :cohort_id";
// The same for the other cohorts of those whom a round leaves out.
inline constexpr char kGrowContextOfUnmatched[] = R"sql(
UPDATE cohorts SET epoch = epoch + 1, context_epoch = epoch + 1
WHERE programme_id = :programme_id AND id <> :cohort_id AND id IN (
  SELECT p.cohort_id FROM round_unmatched u JOIN people p ON p.participant_id = u.adept_id
  WHERE u.round_id = :round_id AND p.role = 'ADEPT'))sql";
// All of these and the round's own, in one order, so that two publications never
// wait for each other.
inline constexpr char kLockCohortsOfRound[] = R"sql(
SELECT id FROM cohorts WHERE id = :cohort_id OR (programme_id = :programme_id AND id IN (
  SELECT p.cohort_id FROM round_unmatched u JOIN people p ON p.participant_id = u.adept_id
  WHERE u.round_id = :round_id AND p.role = 'ADEPT')) ORDER BY id {for_update})sql";

inline constexpr char kSelectPeople[] =
    "SELECT * FROM people WHERE cohort_id = :cohort_id ORDER BY role, participant_id";
inline constexpr char kSelectEnrolments[] =
    "SELECT enrolment FROM people WHERE cohort_id = :cohort_id ORDER BY role, participant_id";
inline constexpr char kSelectPeopleSince[] = R"sql(
SELECT * FROM people WHERE cohort_id = :cohort_id AND changed_epoch > :since ORDER BY role, participant_id)sql";
inline constexpr char kSelectRemovedSince[] = R"sql(
SELECT role, participant_id FROM people_removed WHERE cohort_id = :cohort_id AND epoch > :since
ORDER BY role, participant_id)sql";
inline constexpr char kSelectPerson[] =
    "SELECT * FROM people WHERE cohort_id = :cohort_id AND role = :role AND participant_id = :participant_id";
inline constexpr char kDeletePerson[] =
    "DELETE FROM people WHERE cohort_id = :cohort_id AND role = :role AND participant_id = :participant_id";

inline constexpr char kUpsertPerson[] = R"sql(
INSERT INTO people (cohort_id, changed_epoch, reading,
  role, participant_id, enrolment, person_capacity, capacity, tie_key, occupation_id, ssyk4,
  target_occupation_id, target_ssyk4, skills, languages, sun_field, municipality_code, max_distance_km,
  meeting_format, slots, goals, years_experience, organisation_id, agreement_active, excluded_organisations,
  gender, preferred_gender, age, screening_passed, rounds_waited, rounds_before, referral_source)
VALUES (:cohort_id, :changed_epoch, :reading,
  :role, :participant_id, :enrolment, :person_capacity, :capacity, :tie_key, :occupation_id, :ssyk4,
  :target_occupation_id, :target_ssyk4, :skills, :languages, :sun_field, :municipality_code, :max_distance_km,
  :meeting_format, :slots, :goals, :years_experience, :organisation_id, :agreement_active,
  :excluded_organisations, :gender, :preferred_gender, :age, :screening_passed, :rounds_waited, :rounds_before, :referral_source)
ON CONFLICT (cohort_id, role, participant_id) DO UPDATE SET
  changed_epoch = EXCLUDED.changed_epoch, reading = EXCLUDED.reading, enrolment = EXCLUDED.enrolment,
  person_capacity = EXCLUDED.person_capacity, capacity = EXCLUDED.capacity,
  tie_key = EXCLUDED.tie_key, occupation_id = EXCLUDED.occupation_id, ssyk4 = EXCLUDED.ssyk4,
  target_occupation_id = EXCLUDED.target_occupation_id, target_ssyk4 = EXCLUDED.target_ssyk4, skills =
  EXCLUDED.skills, languages = EXCLUDED.languages, sun_field = EXCLUDED.sun_field, municipality_code =
  EXCLUDED.municipality_code, max_distance_km = EXCLUDED.max_distance_km, meeting_format =
  EXCLUDED.meeting_format, slots = EXCLUDED.slots, goals = EXCLUDED.goals, years_experience =
  EXCLUDED.years_experience, organisation_id = EXCLUDED.organisation_id, agreement_active =
  EXCLUDED.agreement_active, excluded_organisations = EXCLUDED.excluded_organisations, gender =
  EXCLUDED.gender, preferred_gender = EXCLUDED.preferred_gender, age = EXCLUDED.age, screening_passed =
  EXCLUDED.screening_passed, rounds_waited = EXCLUDED.rounds_waited, rounds_before = EXCLUDED.rounds_before,
  referral_source = EXCLUDED.referral_source)sql";

// The number of the last write of people, and of the last about named people.

inline constexpr char kSelectReadings[] = "SELECT number, named FROM people_readings WHERE id = 1";
inline constexpr char kLockReadings[] = "SELECT number, named FROM people_readings WHERE id = 1 {for_update}";
inline constexpr char kUpdateReadings[] = "UPDATE people_readings SET number = :number, named = :named WHERE id = 1";

inline constexpr char kSelectCohortByIdForUpdate[] = "SELECT * FROM cohorts WHERE id = :cohort_id {for_update}";
inline constexpr char kSelectCohortsOfPerson[] =
    "SELECT * FROM people WHERE participant_id = :participant_id ORDER BY cohort_id, role";
inline constexpr char kSelectEnrolled[] = "SELECT * FROM people WHERE enrolment = :enrolment";
inline constexpr char kSelectEmployed[] =
    "SELECT DISTINCT participant_id FROM people WHERE organisation_id = :organisation_id";
inline constexpr char kReadPerson[] = R"sql(
UPDATE people SET reading = :reading
WHERE cohort_id = :cohort_id AND role = :role AND participant_id = :participant_id)sql";
inline constexpr char kInsertRemoved[] = R"sql(
INSERT INTO people_removed (cohort_id, role, participant_id, epoch, removed_at_us)
VALUES (:cohort_id, :role, :participant_id, :epoch, :removed_at_us))sql";
inline constexpr char kDeleteRemoved[] =
    "DELETE FROM people_removed WHERE cohort_id = :cohort_id AND role = :role AND participant_id = :participant_id";
inline constexpr char kForgottenFrom[] = R"sql(
UPDATE cohorts SET removals_from = (
  SELECT MAX(r.epoch) FROM people_removed r WHERE r.cohort_id = cohorts.id AND r.removed_at_us < :before_us)
WHERE EXISTS (
  SELECT 1 FROM people_removed r
  WHERE r.cohort_id = cohorts.id AND r.removed_at_us < :before_us AND r.epoch > cohorts.removals_from))sql";
inline constexpr char kForgetRemovals[] = "DELETE FROM people_removed WHERE removed_at_us < :before_us";

// Seats.

inline constexpr char kStateCapacity[] = R"sql(
INSERT INTO mentor_capacity (participant_id, stated, capacity, taken) VALUES (:mentor_id, :stated, :stated, 0)
ON CONFLICT (participant_id) DO UPDATE SET
  stated = EXCLUDED.stated,
  capacity = CASE WHEN mentor_capacity.taken > EXCLUDED.stated THEN mentor_capacity.taken ELSE EXCLUDED.stated END
WHERE mentor_capacity.stated <> EXCLUDED.stated)sql";

inline constexpr char kTakeSeat[] =
    "UPDATE mentor_capacity SET taken = taken + 1 WHERE participant_id = :mentor_id AND taken < capacity";

// For a lock with an override reason: one seat more than there is.
inline constexpr char kTakeSeatBeyond[] = R"sql(
UPDATE mentor_capacity SET
  capacity = CASE WHEN taken < capacity THEN capacity ELSE taken + 1 END,
  taken = taken + 1
WHERE participant_id = :mentor_id)sql";

inline constexpr char kGiveSeatBack[] = R"sql(
UPDATE mentor_capacity SET
  taken = taken - 1,
  capacity = CASE WHEN taken - 1 > stated THEN taken - 1 ELSE stated END
WHERE participant_id = :mentor_id)sql";

// Seats are locked in the order of their mentors, by whoever needs several.
inline constexpr char kLockSeats[] =
    "SELECT participant_id FROM mentor_capacity WHERE participant_id = :mentor_id {for_update}";

inline constexpr char kSelectSeats[] = R"sql(
SELECT c.participant_id, c.capacity, c.taken,
  (SELECT COUNT(*) FROM matches m WHERE m.cohort_id = p.cohort_id AND m.mentor_id = p.participant_id
    AND m.state IN ('PROPOSED', 'ACCEPTED_BY_ONE', 'ACTIVE', 'PAUSED')) AS taken_here
FROM people p JOIN mentor_capacity c ON c.participant_id = p.participant_id
WHERE p.cohort_id = :cohort_id AND p.role = 'MENTOR')sql";

inline constexpr char kSelectSeatsOf[] = R"sql(
SELECT c.participant_id, c.capacity, c.taken,
  (SELECT COUNT(*) FROM matches m WHERE m.cohort_id = :cohort_id AND m.mentor_id = c.participant_id
    AND m.state IN ('PROPOSED', 'ACCEPTED_BY_ONE', 'ACTIVE', 'PAUSED')) AS taken_here
FROM mentor_capacity c WHERE c.participant_id = :mentor_id)sql";

// Adepts with a live match in the programme and kind, and those who have waited.

inline constexpr char kSelectMatchedAdepts[] = R"sql(
SELECT adept_id, cohort_id, programme_id, id FROM matches
WHERE programme_id = :programme_id AND kind IN (:kind, 'MUTUAL') AND state IN ('PROPOSED', 'ACCEPTED_BY_ONE', 'ACTIVE', 'PAUSED'))sql";

inline constexpr char kSelectLiveMatchOf[] = R"sql(
SELECT id FROM matches
WHERE adept_id = :adept_id AND programme_id = :programme_id AND kind IN (:kind, 'MUTUAL')
  AND state IN ('PROPOSED', 'ACCEPTED_BY_ONE', 'ACTIVE', 'PAUSED')
ORDER BY id LIMIT 1)sql";

inline constexpr char kSelectWaited[] = R"sql(
SELECT u.adept_id, COUNT(*) AS waited FROM round_unmatched u JOIN rounds r ON r.id = u.round_id
WHERE r.programme_id = :programme_id AND r.state = 'PUBLISHED' AND r.is_repair = 0 GROUP BY u.adept_id)sql";

// Policies.

inline constexpr char kInsertPolicy[] = R"sql(
INSERT INTO policies (cohort_id, version, kind, document, hash, created_at_us)
VALUES (:cohort_id, :version, :kind, :document, :hash, :created_at_us))sql";
inline constexpr char kForcePolicy[] =
    "UPDATE cohorts SET policy_version = :version, epoch = epoch + 1 WHERE id = :cohort_id";
inline constexpr char kSelectPolicy[] = R"sql(
SELECT p.* FROM policies p JOIN cohorts c ON c.id = p.cohort_id
WHERE c.id = :cohort_id AND c.programme_id = :programme_id
  AND p.version = CASE WHEN CAST(:version AS BIGINT) = 0 THEN c.policy_version ELSE CAST(:version AS BIGINT) END)sql";
inline constexpr char kSelectPolicies[] = R"sql(
SELECT p.*, CAST(p.version AS TEXT) AS id FROM policies p JOIN cohorts c ON c.id = p.cohort_id
WHERE c.id = :cohort_id AND c.programme_id = :programme_id)sql";

// Locks and vetoes.

inline constexpr char kInsertLock[] = R"sql(
INSERT INTO locks (id, programme_id, cohort_id, mentor_id, adept_id, reason, override_reason, broken_rules,
  over_capacity, author, revision, created_at_us)
VALUES (:id, :programme_id, :cohort_id, :mentor_id, :adept_id, :reason, :override_reason, :broken_rules,
  :over_capacity, :author, :revision, :created_at_us) ON CONFLICT (cohort_id, adept_id) DO NOTHING)sql";
inline constexpr char kSelectLocks[] =
    "SELECT * FROM locks WHERE cohort_id = :cohort_id AND programme_id = :programme_id";
inline constexpr char kSelectLockOf[] = R"sql(
SELECT * FROM locks WHERE cohort_id = :cohort_id AND programme_id = :programme_id AND adept_id = :adept_id)sql";
inline constexpr char kSelectLock[] =
    "SELECT * FROM locks WHERE cohort_id = :cohort_id AND programme_id = :programme_id AND id = :id {for_update}";
inline constexpr char kDeleteLock[] = "DELETE FROM locks WHERE id = :id";
// Seats of a mentor that locks in a cohort wait for: their adepts have no match yet.
inline constexpr char kCountLockedSeats[] = R"sql(
SELECT COUNT(*) AS seats FROM locks l
WHERE l.cohort_id = :cohort_id AND l.mentor_id = :mentor_id AND l.adept_id <> :adept_id
  AND NOT EXISTS (SELECT 1 FROM matches m WHERE m.adept_id = l.adept_id AND m.programme_id = l.programme_id
    AND m.kind IN (:kind, 'MUTUAL') AND m.state IN ('PROPOSED', 'ACCEPTED_BY_ONE', 'ACTIVE', 'PAUSED')))sql";

inline constexpr char kInsertVeto[] = R"sql(
INSERT INTO vetoes (id, programme_id, cohort_id, mentor_id, adept_id, reason, origin, by_side, author, revision,
  created_at_us)
VALUES (:id, :programme_id, :cohort_id, :mentor_id, :adept_id, :reason, :origin, :by_side, :author, :revision,
  :created_at_us)
ON CONFLICT (cohort_id, adept_id, mentor_id, origin) DO NOTHING)sql";
inline constexpr char kSelectVeto[] =
    "SELECT * FROM vetoes WHERE cohort_id = :cohort_id AND programme_id = :programme_id AND id = :id {for_update}";
inline constexpr char kDeleteVeto[] = "DELETE FROM vetoes WHERE id = :id";
inline constexpr char kSelectVetoes[] =
    "SELECT * FROM vetoes WHERE cohort_id = :cohort_id AND programme_id = :programme_id";
inline constexpr char kSelectVetoesOfPair[] = R"sql(
SELECT * FROM vetoes
WHERE cohort_id = :cohort_id AND programme_id = :programme_id AND mentor_id = :mentor_id AND adept_id = :adept_id)sql";

// Rounds.

inline constexpr char kInsertRound[] = R"sql(
INSERT INTO rounds (
  id, programme_id, cohort_id, objective, state, policy_version, seed, snapshot_hash, as_of_us, adepts,
  mentors, seats, feasible_pairs, matched, total_score, worst_score, solve_us, overrides, certified,
  failure_reason, failure_detail, phase, progress_permille, worker, worker_until_us, attempt, revision,
  created_at_us, updated_at_us, started_at_us, published_at_us, figures, is_repair, base_round_id, keep_proposed,
  change_price, certificate)
VALUES (
  :id, :programme_id, :cohort_id, :objective, :state, :policy_version, :seed, :snapshot_hash, :as_of_us,
  :adepts, :mentors, :seats, :feasible_pairs, :matched, :total_score, :worst_score, :solve_us, :overrides,
  :certified, :failure_reason, :failure_detail, :phase, :progress_permille, :worker, :worker_until_us,
  :attempt, :revision, :created_at_us, :updated_at_us, :started_at_us, :published_at_us, :figures, :is_repair,
  :base_round_id, :keep_proposed, :change_price, '')
ON CONFLICT (cohort_id) WHERE state IN ('QUEUED', 'RUNNING') DO NOTHING)sql";
inline constexpr char kSelectRounds[] =
    "SELECT * FROM rounds WHERE cohort_id = :cohort_id AND programme_id = :programme_id";
inline constexpr char kSelectRound[] =
    "SELECT * FROM rounds WHERE cohort_id = :cohort_id AND programme_id = :programme_id AND id = :id";
inline constexpr char kSelectRoundForUpdate[] =
    "SELECT * FROM rounds WHERE cohort_id = :cohort_id AND programme_id = :programme_id AND id = :id {for_update}";
inline constexpr char kSelectRoundByIdForUpdate[] = "SELECT * FROM rounds WHERE id = :id {for_update}";
inline constexpr char kSelectClaimableRounds[] = R"sql(
SELECT * FROM rounds WHERE state = 'QUEUED' OR (state = 'RUNNING' AND worker_until_us <= :now)
ORDER BY created_at_us, id)sql";
inline constexpr char kUpdateRound[] = R"sql(
UPDATE rounds SET
  state = :state, snapshot_hash = :snapshot_hash, as_of_us = :as_of_us, adepts = :adepts, mentors = :mentors,
  seats = :seats, feasible_pairs = :feasible_pairs, matched = :matched, total_score = :total_score,
  worst_score = :worst_score, solve_us = :solve_us, overrides = :overrides, certified = :certified,
  failure_reason = :failure_reason, failure_detail = :failure_detail, phase = :phase, progress_permille =
  :progress_permille, worker = :worker, worker_until_us = :worker_until_us, attempt = :attempt, revision =
  :revision, updated_at_us = :updated_at_us, started_at_us = :started_at_us, published_at_us =
  :published_at_us, figures = :figures
WHERE id = :id)sql";
inline constexpr char kSetCertificate[] = "UPDATE rounds SET certificate = :certificate WHERE id = :id";
inline constexpr char kBeat[] = R"sql(
UPDATE rounds SET phase = :phase, progress_permille = :progress, worker_until_us = :until
WHERE id = :id AND state = 'RUNNING' AND attempt = :attempt)sql";

inline constexpr char kInsertRoundPerson[] = R"sql(
INSERT INTO round_people (round_id,
  role, participant_id, enrolment, person_capacity, capacity, tie_key, occupation_id, ssyk4,
  target_occupation_id, target_ssyk4, skills, languages, sun_field, municipality_code, max_distance_km,
  meeting_format, slots, goals, years_experience, organisation_id, agreement_active, excluded_organisations,
  gender, preferred_gender, age, screening_passed, rounds_waited, rounds_before, referral_source)
VALUES (:round_id,
  :role, :participant_id, :enrolment, :person_capacity, :capacity, :tie_key, :occupation_id, :ssyk4,
  :target_occupation_id, :target_ssyk4, :skills, :languages, :sun_field, :municipality_code, :max_distance_km,
  :meeting_format, :slots, :goals, :years_experience, :organisation_id, :agreement_active,
  :excluded_organisations, :gender, :preferred_gender, :age, :screening_passed, :rounds_waited, :rounds_before, :referral_source))sql";
inline constexpr char kSelectRoundPeople[] =
    "SELECT * FROM round_people WHERE round_id = :round_id ORDER BY role, participant_id";
inline constexpr char kInsertRoundLock[] = R"sql(
INSERT INTO round_locks (round_id, lock_id, mentor_id, adept_id, reason, override_reason)
VALUES (:round_id, :lock_id, :mentor_id, :adept_id, :reason, :override_reason))sql";
inline constexpr char kSelectRoundLocks[] = "SELECT * FROM round_locks WHERE round_id = :round_id ORDER BY lock_id";
inline constexpr char kInsertRoundVeto[] = R"sql(
INSERT INTO round_vetoes (round_id, veto_id, mentor_id, adept_id, origin)
VALUES (:round_id, :veto_id, :mentor_id, :adept_id, :origin))sql";
inline constexpr char kSelectRoundVetoes[] = "SELECT * FROM round_vetoes WHERE round_id = :round_id ORDER BY veto_id";
inline constexpr char kInsertRoundPair[] = R"sql(
INSERT INTO round_pairs (round_id, adept_id, mentor_id, score, contributions, lock_id, overrides, match_id)
VALUES (:round_id, :adept_id, :mentor_id, :score, :contributions, :lock_id, :overrides, ''))sql";
inline constexpr char kSelectRoundPairs[] = R"sql(
SELECT round_pairs.*, adept_id AS id, COALESCE((SELECT l.override_reason FROM round_locks l
  WHERE l.round_id = round_pairs.round_id AND l.lock_id = round_pairs.lock_id), '') AS override_reason
FROM round_pairs WHERE round_id = :round_id)sql";
// In the order in which publication makes the matches.
inline constexpr char kSelectRoundPairsByAdept[] = R"sql(
SELECT round_pairs.*, COALESCE((SELECT l.override_reason FROM round_locks l
  WHERE l.round_id = round_pairs.round_id AND l.lock_id = round_pairs.lock_id), '') AS override_reason
FROM round_pairs WHERE round_id = :round_id ORDER BY adept_id)sql";
inline constexpr char kInsertRoundEarlier[] = R"sql(
INSERT INTO round_earlier (round_id, match_id, mentor_id, adept_id, fate)
VALUES (:round_id, :match_id, :mentor_id, :adept_id, :fate))sql";
inline constexpr char kSelectRoundEarlier[] =
    "SELECT * FROM round_earlier WHERE round_id = :round_id ORDER BY match_id";
inline constexpr char kSetPairMatch[] =
    "UPDATE round_pairs SET match_id = :match_id WHERE round_id = :round_id AND adept_id = :adept_id";
inline constexpr char kInsertRoundUnmatched[] = R"sql(
INSERT INTO round_unmatched (round_id, adept_id, reason, details, rounds_waited)
VALUES (:round_id, :adept_id, :reason, :details, :rounds_waited))sql";
inline constexpr char kSelectRoundUnmatched[] =
    "SELECT round_unmatched.*, adept_id AS id FROM round_unmatched WHERE round_id = :round_id";

// Matches.

inline constexpr char kInsertMatch[] = R"sql(
INSERT INTO matches (
  id, programme_id, cohort_id, kind, state, mentor_id, adept_id, score, round_id, expires_at_us,
  mentor_accepted_at_us, adept_accepted_at_us, ended_at_us, end_reason, declined_by, reason, override_reason,
  broken_rules, over_capacity, pause_reason, pauses, opening, allocation_id, revision, created_at_us,
  updated_at_us)
VALUES (
  :id, :programme_id, :cohort_id, :kind, :state, :mentor_id, :adept_id, :score, :round_id, :expires_at_us,
  :mentor_accepted_at_us, :adept_accepted_at_us, :ended_at_us, :end_reason, :declined_by, :reason,
  :override_reason, :broken_rules, :over_capacity, :pause_reason, :pauses, :opening, :allocation_id, :revision,
  :created_at_us, :updated_at_us)
ON CONFLICT DO NOTHING)sql";
inline constexpr char kSelectMatchesInOrder[] =
    "SELECT * FROM matches WHERE cohort_id = :cohort_id AND programme_id = :programme_id ORDER BY id";
inline constexpr char kSelectOtherLiveMatch[] = R"sql(
SELECT id FROM matches WHERE adept_id = :adept_id AND programme_id = :programme_id AND kind = :kind AND id <> :id
  AND state IN ('PROPOSED', 'ACCEPTED_BY_ONE', 'ACTIVE', 'PAUSED'))sql";
inline constexpr char kSelectMatches[] =
    "SELECT * FROM matches WHERE cohort_id = :cohort_id AND programme_id = :programme_id";
inline constexpr char kSelectMatchesOf[] =
    "SELECT * FROM matches WHERE (mentor_id = :participant_id OR adept_id = :participant_id)";
inline constexpr char kSelectMatch[] =
    "SELECT * FROM matches WHERE cohort_id = :cohort_id AND programme_id = :programme_id AND id = :id";
inline constexpr char kSelectMatchForUpdate[] =
    "SELECT * FROM matches WHERE cohort_id = :cohort_id AND programme_id = :programme_id AND id = :id {for_update}";
inline constexpr char kSelectDueMatches[] = R"sql(
SELECT * FROM matches WHERE state IN ('PROPOSED', 'ACCEPTED_BY_ONE') AND expires_at_us <= :now
ORDER BY mentor_id, id LIMIT :limit {for_update})sql";
inline constexpr char kUpdateMatch[] = R"sql(
UPDATE matches SET
  kind = :kind, pause_reason = :pause_reason, pauses = :pauses, state = :state, mentor_accepted_at_us = :mentor_accepted_at_us, adept_accepted_at_us =
  :adept_accepted_at_us, ended_at_us = :ended_at_us, end_reason = :end_reason, declined_by = :declined_by,
  revision = :revision, updated_at_us = :updated_at_us
WHERE id = :id)sql";

// Meetings.

inline constexpr char kInsertMeeting[] = R"sql(
INSERT INTO meetings (id, programme_id, cohort_id, match_id, state, starts_at_us, minutes, author, revision,
  created_at_us, updated_at_us)
VALUES (:id, :programme_id, :cohort_id, :match_id, :state, :starts_at_us, :minutes, :author, :revision,
  :created_at_us, :updated_at_us))sql";
inline constexpr char kUpdateMeeting[] = R"sql(
UPDATE meetings SET state = :state, starts_at_us = :starts_at_us, minutes = :minutes, author = :author,
  revision = :revision, updated_at_us = :updated_at_us
WHERE id = :id)sql";
inline constexpr char kSelectMeeting[] = R"sql(
SELECT * FROM meetings WHERE cohort_id = :cohort_id AND programme_id = :programme_id AND match_id = :match_id
  AND id = :id {for_update})sql";
inline constexpr char kSelectMeetings[] =
    "SELECT * FROM meetings WHERE cohort_id = :cohort_id AND programme_id = :programme_id";
inline constexpr char kSelectMeetingsOf[] = R"sql(
SELECT * FROM meetings WHERE cohort_id = :cohort_id AND programme_id = :programme_id AND match_id = :match_id)sql";
inline constexpr char kSelectHeldMeetings[] = R"sql(
SELECT * FROM meetings WHERE cohort_id = :cohort_id AND programme_id = :programme_id AND state = 'HELD'
ORDER BY match_id, starts_at_us, id)sql";
inline constexpr char kSelectPairsThatRan[] = R"sql(
SELECT * FROM matches WHERE cohort_id = :cohort_id AND programme_id = :programme_id AND kind <> 'PLACEMENT'
  AND mentor_accepted_at_us IS NOT NULL AND adept_accepted_at_us IS NOT NULL ORDER BY id)sql";
inline constexpr char kSelectCadence[] =
    "SELECT * FROM cadences WHERE cohort_id = :cohort_id AND programme_id = :programme_id";
inline constexpr char kUpsertCadence[] = R"sql(
INSERT INTO cadences (cohort_id, programme_id, meetings, first_month, last_month, except_months, revision,
  created_at_us, updated_at_us)
VALUES (:cohort_id, :programme_id, :meetings, :first_month, :last_month, :except_months, :revision, :created_at_us,
  :updated_at_us)
ON CONFLICT (cohort_id) DO UPDATE SET meetings = EXCLUDED.meetings, first_month = EXCLUDED.first_month,
  last_month = EXCLUDED.last_month, except_months = EXCLUDED.except_months, revision = EXCLUDED.revision,
  updated_at_us = EXCLUDED.updated_at_us)sql";

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_STATEMENTS_H_
