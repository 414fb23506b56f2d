#include "services/matching/store/sql/sql_allocation_store.h"

#include <set>
#include <utility>

#include "common/sql/select_page.h"
#include "common/status/error.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/matching/domain/allocation_errors.h"
#include "services/matching/domain/erasure.h"
#include "services/matching/domain/match.h"
#include "services/matching/store/sql/allocation_rows.h"
#include "services/matching/store/sql/allocation_statements.h"
#include "services/matching/store/sql/rows.h"
#include "services/matching/store/sql/statements.h"

namespace brygga::matching {
namespace {

using sql::Reader;
using sql::Row;
using sql::Transaction;

sql::Args Of(const AllocationId& id) { return {{"allocation_id", id}}; }

sql::Args ArgsOf(const CohortKey& key, const AllocationId& id) {
  return {{"id", id}, {"cohort_id", key.cohort}, {"programme_id", key.programme}};
}

absl::Status AddParts(Reader& reader, Allocation& allocation) {
  BRYGGA_ASSIGN_OR_RETURN(const auto reserves, reader.Query(kSelectAllocationReserves, Of(allocation.id)));
  for (const Row& row : reserves) allocation.reserves.push_back(ToAllocationReserve(row));
  BRYGGA_ASSIGN_OR_RETURN(const auto groups, reader.Query(kSelectAllocationGroups, Of(allocation.id)));
  for (const Row& row : groups) allocation.groups.push_back(ToGroupFigure(row));
  return absl::OkStatus();
}

absl::StatusOr<Allocation> Select(Reader& reader, const char* statement, const CohortKey& key, const AllocationId& id) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row, reader.QueryOne(statement, ArgsOf(key, id)));
  if (!row) return NotFound(NameOf(key, id));
  Allocation allocation = ToAllocation(*row);
  BRYGGA_RETURN_IF_ERROR(AddParts(reader, allocation));
  return allocation;
}

// The next revision, in this transaction; its groups are written anew.
absl::StatusOr<Allocation> Write(Transaction& tx, Allocation allocation) {
  ++allocation.revision;
  allocation.updated_at = tx.now();
  BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdateAllocation, UpdateArgs(allocation)));
  BRYGGA_RETURN_IF_ERROR(tx.Run(kDeleteAllocationGroups, Of(allocation.id)));
  for (size_t i = 0; i < allocation.groups.size(); ++i) {
    const GroupFigure& figure = allocation.groups[i];
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertAllocationGroup, {{"allocation_id", allocation.id},
                                                           {"position", static_cast<int64_t>(i)},
                                                           {"group_code", figure.group},
                                                           {"eligible", figure.eligible},
                                                           {"placed", figure.placed},
                                                           {"reserved", figure.reserved}}));
  }
  tx.Changed(allocation.name(), ChangeKind::kUpdated, allocation.revision, {"state"});
  return allocation;
}

// Adds those of `openings` that are new, and counts them.
absl::Status InsertOpenings(Transaction& tx, Allocation& allocation, const std::vector<std::string>& openings) {
  for (const std::string& opening : openings) {
    BRYGGA_ASSIGN_OR_RETURN(
        const int64_t inserted,
        tx.Affect(kInsertAllocationOpening, {{"allocation_id", allocation.id}, {"opening", opening}}));
    allocation.opening_count += static_cast<int>(inserted);
  }
  return allocation.opening_count > kMostOpenings ? TooManyOpenings(allocation) : absl::OkStatus();
}

// The allocation that `claimed` is of, if that claim still holds.
absl::StatusOr<Allocation> SelectClaimed(Transaction& tx, const Allocation& claimed) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row, tx.QueryOne(kSelectAllocationByIdForUpdate, {{"id", claimed.id}}));
  if (!row) return AllocationLost(claimed.id);
  Allocation allocation = ToAllocation(*row);
  if (allocation.state != claimed.state || allocation.attempt != claimed.attempt) return AllocationLost(claimed.id);
  BRYGGA_RETURN_IF_ERROR(AddParts(tx, allocation));
  return allocation;
}

absl::StatusOr<std::optional<Application>> SelectApplication(Reader& reader, const AllocationId& id,
                                                             const ParticipantId& participant) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row,
                          reader.QueryOne(kSelectApplication, Of(id).Set("participant_id", participant)));
  return row ? std::optional(ToApplication(*row)) : std::nullopt;
}

