// The port for allocations, from the first application to the last seat.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_ALLOCATION_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_ALLOCATION_STORE_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/mutation/mutation.h"
#include "services/matching/domain/allocation.h"
#include "services/matching/store/offer_store.h"

namespace brygga::matching {

// What it takes to publish an allocation.
struct AllocationPublishOrder {
  CohortKey cohort;
  AllocationId allocation;
  std::string etag;                // Empty: any.
  absl::Duration answer_within;    // From the moment the matches are made.
  std::vector<MatchId> match_ids;  // One for each placement, at least.
  // Made while everybody is still there to be proved for: whoever is erased from
  // now on has another row.
  std::string document;
};

// A placement whose seat at partner is not as it should be.
struct UnsettledSeat {
  CohortKey cohort;
  AllocationId allocation;
  ParticipantId participant;
  std::string opening;
  MatchId match;
  // What it should become: kConfirmed where the match is live or ran to its end,
  // kReleased where it came to nothing.
  PlacementSeat wanted = PlacementSeat::kConfirmed;

  friend bool operator==(const UnsettledSeat&, const UnsettledSeat&) = default;
};

// Keeps allocations with their openings, applications and results, and what becomes
// of seats that come back. See CohortStore for threads, blocking and retries.
class AllocationStore : public OfferStore {
 public:
  // Keeps an OPEN allocation of a cohort that is known. The same opening twice is
  // kept once.
  virtual absl::StatusOr<Allocation> CreateAllocation(const Mutation<Allocation>& mutation, Allocation allocation,
                                                      const std::vector<std::string>& openings) = 0;
  // kNotFound. kFailedPrecondition: ALLOCATION_STATE, TOO_MANY_OPENINGS.
  virtual absl::StatusOr<Allocation> AddOpenings(const Mutation<Allocation>& mutation, const CohortKey& key,
                                                 const AllocationId& id, const std::vector<std::string>& openings) = 0;
  // kNotFound: no such allocation, or in another cohort.
  virtual absl::StatusOr<Allocation> GetAllocation(const CohortKey& key, const AllocationId& id,
                                                   absl::Time deadline) = 0;
  virtual absl::StatusOr<list::Page<Allocation>> ListAllocations(const CohortKey& key, const list::ListQuery& query,
                                                                 absl::Time deadline) = 0;
  // Replaces an allocation by what the pure `decide` makes of it. What it leaves
  // unchanged is not written.
  using DecideAllocation = std::function<absl::StatusOr<Allocation>(const Allocation& before, absl::Time now)>;
  virtual absl::StatusOr<Allocation> ChangeAllocation(const Mutation<Allocation>& mutation, const CohortKey& key,
                                                      const AllocationId& id, const DecideAllocation& decide) = 0;

  // Records up to 500 applications in one transaction, each judged (domain Judge)
  // by itself.
  //
  // kNotFound. kFailedPrecondition ALLOCATION_STATE.
  virtual absl::StatusOr<std::vector<ApplicationResult>> Apply(const Mutation<std::vector<ApplicationResult>>& mutation,
                                                               const CohortKey& key, const AllocationId& id,
                                                               const std::vector<ApplicationRow>& rows) = 0;
  // Deletes an application. kNotFound; kFailedPrecondition ALLOCATION_STATE.
  virtual absl::StatusOr<Application> Withdraw(const Mutation<Application>& mutation, const CohortKey& key,
                                               const AllocationId& id, const ParticipantId& participant) = 0;
  // kNotFound.
  virtual absl::StatusOr<Application> GetApplication(const CohortKey& key, const AllocationId& id,
                                                     const ParticipantId& participant, absl::Time deadline) = 0;
  // All of them; those with a placement; those without, once there is a result.
  virtual absl::StatusOr<list::Page<Application>> ListApplications(const CohortKey& key, const AllocationId& id,
                                                                   const list::ListQuery& query,
                                                                   absl::Time deadline) = 0;
  virtual absl::StatusOr<list::Page<Application>> ListPlacements(const CohortKey& key, const AllocationId& id,
                                                                 const list::ListQuery& query, absl::Time deadline) = 0;
  virtual absl::StatusOr<list::Page<Application>> ListReserves(const CohortKey& key, const AllocationId& id,
                                                               const list::ListQuery& query, absl::Time deadline) = 0;
  // Everything, with the result where there is one. kNotFound.
  virtual absl::StatusOr<AllocationInput> LoadAllocation(const CohortKey& key, const AllocationId& id,
                                                         absl::Time deadline) = 0;
  // The certificate of the result and, from PUBLISHING on, the document that is to be
  // public; "" where there is none yet. kNotFound.
  virtual absl::StatusOr<std::string> GetCertificate(const CohortKey& key, const AllocationId& id,
                                                     absl::Time deadline) = 0;
  virtual absl::StatusOr<std::string> GetDocument(const CohortKey& key, const AllocationId& id,
                                                  absl::Time deadline) = 0;
  // Of the people with a placement, those who have a live match of kind PLACEMENT
  // in the programme. kNotFound.
  virtual absl::StatusOr<std::vector<ParticipantId>> PlacedElsewhere(const CohortKey& key, const AllocationId& id,
                                                                     absl::Time deadline) = 0;

