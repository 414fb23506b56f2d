// The port in memory, for tests of what stands above it.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_FAKE_OPENING_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_FAKE_OPENING_STORE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/time/clock.h"
#include "common/wait/mutex.h"
#include "services/matching/domain/allocation_errors.h"
#include "services/matching/store/opening_store.h"

namespace brygga::matching {

// Safe for concurrent use.
class FakeOpeningStore final : public OpeningStore {
 public:
  explicit FakeOpeningStore(const Clock&) {}

  absl::StatusOr<std::vector<std::optional<OpeningFacts>>> GetOpenings(const std::vector<std::string>& names,
                                                                       absl::Time) override {
    const MutexLock lock(&mutex_);
    std::vector<std::optional<OpeningFacts>> facts;
    for (const std::string& name : names) {
      const auto known = known_.find(name);
      facts.push_back(known == known_.end() ? std::nullopt : known->second.facts);
    }
    return facts;
  }
  absl::StatusOr<std::vector<std::string>> ListLiveOpenings(absl::Time) override {
    const MutexLock lock(&mutex_);
    std::vector<std::string> names;
    for (const auto& [name, known] : known_) {
      if (known.facts && !IsOver(known.facts->state)) names.push_back(name);
    }
    return names;
  }
  absl::StatusOr<int64_t> OpeningsMark(absl::Time) override {
    const MutexLock lock(&mutex_);
    return number_;
  }
  absl::Status KeepOpenings(const Origin&, const OpeningsSaid& said, const std::optional<feed::Step>& step) override {
    const MutexLock lock(&mutex_);
    if (step) {
      const auto known = feeds_.find(step->feed);
      const bool fits = known == feeds_.end() ? !step->from : step->from == known->second.token;
      if (!fits) return feed::FeedMoved(step->feed);
    }
    for (const auto& [name, facts] : said.openings) {
      const auto known = known_.find(name);
      if (known != known_.end() && known->second.reading > said.mark) return OpeningsOvertaken();
    }
    if (step) feeds_[step->feed] = step->to;
    if (said.openings.empty()) return absl::OkStatus();
    ++number_;
    for (const auto& [name, facts] : said.openings) {
      if (facts || known_.contains(name)) known_[name] = {.facts = facts, .reading = number_};
    }
    return absl::OkStatus();
  }
  absl::StatusOr<std::optional<feed::Progress>> GetProgress(std::string_view feed, absl::Time) override {
    const MutexLock lock(&mutex_);
    const auto known = feeds_.find(feed);
    return known == feeds_.end() ? std::nullopt : std::optional(known->second);
  }

 private:
  struct Known {
    std::optional<OpeningFacts> facts;
    int64_t reading = 0;  // The write that last said something of it.
  };

  Mutex mutex_;
  int64_t number_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, Known> known_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, feed::Progress, std::less<>> feeds_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_FAKE_OPENING_STORE_H_