std::string ApplicationName(const Allocation& allocation, const ParticipantId& participant) {
  return NameOf(allocation.cohort, allocation.id, participant);
}

// Judges one application and keeps it where it is right.
absl::StatusOr<ApplicationResult> ApplyOne(Transaction& tx, Allocation& allocation, const ApplicationRow& row) {
  std::set<std::string> openings;
  for (const std::string& choice : row.application.choices) {
    BRYGGA_ASSIGN_OR_RETURN(const auto found,
                            tx.QueryOne(kSelectAllocationOpening, Of(allocation.id).Set("opening", choice)));
    if (found) openings.insert(choice);
  }
  BRYGGA_ASSIGN_OR_RETURN(const auto known, SelectApplication(tx, allocation.id, row.application.participant));
  ApplicationResult result = Judge(allocation, row, openings, known ? &*known : nullptr, tx.now());
  const Application& after = result.application;
  if (result.outcome == ApplicationOutcome::kCreated) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertApplication, InsertArgs(allocation.id, after)));
    tx.Changed(ApplicationName(allocation, after.participant), ChangeKind::kCreated, after.revision);
    ++allocation.application_count;
  } else if (result.outcome == ApplicationOutcome::kUpdated) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdateApplication, UpdateArgs(allocation.id, after)));
    tx.Changed(ApplicationName(allocation, after.participant), ChangeKind::kUpdated, after.revision);
  }
  return result;
}

absl::Status SetText(Transaction& tx, const AllocationId& id, std::string_view kind, std::string_view content) {
  return tx.Run(kSetAllocationText, Of(id).Set("kind", kind).Set("content", content));
}

}  // namespace

absl::StatusOr<Allocation> SqlAllocationStore::CreateAllocation(const Mutation<Allocation>& mutation,
                                                                Allocation allocation,
                                                                const std::vector<std::string>& openings) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Allocation> {
    Allocation made = allocation;
    made.created_at = made.updated_at = tx.now();
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertAllocation, InsertArgs(made)));
    for (size_t i = 0; i < made.reserves.size(); ++i) {
      BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertAllocationReserve, {{"allocation_id", made.id},
                                                               {"position", static_cast<int64_t>(i)},
                                                               {"group_code", made.reserves[i].group},
                                                               {"share_permille", made.reserves[i].share_permille},
                                                               {"fallback", NameOf(made.reserves[i].fallback)},
                                                               {"count", made.reserves[i].count},
                                                               {"scope", NameOf(made.reserves[i].scope)}}));
    }
    BRYGGA_RETURN_IF_ERROR(InsertOpenings(tx, made, openings));
    BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdateAllocation, UpdateArgs(made)));
    tx.Changed(made.name(), ChangeKind::kCreated, made.revision);
    return made;
  });
}

absl::StatusOr<Allocation> SqlAllocationStore::AddOpenings(const Mutation<Allocation>& mutation, const CohortKey& key,
                                                           const AllocationId& id,
                                                           const std::vector<std::string>& openings) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Allocation> {
    BRYGGA_ASSIGN_OR_RETURN(Allocation allocation, Select(tx, kSelectAllocationForUpdate, key, id));
    BRYGGA_RETURN_IF_ERROR(CheckTakesApplications(allocation));
    const int before = allocation.opening_count;
    BRYGGA_RETURN_IF_ERROR(InsertOpenings(tx, allocation, openings));
    if (allocation.opening_count == before) return allocation;
    return Write(tx, std::move(allocation));
  });
}

absl::StatusOr<Allocation> SqlAllocationStore::GetAllocation(const CohortKey& key, const AllocationId& id,
                                                             absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) { return Select(reader, kSelectAllocation, key, id); });
}

absl::StatusOr<list::Page<Allocation>> SqlAllocationStore::ListAllocations(const CohortKey& key,
                                                                           const list::ListQuery& query,
                                                                           absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<list::Page<Allocation>> {
    BRYGGA_ASSIGN_OR_RETURN(
        auto page, sql::SelectPage<Allocation>(reader, kSelectAllocations,
                                               {{"cohort_id", key.cohort}, {"programme_id", key.programme}}, query,
                                               AllocationSchema(), {{"create_time", "created_at_us"}}, &ToAllocation));
    for (Allocation& allocation : page.items) BRYGGA_RETURN_IF_ERROR(AddParts(reader, allocation));
    return page;
  });
}

