#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "common/sql/select_page.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/partner/domain/errors.h"
#include "services/partner/store/sql/rows.h"
#include "services/partner/store/sql/sql_partner_store.h"
#include "services/partner/store/sql/statements.h"

namespace brygga::partner {
namespace {

using sql::Reader;
using sql::Row;
using sql::Transaction;

absl::StatusOr<Opening> Select(Reader& reader, const char* statement, const OrganisationId& organisation,
                               const OpeningId& id) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row,
                          reader.QueryOne(statement, {{"id", id}, {"organisation", organisation}}));
  if (!row) return NotFound(NameOf(organisation, id));
  return ToOpening(*row);
}

absl::StatusOr<std::optional<Seat>> SelectSeat(Reader& reader, const SeatKey& key) {
  BRYGGA_ASSIGN_OR_RETURN(
      const std::optional<Row> row,
      reader.QueryOne(kSelectSeat,
                      {{"organisation", key.organisation}, {"opening", key.opening}, {"match_id", key.match_id()}}));
  return row ? std::optional(ToSeat(*row)) : std::nullopt;
}

// A seat as it begins. What another call inserts at the same moment is left to a
// repeat.
absl::Status Insert(Transaction& tx, const Seat& seat) {
  BRYGGA_ASSIGN_OR_RETURN(const int64_t inserted, tx.Affect(kInsertSeat, InsertArgs(seat)));
  if (inserted == 0) {
    BRYGGA_ASSIGN_OR_RETURN(const auto known, SelectSeat(tx, seat.key));
    return known ? ChangedMeanwhile(seat.key.name()) : MatchHasSeat(seat.key);
  }
  tx.Changed(seat.key.name(), ChangeKind::kCreated, seat.revision);
  return absl::OkStatus();
}

absl::StatusOr<Seat> Move(Transaction& tx, Seat seat, SeatState state) {
  seat.state = state;
  ++seat.revision;
  seat.updated_at = tx.now();
  BRYGGA_ASSIGN_OR_RETURN(const int64_t updated, tx.Affect(kUpdateSeat, UpdateArgs(seat)));
  if (updated == 0) return ChangedMeanwhile(seat.key.name());
  tx.Changed(seat.key.name(), ChangeKind::kUpdated, seat.revision);
  return seat;
}

absl::StatusOr<Seat> Confirm(Transaction& tx, const SeatKey& key) {
  BRYGGA_ASSIGN_OR_RETURN(const auto known, SelectSeat(tx, key));
  if (!known) return NotFound(key.name());
  if (known->state == SeatState::kReleased) return SeatReleased(*known);
  if (known->state == SeatState::kConfirmed) return *known;
  return Move(tx, *known, SeatState::kConfirmed);
}

absl::StatusOr<Seat> Release(Transaction& tx, const SeatKey& key) {
  BRYGGA_ASSIGN_OR_RETURN(const auto known, SelectSeat(tx, key));
  if (!known) {
    BRYGGA_RETURN_IF_ERROR(Select(tx, kSelectOpening, key.organisation, key.opening));
    const Seat seat = {.key = key, .created_at = tx.now(), .updated_at = tx.now(), .state = SeatState::kReleased};
    BRYGGA_RETURN_IF_ERROR(Insert(tx, seat));
    return seat;
  }
  if (known->state == SeatState::kReleased) return *known;
  BRYGGA_ASSIGN_OR_RETURN(const Seat released, Move(tx, *known, SeatState::kReleased));
  BRYGGA_RETURN_IF_ERROR(tx.Run(kGiveSeatBack, {{"id", key.opening}}));
  return released;
}

// Calls `settle` for each of `keys`, always in the same order, so that two calls
// never wait for each other; the answer is in the order of `keys`.
template <typename F>
absl::StatusOr<std::vector<Seat>> ForEach(const std::vector<SeatKey>& keys, const F& settle) {
  std::vector<size_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::pair(keys[a].opening, keys[a].match) < std::pair(keys[b].opening, keys[b].match);
  });
  std::vector<Seat> seats(keys.size());
  for (const size_t i : order) {
    BRYGGA_ASSIGN_OR_RETURN(seats[i], settle(keys[i]));
  }
  return seats;
}

}  // namespace

absl::StatusOr<bool> SqlPartnerStore::CountSeat(Transaction& tx, const Opening& opening) const {
  const char* statement = seat_guard_ == SeatGuard::kOn ? kCountSeat : kCountSeatUnguarded;
  BRYGGA_ASSIGN_OR_RETURN(const int64_t counted, tx.Affect(statement, {{"id", opening.id}}));
  return counted == 1;
}

absl::StatusOr<Seat> SqlPartnerStore::Hold(Transaction& tx, const SeatKey& key, std::vector<Opening>& full) const {
  BRYGGA_ASSIGN_OR_RETURN(const auto known, SelectSeat(tx, key));
  if (known && known->state == SeatState::kReleased) return SeatReleased(*known);
  if (known) return *known;
  const Seat seat = {.key = key, .created_at = tx.now(), .updated_at = tx.now()};
  BRYGGA_ASSIGN_OR_RETURN(const Opening opening, Select(tx, kSelectOpening, key.organisation, key.opening));
  BRYGGA_ASSIGN_OR_RETURN(const bool counted, CountSeat(tx, opening));
  if (counted) {
    BRYGGA_RETURN_IF_ERROR(Insert(tx, seat));
    return seat;
  }
  BRYGGA_ASSIGN_OR_RETURN(const Opening now, Select(tx, kSelectOpening, key.organisation, key.opening));
  if (now.state != OpeningState::kOpen) return WrongOpeningState(now, {OpeningState::kOpen});
  if (full.empty() || full.back().id != now.id) full.push_back(now);
  return seat;
}

