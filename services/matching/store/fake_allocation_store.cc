#include "services/matching/store/fake_allocation_store.h"

#include <algorithm>
#include <utility>

#include "common/status/error.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/matching/domain/allocation_errors.h"
#include "services/matching/store/fake_lists.h"

namespace brygga::matching {
namespace {

void Touch(Allocation& allocation, absl::Time now) {
  ++allocation.revision;
  allocation.updated_at = now;
}

}  // namespace

absl::StatusOr<FakeAllocationStore::Entry*> FakeAllocationStore::State::Find(const CohortKey& key,
                                                                             const AllocationId& id) {
  const auto found = entries.find(id);
  if (found == entries.end() || found->second.allocation.cohort != key) return NotFound(NameOf(key, id));
  return &found->second;
}

absl::StatusOr<FakeAllocationStore::Entry*> FakeAllocationStore::State::FindClaimed(const Allocation& claimed) {
  const auto found = entries.find(claimed.id);
  if (found == entries.end() || found->second.allocation.state != claimed.state ||
      found->second.allocation.attempt != claimed.attempt) {
    return AllocationLost(claimed.id);
  }
  return &found->second;
}

absl::StatusOr<Allocation> FakeAllocationStore::CreateAllocation(const Mutation<Allocation>& mutation,
                                                                 Allocation allocation,
                                                                 const std::vector<std::string>& openings) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Allocation> {
    Entry& entry = state.entries[allocation.id];
    entry.allocation = allocation;
    entry.allocation.created_at = entry.allocation.updated_at = clock_.Now();
    for (const std::string& opening : openings) entry.openings[opening] = {.name = opening};
    entry.allocation.opening_count = static_cast<int>(entry.openings.size());
    ledger.Changed(allocation.name(), ChangeKind::kCreated, 1);
    return entry.allocation;
  });
}

absl::StatusOr<Allocation> FakeAllocationStore::AddOpenings(const Mutation<Allocation>& mutation, const CohortKey& key,
                                                            const AllocationId& id,
                                                            const std::vector<std::string>& openings) {
  return Once(mutation, [&](State& state, FakeLedger&) -> absl::StatusOr<Allocation> {
    BRYGGA_ASSIGN_OR_RETURN(Entry* const entry, state.Find(key, id));
    BRYGGA_RETURN_IF_ERROR(CheckTakesApplications(entry->allocation));
    for (const std::string& opening : openings)
      entry->openings.try_emplace(opening, AllocationOpening{.name = opening});
    const int count = static_cast<int>(entry->openings.size());
    if (count == entry->allocation.opening_count) return entry->allocation;
    entry->allocation.opening_count = count;
    if (count > kMostOpenings) return TooManyOpenings(entry->allocation);
    Touch(entry->allocation, clock_.Now());
    return entry->allocation;
  });
}

absl::StatusOr<Allocation> FakeAllocationStore::GetAllocation(const CohortKey& key, const AllocationId& id,
                                                              absl::Time) {
  MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const Entry* const entry, state_.Find(key, id));
  return entry->allocation;
}

absl::StatusOr<list::Page<Allocation>> FakeAllocationStore::ListAllocations(const CohortKey& key,
                                                                            const list::ListQuery& query, absl::Time) {
  MutexLock lock(&mutex_);
  std::vector<Allocation> chosen;
  for (const auto& [id, entry] : state_.entries) {
    if (entry.allocation.cohort == key) chosen.push_back(entry.allocation);
  }
  return PageOf(std::move(chosen), query);
}

absl::StatusOr<Allocation> FakeAllocationStore::ChangeAllocation(const Mutation<Allocation>& mutation,
                                                                 const CohortKey& key, const AllocationId& id,
                                                                 const DecideAllocation& decide) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Allocation> {
    BRYGGA_ASSIGN_OR_RETURN(Entry* const entry, state.Find(key, id));
    BRYGGA_ASSIGN_OR_RETURN(Allocation after, decide(entry->allocation, clock_.Now()));
    if (after == entry->allocation) return after;
    Touch(after, clock_.Now());
    entry->allocation = after;
    ledger.Changed(after.name(), ChangeKind::kUpdated, after.revision);
    return after;
  });
}

