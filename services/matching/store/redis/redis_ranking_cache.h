// Rankings kept in Redis.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_REDIS_REDIS_RANKING_CACHE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_REDIS_REDIS_RANKING_CACHE_H_

#include <memory>
#include <string>
#include <utility>

#include "common/redis/client.h"
#include "services/matching/store/ranking_cache.h"

namespace brygga::matching {

// Safe for concurrent use.
class RedisRankingCache final : public RankingCache {
 public:
  explicit RedisRankingCache(std::unique_ptr<redis::Client> client) : client_(std::move(client)) {}

  void Get(const std::string& key, absl::Time deadline, Found found) override;
  void Put(const std::string& key, std::string value, absl::Duration ttl, absl::Time deadline) override;

  redis::Client& client() { return *client_; }

 private:
  const std::unique_ptr<redis::Client> client_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_REDIS_REDIS_RANKING_CACHE_H_
