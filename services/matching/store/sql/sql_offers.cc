// SqlAllocationStore: seats that are offered on.
#include <set>
#include <string>
#include <utility>

#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/matching/domain/allocation_errors.h"
#include "services/matching/domain/cohort.h"
#include "services/matching/domain/match.h"
#include "services/matching/store/sql/allocation_rows.h"
#include "services/matching/store/sql/allocation_statements.h"
#include "services/matching/store/sql/offer_statements.h"
#include "services/matching/store/sql/rows.h"
#include "services/matching/store/sql/sql_allocation_store.h"
#include "services/matching/store/sql/statements.h"

namespace brygga::matching {
namespace {

using sql::Row;
using sql::Transaction;

sql::Args Of(const AllocationId& id) { return {{"allocation_id", id}}; }

sql::Args KeyOf(const Offer& offer) {
  return Of(offer.allocation).Set("freed_by", offer.freed_by).Set("match_id", offer.match);
}

absl::StatusOr<std::set<ParticipantId>> SelectPeople(Transaction& tx, const char* statement, const sql::Args& args) {
  BRYGGA_ASSIGN_OR_RETURN(const auto rows, tx.Query(statement, args));
  std::set<ParticipantId> people;
  for (const Row& row : rows) people.insert(row.As<ParticipantId>("participant_id"));
  return people;
}

absl::Status Insert(Transaction& tx, const Offer& offer) {
  return tx.Run(kInsertOffer, {{"allocation_id", offer.allocation},
                               {"freed_by", offer.freed_by},
                               {"opening", offer.opening},
                               {"seat_group", offer.seat_group},
                               {"participant_id", offer.participant},
                               {"choice", offer.choice},
                               {"match_id", offer.match},
                               {"state", NameOf(offer.state)},
                               {"reason", offer.reason},
                               {"now", tx.now()}});
}

// What is decided of `freed` now.
absl::StatusOr<std::vector<Offer>> Decide(Transaction& tx, const Allocation& allocation,
                                          const std::vector<FreedPlace>& freed) {
  BRYGGA_ASSIGN_OR_RETURN(const auto cohort,
                          tx.QueryOne(kSelectStateOfCohort, {{"cohort_id", allocation.cohort.cohort}}));
  if (!cohort || !IsMatchable(cohort->Text("state"))) {
    std::vector<Offer> over;
    for (const FreedPlace& place : freed) {
      over.push_back({.cohort = allocation.cohort,
                      .allocation = allocation.id,
                      .freed_by = place.freed_by,
                      .opening = place.opening,
                      .seat_group = place.seat_group,
                      .state = OfferState::kLapsed,
                      .reason = std::string(kCohortOver)});
    }
    return over;
  }
  BRYGGA_ASSIGN_OR_RETURN(const auto rows, tx.Query(kSelectReserveList, Of(allocation.id)));
  std::vector<Application> waiting;
  for (const Row& row : rows) waiting.push_back(ToApplication(row));
  Excluded excluded;
  BRYGGA_ASSIGN_OR_RETURN(
      excluded.placed,
      SelectPeople(tx, kSelectPlacedReserves, Of(allocation.id).Set("programme_id", allocation.cohort.programme)));
  BRYGGA_ASSIGN_OR_RETURN(excluded.waiting, SelectPeople(tx, kSelectOfferedPeople, Of(allocation.id)));
  return OfferOn(allocation, waiting, excluded, freed);
}

// Locks the allocation that an offer is of: everything about its seats happens one
// after the other.
absl::Status LockAllocation(Transaction& tx, const Offer& offer) {
  return tx.QueryOne(kSelectAllocationByIdForUpdate, {{"id", offer.allocation}}).status();
}

absl::StatusOr<Application> SelectReserve(Transaction& tx, const Offer& offer) {
  BRYGGA_ASSIGN_OR_RETURN(
      const auto row, tx.QueryOne(kSelectApplication, Of(offer.allocation).Set("participant_id", offer.participant)));
  if (!row) return OfferLost(offer);
  return ToApplication(*row);
}

void Changed(Transaction& tx, const Offer& offer, const Application& application) {
  tx.Changed(NameOf(offer.cohort, offer.allocation, application.participant), ChangeKind::kUpdated,
             application.revision);
}

// Keeps what passing over changed, and moves up whoever stands behind.
absl::Status WriteBarred(Transaction& tx, const Offer& offer, const Application& before, Application after) {
  if (after == before) return absl::OkStatus();
  ++after.revision;
  BRYGGA_RETURN_IF_ERROR(tx.Run(kBarReserve, BarArgs(offer.allocation, after).Set("now", tx.now())));
  Changed(tx, offer, after);
  if (after.reserve_position > 0) return absl::OkStatus();
  return tx.Run(kMoveReservesUp, Of(offer.allocation).Set("after", before.reserve_position));
}

}  // namespace

absl::StatusOr<int> SqlAllocationStore::OfferFreedSeats(const Origin& origin,
                                                        const std::function<MatchId()>& new_match) {
  BRYGGA_ASSIGN_OR_RETURN(const auto found, database_.Query(origin.deadline, kSelectAllocationsWithFreedSeats, {}));
  int decided = 0;
  for (const Row& one : found) {
    const sql::Args id = {{"id", one.As<AllocationId>("id")}};
    const Mutation<int> mutation{origin};
    BRYGGA_ASSIGN_OR_RETURN(const int here, database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<int> {
      BRYGGA_ASSIGN_OR_RETURN(const auto row, tx.QueryOne(kSelectAllocationByIdForUpdate, id));
      if (!row) return 0;
      Allocation allocation = ToAllocation(*row);
      BRYGGA_ASSIGN_OR_RETURN(const auto reserves, tx.Query(kSelectAllocationReserves, Of(allocation.id)));
      for (const Row& reserve : reserves) allocation.reserves.push_back(ToAllocationReserve(reserve));
      BRYGGA_ASSIGN_OR_RETURN(const auto seats, tx.Query(kSelectFreedSeats, Of(allocation.id)));
      std::vector<FreedPlace> freed;
      for (const Row& seat : seats) {
        freed.push_back({.freed_by = seat.As<ParticipantId>("participant_id"),
                         .opening = seat.Text("placement"),
                         .seat_group = seat.Text("seat_group")});
      }
      BRYGGA_ASSIGN_OR_RETURN(std::vector<Offer> offers, Decide(tx, allocation, freed));
      for (Offer& offer : offers) {
        if (offer.state == OfferState::kOffering) offer.match = new_match();
        BRYGGA_RETURN_IF_ERROR(Insert(tx, offer));
      }
      return static_cast<int>(offers.size());
    }));
    decided += here;
  }
  return decided;
}