absl::StatusOr<Allocation> SqlAllocationStore::ChangeAllocation(const Mutation<Allocation>& mutation,
                                                                const CohortKey& key, const AllocationId& id,
                                                                const DecideAllocation& decide) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Allocation> {
    BRYGGA_ASSIGN_OR_RETURN(const Allocation before, Select(tx, kSelectAllocationForUpdate, key, id));
    BRYGGA_ASSIGN_OR_RETURN(Allocation after, decide(before, tx.now()));
    if (after == before) return after;
    return Write(tx, std::move(after));
  });
}

absl::StatusOr<std::vector<ApplicationResult>> SqlAllocationStore::Apply(
    const Mutation<std::vector<ApplicationResult>>& mutation, const CohortKey& key, const AllocationId& id,
    const std::vector<ApplicationRow>& rows) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<std::vector<ApplicationResult>> {
    BRYGGA_ASSIGN_OR_RETURN(Allocation allocation, Select(tx, kSelectAllocationForUpdate, key, id));
    BRYGGA_RETURN_IF_ERROR(CheckTakesApplications(allocation));
    const int before = allocation.application_count;
    std::vector<ApplicationResult> results;
    for (const ApplicationRow& row : rows) {
      BRYGGA_ASSIGN_OR_RETURN(results.emplace_back(), ApplyOne(tx, allocation, row));
    }
    if (allocation.application_count != before) BRYGGA_RETURN_IF_ERROR(Write(tx, allocation));
    return results;
  });
}

absl::StatusOr<Application> SqlAllocationStore::Withdraw(const Mutation<Application>& mutation, const CohortKey& key,
                                                         const AllocationId& id, const ParticipantId& participant) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Application> {
    BRYGGA_ASSIGN_OR_RETURN(Allocation allocation, Select(tx, kSelectAllocationForUpdate, key, id));
    BRYGGA_ASSIGN_OR_RETURN(const auto known, SelectApplication(tx, id, participant));
    if (!known) return NotFound(ApplicationName(allocation, participant));
    BRYGGA_RETURN_IF_ERROR(CheckTakesApplications(allocation));
    BRYGGA_RETURN_IF_ERROR(tx.Run(kDeleteApplication, Of(id).Set("participant_id", participant)));
    tx.Changed(ApplicationName(allocation, participant), ChangeKind::kDeleted, known->revision + 1);
    --allocation.application_count;
    BRYGGA_RETURN_IF_ERROR(Write(tx, std::move(allocation)));
    return *known;
  });
}

absl::StatusOr<Application> SqlAllocationStore::GetApplication(const CohortKey& key, const AllocationId& id,
                                                               const ParticipantId& participant, absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<Application> {
    BRYGGA_ASSIGN_OR_RETURN(const Allocation allocation, Select(reader, kSelectAllocation, key, id));
    BRYGGA_ASSIGN_OR_RETURN(const auto known, SelectApplication(reader, id, participant));
    if (!known) return NotFound(ApplicationName(allocation, participant));
    return *known;
  });
}

absl::StatusOr<list::Page<Application>> SqlAllocationStore::List(const char* statement, const list::Schema& schema,
                                                                 const CohortKey& key, const AllocationId& id,
                                                                 const list::ListQuery& query, absl::Time deadline,
                                                                 Application (*to_item)(const sql::Row&)) {
  static const sql::Columns kColumns = {{"participant", "participant_id"}, {"create_time", "created_at_us"},
                                        {"opening", "placement"},          {"group", "seat_group"},
                                        {"position", "reserve_position"},  {"openings", "choices"}};
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<list::Page<Application>> {
    BRYGGA_RETURN_IF_ERROR(Select(reader, kSelectAllocation, key, id));
    return sql::SelectPage<Application>(reader, statement, Of(id), query, schema, kColumns, to_item);
  });
}

absl::StatusOr<list::Page<Application>> SqlAllocationStore::ListApplications(const CohortKey& key,
                                                                             const AllocationId& id,
                                                                             const list::ListQuery& query,
                                                                             absl::Time deadline) {
  return List(kSelectApplications, ApplicationSchema(), key, id, query, deadline, &ToApplication);
}

