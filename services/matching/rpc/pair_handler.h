// The methods about locks and vetoes.
#ifndef BRYGGA_SERVICES_MATCHING_RPC_PAIR_HANDLER_H_
#define BRYGGA_SERVICES_MATCHING_RPC_PAIR_HANDLER_H_

#include "absl/status/statusor.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "common/rpc/call.h"
#include "services/matching/store/cohort_store.h"
#include "services/matching/work/cohort_snapshots.h"
#include "services/matching/work/projection.h"

namespace brygga::matching {

// Safe for concurrent use. What each method does and answers is in the proto.
// What it is made from outlives it.
class PairHandler {
 public:
  PairHandler(PairStore& store, CohortSnapshots& snapshots, Projection& projection)
      : store_(store), snapshots_(snapshots), projection_(projection) {}

  absl::StatusOr<v1::CreateLockResponse> CreateLock(const v1::CreateLockRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::DeleteLockResponse> DeleteLock(const v1::DeleteLockRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListLocksResponse> ListLocks(const v1::ListLocksRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::CreateVetoResponse> CreateVeto(const v1::CreateVetoRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::DeleteVetoResponse> DeleteVeto(const v1::DeleteVetoRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListVetoesResponse> ListVetoes(const v1::ListVetoesRequest& request, const rpc::Call& call);

 private:
  PairStore& store_;
  CohortSnapshots& snapshots_;
  Projection& projection_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_RPC_PAIR_HANDLER_H_
