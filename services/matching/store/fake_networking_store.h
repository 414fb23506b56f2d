// The port in memory, for tests of what stands above it.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_FAKE_NETWORKING_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_FAKE_NETWORKING_STORE_H_

#include <map>

#include "absl/base/thread_annotations.h"
#include "common/mutation/fake_ledger.h"
#include "common/time/clock.h"
#include "common/wait/mutex.h"
#include "services/matching/store/networking_store.h"

namespace brygga::matching {

// Safe for concurrent use. `clock` outlives it.
class FakeNetworkingStore final : public NetworkingStore {
 public:
  explicit FakeNetworkingStore(const Clock& clock) : clock_(clock) {}

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
  using State = std::map<NetworkingPlanId, NetworkingRecord>;

  static absl::StatusOr<NetworkingRecord*> Find(State& state, const CohortKey& key, const NetworkingPlanId& id);
  // Runs `change(state, ledger)` once per mutation, all or nothing.
  template <typename T, typename F>
  absl::StatusOr<T> Once(const Mutation<T>& mutation, const F& change) {
    MutexLock lock(&mutex_);
    return OnceIn(state_, ledger_, mutation, change);
  }
  template <typename T, typename F>
  static absl::StatusOr<T> OnceIn(State& state, FakeLedger& ledger, const Mutation<T>& mutation, const F& change) {
    return ledger.Once(mutation, state, [&] { return change(state, ledger); });
  }

  const Clock& clock_;
  Mutex mutex_;
  FakeLedger ledger_ ABSL_GUARDED_BY(mutex_);
  State state_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_FAKE_NETWORKING_STORE_H_