absl::StatusOr<list::Page<Application>> SqlAllocationStore::ListPlacements(const CohortKey& key, const AllocationId& id,
                                                                           const list::ListQuery& query,
                                                                           absl::Time deadline) {
  return List(kSelectPlacements, PlacementSchema(), key, id, query, deadline, &ToPlacement);
}

absl::StatusOr<list::Page<Application>> SqlAllocationStore::ListReserves(const CohortKey& key, const AllocationId& id,
                                                                         const list::ListQuery& query,
                                                                         absl::Time deadline) {
  return List(kSelectReserves, ReserveSchema(), key, id, query, deadline, &ToApplication);
}

absl::StatusOr<AllocationInput> SqlAllocationStore::LoadAllocation(const CohortKey& key, const AllocationId& id,
                                                                   absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<AllocationInput> {
    AllocationInput input;
    BRYGGA_ASSIGN_OR_RETURN(input.allocation, Select(reader, kSelectAllocation, key, id));
    BRYGGA_ASSIGN_OR_RETURN(const auto openings, reader.Query(kSelectAllocationOpenings, Of(id)));
    for (const Row& row : openings) {
      input.openings.push_back({.name = row.Text("opening"), .seats = static_cast<int>(row.Int("seats"))});
    }
    BRYGGA_ASSIGN_OR_RETURN(const auto applications, reader.Query(kSelectApplicationsByParticipant, Of(id)));
    for (const Row& row : applications) input.applications.push_back(ToApplication(row));
    return input;
  });
}

absl::StatusOr<std::string> SqlAllocationStore::GetText(const CohortKey& key, const AllocationId& id,
                                                        std::string_view kind, absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<std::string> {
    BRYGGA_RETURN_IF_ERROR(Select(reader, kSelectAllocation, key, id));
    BRYGGA_ASSIGN_OR_RETURN(const auto row, reader.QueryOne(kSelectAllocationText, Of(id).Set("kind", kind)));
    return row ? row->Text("content") : "";
  });
}

absl::StatusOr<std::string> SqlAllocationStore::GetCertificate(const CohortKey& key, const AllocationId& id,
                                                               absl::Time deadline) {
  return GetText(key, id, "CERTIFICATE", deadline);
}

absl::StatusOr<std::string> SqlAllocationStore::GetDocument(const CohortKey& key, const AllocationId& id,
                                                            absl::Time deadline) {
  return GetText(key, id, "DOCUMENT", deadline);
}

absl::StatusOr<std::vector<ParticipantId>> SqlAllocationStore::PlacedElsewhere(const CohortKey& key,
                                                                               const AllocationId& id,
                                                                               absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<std::vector<ParticipantId>> {
    BRYGGA_RETURN_IF_ERROR(Select(reader, kSelectAllocation, key, id));
    BRYGGA_ASSIGN_OR_RETURN(const auto rows,
                            reader.Query(kSelectPlacedElsewhere, Of(id).Set("programme_id", key.programme)));
    std::vector<ParticipantId> participants;
    for (const Row& row : rows) participants.push_back(row.As<ParticipantId>("participant_id"));
    return participants;
  });
}

absl::StatusOr<Allocation> SqlAllocationStore::BeginPublication(const Mutation<Allocation>& mutation,
                                                                const AllocationPublishOrder& order) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Allocation> {
    BRYGGA_ASSIGN_OR_RETURN(const Allocation before,
                            Select(tx, kSelectAllocationForUpdate, order.cohort, order.allocation));
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(order.etag, before.revision, before.name()));
    BRYGGA_ASSIGN_OR_RETURN(const Allocation after, matching::BeginPublication(before, order.answer_within));
    BRYGGA_ASSIGN_OR_RETURN(const auto rows, tx.Query(kSelectApplicationsByParticipant, Of(before.id)));
    size_t next = 0;
    for (const Row& row : rows) {
      if (row.Text("placement").empty()) continue;
      BRYGGA_RETURN_IF_ERROR(tx.Run(kSetApplicationMatch, Of(before.id)
                                                              .Set("participant_id", row.Text("participant_id"))
                                                              .Set("match_id", order.match_ids[next++])
                                                              .Set("seat", NameOf(PlacementSeat::kHeld))));
    }
    BRYGGA_RETURN_IF_ERROR(SetText(tx, before.id, "DOCUMENT", order.document));
    return Write(tx, after);
  });
}

