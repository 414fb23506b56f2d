// The methods about speed networking.
#ifndef BRYGGA_SERVICES_MATCHING_RPC_NETWORKING_HANDLER_H_
#define BRYGGA_SERVICES_MATCHING_RPC_NETWORKING_HANDLER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "brygga/matching/v1/networking_service.pb.h"
#include "common/rpc/call.h"
#include "services/matching/store/networking_store.h"
#include "services/matching/work/cohort_views.h"
#include "services/matching/work/projection.h"

namespace brygga::matching {

// Safe for concurrent use. What each method does and answers is in the proto. What
// it is made from outlives it.
class NetworkingHandler {
 public:
  NetworkingHandler(NetworkingStore& store, Projection& projection, CohortViews& views)
      : store_(store), projection_(projection), views_(views) {}

  absl::StatusOr<v1::PlanNetworkingResponse> Plan(const v1::PlanNetworkingRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::GetNetworkingPlanResponse> Get(const v1::GetNetworkingPlanRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListNetworkingPlansResponse> List(const v1::ListNetworkingPlansRequest& request,
                                                       const rpc::Call& call);
  absl::StatusOr<v1::ListConversationsResponse> ListConversations(const v1::ListConversationsRequest& request,
                                                                  const rpc::Call& call);
  absl::StatusOr<v1::StartNetworkingRoundResponse> StartRound(const v1::StartNetworkingRoundRequest& request,
                                                              const rpc::Call& call);
  absl::StatusOr<v1::FinishNetworkingRoundResponse> FinishRound(const v1::FinishNetworkingRoundRequest& request,
                                                                const rpc::Call& call);
  absl::StatusOr<v1::ReplanNetworkingResponse> Replan(const v1::ReplanNetworkingRequest& request,
                                                      const rpc::Call& call);

 private:
  NetworkingStore& store_;
  Projection& projection_;
  CohortViews& views_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_RPC_NETWORKING_HANDLER_H_
