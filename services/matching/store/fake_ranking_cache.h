// A shared cache in memory, for tests, that fails as it is told.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_FAKE_RANKING_CACHE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_FAKE_RANKING_CACHE_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "common/wait/mutex.h"
#include "services/matching/store/ranking_cache.h"

namespace brygga::matching {

// Answers on the caller's thread. Several may share one `State`, as replicas
// share a Redis. Safe for concurrent use.
class FakeRankingCache final : public RankingCache {
 public:
  struct State {
    Mutex mutex;
    std::map<std::string, std::string> kept ABSL_GUARDED_BY(mutex);
    absl::Status broken ABSL_GUARDED_BY(mutex);  // What Get answers, unless OK.
    absl::Duration last_ttl ABSL_GUARDED_BY(mutex);
    int gets ABSL_GUARDED_BY(mutex) = 0;
    std::function<void()> before_put;  // Called without the mutex.
  };

  explicit FakeRankingCache(std::shared_ptr<State> state) : state_(std::move(state)) {}

  void Get(const std::string& key, absl::Time, Found found) override {
    absl::StatusOr<std::optional<std::string>> value = std::nullopt;
    {
      const MutexLock lock(&state_->mutex);
      ++state_->gets;
      if (!state_->broken.ok()) {
        value = state_->broken;
      } else if (const auto kept = state_->kept.find(key); kept != state_->kept.end()) {
        value = kept->second;
      }
    }
    found(std::move(value));
  }

  void Put(const std::string& key, std::string value, absl::Duration ttl, absl::Time) override {
    if (state_->before_put) state_->before_put();
    const MutexLock lock(&state_->mutex);
    state_->kept[key] = std::move(value);
    state_->last_ttl = ttl;
  }

 private:
  const std::shared_ptr<State> state_;  // Shared with the test and with other replicas.
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_FAKE_RANKING_CACHE_H_
