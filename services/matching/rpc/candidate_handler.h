// The method that explains a pair.
#ifndef BRYGGA_SERVICES_MATCHING_RPC_CANDIDATE_HANDLER_H_
#define BRYGGA_SERVICES_MATCHING_RPC_CANDIDATE_HANDLER_H_

#include "absl/status/statusor.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "common/rpc/call.h"
#include "services/matching/store/cohort_store.h"
#include "services/matching/work/cohort_snapshots.h"
#include "services/matching/work/projection.h"
#include "services/matching/work/round_views.h"
#include "services/matching/work/texts.h"

namespace brygga::matching {

// Safe for concurrent use. What each method does and answers is in the proto.
// What it is made from outlives it.
class CandidateHandler {
 public:
  CandidateHandler(CohortStore& store, Projection& projection, CohortSnapshots& snapshots, RoundViews& rounds,
                   const Texts& texts)
      : store_(store), projection_(projection), snapshots_(snapshots), rounds_(rounds), texts_(texts) {}

  absl::StatusOr<v1::ExplainPairResponse> Explain(const v1::ExplainPairRequest& request, const rpc::Call& call);

 private:
  // The pair as of now, or as of a round with what the round would become.
  absl::Status ExplainNow(const v1::ExplainPairRequest& request, const CohortSnapshot& snapshot, absl::Time as_of,
                          const Catalogue& words, v1::ExplainPairResponse& response);
  absl::Status ExplainInRound(const v1::ExplainPairRequest& request, const RoundView& round, const Catalogue& words,
                              const rpc::Call& call, v1::ExplainPairResponse& response);
  // Seats, matches and locks change without a new view.
  absl::Status AddLatest(const v1::ExplainPairRequest& request, absl::Time deadline, v1::ExplainPairResponse& response);

  CohortStore& store_;
  Projection& projection_;
  CohortSnapshots& snapshots_;
  RoundViews& rounds_;
  const Texts& texts_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_RPC_CANDIDATE_HANDLER_H_
