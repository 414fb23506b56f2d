#include "services/matching/store/sql/sql_networking_store.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/sql/select_page.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::matching {
namespace {

using sql::Reader;
using sql::Row;
using sql::Transaction;

constexpr char kInsertPlan[] = R"sql(
INSERT INTO networking_plans (id, programme_id, cohort_id, revision, created_at_us, updated_at_us, display_name, event,
  rounds, round_minutes, starts_at_us, tables, language_level, started_rounds, finished_rounds, conversation_count,
  possible_pairs, total_score)
VALUES (:id, :programme_id, :cohort_id, :revision, :created_at, :updated_at, :display_name, :event,
  :rounds, :round_minutes, :starts_at, :tables, :language_level, :started_rounds, :finished_rounds,
  :conversation_count, :possible_pairs, :total_score))sql";
constexpr char kUpdatePlan[] = R"sql(
UPDATE networking_plans SET
  revision = :revision, updated_at_us = :updated_at, started_rounds = :started_rounds,
  finished_rounds = :finished_rounds, conversation_count = :conversation_count, possible_pairs = :possible_pairs,
  total_score = :total_score
WHERE id = :id)sql";
constexpr char kSelectPlan[] =
    "SELECT * FROM networking_plans WHERE id = :id AND cohort_id = :cohort_id AND programme_id = :programme_id";
constexpr char kSelectPlanForUpdate[] =
    "SELECT * FROM networking_plans WHERE id = :id AND cohort_id = :cohort_id AND programme_id = :programme_id "
    "{for_update}";
constexpr char kSelectPlans[] =
    "SELECT * FROM networking_plans WHERE cohort_id = :cohort_id AND programme_id = :programme_id";
constexpr char kSelectGuests[] = "SELECT * FROM networking_guests WHERE plan_id = :plan_id ORDER BY position";
constexpr char kDeleteGuests[] = "DELETE FROM networking_guests WHERE plan_id = :plan_id";
constexpr char kInsertGuest[] = R"sql(
INSERT INTO networking_guests (plan_id, position, participant_id, side, languages, absent)
VALUES (:plan_id, :position, :participant_id, :side, :languages, :absent))sql";
constexpr char kSelectConversations[] =
    "SELECT * FROM networking_conversations WHERE plan_id = :plan_id ORDER BY round, table_number";
constexpr char kSelectConversationsOf[] = R"sql(
SELECT c.*, CAST(1000000 + round * 10000 + table_number AS TEXT) AS id FROM networking_conversations c
WHERE plan_id = :plan_id AND (:participant = '' OR newcomer_id = :participant OR established_id = :participant)
  AND (CAST(:round AS BIGINT) = 0 OR round = CAST(:round AS BIGINT)))sql";
constexpr char kDeleteConversations[] = "DELETE FROM networking_conversations WHERE plan_id = :plan_id";
constexpr char kInsertConversation[] = R"sql(
INSERT INTO networking_conversations (plan_id, round, table_number, newcomer_id, established_id, language, score)
VALUES (:plan_id, :round, :table_number, :newcomer_id, :established_id, :language, :score))sql";

int Number(const Row& row, std::string_view column) { return static_cast<int>(row.Int(column)); }

std::string Join(const Languages& languages) {
  return absl::StrJoin(languages, ";", [](std::string* out, const auto& entry) {
    absl::StrAppend(out, entry.first, ":", entry.second);
  });
}

Languages Split(const std::string& text) {
  Languages languages;
  for (const std::string& entry : std::vector<std::string>(absl::StrSplit(text, ';', absl::SkipEmpty()))) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(entry, absl::MaxSplits(':', 1));
    languages.push_back(parts);
  }
  return languages;
}

