// The port in memory, for tests of what stands above it.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_FAKE_ALLOCATION_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_FAKE_ALLOCATION_STORE_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/mutation/fake_ledger.h"
#include "common/time/clock.h"
#include "common/wait/mutex.h"
#include "services/matching/store/allocation_store.h"

namespace brygga::matching {

// Matches that it makes stay live until LoseSeats ends them, and cohorts are never
// over. Safe for concurrent use. `clock`
// outlives it.
class FakeAllocationStore final : public AllocationStore {
 public:
  explicit FakeAllocationStore(const Clock& clock) : clock_(clock) {}

  absl::StatusOr<Allocation> CreateAllocation(const Mutation<Allocation>& mutation, Allocation allocation,
                                              const std::vector<std::string>& openings) override;
  absl::StatusOr<Allocation> AddOpenings(const Mutation<Allocation>& mutation, const CohortKey& key,
                                         const AllocationId& id, const std::vector<std::string>& openings) override;
  absl::StatusOr<Allocation> GetAllocation(const CohortKey& key, const AllocationId& id, absl::Time deadline) override;
  absl::StatusOr<list::Page<Allocation>> ListAllocations(const CohortKey& key, const list::ListQuery& query,
                                                         absl::Time deadline) override;
  absl::StatusOr<Allocation> ChangeAllocation(const Mutation<Allocation>& mutation, const CohortKey& key,
                                              const AllocationId& id, const DecideAllocation& decide) override;
  absl::StatusOr<std::vector<ApplicationResult>> Apply(const Mutation<std::vector<ApplicationResult>>& mutation,
                                                       const CohortKey& key, const AllocationId& id,
                                                       const std::vector<ApplicationRow>& rows) override;
  absl::StatusOr<Application> Withdraw(const Mutation<Application>& mutation, const CohortKey& key,
                                       const AllocationId& id, const ParticipantId& participant) override;
  absl::StatusOr<Application> GetApplication(const CohortKey& key, const AllocationId& id,
                                             const ParticipantId& participant, absl::Time deadline) override;
  absl::StatusOr<list::Page<Application>> ListApplications(const CohortKey& key, const AllocationId& id,
                                                           const list::ListQuery& query, absl::Time deadline) override;
  absl::StatusOr<list::Page<Application>> ListPlacements(const CohortKey& key, const AllocationId& id,
                                                         const list::ListQuery& query, absl::Time deadline) override;
  absl::StatusOr<list::Page<Application>> ListReserves(const CohortKey& key, const AllocationId& id,
                                                       const list::ListQuery& query, absl::Time deadline) override;
  absl::StatusOr<AllocationInput> LoadAllocation(const CohortKey& key, const AllocationId& id,
                                                 absl::Time deadline) override;
  absl::StatusOr<std::string> GetCertificate(const CohortKey& key, const AllocationId& id,
                                             absl::Time deadline) override;
  absl::StatusOr<std::string> GetDocument(const CohortKey& key, const AllocationId& id, absl::Time deadline) override;
  absl::StatusOr<std::vector<ParticipantId>> PlacedElsewhere(const CohortKey& key, const AllocationId& id,
                                                             absl::Time deadline) override;
  absl::StatusOr<Allocation> BeginPublication(const Mutation<Allocation>& mutation,
                                              const AllocationPublishOrder& order) override;
  absl::StatusOr<std::vector<Allocation>> ListClaimableAllocations(absl::Time deadline) override;
  absl::StatusOr<std::optional<Allocation>> ClaimAllocation(const Origin& origin, const AllocationId& id,
                                                            std::string_view worker, absl::Duration length) override;
  absl::Status BeatAllocation(const Origin& origin, const Allocation& claimed, AllocationPhase phase, int permille,
                              absl::Duration length) override;
  absl::Status ProposeAllocation(const Origin& origin, const Allocation& claimed,
                                 const AllocationProposal& proposal) override;
  absl::Status FailAllocation(const Origin& origin, const Allocation& claimed, std::string_view reason,
                              std::string_view detail) override;
  absl::Status FinishPublication(const Origin& origin, const Allocation& claimed, std::string_view document) override;
  absl::Status UndoPublication(const Origin& origin, const Allocation& claimed, std::string_view reason,
                               std::string_view detail) override;
  absl::StatusOr<std::vector<UnsettledSeat>> ListUnsettledSeats(int limit, absl::Time deadline) override;
  absl::Status SettleSeats(const Origin& origin, const std::vector<UnsettledSeat>& seats) override;
  absl::Status LoseSeats(const Origin& origin, const std::vector<UnsettledSeat>& seats) override;
  absl::StatusOr<int> OfferFreedSeats(const Origin& origin, const std::function<MatchId()>& new_match) override;
  absl::StatusOr<UnderWay> ListOffersUnderWay(int limit, absl::Time deadline) override;
  absl::Status MakeOffer(const Origin& origin, const Offer& offer) override;
  absl::Status GiveUpOffer(const Origin& origin, const Offer& offer, std::string_view reason) override;
  absl::Status CloseOffer(const Origin& origin, const Offer& offer) override;

 private:
  // What a database would hold.
  struct Entry {
    Allocation allocation;
    std::map<std::string, AllocationOpening> openings;
    std::map<ParticipantId, Application> applications;
    std::string certificate;
    std::string document;
    std::map<ParticipantId, Offer> offers;  // By whose seat it was.
  };
  struct State {
    std::map<AllocationId, Entry> entries;
    std::set<std::pair<ProgrammeId, ParticipantId>> placed;  // With a live match.

    absl::StatusOr<Entry*> Find(const CohortKey& key, const AllocationId& id);
    absl::StatusOr<Entry*> FindClaimed(const Allocation& claimed);
    // The entry and the offer in it that `offer` was read from, if it is still in `state`.
    absl::StatusOr<std::pair<Entry*, Offer*>> FindOffer(const Offer& offer, OfferState state);
  };

  template <typename T, typename F>
  absl::StatusOr<T> Once(const Mutation<T>& mutation, const F& change) {
    MutexLock lock(&mutex_);
    return OnceIn(state_, ledger_, mutation, change);
  }
  template <typename T, typename F>
  static absl::StatusOr<T> OnceIn(State& state, FakeLedger& ledger, const Mutation<T>& mutation, const F& change) {
    return ledger.Once(mutation, state, [&] { return change(state, ledger); });
  }
  absl::Status Work(const Allocation& claimed, const std::function<absl::Status(State&, Entry&)>& change);
  template <typename Wanted>
  absl::StatusOr<list::Page<Application>> List(const CohortKey& key, const AllocationId& id,
                                               const list::ListQuery& query, const Wanted& wanted);

  const Clock& clock_;
  Mutex mutex_;
  FakeLedger ledger_ ABSL_GUARDED_BY(mutex_);
  State state_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_FAKE_ALLOCATION_STORE_H_
