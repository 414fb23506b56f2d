// The port in memory, for tests of what stands above it.
#ifndef BRYGGA_SERVICES_EVENTS_STORE_FAKE_PAIR_STORE_H_
#define BRYGGA_SERVICES_EVENTS_STORE_FAKE_PAIR_STORE_H_

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/time/clock.h"
#include "common/wait/mutex.h"
#include "services/events/domain/errors.h"
#include "services/events/store/pair_store.h"

namespace brygga::events {

// Safe for concurrent use.
class FakePairStore final : public PairStore {
 public:
  FakePairStore() = default;
  explicit FakePairStore(const Clock&) {}

  absl::StatusOr<std::optional<feed::Progress>> GetProgress(absl::Time) override {
    MutexLock lock(&mutex_);
    return progress_;
  }
  absl::StatusOr<int64_t> GetMark(absl::Time) override {
    MutexLock lock(&mutex_);
    return mark_;
  }

  absl::Status Replace(const Origin&, const std::vector<Pair>& pairs, int64_t mark, const feed::Step& step) override {
    MutexLock lock(&mutex_);
    if (absl::Status taken = Take(mark, step); !taken.ok()) return taken;
    pairs_.clear();
    for (const Pair& pair : pairs) pairs_[pair.match] = pair;
    return absl::OkStatus();
  }
  absl::Status Apply(const Origin&, const PairNews& news, int64_t mark, const feed::Step& step) override {
    MutexLock lock(&mutex_);
    if (absl::Status taken = Take(mark, step); !taken.ok()) return taken;
    for (const std::string& match : news.gone) pairs_.erase(match);
    for (const Pair& pair : news.standing) pairs_[pair.match] = pair;
    return absl::OkStatus();
  }

  absl::StatusOr<int> ErasePerson(const Origin&, const std::string& participant) override {
    MutexLock lock(&mutex_);
    ++mark_;
    return static_cast<int>(std::erase_if(pairs_, [&](const auto& entry) {
      return entry.second.mentor == participant || entry.second.adept == participant;
    }));
  }

  absl::StatusOr<KnownPairs> List(const std::vector<std::string>& cohorts, const list::ListQuery& query,
                                  absl::Time) override {
    MutexLock lock(&mutex_);
    std::vector<Pair> chosen;
    for (const auto& [match, pair] : pairs_) {
      if (std::find(cohorts.begin(), cohorts.end(), CohortOf(match)) != cohorts.end()) chosen.push_back(pair);
    }
    KnownPairs known = {.page = list::Apply(std::move(chosen), query, [](const Pair& pair, std::string_view field) {
                          return FieldOf(pair, field);
                        })};
    if (progress_) known.as_of = progress_->as_of;
    return known;
  }

 private:
  absl::Status Take(int64_t mark, const feed::Step& step) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const bool fits = step.from ? progress_ && progress_->token == *step.from : !progress_;
    if (!fits) return feed::FeedMoved(step.feed);
    if (mark != mark_) return PersonErased();
    progress_ = step.to;
    return absl::OkStatus();
  }

  Mutex mutex_;
  std::optional<feed::Progress> progress_ ABSL_GUARDED_BY(mutex_);
  int64_t mark_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, Pair> pairs_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_STORE_FAKE_PAIR_STORE_H_