absl::StatusOr<std::vector<Allocation>> SqlAllocationStore::ListClaimableAllocations(absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<std::vector<Allocation>> {
    BRYGGA_ASSIGN_OR_RETURN(const auto rows, reader.Query(kSelectClaimableAllocations, {{"now", reader.now()}}));
    std::vector<Allocation> allocations;
    for (const Row& row : rows) allocations.push_back(ToAllocation(row));
    return allocations;
  });
}

absl::StatusOr<std::optional<Allocation>> SqlAllocationStore::ClaimAllocation(const Origin& origin,
                                                                              const AllocationId& id,
                                                                              std::string_view worker,
                                                                              absl::Duration length) {
  const Mutation<std::optional<Allocation>> mutation{origin};
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<std::optional<Allocation>> {
    BRYGGA_ASSIGN_OR_RETURN(const auto row, tx.QueryOne(kSelectAllocationByIdForUpdate, {{"id", id}}));
    if (!row) return std::optional<Allocation>();
    Allocation allocation = ToAllocation(*row);
    if (!IsClaimable(allocation, tx.now())) return std::optional<Allocation>();
    BRYGGA_RETURN_IF_ERROR(AddParts(tx, allocation));
    BRYGGA_ASSIGN_OR_RETURN(Allocation claimed, Write(tx, Claim(std::move(allocation), worker, tx.now() + length)));
    return std::optional<Allocation>(std::move(claimed));
  });
}

absl::Status SqlAllocationStore::BeatAllocation(const Origin& origin, const Allocation& claimed, AllocationPhase phase,
                                                int permille, absl::Duration length) {
  return database_.Write(origin, [&](Transaction& tx) -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(const int64_t touched, tx.Affect(kBeatAllocation, {{"id", claimed.id},
                                                                               {"state", NameOf(claimed.state)},
                                                                               {"attempt", claimed.attempt},
                                                                               {"phase", NameOf(phase)},
                                                                               {"progress", permille},
                                                                               {"until", tx.now() + length}}));
    return touched == 0 ? AllocationLost(claimed.id) : absl::OkStatus();
  });
}

absl::Status SqlAllocationStore::ProposeAllocation(const Origin& origin, const Allocation& claimed,
                                                   const AllocationProposal& proposal) {
  return database_.Write(origin, [&](Transaction& tx) -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(Allocation allocation, SelectClaimed(tx, claimed));
    for (const AllocationOpening& opening : proposal.openings) {
      BRYGGA_RETURN_IF_ERROR(
          tx.Run(kSetAllocationOpeningSeats, Of(claimed.id).Set("opening", opening.name).Set("seats", opening.seats)));
    }
    for (const Application& application : proposal.applications) {
      BRYGGA_RETURN_IF_ERROR(tx.Run(kSetResult, ResultArgs(claimed.id, application)));
    }
    BRYGGA_RETURN_IF_ERROR(SetText(tx, claimed.id, "CERTIFICATE", proposal.certificate));
    allocation.state = AllocationState::kProposed;
    allocation.phase = AllocationPhase::kNone;
    allocation.progress_permille = 1000;
    allocation.certified = true;
    allocation.statistics = proposal.statistics;
    allocation.groups = proposal.groups;
    if (allocation.draw == DrawState::kCommitted) {
      allocation.draw = DrawState::kDrawn;
      allocation.drawn_at = tx.now();
    }
    return Write(tx, std::move(allocation)).status();
  });
}

absl::Status SqlAllocationStore::FailAllocation(const Origin& origin, const Allocation& claimed,
                                                std::string_view reason, std::string_view detail) {
  return database_.Write(origin, [&](Transaction& tx) -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(Allocation allocation, SelectClaimed(tx, claimed));
    allocation.state = AllocationState::kFailed;
    allocation.phase = AllocationPhase::kNone;
    allocation.failure_reason = reason;
    allocation.failure_detail = detail;
    return Write(tx, std::move(allocation)).status();
  });
}

