#include "services/matching/store/sql/sql_erasure_store.h"

#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "common/sql/requests.h"
#include "common/status/failpoint.h"
#include "common/status/macros.h"
#include "services/matching/domain/erasure.h"
#include "services/matching/domain/networking.h"
#include "services/matching/store/sql/allocation_rows.h"
#include "services/matching/store/sql/allocation_statements.h"
#include "services/matching/store/sql/erasure_statements.h"
#include "services/matching/store/sql/people_writer.h"
#include "services/matching/store/sql/rows.h"
#include "services/matching/store/sql/sql_availability.h"
#include "services/matching/store/sql/statements.h"

namespace brygga::matching {
namespace {

using sql::Row;
using sql::Transaction;

constexpr const char* kAnswersWithApplications[] = {
    "brygga.matching.v1.AllocationService/SubmitApplication",
    "brygga.matching.v1.AllocationService/ImportApplications",
    "brygga.matching.v1.AllocationService/WithdrawApplication",
};

// A reading of people that began before is overtaken, so that it brings nobody
// back: the writer's number says so.
absl::Status TakeOut(Transaction& tx, const ParticipantId& person) {
  BRYGGA_ASSIGN_OR_RETURN(PeopleWriter writer, PeopleWriter::Begin(tx, std::nullopt));
  BRYGGA_ASSIGN_OR_RETURN(const auto known, SelectKnown(tx, kSelectCohortsOfPerson, {{"participant_id", person}}));
  for (const KnownPerson& row : known) {
    BRYGGA_RETURN_IF_ERROR(writer.Enter(row.cohort));
    BRYGGA_RETURN_IF_ERROR(writer.Remove(row));
  }
  return writer.FinishNamed();
}

absl::Status NoteGone(Transaction& tx, const std::string& name, int64_t revision) {
  tx.Changed(name, ChangeKind::kDeleted, revision + 1);
  return sql::EraseAnswers(tx, name);
}

// Ends one application; see kRenameApplication.
absl::Status LeaveAllocation(Transaction& tx, const Allocation& before, const ParticipantId& person,
                             const ParticipantId& stand_in) {
  const sql::Args application = {{"allocation_id", before.id}, {"participant_id", person}};
  BRYGGA_ASSIGN_OR_RETURN(const auto row, tx.QueryOne(kSelectApplication, application));
  if (!row) return absl::OkStatus();  // It was withdrawn while we waited for the allocation.
  Allocation after = LoseApplicant(before);
  ++after.revision;
  after.updated_at = tx.now();
  after.failure_detail = absl::StrReplaceAll(after.failure_detail, {{person.value(), stand_in.value()}});
  BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdateAllocation, UpdateArgs(after)));
  tx.Changed(after.name(), ChangeKind::kUpdated, after.revision, {"state"});
  BRYGGA_RETURN_IF_ERROR(NoteGone(tx, NameOf(before.cohort, before.id, person), ToApplication(*row).revision));
  if (before.state == AllocationState::kOpen) return tx.Run(kDeleteApplication, application);
  BRYGGA_RETURN_IF_ERROR(tx.Run(kRenameApplication, sql::Args(application).Set("stand_in", stand_in)));
  tx.Changed(NameOf(before.cohort, before.id, stand_in), ChangeKind::kCreated, 1);
  return tx.Run(kRenameInAllocation, {{"allocation_id", before.id}, {"person", person}, {"stand_in", stand_in}});
}

absl::Status LeaveAllocations(Transaction& tx, const ParticipantId& person, const ParticipantId& stand_in) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows, tx.Query(kSelectAllocationsToErase, {{"person", person}}));
  for (const Row& row : rows) BRYGGA_RETURN_IF_ERROR(LeaveAllocation(tx, ToAllocation(row), person, stand_in));
  // Also of what was withdrawn since, and of imports that changed nothing.
  for (const char* method : kAnswersWithApplications) {
    BRYGGA_RETURN_IF_ERROR(sql::EraseAnswersThat(
        tx, method, [&](std::string_view answer) { return answer.find(person.value()) != std::string_view::npos; }));
  }
  return absl::OkStatus();
}

// Before the conversations go.
absl::Status LeavePlans(Transaction& tx, const ParticipantId& person) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> plans, tx.Query(kSelectPlansToErase, {{"person", person}}));
  for (const Row& plan : plans) {
    const std::string name = NameOf(KeyOf(plan), plan.As<NetworkingPlanId>("id"));
    const sql::Args id = {{"id", plan.Text("id")}};
    BRYGGA_ASSIGN_OR_RETURN(
        const auto lost,
        tx.QueryOne(kSelectConversationsToErase,
                    sql::Args(id).Set("person", person).Set("started_rounds", plan.Int("started_rounds"))));
    BRYGGA_RETURN_IF_ERROR(tx.Run(kTouchPlan, sql::Args(id)
                                                  .Set("now", tx.now())
                                                  .Set("conversations", lost->Int("conversations"))
                                                  .Set("score", lost->Int("score"))));
    tx.Changed(name, ChangeKind::kUpdated, plan.Int("revision") + 1, {"conversation_count"});
    BRYGGA_RETURN_IF_ERROR(sql::EraseAnswers(tx, name));
  }
  return absl::OkStatus();
}

