// The methods that rank and explain pairs.
#ifndef BRYGGA_SERVICES_MATCHING_RPC_CANDIDATE_HANDLER_H_
#define BRYGGA_SERVICES_MATCHING_RPC_CANDIDATE_HANDLER_H_

#include "absl/status/statusor.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "common/rpc/call.h"
#include "services/matching/store/cohort_store.h"
#include "services/matching/work/cohort_views.h"

namespace brygga::matching {

// Safe for concurrent use. What each method does and answers is in the proto.
// What it is made from outlives it.
class CandidateHandler {
 public:
  CandidateHandler(CohortStore& store, CohortViews& views) : store_(store), views_(views) {}

  absl::StatusOr<v1::ListCandidatesResponse> List(const v1::ListCandidatesRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ExplainPairResponse> Explain(const v1::ExplainPairRequest& request, const rpc::Call& call);

 private:
  CohortStore& store_;
  CohortViews& views_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_RPC_CANDIDATE_HANDLER_H_