absl::Status SqlAllocationStore::FinishPublication(const Origin& origin, const Allocation& claimed,
                                                   std::string_view document) {
  return database_.Write(origin, [&](Transaction& tx) -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(Allocation allocation, SelectClaimed(tx, claimed));
    BRYGGA_ASSIGN_OR_RETURN(const auto rows, tx.Query(kSelectApplicationsByParticipant, Of(claimed.id)));
    std::vector<ParticipantId> refused;
    for (const Row& row : rows) {
      const Application application = ToApplication(row);
      if (application.placement.empty()) continue;
      Match match{.id = application.match,
                  .cohort = allocation.cohort,
                  .kind = MatchKind::kPlacement,
                  .adept = application.participant,
                  .expires_at = tx.now() + allocation.answer_within,
                  .opening = application.placement,
                  .allocation = allocation.id.value(),
                  .created_at = tx.now(),
                  .updated_at = tx.now()};
      // Nobody is left who could answer: the seat passes on at once.
      if (application.gone) match = EndByErasure(std::move(match), tx.now());
      BRYGGA_ASSIGN_OR_RETURN(const int64_t inserted, tx.Affect(kInsertMatch, InsertArgs(match)));
      if (inserted == 0) refused.push_back(application.participant);
      tx.Changed(match.name(), ChangeKind::kCreated, match.revision);
    }
    if (!refused.empty()) return ApplicantsHaveMatch(allocation, refused);
    BRYGGA_RETURN_IF_ERROR(SetText(tx, claimed.id, "DOCUMENT", document));
    allocation.state = AllocationState::kPublished;
    allocation.phase = AllocationPhase::kNone;
    allocation.progress_permille = 1000;
    allocation.draw = DrawState::kPublished;
    allocation.published_at = tx.now();
    return Write(tx, std::move(allocation)).status();
  });
}

absl::Status SqlAllocationStore::UndoPublication(const Origin& origin, const Allocation& claimed,
                                                 std::string_view reason, std::string_view detail) {
  return database_.Write(origin, [&](Transaction& tx) -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(Allocation allocation, SelectClaimed(tx, claimed));
    BRYGGA_RETURN_IF_ERROR(tx.Run(kClearApplicationMatches, Of(claimed.id)));
    allocation.state = AllocationState::kProposed;
    allocation.phase = AllocationPhase::kNone;
    allocation.progress_permille = 1000;
    allocation.failure_reason = reason;
    allocation.failure_detail = detail;
    return Write(tx, std::move(allocation)).status();
  });
}

absl::StatusOr<std::vector<UnsettledSeat>> SqlAllocationStore::ListUnsettledSeats(int limit, absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const auto rows, database_.Query(deadline, kSelectUnsettledSeats, {{"limit", limit}}));
  std::vector<UnsettledSeat> seats;
  for (const Row& row : rows) seats.push_back(ToUnsettledSeat(row));
  return seats;
}

absl::Status SqlAllocationStore::SettleSeats(const Origin& origin, const std::vector<UnsettledSeat>& seats) {
  return database_.Write(origin, [&](Transaction& tx) -> absl::Status {
    for (const UnsettledSeat& seat : seats) {
      BRYGGA_RETURN_IF_ERROR(tx.Run(kSetApplicationSeat, Of(seat.allocation)
                                                             .Set("participant_id", seat.participant)
                                                             .Set("match_id", seat.match)
                                                             .Set("seat", NameOf(seat.wanted))));
    }
    return absl::OkStatus();
  });
}

absl::Status SqlAllocationStore::LoseSeats(const Origin& origin, const std::vector<UnsettledSeat>& seats) {
  return database_.Write(origin, [&](Transaction& tx) -> absl::Status {
    AvailabilityGrowth growth;
    for (const UnsettledSeat& seat : seats) {
      BRYGGA_ASSIGN_OR_RETURN(const auto row,
                              tx.QueryOne(kSelectMatchForUpdate, KeyArgs(seat.cohort).Set("id", seat.match)));
      if (!row) continue;
      const Match before = ToMatch(*row);
      BRYGGA_RETURN_IF_ERROR(WriteMatch(tx, before, LoseSeat(before, tx.now()), growth));
      BRYGGA_RETURN_IF_ERROR(tx.Run(kSetApplicationSeat, Of(seat.allocation)
                                                             .Set("participant_id", seat.participant)
                                                             .Set("match_id", seat.match)
                                                             .Set("seat", NameOf(PlacementSeat::kReleased))));
    }
    return growth.Write(tx);
  });
}

}  // namespace brygga::matching
