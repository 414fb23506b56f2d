// The port for rankings kept where all replicas find them.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_RANKING_CACHE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_RANKING_CACHE_H_

#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace brygga::matching {

// Keeps bytes under keys, for a while and without a promise: what was put may be
// gone, late or something else at any moment, so whoever reads must be able to
// tell, and to do without.
//
// Safe for concurrent use. No call waits.
class RankingCache {
 public:
  // What is kept under a key, nothing, or why it cannot be told.
  using Found = absl::AnyInvocable<void(absl::StatusOr<std::optional<std::string>>)>;

  virtual ~RankingCache() = default;

  // Calls `found` once: on this thread where the answer is known at once, else on
  // a thread of the cache's, at the latest soon after `deadline`. It must not
  // wait. After the cache's end it is not called any more.
  virtual void Get(const std::string& key, absl::Time deadline, Found found) = 0;

  // Keeps `value`, perhaps, for `ttl` at the most. A cache that has not done so by
  // `deadline` is a slow one.
  virtual void Put(const std::string& key, std::string value, absl::Duration ttl, absl::Time deadline) = 0;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_RANKING_CACHE_H_
