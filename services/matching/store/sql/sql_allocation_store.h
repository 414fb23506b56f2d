// Allocations on SQLite and PostgreSQL.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_ALLOCATION_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_ALLOCATION_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/sql/database.h"
#include "services/matching/store/allocation_store.h"

namespace brygga::matching {

// Safe for concurrent use. The database has kMigrations and outlives it.
class SqlAllocationStore final : public AllocationStore {
 public:
  explicit SqlAllocationStore(sql::Database& database) : database_(database) {}

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
  absl::StatusOr<list::Page<Application>> List(const char* statement, const list::Schema& schema, const CohortKey& key,
                                               const AllocationId& id, const list::ListQuery& query,
                                               absl::Time deadline, Application (*to_item)(const sql::Row&));
  absl::StatusOr<std::string> GetText(const CohortKey& key, const AllocationId& id, std::string_view kind,
                                      absl::Time deadline);

  sql::Database& database_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_ALLOCATION_STORE_H_