NetworkingPlan ToPlan(const Row& row) {
  NetworkingPlan plan{.id = row.As<NetworkingPlanId>("id"),
                      .cohort = {row.As<ProgrammeId>("programme_id"), row.As<CohortId>("cohort_id")},
                      .revision = row.Int("revision"),
                      .created_at = row.Time("created_at_us"),
                      .updated_at = row.Time("updated_at_us"),
                      .display_name = row.Text("display_name"),
                      .event = row.Text("event"),
                      .rounds = Number(row, "rounds"),
                      .round_minutes = Number(row, "round_minutes"),
                      .tables = Number(row, "tables"),
                      .language_level = row.Text("language_level"),
                      .started_rounds = Number(row, "started_rounds"),
                      .finished_rounds = Number(row, "finished_rounds"),
                      .conversation_count = Number(row, "conversation_count"),
                      .possible_pairs = Number(row, "possible_pairs"),
                      .total_score = row.Int("total_score")};
  if (!row.IsNull("starts_at_us")) plan.starts_at = row.Time("starts_at_us");
  return plan;
}

sql::Args UpdateArgs(const NetworkingPlan& plan) {
  return {{"id", plan.id},
          {"revision", plan.revision},
          {"updated_at", plan.updated_at},
          {"started_rounds", plan.started_rounds},
          {"finished_rounds", plan.finished_rounds},
          {"conversation_count", plan.conversation_count},
          {"possible_pairs", plan.possible_pairs},
          {"total_score", plan.total_score}};
}

sql::Args InsertArgs(const NetworkingPlan& plan) {
  return UpdateArgs(plan)
      .Set("programme_id", plan.cohort.programme)
      .Set("cohort_id", plan.cohort.cohort)
      .Set("created_at", plan.created_at)
      .Set("display_name", plan.display_name)
      .Set("event", plan.event)
      .Set("rounds", plan.rounds)
      .Set("round_minutes", plan.round_minutes)
      .Set("starts_at", plan.starts_at ? sql::Value(*plan.starts_at) : sql::Value())
      .Set("tables", plan.tables)
      .Set("language_level", plan.language_level);
}

NetworkingConversation ToConversation(const Row& row) {
  return {.round = Number(row, "round"),
          .table = Number(row, "table_number"),
          .newcomer = row.As<ParticipantId>("newcomer_id"),
          .established = row.As<ParticipantId>("established_id"),
          .language = row.Text("language"),
          .score = static_cast<int32_t>(row.Int("score"))};
}

absl::StatusOr<NetworkingRecord> Load(Reader& reader, const char* statement, const CohortKey& key,
                                      const NetworkingPlanId& id) {
  BRYGGA_ASSIGN_OR_RETURN(
      const auto row,
      reader.QueryOne(statement, {{"id", id}, {"cohort_id", key.cohort}, {"programme_id", key.programme}}));
  if (!row) return NotFound(NameOf(key, id));
  NetworkingRecord record{.plan = ToPlan(*row)};
  BRYGGA_ASSIGN_OR_RETURN(const auto guests, reader.Query(kSelectGuests, {{"plan_id", id}}));
  for (const Row& guest : guests) {
    record.guests.push_back({.id = guest.As<ParticipantId>("participant_id"),
                             .side = SideOf(guest.Text("side")),
                             .languages = Split(guest.Text("languages")),
                             .absent = guest.Bool("absent")});
  }
  BRYGGA_ASSIGN_OR_RETURN(const auto conversations, reader.Query(kSelectConversations, {{"plan_id", id}}));
  for (const Row& conversation : conversations) record.conversations.push_back(ToConversation(conversation));
  return record;
}