absl::StatusOr<std::vector<ApplicationResult>> FakeAllocationStore::Apply(
    const Mutation<std::vector<ApplicationResult>>& mutation, const CohortKey& key, const AllocationId& id,
    const std::vector<ApplicationRow>& rows) {
  return Once(mutation, [&](State& state, FakeLedger&) -> absl::StatusOr<std::vector<ApplicationResult>> {
    BRYGGA_ASSIGN_OR_RETURN(Entry* const entry, state.Find(key, id));
    BRYGGA_RETURN_IF_ERROR(CheckTakesApplications(entry->allocation));
    std::set<std::string> openings;
    for (const auto& [name, opening] : entry->openings) openings.insert(name);
    std::vector<ApplicationResult> results;
    for (const ApplicationRow& row : rows) {
      const auto known = entry->applications.find(row.application.participant);
      results.push_back(Judge(entry->allocation, row, openings,
                              known == entry->applications.end() ? nullptr : &known->second, clock_.Now()));
      const ApplicationResult& result = results.back();
      if (result.outcome == ApplicationOutcome::kCreated || result.outcome == ApplicationOutcome::kUpdated) {
        entry->applications[result.application.participant] = result.application;
      }
    }
    const int count = static_cast<int>(entry->applications.size());
    if (count != entry->allocation.application_count) {
      entry->allocation.application_count = count;
      Touch(entry->allocation, clock_.Now());
    }
    return results;
  });
}

absl::StatusOr<Application> FakeAllocationStore::Withdraw(const Mutation<Application>& mutation, const CohortKey& key,
                                                          const AllocationId& id, const ParticipantId& participant) {
  return Once(mutation, [&](State& state, FakeLedger&) -> absl::StatusOr<Application> {
    BRYGGA_ASSIGN_OR_RETURN(Entry* const entry, state.Find(key, id));
    const auto known = entry->applications.find(participant);
    if (known == entry->applications.end()) {
      return NotFound(NameOf(key, id, participant));
    }
    BRYGGA_RETURN_IF_ERROR(CheckTakesApplications(entry->allocation));
    const Application withdrawn = known->second;
    entry->applications.erase(known);
    --entry->allocation.application_count;
    Touch(entry->allocation, clock_.Now());
    return withdrawn;
  });
}

absl::StatusOr<Application> FakeAllocationStore::GetApplication(const CohortKey& key, const AllocationId& id,
                                                                const ParticipantId& participant, absl::Time) {
  MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const Entry* const entry, state_.Find(key, id));
  const auto known = entry->applications.find(participant);
  if (known == entry->applications.end()) return NotFound(NameOf(key, id, participant));
  return known->second;
}

template <typename Wanted>
absl::StatusOr<list::Page<Application>> FakeAllocationStore::List(const CohortKey& key, const AllocationId& id,
                                                                  const list::ListQuery& query, const Wanted& wanted) {
  MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const Entry* const entry, state_.Find(key, id));
  std::vector<Application> chosen;
  for (const auto& [participant, application] : entry->applications) {
    if (wanted(application)) chosen.push_back(application);
  }
  return PageOf(std::move(chosen), query);
}

absl::StatusOr<list::Page<Application>> FakeAllocationStore::ListApplications(const CohortKey& key,
                                                                              const AllocationId& id,
                                                                              const list::ListQuery& query,
                                                                              absl::Time) {
  return List(key, id, query, [](const Application&) { return true; });
}

absl::StatusOr<list::Page<Application>> FakeAllocationStore::ListPlacements(const CohortKey& key,
                                                                            const AllocationId& id,
                                                                            const list::ListQuery& query, absl::Time) {
  BRYGGA_ASSIGN_OR_RETURN(
      auto page, List(key, id, query, [](const Application& application) { return !application.placement.empty(); }));
  const MutexLock lock(&mutex_);
  const auto& offers = state_.entries[id].offers;
  for (Application& placed : page.items) {
    for (const auto& [freed_by, offer] : offers) {
      if (offer.state == OfferState::kOffered && offer.participant == placed.participant) placed.freed_by = freed_by;
    }
    const auto offer = offers.find(placed.participant);
    if (offer == offers.end()) continue;
    placed.freed = FreedSeatOf(offer->second.state);
    if (placed.freed == FreedSeat::kOffered) placed.passed_to = offer->second.participant;
    if (placed.freed == FreedSeat::kLapsed) placed.lapse_reason = offer->second.reason;
  }
  return page;
}

absl::StatusOr<list::Page<Application>> FakeAllocationStore::ListReserves(const CohortKey& key, const AllocationId& id,
                                                                          const list::ListQuery& query, absl::Time) {
  return List(key, id, query, [](const Application& application) {
    return application.lottery_number > 0 && application.placement.empty();
  });
}