absl::StatusOr<OfferStore::UnderWay> SqlAllocationStore::ListOffersUnderWay(int limit, absl::Time deadline) {
  return database_.Read(deadline, [&](sql::Reader& reader) -> absl::StatusOr<UnderWay> {
    BRYGGA_ASSIGN_OR_RETURN(const auto rows, reader.Query(kSelectOffersUnderWay, {{"limit", limit}}));
    UnderWay under_way{.offers = {}, .now = reader.now()};
    for (const Row& row : rows) under_way.offers.push_back(ToOffer(row));
    return under_way;
  });
}

absl::Status SqlAllocationStore::MakeOffer(const Origin& origin, const Offer& offer) {
  return database_.Write(origin, [&](Transaction& tx) -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(const auto row, tx.QueryOne(kSelectAllocationByIdForUpdate, {{"id", offer.allocation}}));
    if (!row) return OfferLost(offer);
    const Allocation allocation = ToAllocation(*row);
    BRYGGA_ASSIGN_OR_RETURN(const int64_t moved, tx.Affect(kMoveOffer, KeyOf(offer)
                                                                           .Set("before", NameOf(OfferState::kOffering))
                                                                           .Set("state", NameOf(OfferState::kOffered))
                                                                           .Set("reason", "")
                                                                           .Set("now", tx.now())));
    if (moved == 0) return OfferLost(offer);
    BRYGGA_ASSIGN_OR_RETURN(Application application, SelectReserve(tx, offer));
    const int position = application.reserve_position;
    const Match match{.id = offer.match,
                      .cohort = offer.cohort,
                      .kind = MatchKind::kPlacement,
                      .adept = offer.participant,
                      .expires_at = tx.now() + allocation.answer_within,
                      .opening = offer.opening,
                      .allocation = offer.allocation.value(),
                      .created_at = tx.now(),
                      .updated_at = tx.now()};
    BRYGGA_ASSIGN_OR_RETURN(const int64_t inserted, tx.Affect(kInsertMatch, InsertArgs(match)));
    if (inserted == 0) return ApplicantsHaveMatch(allocation, {offer.participant});
    tx.Changed(match.name(), ChangeKind::kCreated, match.revision);
    ++application.revision;
    BRYGGA_RETURN_IF_ERROR(tx.Run(kPlaceReserve, {{"allocation_id", offer.allocation},
                                                  {"participant_id", offer.participant},
                                                  {"revision", application.revision},
                                                  {"now", tx.now()},
                                                  {"placement", offer.opening},
                                                  {"choice", offer.choice},
                                                  {"seat_group", offer.seat_group},
                                                  {"match_id", offer.match}}));
    Changed(tx, offer, application);
    return tx.Run(kMoveReservesUp, Of(offer.allocation).Set("after", position));
  });
}

absl::Status SqlAllocationStore::GiveUpOffer(const Origin& origin, const Offer& offer, std::string_view reason) {
  return database_.Write(origin, [&](Transaction& tx) -> absl::Status {
    BRYGGA_RETURN_IF_ERROR(LockAllocation(tx, offer));
    BRYGGA_ASSIGN_OR_RETURN(const int64_t moved, tx.Affect(kMoveOffer, KeyOf(offer)
                                                                           .Set("before", NameOf(OfferState::kOffering))
                                                                           .Set("state", NameOf(OfferState::kReturning))
                                                                           .Set("reason", reason)
                                                                           .Set("now", tx.now())));
    return moved == 0 ? OfferLost(offer) : absl::OkStatus();
  });
}

absl::Status SqlAllocationStore::CloseOffer(const Origin& origin, const Offer& offer) {
  return database_.Write(origin, [&](Transaction& tx) -> absl::Status {
    BRYGGA_RETURN_IF_ERROR(LockAllocation(tx, offer));
    const bool passes_over = IsAboutPerson(offer.reason);
    const sql::Args args = passes_over ? KeyOf(offer) : KeyOf(offer).Set("now", tx.now());
    BRYGGA_ASSIGN_OR_RETURN(const int64_t closed, tx.Affect(passes_over ? kDeleteOffer : kLapseOffer, args));
    if (closed == 0) return OfferLost(offer);
    if (!passes_over) return absl::OkStatus();
    const auto before = SelectReserve(tx, offer);
    if (absl::IsAborted(before.status())) return absl::OkStatus();  // The application is gone as well.
    BRYGGA_RETURN_IF_ERROR(before.status());
    return WriteBarred(tx, offer, *before, PassOver(*before, offer));
  });
}

}  // namespace brygga::matching
