#include <string_view>

#include "common/status/error.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/matching/domain/errors.h"
#include "services/matching/store/fake_lists.h"
#include "services/matching/store/fake_matching_store.h"

namespace brygga::matching {

absl::StatusOr<MatchingPolicy> FakeMatchingStore::GetPolicy(const CohortKey& key, int version, absl::Time) {
  const MutexLock lock(&mutex_);
  return FindPolicy(key, version);
}

absl::StatusOr<list::Page<MatchingPolicy>> FakeMatchingStore::ListPolicies(const CohortKey& key,
                                                                           const list::ListQuery& query, absl::Time) {
  const MutexLock lock(&mutex_);
  return PageOf(ValuesIn(state_.policies, key), query);
}

absl::StatusOr<MatchingPolicy> FakeMatchingStore::CreatePolicy(const Mutation<MatchingPolicy>& mutation,
                                                               MatchingPolicy policy) {
  return Once(mutation, [&]() -> absl::StatusOr<MatchingPolicy> {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(Cohort* const cohort, FindCohort(policy.cohort));
    policy.version = cohort->policy_version + 1;
    policy.created_at = clock_.Now();
    InsertPolicy(*cohort, policy);
    return policy;
  });
}

absl::StatusOr<PairFacts> FakeMatchingStore::FactsOf(const CohortKey& key, const ParticipantId& mentor_id,
                                                     const ParticipantId& adept_id) {
  BRYGGA_ASSIGN_OR_RETURN(const Cohort* cohort, FindCohort(key));
  if (cohort->policy_version == 0) return NoPolicy(*cohort);
  const MatchKind kind = MatchKindFor(cohort->kind);
  PairFacts facts{.cohort_kind = cohort->kind, .cohort_state = cohort->state};
  BRYGGA_ASSIGN_OR_RETURN(facts.policy, FindPolicy(key, 0));
  const auto& people = state_.people[key];
  const auto mentor = people.find({Side::kMentor, mentor_id});
  if (mentor == people.end()) return NotFound(NameOf(mentor_id));
  const auto adept = people.find({Side::kAdept, adept_id});
  if (adept == people.end()) return NotFound(NameOf(adept_id));
  facts.mentor = mentor->second;
  facts.adept = adept->second;
  facts.free_seats = FreeSeats(SeatsIn(key, mentor_id), facts.mentor.features.capacity);
  for (const Lock& other : ValuesIn(state_.locks, key)) {
    if (other.adept == adept_id) facts.adept_lock = other;
    if (other.mentor == mentor_id && other.adept != adept_id &&
        LiveMatchOf(other.adept, key.programme, kind) == nullptr) {
      --facts.free_seats;
    }
  }
  for (const Veto& veto : ValuesIn(state_.vetoes, key)) {
    if (veto.mentor == mentor_id && veto.adept == adept_id) facts.vetoes.push_back(veto);
  }
  if (const Match* match = LiveMatchOf(adept_id, key.programme, kind)) facts.adept_match = match->id;
  return facts;
}

absl::StatusOr<Lock> FakeMatchingStore::CreateLock(const Mutation<Lock>& mutation, const Lock& pair,
                                                   const DecideLockFn& decide) {
  return Once(mutation, [&]() -> absl::StatusOr<Lock> {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(const PairFacts facts, FactsOf(pair.cohort, pair.mentor, pair.adept));
    BRYGGA_ASSIGN_OR_RETURN(const Lock made, decide(facts, clock_.Now()));
    for (const Lock& other : ValuesIn(state_.locks, made.cohort)) {
      if (other.adept == made.adept) return LockExists(made);
    }
    GrowContext(made.cohort);
    ledger_.Changed(made.name(), ChangeKind::kCreated, made.revision);
    return state_.locks[made.id] = made;
  });
}

absl::StatusOr<Lock> FakeMatchingStore::DeleteLock(const Mutation<Lock>& mutation, const CohortKey& key,
                                                   const LockId& id, std::string_view etag) {
  return Once(mutation, [&]() -> absl::StatusOr<Lock> {
    mutex_.AssertHeld();
    const auto found = state_.locks.find(id);
    if (found == state_.locks.end() || found->second.cohort != key) return NotFound(NameOf(key, id));
    const Lock gone = found->second;
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, gone.revision, gone.name()));
    state_.locks.erase(found);
    GrowContext(key);
    ledger_.Changed(gone.name(), ChangeKind::kDeleted, gone.revision + 1);
    return gone;
  });
}

absl::StatusOr<list::Page<Lock>> FakeMatchingStore::ListLocks(const CohortKey& key, const list::ListQuery& query,
                                                              absl::Time) {
  const MutexLock lock(&mutex_);
  return PageOf(ValuesIn(state_.locks, key), query);
}

absl::StatusOr<Veto> FakeMatchingStore::CreateVeto(const Mutation<Veto>& mutation, Veto veto) {
  return Once(mutation, [&]() -> absl::StatusOr<Veto> {
    mutex_.AssertHeld();
    BRYGGA_RETURN_IF_ERROR(FindCohort(veto.cohort));
    for (const Veto& other : ValuesIn(state_.vetoes, veto.cohort)) {
      if (other.mentor == veto.mentor && other.adept == veto.adept && other.origin == veto.origin) {
        return VetoExists(veto);
      }
    }
    veto.created_at = clock_.Now();
    GrowContext(veto.cohort);
    ledger_.Changed(veto.name(), ChangeKind::kCreated, veto.revision);
    return state_.vetoes[veto.id] = veto;
  });
}

absl::StatusOr<Veto> FakeMatchingStore::DeleteVeto(const Mutation<Veto>& mutation, const CohortKey& key,
                                                   const VetoId& id, const CheckVeto& check) {
  return Once(mutation, [&]() -> absl::StatusOr<Veto> {
    mutex_.AssertHeld();
    const auto found = state_.vetoes.find(id);
    if (found == state_.vetoes.end() || found->second.cohort != key) return NotFound(NameOf(key, id));
    const Veto veto = found->second;
    BRYGGA_RETURN_IF_ERROR(check(veto));
    state_.vetoes.erase(found);
    GrowContext(key);
    ledger_.Changed(veto.name(), ChangeKind::kDeleted, veto.revision + 1);
    return veto;
  });
}

absl::StatusOr<list::Page<Veto>> FakeMatchingStore::ListVetoes(const CohortKey& key, const list::ListQuery& query,
                                                               absl::Time) {
  const MutexLock lock(&mutex_);
  return PageOf(ValuesIn(state_.vetoes, key), query);
}

}  // namespace brygga::matching
