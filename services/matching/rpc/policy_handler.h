// The methods about policies.
#ifndef BRYGGA_SERVICES_MATCHING_RPC_POLICY_HANDLER_H_
#define BRYGGA_SERVICES_MATCHING_RPC_POLICY_HANDLER_H_

#include "absl/status/statusor.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "common/rpc/call.h"
#include "engine/reference.h"
#include "services/matching/store/cohort_store.h"
#include "services/matching/work/projection.h"

namespace brygga::matching {

// Safe for concurrent use. What each method does and answers is in the proto.
// What it is made from outlives it.
class PolicyHandler {
 public:
  PolicyHandler(PolicyStore& store, Projection& projection, const engine::Reference& reference)
      : store_(store), projection_(projection), reference_(reference) {}

  absl::StatusOr<v1::GetPolicyResponse> Get(const v1::GetPolicyRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListPoliciesResponse> List(const v1::ListPoliciesRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::CreatePolicyResponse> Create(const v1::CreatePolicyRequest& request, const rpc::Call& call);

 private:
  PolicyStore& store_;
  Projection& projection_;
  const engine::Reference& reference_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_RPC_POLICY_HANDLER_H_
