// The methods about allocations.
#ifndef BRYGGA_SERVICES_MATCHING_RPC_ALLOCATION_HANDLER_H_
#define BRYGGA_SERVICES_MATCHING_RPC_ALLOCATION_HANDLER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "brygga/matching/v1/allocation_service.pb.h"
#include "common/rpc/call.h"
#include "common/rpc/stream.h"
#include "services/matching/store/allocation_store.h"
#include "services/matching/store/openings.h"
#include "services/matching/work/allocation_worker.h"
#include "services/matching/work/known_openings.h"
#include "services/matching/work/projection.h"

namespace brygga::matching {

// Safe for concurrent use. What each method does and answers is in the proto. What
// it is made from outlives it.
class AllocationHandler {
 public:
  AllocationHandler(AllocationStore& store, Projection& projection, KnownOpenings& known, Openings& openings,
                    AllocationWorker& worker)
      : store_(store), projection_(projection), known_(known), openings_(openings), worker_(worker) {}

  absl::StatusOr<v1::CreateAllocationResponse> Create(const v1::CreateAllocationRequest& request,
                                                      const rpc::Call& call);
  absl::StatusOr<v1::AddAllocationOpeningsResponse> AddOpenings(const v1::AddAllocationOpeningsRequest& request,
                                                                const rpc::Call& call);
  absl::StatusOr<v1::GetAllocationResponse> Get(const v1::GetAllocationRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListAllocationsResponse> List(const v1::ListAllocationsRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::SubmitApplicationResponse> Submit(const v1::SubmitApplicationRequest& request,
                                                       const rpc::Call& call);
  absl::StatusOr<v1::ImportApplicationsResponse> Import(const v1::ImportApplicationsRequest& request,
                                                        const rpc::Call& call);
  absl::StatusOr<v1::WithdrawApplicationResponse> Withdraw(const v1::WithdrawApplicationRequest& request,
                                                           const rpc::Call& call);
  absl::StatusOr<v1::GetApplicationResponse> GetApplication(const v1::GetApplicationRequest& request,
                                                            const rpc::Call& call);
  absl::StatusOr<v1::ListApplicationsResponse> ListApplications(const v1::ListApplicationsRequest& request,
                                                                const rpc::Call& call);
  absl::StatusOr<v1::CommitLotteryResponse> Commit(const v1::CommitLotteryRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::StartAllocationResponse> Start(const v1::StartAllocationRequest& request, const rpc::Call& call);
  absl::Status Watch(const v1::WatchAllocationRequest& request, const rpc::Call& call,
                     rpc::Stream<v1::WatchAllocationResponse>& stream);
  absl::StatusOr<v1::CancelAllocationResponse> Cancel(const v1::CancelAllocationRequest& request,
                                                      const rpc::Call& call);
  absl::StatusOr<v1::ListPlacementsResponse> ListPlacements(const v1::ListPlacementsRequest& request,
                                                            const rpc::Call& call);
  absl::StatusOr<v1::ListReservesResponse> ListReserves(const v1::ListReservesRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::PublishAllocationResponse> Publish(const v1::PublishAllocationRequest& request,
                                                        const rpc::Call& call);
  absl::Status GetDraw(const v1::GetPublishedDrawRequest& request, const rpc::Call& call,
                       rpc::Stream<v1::GetPublishedDrawResponse>& stream);

 private:
  // OpeningsUnusable unless all of them may be allocated.
  absl::Status CheckOpenings(const std::vector<std::string>& openings, absl::Time deadline);
  // StartAllocation computed on the caller's time, with nothing stored.
  absl::StatusOr<v1::StartAllocationResponse> Try(const Named<AllocationId>& name,
                                                  const AllocationStore::DecideAllocation& start,
                                                  const rpc::Call& call);
  absl::StatusOr<std::vector<v1::PlacementConflict>> Conflicts(const AllocationInput& input, absl::Time deadline);

  AllocationStore& store_;
  Projection& projection_;
  KnownOpenings& known_;
  Openings& openings_;  // At partner: for seats.
  AllocationWorker& worker_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_RPC_ALLOCATION_HANDLER_H_
