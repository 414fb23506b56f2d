// Speed networking plans on SQLite and PostgreSQL.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_NETWORKING_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_NETWORKING_STORE_H_

#include "common/sql/database.h"
#include "services/matching/store/networking_store.h"

namespace brygga::matching {

// Safe for concurrent use. The database has kMigrations and outlives it.
class SqlNetworkingStore final : public NetworkingStore {
 public:
  explicit SqlNetworkingStore(sql::Database& database) : database_(database) {}

  absl::StatusOr<NetworkingRecord> CreatePlan(const Mutation<NetworkingRecord>& mutation,
                                              NetworkingRecord record) override;
  absl::StatusOr<NetworkingRecord> LoadPlan(const CohortKey& key, const NetworkingPlanId& id,
                                            absl::Time deadline) override;
  absl::StatusOr<list::Page<NetworkingPlan>> ListPlans(const CohortKey& key, const list::ListQuery& query,
                                                       absl::Time deadline) override;
  absl::StatusOr<list::Page<NetworkingConversation>> ListConversations(const CohortKey& key, const NetworkingPlanId& id,
                                                                       const ConversationScope& scope,
                                                                       const list::ListQuery& query,
                                                                       absl::Time deadline) override;
  absl::StatusOr<NetworkingRecord> ChangePlan(const Mutation<NetworkingRecord>& mutation, const CohortKey& key,
                                              const NetworkingPlanId& id, const DecidePlan& decide) override;

 private:
  sql::Database& database_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_NETWORKING_STORE_H_