absl::StatusOr<Opening> SqlPartnerStore::CreateOpening(const Mutation<Opening>& mutation, const Opening& opening) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Opening> {
    BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row,
                            tx.QueryOne(kSelectOrganisation, {{"id", opening.organisation}}));
    if (!row) return NotFound(NameOf(opening.organisation));
    if (!opening.operator_id.empty()) {
      BRYGGA_ASSIGN_OR_RETURN(const auto found, tx.QueryOne(kSelectOrganisation, {{"id", opening.operator_id}}));
      if (!found) return OperatorUnusable(opening.operator_id);
    }
    BRYGGA_RETURN_IF_ERROR(CheckHost(opening, ToOrganisation(*row)));
    Opening created = opening;
    created.revision = 1;
    created.taken = 0;
    created.state = OpeningState::kDraft;
    created.created_at = created.updated_at = tx.now();
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertOpening, InsertArgs(created)));
    tx.Changed(created.name(), ChangeKind::kCreated, created.revision);
    return created;
  });
}

absl::StatusOr<Opening> SqlPartnerStore::ChangeOpening(const Mutation<Opening>& mutation,
                                                       const OrganisationId& organisation, const OpeningId& id,
                                                       const Decide<Opening>& decide) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Opening> {
    BRYGGA_ASSIGN_OR_RETURN(const Opening before, Select(tx, kSelectOpeningForUpdate, organisation, id));
    BRYGGA_ASSIGN_OR_RETURN(Opening after, decide(before, tx.now()));
    if (after == before) return after;
    BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdateOpening, UpdateArgs(after)));
    tx.Changed(after.name(), ChangeKind::kUpdated, after.revision);
    return after;
  });
}

absl::StatusOr<Opening> SqlPartnerStore::GetOpening(const OrganisationId& organisation, const OpeningId& id,
                                                    absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row,
                          database_.QueryOne(deadline, kSelectOpening, {{"id", id}, {"organisation", organisation}}));
  if (!row) return NotFound(NameOf(organisation, id));
  return ToOpening(*row);
}

absl::StatusOr<std::vector<Opening>> SqlPartnerStore::GetOpenings(
    const std::vector<std::pair<OrganisationId, OpeningId>>& ids, absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<std::vector<Opening>> {
    std::vector<Opening> openings;
    for (const auto& [organisation, id] : ids) {
      BRYGGA_ASSIGN_OR_RETURN(openings.emplace_back(), Select(reader, kSelectOpening, organisation, id));
    }
    return openings;
  });
}

absl::StatusOr<list::Page<Opening>> SqlPartnerStore::ListOpenings(const OrganisationId& organisation,
                                                                  const list::ListQuery& query, absl::Time deadline) {
  static const sql::Columns kColumns = {
      {"state", "CASE WHEN state = 'OPEN' AND taken_seats >= seats THEN 'FULL' ELSE state END"},
      {"operator", "COALESCE('organisations/' || operator_id, '')"},
      {"create_time", "created_at_us"}};
  return database_.Read(deadline, [&](Reader& reader) {
    return sql::SelectPage<Opening>(reader, kSelectOpenings, {{"organisation", organisation}}, query, OpeningSchema(),
                                    kColumns, &ToOpening);
  });
}

absl::StatusOr<std::vector<Seat>> SqlPartnerStore::HoldSeats(const Mutation<std::vector<Seat>>& mutation,
                                                             const std::vector<SeatKey>& keys) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<std::vector<Seat>> {
    std::vector<Opening> full;
    BRYGGA_ASSIGN_OR_RETURN(auto seats, ForEach(keys, [&](const SeatKey& key) { return Hold(tx, key, full); }));
    if (!full.empty()) return OpeningFull(full);
    return seats;
  });
}

absl::StatusOr<std::vector<Seat>> SqlPartnerStore::ConfirmSeats(const Mutation<std::vector<Seat>>& mutation,
                                                                const std::vector<SeatKey>& keys) {
  return database_.Write(
      mutation, [&](Transaction& tx) { return ForEach(keys, [&](const SeatKey& key) { return Confirm(tx, key); }); });
}

absl::StatusOr<std::vector<Seat>> SqlPartnerStore::ReleaseSeats(const Mutation<std::vector<Seat>>& mutation,
                                                                const std::vector<SeatKey>& keys) {
  return database_.Write(
      mutation, [&](Transaction& tx) { return ForEach(keys, [&](const SeatKey& key) { return Release(tx, key); }); });
}

absl::StatusOr<list::Page<Seat>> SqlPartnerStore::ListSeats(const OrganisationId& organisation, const OpeningId& id,
                                                            const list::ListQuery& query, absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<list::Page<Seat>> {
    BRYGGA_RETURN_IF_ERROR(Select(reader, kSelectOpening, organisation, id));
    return sql::SelectPage<Seat>(reader, kSelectSeats, {{"opening", id}}, query, SeatSchema(),
                                 {{"create_time", "created_at_us"}}, &ToSeat);
  });
}

}  // namespace brygga::partner
