// Participant in memory, for tests.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_FAKE_PEOPLE_SOURCE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_FAKE_PEOPLE_SOURCE_H_

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/clock.h"
#include "common/wait/mutex.h"
#include "services/matching/domain/errors.h"
#include "services/matching/store/people_source.h"

namespace brygga::matching {

// Says what it was told. Safe for concurrent use. `clock` outlives it.
class FakePeopleSource final : public PeopleSource {
 public:
  explicit FakePeopleSource(const Clock& clock) : clock_(clock) {}

  absl::StatusOr<CohortPeople> Read(const CohortKey& key, absl::Time) override {
    std::function<void()> meanwhile;
    CohortPeople people;
    {
      const MutexLock lock(&mutex_);
      if (unreachable_ || unreadable_.contains(key)) return PeopleUnavailable();
      const auto found = cohorts_.find(key);
      if (found == cohorts_.end()) return NotFound(NameOf(key));
      people = found->second;
      people.cohort.as_of = clock_.Now();
      std::swap(meanwhile, meanwhile_);
    }
    if (meanwhile) meanwhile();
    return people;
  }

  absl::StatusOr<Cohort> ReadCohort(const CohortKey& key, absl::Time deadline) override {
    BRYGGA_ASSIGN_OR_RETURN(const CohortPeople people, Read(key, deadline));
    return people.cohort;
  }

  absl::StatusOr<std::vector<PeopleChange::Found>> ReadNamed(const std::set<ParticipantId>& participants,
                                                             const std::set<std::string>& enrolments,
                                                             absl::Time) override {
    std::function<void()> meanwhile;
    std::vector<PeopleChange::Found> found;
    {
      const MutexLock lock(&mutex_);
      if (unreachable_) return PeopleUnavailable();
      ++named_reads_;
      most_named_ = std::max(most_named_, enrolments.size());
      for (const auto& [key, people] : cohorts_) {
        for (const Person& person : people.people) {
          if (participants.contains(person.id) || enrolments.contains(person.enrolment)) {
            found.push_back({.cohort = key, .person = person});
          }
        }
      }
      std::swap(meanwhile, meanwhile_);
    }
    if (meanwhile) meanwhile();
    return found;
  }
  int named_reads() {
    const MutexLock lock(&mutex_);
    return named_reads_;
  }
  // Of enrolments, in one reading.
  size_t most_named() {
    const MutexLock lock(&mutex_);
    return most_named_;
  }
  // Runs `meanwhile` between the next reading and its answer.
  void SetMeanwhile(std::function<void()> meanwhile) {
    const MutexLock lock(&mutex_);
    meanwhile_ = std::move(meanwhile);
  }

  void Set(CohortPeople people) {
    const MutexLock lock(&mutex_);
    const CohortKey key = people.cohort.key;
    cohorts_[key] = std::move(people);
  }
  // The person withdraws consent, or leaves.
  void Remove(const CohortKey& key, const ParticipantId& person) {
    const MutexLock lock(&mutex_);
    std::erase_if(cohorts_[key].people, [&](const Person& known) { return known.id == person; });
  }
  // Changes one person in place.
  template <typename F>
  void Change(const CohortKey& key, const ParticipantId& person, F change) {
    const MutexLock lock(&mutex_);
    for (Person& known : cohorts_[key].people) {
      if (known.id == person) change(known);
    }
  }
  // The cohort as a whole cannot be read, its people by their names can.
  void SetUnreadable(const CohortKey& key) {
    const MutexLock lock(&mutex_);
    unreadable_.insert(key);
  }
  void SetUnreachable(bool unreachable) {
    const MutexLock lock(&mutex_);
    unreachable_ = unreachable;
  }

 private:
  const Clock& clock_;
  Mutex mutex_;
  std::map<CohortKey, CohortPeople> cohorts_ ABSL_GUARDED_BY(mutex_);
  bool unreachable_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<CohortKey> unreadable_ ABSL_GUARDED_BY(mutex_);
  size_t most_named_ ABSL_GUARDED_BY(mutex_) = 0;
  int named_reads_ ABSL_GUARDED_BY(mutex_) = 0;
  std::function<void()> meanwhile_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_FAKE_PEOPLE_SOURCE_H_
