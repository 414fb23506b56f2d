// What runs every now and then, in one replica at a time: the projection of
// people, matches that expire, old answers to requests.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_SWEEPS_H_
#define BRYGGA_SERVICES_MATCHING_WORK_SWEEPS_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/log/log.h"
#include "common/sql/database.h"
#include "common/time/periodic.h"
#include "services/matching/store/match_store.h"
#include "services/matching/work/projection.h"

namespace brygga::matching {

struct SweepOptions {
  std::string holder;                             // Of this process, random.
  absl::Duration projection = absl::Seconds(20);  // Between two readings of all cohorts.
  absl::Duration expiry = absl::Seconds(5);       // Between two looks for matches to expire.
};

// Not thread-safe: its owner starts and stops it. What it is made from outlives it.
class Sweeps {
 public:
  Sweeps(sql::Database& database, MatchStore& matches, Projection& projection, SweepOptions options,
         std::shared_ptr<Log> log);

  void Start();
  // Waits for what has begun.
  void Stop();

 private:
  // True where this replica holds the lease on `what` for `length`.
  bool Leads(std::string_view what, absl::Duration length);
  void RefreshPeople();
  void ExpireMatches();

  sql::Database& database_;
  MatchStore& matches_;
  Projection& projection_;
  const SweepOptions options_;
  const std::shared_ptr<Log> log_;           // Shared with the server; may be null.
  std::optional<Periodic> people_, expiry_;  // While it runs.
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_SWEEPS_H_