absl::StatusOr<AllocationInput> FakeAllocationStore::LoadAllocation(const CohortKey& key, const AllocationId& id,
                                                                    absl::Time) {
  MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const Entry* const entry, state_.Find(key, id));
  AllocationInput input{.allocation = entry->allocation};
  for (const auto& [name, opening] : entry->openings) input.openings.push_back(opening);
  for (const auto& [participant, application] : entry->applications) input.applications.push_back(application);
  return input;
}

absl::StatusOr<std::string> FakeAllocationStore::GetCertificate(const CohortKey& key, const AllocationId& id,
                                                                absl::Time) {
  MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const Entry* const entry, state_.Find(key, id));
  return entry->certificate;
}

absl::StatusOr<std::string> FakeAllocationStore::GetDocument(const CohortKey& key, const AllocationId& id, absl::Time) {
  MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const Entry* const entry, state_.Find(key, id));
  return entry->document;
}

absl::StatusOr<std::vector<ParticipantId>> FakeAllocationStore::PlacedElsewhere(const CohortKey& key,
                                                                                const AllocationId& id, absl::Time) {
  MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const Entry* const entry, state_.Find(key, id));
  std::vector<ParticipantId> participants;
  for (const auto& [participant, application] : entry->applications) {
    if (!application.placement.empty() && state_.placed.contains({key.programme, participant})) {
      participants.push_back(participant);
    }
  }
  return participants;
}

absl::StatusOr<Allocation> FakeAllocationStore::BeginPublication(const Mutation<Allocation>& mutation,
                                                                 const AllocationPublishOrder& order) {
  return Once(mutation, [&](State& state, FakeLedger&) -> absl::StatusOr<Allocation> {
    BRYGGA_ASSIGN_OR_RETURN(Entry* const entry, state.Find(order.cohort, order.allocation));
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(order.etag, entry->allocation.revision, entry->allocation.name()));
    BRYGGA_ASSIGN_OR_RETURN(entry->allocation, matching::BeginPublication(entry->allocation, order.answer_within));
    size_t next = 0;
    for (auto& [participant, application] : entry->applications) {
      if (application.placement.empty()) continue;
      application.match = order.match_ids[next++];
      application.seat = PlacementSeat::kHeld;
    }
    entry->document = order.document;
    Touch(entry->allocation, clock_.Now());
    return entry->allocation;
  });
}

absl::StatusOr<std::vector<Allocation>> FakeAllocationStore::ListClaimableAllocations(absl::Time) {
  MutexLock lock(&mutex_);
  std::vector<Allocation> claimable;
  for (const auto& [id, entry] : state_.entries) {
    if (IsClaimable(entry.allocation, clock_.Now())) claimable.push_back(entry.allocation);
  }
  std::sort(claimable.begin(), claimable.end(), [](const Allocation& a, const Allocation& b) {
    return std::pair(a.updated_at, a.id) < std::pair(b.updated_at, b.id);
  });
  return claimable;
}

absl::StatusOr<std::optional<Allocation>> FakeAllocationStore::ClaimAllocation(const Origin&, const AllocationId& id,
                                                                               std::string_view worker,
                                                                               absl::Duration length) {
  MutexLock lock(&mutex_);
  const auto found = state_.entries.find(id);
  if (found == state_.entries.end() || !IsClaimable(found->second.allocation, clock_.Now())) {
    return std::optional<Allocation>();
  }
  Allocation& allocation = found->second.allocation;
  allocation = Claim(allocation, worker, clock_.Now() + length);
  Touch(allocation, clock_.Now());
  return std::optional<Allocation>(allocation);
}

absl::Status FakeAllocationStore::Work(const Allocation& claimed,
                                       const std::function<absl::Status(State&, Entry&)>& change) {
  MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(Entry* const entry, state_.FindClaimed(claimed));
  const Entry before = *entry;
  const absl::Status changed = change(state_, *entry);
  if (!changed.ok()) *entry = before;
  return changed;
}

absl::Status FakeAllocationStore::BeatAllocation(const Origin&, const Allocation& claimed, AllocationPhase phase,
                                                 int permille, absl::Duration length) {
  return Work(claimed, [&](State&, Entry& entry) {
    entry.allocation.phase = phase;
    entry.allocation.progress_permille = permille;
    entry.allocation.worker_until = clock_.Now() + length;
    return absl::OkStatus();
  });
}