  // PROPOSED to PUBLISHING: every placement gets the id of the match that it will
  // become, and its seat counts as held from now on.
  //
  // kNotFound; kAborted ETAG_MISMATCH; kFailedPrecondition ALLOCATION_STATE.
  virtual absl::StatusOr<Allocation> BeginPublication(const Mutation<Allocation>& mutation,
                                                      const AllocationPublishOrder& order) = 0;

  // What a worker does. A method that takes a claimed allocation answers kAborted,
  // ALLOCATION_LOST, where it is no longer in that state under that attempt.

  // Those that a worker may claim now, oldest first.
  virtual absl::StatusOr<std::vector<Allocation>> ListClaimableAllocations(absl::Time deadline) = 0;
  // Claims for `length`; nothing where somebody else has it.
  virtual absl::StatusOr<std::optional<Allocation>> ClaimAllocation(const Origin& origin, const AllocationId& id,
                                                                    std::string_view worker, absl::Duration length) = 0;
  virtual absl::Status BeatAllocation(const Origin& origin, const Allocation& claimed, AllocationPhase phase,
                                      int permille, absl::Duration length) = 0;
  // Keeps the result: PROPOSED and certified, the draw DRAWN.
  virtual absl::Status ProposeAllocation(const Origin& origin, const Allocation& claimed,
                                         const AllocationProposal& proposal) = 0;
  virtual absl::Status FailAllocation(const Origin& origin, const Allocation& claimed, std::string_view reason,
                                      std::string_view detail) = 0;
  // PUBLISHING to PUBLISHED: makes all matches, and keeps `document`.
  //
  // kFailedPrecondition APPLICANT_HAS_MATCH: of somebody; nothing is made.
  virtual absl::Status FinishPublication(const Origin& origin, const Allocation& claimed,
                                         std::string_view document) = 0;
  // PUBLISHING to PROPOSED, once all seats were given back. Nobody uses the matches'
  // ids again.
  virtual absl::Status UndoPublication(const Origin& origin, const Allocation& claimed, std::string_view reason,
                                       std::string_view detail) = 0;

  // Up to `limit` seats of published allocations that partner has to be told of.
  virtual absl::StatusOr<std::vector<UnsettledSeat>> ListUnsettledSeats(int limit, absl::Time deadline) = 0;
  // Notes that partner knows. All seats are of one allocation.
  virtual absl::Status SettleSeats(const Origin& origin, const std::vector<UnsettledSeat>& seats) = 0;
  // Ends the matches (LoseSeat) whose seats were to be confirmed and are gone: partner
  // has taken them back. The seats count as RELEASED.
  virtual absl::Status LoseSeats(const Origin& origin, const std::vector<UnsettledSeat>& seats) = 0;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_ALLOCATION_STORE_H_
