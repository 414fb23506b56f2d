#include "services/matching/kept_rankings.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/redis/address.h"
#include "common/status/macros.h"
#include "services/matching/domain/cohort_view.h"
#include "services/matching/domain/ranking.h"
#include "services/matching/store/redis/redis_ranking_cache.h"
#include "services/matching/store/sql/sql_availability.h"

namespace brygga::matching {
namespace {

// The first line of a file; its end may be missing.
absl::StatusOr<std::string> ReadPassword(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream file(path);
  std::string password;
  if (!std::getline(file, password)) {
    return absl::InvalidArgumentError("redis-password-file: there is no password in " + path);
  }
  return password;
}

}  // namespace

void AddSettings(Config& config, KeptRankingsSettings& settings) {
  config
      .Text("redis", &settings.redis,
            "Where rankings are kept for all replicas: off, redis://[USER@]HOST[:PORT][/DB] or unix://[USER@]/PATH")
      .File("redis-password-file", &settings.redis_password_file, "The file that holds its password")
      .Int("candidate-memory-mb", &settings.memory_mb, "Memory for rankings kept in this process; 0: none", 0, 65536);
}

void KeptRankings::Expose(const std::shared_ptr<prometheus::Registry>& registry) const {
  cache->Expose(registry);
  if (redis != nullptr) redis->Expose(registry);
}

std::string RankedBy(const std::string& reference) {
  std::map<std::string, std::string> tables;
  std::error_code ignored;  // Whoever reads the tables tells what is wrong with the folder.
  for (const auto& file : std::filesystem::directory_iterator(reference, ignored)) {
    std::ostringstream text;
    text << std::ifstream(file.path(), std::ios::binary).rdbuf();
    tables[file.path().filename()] = Sha256Hex(text.str());
  }
  std::string all;
  for (const auto& [name, hash] : tables) absl::StrAppend(&all, name, " ", hash, "\n");
  return absl::StrCat("s", kScoringVersion, ".", Sha256Hex(all).substr(0, 8));
}

absl::StatusOr<KeptRankings> OpenKeptRankings(const KeptRankingsSettings& settings, sql::Database& database,
                                              std::string made_by, std::shared_ptr<Log> log) {
  KeptRankings kept;
  std::unique_ptr<RedisRankingCache> shared;
  std::string secret;
  if (settings.redis != "off") {
    BRYGGA_ASSIGN_OR_RETURN(redis::Address address, redis::ParseAddress(settings.redis));
    BRYGGA_ASSIGN_OR_RETURN(std::string password, ReadPassword(settings.redis_password_file));
    BRYGGA_ASSIGN_OR_RETURN(secret, RankingSecret(database, absl::Now() + absl::Seconds(30)));
    shared = std::make_unique<RedisRankingCache>(redis::Client::Start({.address = std::move(address),
                                                                       .password = std::move(password),
                                                                       .probe_timeout = settings.cache.patience,
                                                                       .breaker = settings.breaker,
                                                                       .log = std::move(log)}));
    kept.redis = &shared->client();
  }
  CandidateCacheOptions options = settings.cache;
  options.memory_bytes = static_cast<size_t>(settings.memory_mb) << 20;
  kept.cache = std::make_unique<CandidateCache>(options, std::move(shared), std::move(secret), std::move(made_by));
  return kept;
}

}  // namespace brygga::matching
