// The port for speed networking plans.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_NETWORKING_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_NETWORKING_STORE_H_

#include <functional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/mutation/mutation.h"
#include "services/matching/domain/networking.h"

namespace brygga::matching {

// Which conversations of a plan to read.
struct ConversationScope {
  ParticipantId participant = {};  // Empty: everybody's.
  int round = 0;                   // 0: all.
};

// Keeps plans with their guests and conversations: no two people twice, nobody in
// two places at once. See CohortStore for threads, blocking and retries.
class NetworkingStore {
 public:
  virtual ~NetworkingStore() = default;

  // Of a cohort that is known.
  virtual absl::StatusOr<NetworkingRecord> CreatePlan(const Mutation<NetworkingRecord>& mutation,
                                                      NetworkingRecord record) = 0;
  // kNotFound: no such plan, or in another cohort.
  virtual absl::StatusOr<NetworkingRecord> LoadPlan(const CohortKey& key, const NetworkingPlanId& id,
                                                    absl::Time deadline) = 0;
  virtual absl::StatusOr<list::Page<NetworkingPlan>> ListPlans(const CohortKey& key, const list::ListQuery& query,
                                                               absl::Time deadline) = 0;
  // By round and table. kNotFound.
  virtual absl::StatusOr<list::Page<NetworkingConversation>> ListConversations(const CohortKey& key,
                                                                               const NetworkingPlanId& id,
                                                                               const ConversationScope& scope,
                                                                               const list::ListQuery& query,
                                                                               absl::Time deadline) = 0;
  // Replaces a plan by what the pure `decide` makes of it. kNotFound.
  using DecidePlan = std::function<absl::StatusOr<NetworkingRecord>(const NetworkingRecord& before, absl::Time now)>;
  virtual absl::StatusOr<NetworkingRecord> ChangePlan(const Mutation<NetworkingRecord>& mutation, const CohortKey& key,
                                                      const NetworkingPlanId& id, const DecidePlan& decide) = 0;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_NETWORKING_STORE_H_
