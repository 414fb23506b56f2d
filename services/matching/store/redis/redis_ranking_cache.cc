#include "services/matching/store/redis/redis_ranking_cache.h"

namespace brygga::matching {

void RedisRankingCache::Get(const std::string& key, absl::Time deadline, Found found) {
  client_->Get(key, deadline, std::move(found));
}

// Nobody waits for it, and what is not kept is computed again.
void RedisRankingCache::Put(const std::string& key, std::string value, absl::Duration ttl, absl::Time deadline) {
  client_->Set(key, value, ttl, deadline, [](const absl::Status&) {});
}

}  // namespace brygga::matching
