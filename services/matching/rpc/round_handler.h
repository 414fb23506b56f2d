// The methods about rounds.
#ifndef BRYGGA_SERVICES_MATCHING_RPC_ROUND_HANDLER_H_
#define BRYGGA_SERVICES_MATCHING_RPC_ROUND_HANDLER_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "common/rpc/call.h"
#include "common/rpc/stream.h"
#include "engine/reference.h"
#include "services/matching/store/round_store.h"
#include "services/matching/work/projection.h"
#include "services/matching/work/proposer.h"
#include "services/matching/work/round_worker.h"
#include "services/matching/work/texts.h"

namespace brygga::matching {

// Safe for concurrent use. What each method does and answers is in the proto.
// What it is made from outlives it.
class RoundHandler {
 public:
  RoundHandler(RoundStore& store, Projection& projection, Proposer& proposer, RoundWorker& worker,
               const engine::Reference& reference, const Texts& texts)
      : store_(store),
        projection_(projection),
        proposer_(proposer),
        worker_(worker),
        reference_(reference),
        texts_(texts) {}

  absl::StatusOr<v1::StartRoundResponse> Start(const v1::StartRoundRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::RepairRoundResponse> Repair(const v1::RepairRoundRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::GetRoundResponse> Get(const v1::GetRoundRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListRoundsResponse> List(const v1::ListRoundsRequest& request, const rpc::Call& call);
  absl::Status Watch(const v1::WatchRoundRequest& request, const rpc::Call& call,
                     rpc::Stream<v1::WatchRoundResponse>& stream);
  absl::StatusOr<v1::CancelRoundResponse> Cancel(const v1::CancelRoundRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::DiscardRoundResponse> Discard(const v1::DiscardRoundRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::PublishRoundResponse> Publish(const v1::PublishRoundRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ReplayRoundResponse> Replay(const v1::ReplayRoundRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListRoundPairsResponse> ListPairs(const v1::ListRoundPairsRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListUnmatchedResponse> ListUnmatched(const v1::ListUnmatchedRequest& request,
                                                          const rpc::Call& call);

 private:
  // Queues `round`, or with validate_only computes it at once and forgets it.
  template <typename Response, typename Request>
  absl::StatusOr<Response> Begin(const Request& request, const Round& round, const rpc::Call& call);
  // What must hold before a proposal is published, but cannot be asked inside a
  // transaction: participant's latest word, and the certificate.
  absl::Status Prepare(const Round& round, absl::Time deadline);

  RoundStore& store_;
  Projection& projection_;
  Proposer& proposer_;
  RoundWorker& worker_;
  const engine::Reference& reference_;
  const Texts& texts_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_RPC_ROUND_HANDLER_H_