absl::Status FakeAllocationStore::ProposeAllocation(const Origin&, const Allocation& claimed,
                                                    const AllocationProposal& proposal) {
  return Work(claimed, [&](State&, Entry& entry) {
    for (const AllocationOpening& opening : proposal.openings) entry.openings[opening.name] = opening;
    for (const Application& application : proposal.applications) {
      entry.applications[application.participant] = application;
    }
    entry.certificate = proposal.certificate;
    Allocation& allocation = entry.allocation;
    allocation.state = AllocationState::kProposed;
    allocation.phase = AllocationPhase::kNone;
    allocation.progress_permille = 1000;
    allocation.certified = true;
    allocation.statistics = proposal.statistics;
    allocation.groups = proposal.groups;
    if (allocation.draw == DrawState::kCommitted) {
      allocation.draw = DrawState::kDrawn;
      allocation.drawn_at = clock_.Now();
    }
    Touch(allocation, clock_.Now());
    return absl::OkStatus();
  });
}

absl::Status FakeAllocationStore::FailAllocation(const Origin&, const Allocation& claimed, std::string_view reason,
                                                 std::string_view detail) {
  return Work(claimed, [&](State&, Entry& entry) {
    entry.allocation.state = AllocationState::kFailed;
    entry.allocation.phase = AllocationPhase::kNone;
    entry.allocation.failure_reason = reason;
    entry.allocation.failure_detail = detail;
    Touch(entry.allocation, clock_.Now());
    return absl::OkStatus();
  });
}

absl::Status FakeAllocationStore::FinishPublication(const Origin&, const Allocation& claimed,
                                                    std::string_view document) {
  return Work(claimed, [&](State& state, Entry& entry) -> absl::Status {
    std::vector<ParticipantId> refused;
    std::vector<std::pair<ProgrammeId, ParticipantId>> placed;
    for (const auto& [participant, application] : entry.applications) {
      if (application.placement.empty()) continue;
      placed.emplace_back(claimed.cohort.programme, participant);
      if (state.placed.contains(placed.back())) refused.push_back(participant);
    }
    if (!refused.empty()) return ApplicantsHaveMatch(entry.allocation, refused);
    state.placed.insert(placed.begin(), placed.end());
    entry.document = document;
    entry.allocation.state = AllocationState::kPublished;
    entry.allocation.phase = AllocationPhase::kNone;
    entry.allocation.progress_permille = 1000;
    entry.allocation.draw = DrawState::kPublished;
    entry.allocation.published_at = clock_.Now();
    Touch(entry.allocation, clock_.Now());
    return absl::OkStatus();
  });
}

