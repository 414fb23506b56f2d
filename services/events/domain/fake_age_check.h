// Ages as a test says they are.
#ifndef BRYGGA_SERVICES_EVENTS_DOMAIN_FAKE_AGE_CHECK_H_
#define BRYGGA_SERVICES_EVENTS_DOMAIN_FAKE_AGE_CHECK_H_

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/wait/mutex.h"
#include "services/events/domain/age_check.h"
#include "services/events/domain/errors.h"

namespace brygga::events {

// Whoever has no birth date here does not exist. Safe for concurrent use.
class FakeAgeCheck final : public AgeCheck {
 public:
  void Born(const std::string& participant, Date date) {
    MutexLock lock(&mutex_);
    born_[participant] = date;
  }
  // Nobody can be asked until this is called with false.
  void Unavailable(bool unavailable) {
    MutexLock lock(&mutex_);
    unavailable_ = unavailable;
  }

  absl::StatusOr<std::vector<AgeAnswer>> Ask(const std::vector<std::string>& participants, const AgeWindow& window,
                                             Date on, absl::Time) override {
    MutexLock lock(&mutex_);
    if (unavailable_) return AgeCheckUnavailable();
    std::vector<AgeAnswer> answers;
    for (const std::string& participant : participants) {
      const auto found = born_.find(participant);
      if (found == born_.end()) {
        answers.push_back(AgeAnswer::kNoSuchPerson);
        continue;
      }
      const int age = AgeOn(found->second, on);
      const bool within = age >= window.least.value_or(0) && age <= window.most.value_or(1000);
      answers.push_back(within ? AgeAnswer::kWithin : AgeAnswer::kOutside);
    }
    return answers;
  }

 private:
  Mutex mutex_;
  std::map<std::string, Date> born_ ABSL_GUARDED_BY(mutex_);
  bool unavailable_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_DOMAIN_FAKE_AGE_CHECK_H_
