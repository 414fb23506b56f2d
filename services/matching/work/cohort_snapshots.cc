#include "services/matching/work/cohort_snapshots.h"

#include <optional>
#include <utility>

#include "common/status/macros.h"

namespace brygga::matching {
namespace {

int64_t PeopleIn(const CohortSnapshots::Snapshot& snapshot) {
  return snapshot == nullptr ? 0 : snapshot->adepts().count() + snapshot->mentors().count();
}

}  // namespace

CohortSnapshots::Snapshot CohortSnapshots::InMemory(const CohortKey& key, int64_t epoch) {
  const MutexLock lock(&mutex_);
  const auto place = places_.find(key);
  if (place == places_.end()) return nullptr;
  const Snapshot& snapshot = place->second->snapshot;
  if (snapshot == nullptr || snapshot->cohort().epoch < epoch) return nullptr;
  kept_.splice(kept_.begin(), kept_, place->second);
  return snapshot;
}

absl::StatusOr<CohortSnapshots::Snapshot> CohortSnapshots::Get(const CohortKey& key, int64_t epoch,
                                                               absl::Time deadline) {
  if (Snapshot known = InMemory(key, epoch)) return known;
  Snapshot before;
  {
    const MutexLock lock(&mutex_);
    // Whoever waited looks again: what was read meanwhile may be too old for them.
    for (;;) {
      const Place place = Find(key);
      if (place->snapshot != nullptr && place->snapshot->cohort().epoch >= epoch) return place->snapshot;
      before = place->snapshot;
      if (!place->is_reading) break;
      const auto is_read = [this, &key]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        const auto now = places_.find(key);
        return now == places_.end() || !now->second->is_reading;
      };
      if (!mutex_.AwaitWithDeadline(Condition(&is_read), deadline)) {
        return absl::DeadlineExceededError("the cohort is still being read");
      }
    }
    Find(key)->is_reading = true;
  }
  absl::StatusOr<Snapshot> made = Read(key, before, deadline);
  const MutexLock lock(&mutex_);
  const Place place = Find(key);
  place->is_reading = false;
  if (made.ok()) place->snapshot = *made;
  Trim();
  return made;
}

absl::StatusOr<CohortSnapshots::Snapshot> CohortSnapshots::Read(const CohortKey& key, const Snapshot& before,
                                                                absl::Time deadline) {
  if (before != nullptr) {
    BRYGGA_ASSIGN_OR_RETURN(const CohortChanges changes, store_.LoadChanges(key, before->cohort().epoch, deadline));
    BRYGGA_ASSIGN_OR_RETURN(Snapshot after, before->With(changes));
    if (after != nullptr) {
      ++applied_;
      return after;
    }
    if (changes.whole) {
      ++rebuilt_;
      return CohortSnapshot::Make(reference_, changes);
    }
  }
  ++rebuilt_;
  BRYGGA_ASSIGN_OR_RETURN(const CohortChanges all, store_.LoadChanges(key, std::nullopt, deadline));
  return CohortSnapshot::Make(reference_, all);
}

CohortSnapshots::Place CohortSnapshots::Find(const CohortKey& key) {
  const auto [found, is_new] = places_.try_emplace(key);
  if (is_new) {
    found->second = kept_.insert(kept_.begin(), Kept{.key = key});
  } else {
    kept_.splice(kept_.begin(), kept_, found->second);
  }
  return found->second;
}

void CohortSnapshots::Trim() {
  int64_t people = 0;
  for (auto kept = kept_.begin(); kept != kept_.end();) {
    people += PeopleIn(kept->snapshot);
    const bool may_go = kept != kept_.begin() && !kept->is_reading;
    // A cohort that could not be read leaves no place behind either.
    if (may_go && (people > options_.most_people || kept->snapshot == nullptr)) {
      people -= PeopleIn(kept->snapshot);
      places_.erase(kept->key);
      kept = kept_.erase(kept);
    } else {
      ++kept;
    }
  }
}

}  // namespace brygga::matching