absl::Status FakeAllocationStore::UndoPublication(const Origin&, const Allocation& claimed, std::string_view reason,
                                                  std::string_view detail) {
  return Work(claimed, [&](State&, Entry& entry) {
    for (auto& [participant, application] : entry.applications) {
      application.match = MatchId();
      application.seat = PlacementSeat::kNone;
    }
    entry.allocation.state = AllocationState::kProposed;
    entry.allocation.phase = AllocationPhase::kNone;
    entry.allocation.progress_permille = 1000;
    entry.allocation.failure_reason = reason;
    entry.allocation.failure_detail = detail;
    Touch(entry.allocation, clock_.Now());
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<UnsettledSeat>> FakeAllocationStore::ListUnsettledSeats(int limit, absl::Time) {
  MutexLock lock(&mutex_);
  std::vector<UnsettledSeat> seats;
  for (const auto& [id, entry] : state_.entries) {
    if (entry.allocation.state != AllocationState::kPublished) continue;
    for (const auto& [participant, application] : entry.applications) {
      if (application.seat != PlacementSeat::kHeld || static_cast<int>(seats.size()) == limit) continue;
      seats.push_back({.cohort = entry.allocation.cohort,
                       .allocation = id,
                       .participant = participant,
                       .opening = application.placement,
                       .match = application.match});
    }
  }
  return seats;
}

absl::Status FakeAllocationStore::SettleSeats(const Origin&, const std::vector<UnsettledSeat>& seats) {
  MutexLock lock(&mutex_);
  for (const UnsettledSeat& seat : seats) {
    Application& application = state_.entries[seat.allocation].applications[seat.participant];
    if (application.match == seat.match) application.seat = seat.wanted;
  }
  return absl::OkStatus();
}

absl::Status FakeAllocationStore::LoseSeats(const Origin&, const std::vector<UnsettledSeat>& seats) {
  MutexLock lock(&mutex_);
  for (const UnsettledSeat& seat : seats) {
    Application& application = state_.entries[seat.allocation].applications[seat.participant];
    if (application.match != seat.match) continue;
    application.seat = PlacementSeat::kReleased;
    state_.placed.erase({seat.cohort.programme, seat.participant});
  }
  return absl::OkStatus();
}

absl::StatusOr<int> FakeAllocationStore::OfferFreedSeats(const Origin&, const std::function<MatchId()>& new_match) {
  MutexLock lock(&mutex_);
  int decided = 0;
  for (auto& [id, entry] : state_.entries) {
    if (entry.allocation.state != AllocationState::kPublished) continue;
    std::vector<FreedPlace> freed;
    std::vector<Application> applications;
    Excluded excluded;
    for (const auto& [participant, application] : entry.applications) {
      applications.push_back(application);
      if (state_.placed.contains({entry.allocation.cohort.programme, participant})) {
        excluded.placed.insert(participant);
      }
      if (application.seat != PlacementSeat::kReleased || entry.offers.contains(participant)) continue;
      freed.push_back({participant, application.placement, application.seat_group});
    }
    for (const auto& [freed_by, offer] : entry.offers) excluded.waiting.insert(offer.participant);
    for (Offer& offer : OfferOn(entry.allocation, applications, excluded, freed)) {
      if (offer.state == OfferState::kOffering) offer.match = new_match();
      entry.offers[offer.freed_by] = std::move(offer);
      ++decided;
    }
  }
  return decided;
}

absl::StatusOr<OfferStore::UnderWay> FakeAllocationStore::ListOffersUnderWay(int limit, absl::Time) {
  MutexLock lock(&mutex_);
  UnderWay under_way{.offers = {}, .now = clock_.Now()};
  for (const auto& [id, entry] : state_.entries) {
    for (const auto& [freed_by, offer] : entry.offers) {
      const bool is_under_way = offer.state == OfferState::kOffering || offer.state == OfferState::kReturning;
      if (is_under_way && static_cast<int>(under_way.offers.size()) < limit) under_way.offers.push_back(offer);
    }
  }
  return under_way;
}

absl::StatusOr<std::pair<FakeAllocationStore::Entry*, Offer*>> FakeAllocationStore::State::FindOffer(const Offer& offer,
                                                                                                     OfferState state) {
  Entry& entry = entries[offer.allocation];
  const auto found = entry.offers.find(offer.freed_by);
  if (found == entry.offers.end() || found->second.match != offer.match || found->second.state != state) {
    return OfferLost(offer);
  }
  return std::pair(&entry, &found->second);
}

namespace {

void MoveUp(std::map<ParticipantId, Application>& applications, int after) {
  for (auto& [participant, application] : applications) {
    if (application.reserve_position > after) --application.reserve_position;
  }
}

}  // namespace

absl::Status FakeAllocationStore::MakeOffer(const Origin&, const Offer& offer) {
  MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const auto found, state_.FindOffer(offer, OfferState::kOffering));
  const auto [entry, stored] = found;
  if (!state_.placed.insert({offer.cohort.programme, offer.participant}).second) {
    return ApplicantsHaveMatch(entry->allocation, {offer.participant});
  }
  stored->state = OfferState::kOffered;
  Application& application = entry->applications[offer.participant];
  const int position = std::exchange(application.reserve_position, 0);
  application.placement = offer.opening;
  application.choice = offer.choice;
  application.seat_group = offer.seat_group;
  application.reason = UnplacedReason::kNone;
  application.match = offer.match;
  application.seat = PlacementSeat::kHeld;
  ++application.revision;
  application.updated_at = clock_.Now();
  MoveUp(entry->applications, position);
  return absl::OkStatus();
}

absl::Status FakeAllocationStore::GiveUpOffer(const Origin&, const Offer& offer, std::string_view reason) {
  MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const auto found, state_.FindOffer(offer, OfferState::kOffering));
  Offer* const stored = found.second;
  stored->state = OfferState::kReturning;
  stored->reason = reason;
  return absl::OkStatus();
}

absl::Status FakeAllocationStore::CloseOffer(const Origin&, const Offer& offer) {
  MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const auto found, state_.FindOffer(offer, OfferState::kReturning));
  const auto [entry, stored] = found;
  if (!IsAboutPerson(stored->reason)) {
    stored->state = OfferState::kLapsed;
    stored->participant = ParticipantId();
    stored->match = MatchId();
    stored->choice = 0;
    return absl::OkStatus();
  }
  Application& application = entry->applications[offer.participant];
  const Application before = application;
  application = PassOver(before, *stored);
  entry->offers.erase(offer.freed_by);
  if (application == before) return absl::OkStatus();
  ++application.revision;
  application.updated_at = clock_.Now();
  if (application.reserve_position == 0) MoveUp(entry->applications, before.reserve_position);
  return absl::OkStatus();
}

}  // namespace brygga::matching
