// The SQL that erases a person from matching.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_ERASURE_STATEMENTS_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_ERASURE_STATEMENTS_H_

namespace brygga::matching {

inline constexpr char kSelectMatchesToErase[] =
    "SELECT * FROM matches WHERE mentor_id = :person OR adept_id = :person ORDER BY mentor_id, id {for_update}";
inline constexpr char kSelectLocksToErase[] =
    "SELECT * FROM locks WHERE mentor_id = :person OR adept_id = :person ORDER BY id {for_update}";
inline constexpr char kSelectVetoesToErase[] =
    "SELECT * FROM vetoes WHERE mentor_id = :person OR adept_id = :person ORDER BY id {for_update}";

inline constexpr char kTouchMatch[] = "UPDATE matches SET revision = revision + 1, updated_at_us = :now WHERE id = :id";

// An open application goes; one that was computed stays under the name of nobody.
inline constexpr char kSelectAllocationsToErase[] = R"sql(
SELECT * FROM allocations WHERE id IN (SELECT allocation_id FROM allocation_applications WHERE participant_id = :person)
ORDER BY id {for_update})sql";
inline constexpr char kRenameApplication[] = R"sql(
UPDATE allocation_applications SET participant_id = :stand_in, gone = 1, revision = 1
WHERE allocation_id = :allocation_id AND participant_id = :participant_id)sql";

// Plans, and what the conversations to come count for that the person was to have.
inline constexpr char kSelectPlansToErase[] = R"sql(
SELECT * FROM networking_plans WHERE id IN (SELECT plan_id FROM networking_guests WHERE participant_id = :person)
ORDER BY id {for_update})sql";
inline constexpr char kSelectConversationsToErase[] = R"sql(
SELECT COUNT(*) AS conversations, CAST(COALESCE(SUM(score), 0) AS BIGINT) AS score FROM networking_conversations
WHERE plan_id = :id AND round > :started_rounds AND (newcomer_id = :person OR established_id = :person))sql";
inline constexpr char kTouchPlan[] = R"sql(
UPDATE networking_plans SET revision = revision + 1, updated_at_us = :now,
  conversation_count = conversation_count - CAST(:conversations AS BIGINT),
  total_score = total_score - CAST(:score AS BIGINT)
WHERE id = :id)sql";

// The rounds that are being computed with the person begin again without.
inline constexpr char kSelectRunningRounds[] = R"sql(
SELECT * FROM rounds WHERE state = 'RUNNING' AND cohort_id IN
  (SELECT cohort_id FROM people WHERE participant_id = :person
   UNION SELECT cohort_id FROM people_removed WHERE participant_id = :person)
ORDER BY id {for_update})sql";
inline constexpr char kRequeueRound[] = R"sql(
UPDATE rounds SET state = 'QUEUED', worker = '', worker_until_us = 0, phase = '', progress_permille = 0,
  revision = revision + 1, updated_at_us = :now WHERE id = :id)sql";

// Where the person was in the snapshot, or where the snapshot has gone with
// somebody else and what is left names them. An empty certificate is what is left
// of a snapshot: see LoadProposal.
inline constexpr char kSelectRoundsToErase[] = R"sql(
SELECT * FROM rounds WHERE id IN
  (SELECT round_id FROM round_people WHERE participant_id = :person
   UNION SELECT round_id FROM round_pairs WHERE mentor_id = :person OR adept_id = :person
   UNION SELECT round_id FROM round_unmatched WHERE adept_id = :person
   UNION SELECT round_id FROM round_earlier WHERE mentor_id = :person OR adept_id = :person
   UNION SELECT round_id FROM round_unmatched WHERE details LIKE '%"' || CAST(:person AS TEXT) || '"%')
ORDER BY id {for_update})sql";
inline constexpr const char* kEraseSnapshot[] = {
    "UPDATE rounds SET certificate = '', revision = revision + 1 WHERE id = :id",
    "DELETE FROM round_people WHERE round_id = :id",
    "DELETE FROM round_locks WHERE round_id = :id",
    "DELETE FROM round_vetoes WHERE round_id = :id",
};

// Rankings of the cohorts that the person was in are made anew and wholly.
inline constexpr char kRankAnew[] = R"sql(
UPDATE cohorts SET epoch = epoch + 1, context_epoch = epoch + 1, removals_from = epoch + 1 WHERE id IN
  (SELECT cohort_id FROM people WHERE participant_id = :person
   UNION SELECT cohort_id FROM people_removed WHERE participant_id = :person
   UNION SELECT cohort_id FROM locks WHERE mentor_id = :person OR adept_id = :person
   UNION SELECT cohort_id FROM vetoes WHERE mentor_id = :person OR adept_id = :person))sql";

// What goes.
inline constexpr const char* kErase[] = {
    "DELETE FROM people WHERE participant_id = :person",
    "DELETE FROM people_removed WHERE participant_id = :person",
    "DELETE FROM mentor_capacity WHERE participant_id = :person",
    "DELETE FROM locks WHERE mentor_id = :person OR adept_id = :person",
    "DELETE FROM vetoes WHERE mentor_id = :person OR adept_id = :person",
    R"sql(DELETE FROM networking_conversations WHERE (newcomer_id = :person OR established_id = :person) AND round >
      (SELECT started_rounds FROM networking_plans p WHERE p.id = networking_conversations.plan_id))sql",
};

// What stays under the name of nobody.
inline constexpr const char* kRename[] = {
    "UPDATE matches SET mentor_id = :stand_in WHERE mentor_id = :person",
    "UPDATE matches SET adept_id = :stand_in WHERE adept_id = :person",
    "UPDATE round_pairs SET mentor_id = :stand_in WHERE mentor_id = :person",
    "UPDATE round_pairs SET adept_id = :stand_in WHERE adept_id = :person",
    "UPDATE round_earlier SET mentor_id = :stand_in WHERE mentor_id = :person",
    "UPDATE round_earlier SET adept_id = :stand_in WHERE adept_id = :person",
    "UPDATE round_unmatched SET adept_id = :stand_in WHERE adept_id = :person",
    "UPDATE allocation_offers SET participant_id = :stand_in WHERE participant_id = :person",
    "UPDATE allocation_offers SET freed_by_id = :stand_in WHERE freed_by_id = :person",
    "UPDATE networking_guests SET participant_id = :stand_in, absent = 1 WHERE participant_id = :person",
    "UPDATE networking_conversations SET newcomer_id = :stand_in WHERE newcomer_id = :person",
    "UPDATE networking_conversations SET established_id = :stand_in WHERE established_id = :person",
};

// Groups that could not be matched name their people, and so may texts of
// allocations.
inline constexpr const char* kRenameInTexts[] = {
    R"sql(UPDATE round_unmatched SET details = REPLACE(details, CAST(:person AS TEXT), CAST(:stand_in AS TEXT))
      WHERE round_id = :id)sql",
};
inline constexpr char kRenameInAllocation[] = R"sql(
UPDATE allocation_texts SET content = REPLACE(content, CAST(:person AS TEXT), CAST(:stand_in AS TEXT))
WHERE allocation_id = :allocation_id)sql";

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_ERASURE_STATEMENTS_H_