// Guests and conversations, in place of those that were there.
absl::Status WriteParts(Transaction& tx, const NetworkingRecord& record) {
  const NetworkingPlanId& id = record.plan.id;
  BRYGGA_RETURN_IF_ERROR(tx.Run(kDeleteGuests, {{"plan_id", id}}));
  for (size_t i = 0; i < record.guests.size(); ++i) {
    const NetworkingGuest& guest = record.guests[i];
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertGuest, {{"plan_id", id},
                                                 {"position", static_cast<int64_t>(i)},
                                                 {"participant_id", guest.id},
                                                 {"side", NameOf(guest.side)},
                                                 {"languages", Join(guest.languages)},
                                                 {"absent", guest.absent}}));
  }
  BRYGGA_RETURN_IF_ERROR(tx.Run(kDeleteConversations, {{"plan_id", id}}));
  for (const NetworkingConversation& conversation : record.conversations) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertConversation, {{"plan_id", id},
                                                        {"round", conversation.round},
                                                        {"table_number", conversation.table},
                                                        {"newcomer_id", conversation.newcomer},
                                                        {"established_id", conversation.established},
                                                        {"language", conversation.language},
                                                        {"score", int64_t{conversation.score}}}));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<NetworkingRecord> SqlNetworkingStore::CreatePlan(const Mutation<NetworkingRecord>& mutation,
                                                                NetworkingRecord record) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<NetworkingRecord> {
    NetworkingRecord made = record;
    made.plan.created_at = made.plan.updated_at = tx.now();
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertPlan, InsertArgs(made.plan)));
    BRYGGA_RETURN_IF_ERROR(WriteParts(tx, made));
    tx.Changed(made.plan.name(), ChangeKind::kCreated, made.plan.revision);
    return made;
  });
}

absl::StatusOr<NetworkingRecord> SqlNetworkingStore::LoadPlan(const CohortKey& key, const NetworkingPlanId& id,
                                                              absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) { return Load(reader, kSelectPlan, key, id); });
}

absl::StatusOr<list::Page<NetworkingPlan>> SqlNetworkingStore::ListPlans(const CohortKey& key,
                                                                         const list::ListQuery& query,
                                                                         absl::Time deadline) {
  static const sql::Columns kColumns = {
      {"state",
       "CASE WHEN started_rounds = 0 THEN 'PLANNED' WHEN finished_rounds >= rounds THEN 'FINISHED' ELSE 'RUNNING' END"},
      {"create_time", "created_at_us"}};
  return database_.Read(deadline, [&](Reader& reader) {
    return sql::SelectPage<NetworkingPlan>(reader, kSelectPlans,
                                           {{"cohort_id", key.cohort}, {"programme_id", key.programme}}, query,
                                           NetworkingPlanSchema(), kColumns, &ToPlan);
  });
}

absl::StatusOr<list::Page<NetworkingConversation>> SqlNetworkingStore::ListConversations(const CohortKey& key,
                                                                                         const NetworkingPlanId& id,
                                                                                         const ConversationScope& scope,
                                                                                         const list::ListQuery& query,
                                                                                         absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<list::Page<NetworkingConversation>> {
    BRYGGA_ASSIGN_OR_RETURN(
        const auto row,
        reader.QueryOne(kSelectPlan, {{"id", id}, {"cohort_id", key.cohort}, {"programme_id", key.programme}}));
    if (!row) return NotFound(NameOf(key, id));
    return sql::SelectPage<NetworkingConversation>(
        reader, kSelectConversationsOf, {{"plan_id", id}, {"participant", scope.participant}, {"round", scope.round}},
        query, ConversationSchema(), {}, &ToConversation);
  });
}

absl::StatusOr<NetworkingRecord> SqlNetworkingStore::ChangePlan(const Mutation<NetworkingRecord>& mutation,
                                                                const CohortKey& key, const NetworkingPlanId& id,
                                                                const DecidePlan& decide) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<NetworkingRecord> {
    BRYGGA_ASSIGN_OR_RETURN(const NetworkingRecord before, Load(tx, kSelectPlanForUpdate, key, id));
    BRYGGA_ASSIGN_OR_RETURN(NetworkingRecord after, decide(before, tx.now()));
    if (after == before) return after;
    ++after.plan.revision;
    after.plan.updated_at = tx.now();
    BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdatePlan, UpdateArgs(after.plan)));
    if (after.guests != before.guests || after.conversations != before.conversations) {
      BRYGGA_RETURN_IF_ERROR(WriteParts(tx, after));
    }
    tx.Changed(after.plan.name(), ChangeKind::kUpdated, after.plan.revision);
    return after;
  });
}

}  // namespace brygga::matching
