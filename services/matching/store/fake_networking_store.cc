#include "services/matching/store/fake_networking_store.h"

#include <utility>
#include <vector>

#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/matching/store/fake_lists.h"

namespace brygga::matching {

absl::StatusOr<NetworkingRecord*> FakeNetworkingStore::Find(State& state, const CohortKey& key,
                                                            const NetworkingPlanId& id) {
  const auto found = state.find(id);
  if (found == state.end() || found->second.plan.cohort != key) return NotFound(NameOf(key, id));
  return &found->second;
}

absl::StatusOr<NetworkingRecord> FakeNetworkingStore::CreatePlan(const Mutation<NetworkingRecord>& mutation,
                                                                 NetworkingRecord record) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<NetworkingRecord> {
    NetworkingRecord made = record;
    made.plan.created_at = made.plan.updated_at = clock_.Now();
    state[made.plan.id] = made;
    ledger.Changed(made.plan.name(), ChangeKind::kCreated, 1);
    return made;
  });
}

absl::StatusOr<NetworkingRecord> FakeNetworkingStore::LoadPlan(const CohortKey& key, const NetworkingPlanId& id,
                                                               absl::Time) {
  MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const NetworkingRecord* const record, Find(state_, key, id));
  return *record;
}

absl::StatusOr<list::Page<NetworkingPlan>> FakeNetworkingStore::ListPlans(const CohortKey& key,
                                                                          const list::ListQuery& query, absl::Time) {
  MutexLock lock(&mutex_);
  std::vector<NetworkingPlan> plans;
  for (const auto& [id, record] : state_) {
    if (record.plan.cohort == key) plans.push_back(record.plan);
  }
  return PageOf(std::move(plans), query);
}

absl::StatusOr<list::Page<NetworkingConversation>> FakeNetworkingStore::ListConversations(
    const CohortKey& key, const NetworkingPlanId& id, const ConversationScope& scope, const list::ListQuery& query,
    absl::Time) {
  MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const NetworkingRecord* const record, Find(state_, key, id));
  std::vector<NetworkingConversation> chosen;
  for (const NetworkingConversation& conversation : record->conversations) {
    const bool is_theirs = scope.participant.empty() || conversation.newcomer == scope.participant ||
                           conversation.established == scope.participant;
    if (is_theirs && (scope.round == 0 || conversation.round == scope.round)) chosen.push_back(conversation);
  }
  return PageOf(std::move(chosen), query);
}

absl::StatusOr<NetworkingRecord> FakeNetworkingStore::ChangePlan(const Mutation<NetworkingRecord>& mutation,
                                                                 const CohortKey& key, const NetworkingPlanId& id,
                                                                 const DecidePlan& decide) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<NetworkingRecord> {
    BRYGGA_ASSIGN_OR_RETURN(NetworkingRecord* const record, Find(state, key, id));
    BRYGGA_ASSIGN_OR_RETURN(NetworkingRecord after, decide(*record, clock_.Now()));
    if (after == *record) return after;
    ++after.plan.revision;
    after.plan.updated_at = clock_.Now();
    *record = after;
    ledger.Changed(after.plan.name(), ChangeKind::kUpdated, after.plan.revision);
    return after;
  });
}

}  // namespace brygga::matching
