// The wiring of what rankings are kept in: memory, and Redis if there is one.
#ifndef BRYGGA_SERVICES_MATCHING_KEPT_RANKINGS_H_
#define BRYGGA_SERVICES_MATCHING_KEPT_RANKINGS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/config/config.h"
#include "common/log/log.h"
#include "common/redis/client.h"
#include "common/sql/database.h"
#include "services/matching/work/candidate_cache.h"

namespace brygga::matching {

struct KeptRankingsSettings {
  std::string redis = "off";         // Or an address (common/redis/address.h).
  std::string redis_password_file;   // Empty: the server asks for none.
  int memory_mb = 64;                // 0: nothing is kept in memory.
  CandidateCacheOptions cache = {};  // The memory is the one above.
  redis::BreakerOptions breaker = {};
};

// The settings --redis, --redis-password-file and --candidate-memory-mb.
void AddSettings(Config& config, KeptRankingsSettings& settings);

struct KeptRankings {
  std::unique_ptr<CandidateCache> cache;
  redis::Client* redis = nullptr;  // Of the cache. Null: off.

  void Expose(const std::shared_ptr<prometheus::Registry>& registry) const;
};

// What rankings are a function of besides the database: how this release scores, and
// the tables in `reference`, a folder. Short, for keys.
std::string RankedBy(const std::string& reference);

// Does not wait for the Redis: without it everything is answered the same. `made_by`:
// see RankedBy.
//
// kInvalidArgument: no address, or the password cannot be read. What the database
// answers.
absl::StatusOr<KeptRankings> OpenKeptRankings(const KeptRankingsSettings& settings, sql::Database& database,
                                              std::string made_by, std::shared_ptr<Log> log);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_KEPT_RANKINGS_H_
