// The port in memory, for tests of what stands above it.
#ifndef BRYGGA_SERVICES_PARTICIPANT_STORE_FAKE_AGREEMENT_STORE_H_
#define BRYGGA_SERVICES_PARTICIPANT_STORE_FAKE_AGREEMENT_STORE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/time/clock.h"
#include "common/wait/mutex.h"
#include "services/participant/store/agreement_store.h"

namespace brygga::participant {

// Safe for concurrent use.
class FakeAgreementStore final : public AgreementStore {
 public:
  FakeAgreementStore() = default;
  explicit FakeAgreementStore(const Clock&) {}

  absl::StatusOr<std::optional<feed::Progress>> GetProgress(absl::Time) override {
    MutexLock lock(&mutex_);
    return progress_;
  }

  absl::Status Replace(const Origin&, const std::vector<Agreement>& agreements, const feed::Step& step) override {
    MutexLock lock(&mutex_);
    if (!Take(step)) return feed::FeedMoved(step.feed);
    agreements_.clear();
    for (const Agreement& agreement : agreements) agreements_[agreement.name] = agreement;
    return absl::OkStatus();
  }

  absl::Status Apply(const Origin&, const std::vector<Agreement>& agreements, const feed::Step& step) override {
    MutexLock lock(&mutex_);
    if (!Take(step)) return feed::FeedMoved(step.feed);
    for (const Agreement& agreement : agreements) agreements_[agreement.name] = agreement;
    return absl::OkStatus();
  }

  absl::StatusOr<std::optional<ActiveAgreements>> FindActive(const std::string& operator_name,
                                                             const std::set<std::string>& organisations, Date day,
                                                             absl::Time) override {
    MutexLock lock(&mutex_);
    if (!progress_) return std::nullopt;
    ActiveAgreements active{.as_of = progress_->as_of};
    for (const auto& [name, agreement] : agreements_) {
      const bool holds = agreement.operator_name == operator_name && agreement.from <= day && day <= agreement.to;
      if (holds && organisations.contains(OrganisationOf(name))) active.organisations.insert(OrganisationOf(name));
    }
    return active;
  }

 private:
  bool Take(const feed::Step& step) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const bool fits = step.from ? progress_ && progress_->token == *step.from : !progress_;
    if (fits) progress_ = step.to;
    return fits;
  }

  Mutex mutex_;
  std::optional<feed::Progress> progress_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Agreement> agreements_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_STORE_FAKE_AGREEMENT_STORE_H_
