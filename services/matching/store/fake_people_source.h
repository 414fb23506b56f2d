// Participant in memory, for tests.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_FAKE_PEOPLE_SOURCE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_FAKE_PEOPLE_SOURCE_H_

#include <algorithm>
#include <map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/status/error.h"
#include "common/time/clock.h"
#include "services/matching/domain/errors.h"
#include "services/matching/store/people_source.h"

namespace brygga::matching {

// Says what it was told. Safe for concurrent use. `clock` outlives it.
class FakePeopleSource final : public PeopleSource {
 public:
  explicit FakePeopleSource(const Clock& clock) : clock_(clock) {}

  absl::StatusOr<CohortPeople> Read(const CohortKey& key, absl::Time) override {
    const absl::MutexLock lock(&mutex_);
    if (unreachable_) return PeopleUnavailable();
    const auto found = cohorts_.find(key);
    if (found == cohorts_.end()) return NotFound(NameOf(key));
    CohortPeople people = found->second;
    people.cohort.as_of = clock_.Now();
    return people;
  }

  void Set(CohortPeople people) {
    const absl::MutexLock lock(&mutex_);
    const CohortKey key = people.cohort.key;
    cohorts_[key] = std::move(people);
  }
  // The person withdraws consent, or leaves.
  void Remove(const CohortKey& key, const ParticipantId& person) {
    const absl::MutexLock lock(&mutex_);
    std::erase_if(cohorts_[key].people, [&](const Person& known) { return known.id == person; });
  }
  // Changes one person in place.
  template <typename F>
  void Change(const CohortKey& key, const ParticipantId& person, F change) {
    const absl::MutexLock lock(&mutex_);
    for (Person& known : cohorts_[key].people) {
      if (known.id == person) change(known);
    }
  }
  void SetUnreachable(bool unreachable) {
    const absl::MutexLock lock(&mutex_);
    unreachable_ = unreachable;
  }

 private:
  const Clock& clock_;
  absl::Mutex mutex_;
  std::map<CohortKey, CohortPeople> cohorts_ ABSL_GUARDED_BY(mutex_);
  bool unreachable_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_FAKE_PEOPLE_SOURCE_H_
