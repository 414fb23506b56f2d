// FakePartnerStore: openings and their seats.
#include <algorithm>

#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/partner/domain/errors.h"
#include "services/partner/store/fake_partner_store.h"

namespace brygga::partner {
namespace {

template <typename T>
list::Page<T> PageOf(std::vector<T> items, const list::ListQuery& query) {
  return list::Apply(std::move(items), query,
                     [](const T& item, std::string_view field) { return FieldOf(item, field); });
}

}  // namespace

absl::StatusOr<Opening*> FakePartnerStore::State::FindOpening(const OrganisationId& organisation, const OpeningId& id) {
  const auto found = openings.find(id);
  if (found == openings.end() || found->second.organisation != organisation) return NotFound(NameOf(organisation, id));
  return &found->second;
}

absl::StatusOr<Seat> FakePartnerStore::State::Hold(const SeatKey& key, absl::Time now, std::vector<Opening>& full) {
  BRYGGA_ASSIGN_OR_RETURN(Opening* const opening, FindOpening(key.organisation, key.opening));
  if (const auto known = seats.find({key.opening, key.match_id()}); known != seats.end()) {
    if (known->second.state == SeatState::kReleased) return SeatReleased(known->second);
    return known->second;
  }
  if (opening->state != OpeningState::kOpen) return WrongOpeningState(*opening, {OpeningState::kOpen});
  const bool elsewhere = std::any_of(seats.begin(), seats.end(), [&](const auto& entry) {
    return entry.second.key.match_id() == key.match_id() && entry.second.state != SeatState::kReleased;
  });
  if (elsewhere) return MatchHasSeat(key);
  if (opening->taken >= opening->seats) {
    if (full.empty() || full.back().id != opening->id) full.push_back(*opening);
    return Seat{.key = key};
  }
  ++opening->taken;
  return seats[{key.opening, key.match_id()}] = {.key = key, .created_at = now, .updated_at = now};
}

absl::StatusOr<Seat> FakePartnerStore::State::Settle(const SeatKey& key, SeatState state, absl::Time now) {
  const auto found = FindOpening(key.organisation, key.opening);
  auto known = seats.find({key.opening, key.match_id()});
  if (state == SeatState::kConfirmed && (!found.ok() || known == seats.end())) return NotFound(key.name());
  BRYGGA_RETURN_IF_ERROR(found);
  if (known == seats.end()) {
    return seats[{key.opening, key.match_id()}] = {
               .key = key, .created_at = now, .updated_at = now, .state = SeatState::kReleased};
  }
  Seat& seat = known->second;
  if (seat.state == state) return seat;
  if (seat.state == SeatState::kReleased) return SeatReleased(seat);
  if (state == SeatState::kReleased) --(*found)->taken;
  seat.state = state;
  ++seat.revision;
  seat.updated_at = now;
  return seat;
}

absl::StatusOr<Opening> FakePartnerStore::CreateOpening(const Mutation<Opening>& mutation, const Opening& opening) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Opening> {
    const auto organisation = state.organisations.find(opening.organisation);
    if (organisation == state.organisations.end()) return NotFound(NameOf(opening.organisation));
    if (!opening.operator_id.empty() && !state.organisations.contains(opening.operator_id)) {
      return OperatorUnusable(opening.operator_id);
    }
    BRYGGA_RETURN_IF_ERROR(CheckHost(opening, organisation->second));
    Opening created = opening;
    created.revision = 1;
    created.taken = 0;
    created.state = OpeningState::kDraft;
    created.created_at = created.updated_at = Now();
    state.openings[created.id] = created;
    ledger.Changed(created.name(), ChangeKind::kCreated, 1);
    return created;
  });
}

