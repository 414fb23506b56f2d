// The methods that explain rounds.
#ifndef BRYGGA_SERVICES_MATCHING_RPC_EXPLANATION_HANDLER_H_
#define BRYGGA_SERVICES_MATCHING_RPC_EXPLANATION_HANDLER_H_

#include "absl/status/statusor.h"
#include "brygga/matching/v1/explanation_service.pb.h"
#include "common/rpc/call.h"
#include "services/matching/store/round_store.h"
#include "services/matching/work/round_views.h"
#include "services/matching/work/texts.h"

namespace brygga::matching {

// Safe for concurrent use. What each method does and answers is in the proto.
// What it is made from outlives it.
class ExplanationHandler {
 public:
  ExplanationHandler(RoundStore& store, RoundViews& rounds, const Texts& texts)
      : store_(store), rounds_(rounds), texts_(texts) {}

  absl::StatusOr<v1::ExplainUnmatchedResponse> ExplainUnmatched(const v1::ExplainUnmatchedRequest& request,
                                                                const rpc::Call& call);
  absl::StatusOr<v1::GetFairnessReportResponse> GetFairnessReport(const v1::GetFairnessReportRequest& request,
                                                                  const rpc::Call& call);

 private:
  // The round after `round`, if there is one that was not put aside.
  absl::StatusOr<std::optional<Round>> NextRound(const Round& round, absl::Time deadline);

  RoundStore& store_;
  RoundViews& rounds_;
  const Texts& texts_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_RPC_EXPLANATION_HANDLER_H_
