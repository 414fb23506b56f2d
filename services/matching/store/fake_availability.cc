// FakeMatchingStore: who is free.
#include <algorithm>
#include <utility>

#include "common/status/macros.h"
#include "services/matching/store/fake_matching_store.h"

namespace brygga::matching {

// Compares with what was told last, so that no writer has to think of it.
absl::StatusOr<Taken> FakeMatchingStore::TakenIn(const CohortKey& key) {
  BRYGGA_ASSIGN_OR_RETURN(const Cohort* cohort, FindCohort(key));
  Taken now{.epoch = cohort->epoch};
  for (const auto& [id, person] : state_.people[key]) {
    if (person.role != Side::kMentor) continue;
    const Seats seats = SeatsIn(key, person.id);
    if (seats.taken == 0 && seats.capacity > 0 && person.features.capacity > 0) continue;
    now.seats_left.emplace(person.id, std::max(0, FreeSeats(seats, person.features.capacity)));
  }
  for (const auto& [id, match] : state_.matches) {
    if (match.cohort.programme == key.programme && KeepsFrom(match.kind, MatchKindFor(cohort->kind)) &&
        IsLive(match.state)) {
      now.matches.emplace(match.adept, match.name());
    }
  }
  Taken& told = state_.taken[key];
  now.availability = told.availability;
  if (now.seats_left != told.seats_left || now.matches != told.matches) ++now.availability;
  told = now;
  return now;
}

absl::StatusOr<Standing> FakeMatchingStore::GetStanding(const CohortKey& key, absl::Time) {
  const MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const Cohort* cohort, FindCohort(key));
  Standing standing{.cohort = AsOfNow(*cohort)};
  if (cohort->policy_version != 0) {
    BRYGGA_ASSIGN_OR_RETURN(const MatchingPolicy policy, FindPolicy(key, 0));
    standing.policy_hash = policy.hash;
  }
  BRYGGA_ASSIGN_OR_RETURN(const Taken taken, TakenIn(key));
  standing.availability = taken.availability;
  return standing;
}

absl::StatusOr<Taken> FakeMatchingStore::ListTaken(const CohortKey& key, absl::Time) {
  const MutexLock lock(&mutex_);
  return TakenIn(key);
}

}  // namespace brygga::matching
