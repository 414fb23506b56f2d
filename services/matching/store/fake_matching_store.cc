#include "services/matching/store/fake_matching_store.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/status/error.h"
#include "services/matching/domain/errors.h"

namespace brygga::matching {

absl::StatusOr<Cohort*> FakeMatchingStore::FindCohort(const CohortKey& key) {
  const auto found = state_.cohorts.find(key);
  if (found == state_.cohorts.end()) return NotFound(NameOf(key));
  return &found->second;
}

absl::StatusOr<MatchingPolicy> FakeMatchingStore::FindPolicy(const CohortKey& key, int version) {
  const auto cohort = state_.cohorts.find(key);
  const int wanted = version == 0 && cohort != state_.cohorts.end() ? cohort->second.policy_version : version;
  const auto found = state_.policies.find({key, wanted});
  if (found == state_.policies.end()) {
    return NotFound(NameOf(key, "policies", version == 0 ? "current" : std::to_string(version)));
  }
  return found->second;
}

absl::StatusOr<Round*> FakeMatchingStore::FindRound(const CohortKey& key, const RoundId& id) {
  const auto found = state_.rounds.find(id);
  if (found == state_.rounds.end() || found->second.cohort != key) return NotFound(NameOf(key, id));
  return &found->second;
}

absl::StatusOr<Round*> FakeMatchingStore::FindClaimed(const Round& claimed) {
  const auto found = state_.rounds.find(claimed.id);
  if (found == state_.rounds.end() || found->second.state != RoundState::kRunning ||
      found->second.attempt != claimed.attempt) {
    return RoundLost(claimed.id);
  }
  return &found->second;
}

Seats FakeMatchingStore::SeatsIn(const CohortKey& key, const ParticipantId& mentor) {
  const StatedSeats& stated = state_.seats[mentor];
  Seats seats{.capacity = stated.capacity, .taken = stated.taken};
  for (const auto& [id, match] : state_.matches) {
    if (match.cohort == key && match.mentor == mentor && IsLive(match.state)) ++seats.taken_here;
  }
  return seats;
}

const Match* FakeMatchingStore::LiveMatchOf(const ParticipantId& adept, const ProgrammeId& programme, MatchKind kind) {
  for (const auto& [id, match] : state_.matches) {
    if (match.adept == adept && match.cohort.programme == programme && KeepsFrom(match.kind, kind) &&
        IsLive(match.state)) {
      return &match;
    }
  }
  return nullptr;
}

const Match* FakeMatchingStore::OtherLiveMatch(const Match& match) {
  for (const auto& [id, other] : state_.matches) {
    if (id != match.id && other.adept == match.adept && other.cohort.programme == match.cohort.programme &&
        other.kind == match.kind && IsLive(other.state)) {
      return &other;
    }
  }
  return nullptr;
}

bool FakeMatchingStore::TakeSeat(const CohortKey& key, const ParticipantId& mentor, bool beyond, int capacity_here) {
  if (!beyond && FreeSeats(SeatsIn(key, mentor), capacity_here) <= 0) return false;
  StatedSeats& seats = state_.seats[mentor];
  seats.capacity = std::max(seats.capacity, ++seats.taken);
  return true;
}

absl::StatusOr<Match*> FakeMatchingStore::FindMatch(const CohortKey& key, const MatchId& id) {
  const auto found = state_.matches.find(id);
  if (found == state_.matches.end() || found->second.cohort != key) return NotFound(NameOf(key, id));
  return &found->second;
}

void FakeMatchingStore::InsertPolicy(Cohort& cohort, MatchingPolicy policy) {
  cohort.policy_version = policy.version;
  ++cohort.epoch;
  ledger_.Changed(policy.name(), ChangeKind::kCreated, 1);
  state_.policies[{cohort.key, policy.version}] = std::move(policy);
}

Round FakeMatchingStore::WriteRound(Round round) {
  ++round.revision;
  round.updated_at = clock_.Now();
  ledger_.Changed(round.name(), ChangeKind::kUpdated, round.revision);
  return state_.rounds[round.id] = round;
}

absl::StatusOr<Match> FakeMatchingStore::WriteMatch(const Match& before, Match after) {
  if (after == before) return after;
  if (after.kind != before.kind) {
    if (const Match* other = OtherLiveMatch(after)) return AdeptHasMatch(after.cohort, after.adept, other->id);
  }
  ++after.revision;
  after.updated_at = clock_.Now();
  if (TakesMentorSeat(before.kind) && IsLive(before.state) && !IsLive(after.state)) {
    StatedSeats& seats = state_.seats[after.mentor];
    --seats.taken;
    seats.capacity = std::max(seats.stated, seats.taken);
  }
  ledger_.Changed(after.name(), ChangeKind::kUpdated, after.revision);
  return state_.matches[after.id] = after;
}

}  // namespace brygga::matching
