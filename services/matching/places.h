// Allocations and speed networking as parts of the matching service: their stores,
// their worker and their handlers over the service's database.
#ifndef BRYGGA_SERVICES_MATCHING_PLACES_H_
#define BRYGGA_SERVICES_MATCHING_PLACES_H_

#include <memory>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "common/feed/change_source.h"
#include "common/log/log.h"
#include "common/rpc/service.h"
#include "common/sql/database.h"
#include "services/matching/rpc/allocation_handler.h"
#include "services/matching/rpc/networking_handler.h"
#include "services/matching/store/openings.h"
#include "services/matching/store/sql/sql_allocation_store.h"
#include "services/matching/store/sql/sql_networking_store.h"
#include "services/matching/store/sql/sql_opening_store.h"
#include "services/matching/work/allocation_worker.h"
#include "services/matching/work/cohort_views.h"
#include "services/matching/work/known_openings.h"
#include "services/matching/work/opening_feed.h"
#include "services/matching/work/projection.h"

namespace brygga::matching {

// The services that places are asked of. Either may be null: then whatever needs it
// answers PARTNER_UNAVAILABLE or PEOPLE_UNAVAILABLE.
struct PlaceSources {
  std::unique_ptr<Openings> openings = nullptr;
  std::unique_ptr<AgeCheck> ages = nullptr;
  std::unique_ptr<feed::ChangeSource> opening_feed = nullptr;  // Null: openings are not followed.
};

// What it is made from outlives it.
class Places {
 public:
  Places(sql::Database& database, PlaceSources sources, Projection& projection, CohortViews& views,
         AllocationWorkerOptions options, absl::Duration opening_interval, const std::shared_ptr<Log>& log);

  // The services that the handlers answer.
  void AddTo(std::vector<rpc::Service>& services);

  void Start();
  void Stop();
  // At most once.
  void Measure(const std::shared_ptr<prometheus::Registry>& registry);

  AllocationWorker& worker() { return worker_; }
  AllocationStore& store() { return allocations_; }
  OpeningStore& opening_store() { return opening_store_; }
  KnownOpenings& openings() { return openings_; }

 private:
  PlaceSources sources_;
  SqlAllocationStore allocations_;
  SqlNetworkingStore plans_;
  SqlOpeningStore opening_store_;
  KnownOpenings openings_;
  std::optional<OpeningFeed> opening_feed_;
  AllocationWorker worker_;
  AllocationHandler allocation_handler_;
  NetworkingHandler networking_handler_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_PLACES_H_