absl::StatusOr<Opening> FakePartnerStore::ChangeOpening(const Mutation<Opening>& mutation,
                                                        const OrganisationId& organisation, const OpeningId& id,
                                                        const Decide<Opening>& decide) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Opening> {
    BRYGGA_ASSIGN_OR_RETURN(Opening* const opening, state.FindOpening(organisation, id));
    BRYGGA_ASSIGN_OR_RETURN(const Opening after, decide(*opening, Now()));
    if (after == *opening) return after;
    *opening = after;
    ledger.Changed(after.name(), ChangeKind::kUpdated, after.revision);
    return after;
  });
}

absl::StatusOr<Opening> FakePartnerStore::GetOpening(const OrganisationId& organisation, const OpeningId& id,
                                                     absl::Time) {
  MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const Opening* const opening, state_.FindOpening(organisation, id));
  return *opening;
}

absl::StatusOr<std::vector<Opening>> FakePartnerStore::GetOpenings(
    const std::vector<std::pair<OrganisationId, OpeningId>>& ids, absl::Time deadline) {
  std::vector<Opening> openings;
  for (const auto& [organisation, id] : ids) {
    BRYGGA_ASSIGN_OR_RETURN(openings.emplace_back(), GetOpening(organisation, id, deadline));
  }
  return openings;
}

absl::StatusOr<list::Page<Opening>> FakePartnerStore::ListOpenings(const OrganisationId& organisation,
                                                                   const list::ListQuery& query, absl::Time) {
  MutexLock lock(&mutex_);
  std::vector<Opening> chosen;
  for (const auto& [id, opening] : state_.openings) {
    if (organisation.empty() || opening.organisation == organisation) chosen.push_back(opening);
  }
  return PageOf(std::move(chosen), query);
}

absl::StatusOr<std::vector<Seat>> FakePartnerStore::HoldSeats(const Mutation<std::vector<Seat>>& mutation,
                                                              const std::vector<SeatKey>& keys) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<std::vector<Seat>> {
    std::vector<Seat> held;
    std::vector<Opening> full;
    for (const SeatKey& key : keys) {
      BRYGGA_ASSIGN_OR_RETURN(held.emplace_back(), state.Hold(key, Now(), full));
      ledger.Changed(key.name(), ChangeKind::kCreated, 1);
    }
    if (!full.empty()) return OpeningFull(full);
    return held;
  });
}

absl::StatusOr<std::vector<Seat>> FakePartnerStore::ConfirmSeats(const Mutation<std::vector<Seat>>& mutation,
                                                                 const std::vector<SeatKey>& keys) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<std::vector<Seat>> {
    std::vector<Seat> seats;
    for (const SeatKey& key : keys) {
      BRYGGA_ASSIGN_OR_RETURN(seats.emplace_back(), state.Settle(key, SeatState::kConfirmed, Now()));
      ledger.Changed(key.name(), ChangeKind::kUpdated, seats.back().revision);
    }
    return seats;
  });
}

absl::StatusOr<std::vector<Seat>> FakePartnerStore::ReleaseSeats(const Mutation<std::vector<Seat>>& mutation,
                                                                 const std::vector<SeatKey>& keys) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<std::vector<Seat>> {
    std::vector<Seat> seats;
    for (const SeatKey& key : keys) {
      BRYGGA_ASSIGN_OR_RETURN(seats.emplace_back(), state.Settle(key, SeatState::kReleased, Now()));
      ledger.Changed(key.name(), ChangeKind::kUpdated, seats.back().revision);
    }
    return seats;
  });
}

absl::StatusOr<list::Page<Seat>> FakePartnerStore::ListSeats(const OrganisationId& organisation, const OpeningId& id,
                                                             const list::ListQuery& query, absl::Time) {
  MutexLock lock(&mutex_);
  BRYGGA_RETURN_IF_ERROR(state_.FindOpening(organisation, id));
  std::vector<Seat> chosen;
  for (const auto& [key, seat] : state_.seats) {
    if (key.first == id) chosen.push_back(seat);
  }
  return PageOf(std::move(chosen), query);
}

}  // namespace brygga::partner