absl::Status BeginRoundsAgain(Transaction& tx, const ParticipantId& person) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows, tx.Query(kSelectRunningRounds, {{"person", person}}));
  for (const Row& row : rows) {
    const Round round = ToRound(row);
    BRYGGA_RETURN_IF_ERROR(tx.Run(kRequeueRound, {{"id", round.id}, {"now", tx.now()}}));
    tx.Changed(round.name(), ChangeKind::kUpdated, round.revision + 1, {"state"});
  }
  return absl::OkStatus();
}

absl::Status EraseSnapshots(Transaction& tx, const ParticipantId& person, const ParticipantId& stand_in) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows, tx.Query(kSelectRoundsToErase, {{"person", person}}));
  for (const Row& row : rows) {
    const Round round = ToRound(row);
    for (const char* statement : kEraseSnapshot) BRYGGA_RETURN_IF_ERROR(tx.Run(statement, {{"id", round.id}}));
    for (const char* statement : kRenameInTexts) {
      BRYGGA_RETURN_IF_ERROR(tx.Run(statement, {{"id", round.id}, {"person", person}, {"stand_in", stand_in}}));
    }
    tx.Changed(round.name(), ChangeKind::kUpdated, round.revision + 1, {"snapshot"});
  }
  return absl::OkStatus();
}

absl::Status EndMatches(Transaction& tx, const ParticipantId& person, AvailabilityGrowth& growth) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows, tx.Query(kSelectMatchesToErase, {{"person", person}}));
  for (const Row& row : rows) {
    const Match before = ToMatch(row);
    growth.Of(before);
    BRYGGA_RETURN_IF_ERROR(WriteMatch(tx, before, EndByErasure(before, tx.now()), growth));
    BRYGGA_RETURN_IF_ERROR(sql::EraseAnswers(tx, before.name()));
    if (IsLive(before.state)) continue;
    // It has ended already, and names another person from now on.
    BRYGGA_RETURN_IF_ERROR(tx.Run(kTouchMatch, {{"id", before.id}, {"now", tx.now()}}));
    tx.Changed(before.name(), ChangeKind::kUpdated, before.revision + 1,
               {before.mentor == person ? "mentor" : "adept"});
  }
  return absl::OkStatus();
}

absl::Status NotePairsGone(Transaction& tx, const ParticipantId& person) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> locks, tx.Query(kSelectLocksToErase, {{"person", person}}));
  for (const Row& row : locks) {
    const Lock lock = ToLock(row);
    BRYGGA_RETURN_IF_ERROR(NoteGone(tx, NameOf(lock.cohort, lock.id), lock.revision));
  }
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> vetoes, tx.Query(kSelectVetoesToErase, {{"person", person}}));
  for (const Row& row : vetoes) {
    const Veto veto = ToVeto(row);
    BRYGGA_RETURN_IF_ERROR(NoteGone(tx, NameOf(veto.cohort, veto.id), veto.revision));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SqlErasureStore::ErasePerson(const Origin& origin, const ParticipantId& person,
                                          const ParticipantId& stand_in) {
  return database_.Write(origin, [&](Transaction& tx) -> absl::Status {
    const sql::Args of_person = {{"person", person}};
    const sql::Args both = {{"person", person}, {"stand_in", stand_in}};
    // Allocations and rounds before cohorts and cohorts before seats, as in a publication.
    BRYGGA_RETURN_IF_ERROR(LeaveAllocations(tx, person, stand_in));
    BRYGGA_RETURN_IF_ERROR(LeavePlans(tx, person));
    BRYGGA_RETURN_IF_ERROR(BeginRoundsAgain(tx, person));
    BRYGGA_RETURN_IF_ERROR(EraseSnapshots(tx, person, stand_in));
    BRYGGA_RETURN_IF_ERROR(TakeOut(tx, person));
    BRYGGA_RETURN_IF_ERROR(tx.Run(kRankAnew, of_person));
    AvailabilityGrowth growth;
    BRYGGA_RETURN_IF_ERROR(EndMatches(tx, person, growth));
    BRYGGA_RETURN_IF_ERROR(NotePairsGone(tx, person));
    for (const char* statement : kErase) BRYGGA_RETURN_IF_ERROR(tx.Run(statement, of_person));
    for (const char* statement : kRename) BRYGGA_RETURN_IF_ERROR(tx.Run(statement, both));
    BRYGGA_RETURN_IF_ERROR(growth.Write(tx));
    Failpoint("erasure.written");
    return absl::OkStatus();
  });
}

}  // namespace brygga::matching
