// The methods about matches.
#ifndef BRYGGA_SERVICES_MATCHING_RPC_MATCH_HANDLER_H_
#define BRYGGA_SERVICES_MATCHING_RPC_MATCH_HANDLER_H_

#include "absl/status/statusor.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "common/rpc/call.h"
#include "engine/reference.h"
#include "services/matching/store/match_store.h"
#include "services/matching/work/projection.h"

namespace brygga::matching {

// Safe for concurrent use. What each method does and answers is in the proto.
// What it is made from outlives it.
class MatchHandler {
 public:
  MatchHandler(MatchStore& store, Projection& projection, const engine::Reference& reference)
      : store_(store), projection_(projection), reference_(reference) {}

  absl::StatusOr<v1::CreateMatchResponse> Create(const v1::CreateMatchRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::GetMatchResponse> Get(const v1::GetMatchRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListMatchesResponse> List(const v1::ListMatchesRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListParticipantMatchesResponse> ListOfParticipant(const v1::ListParticipantMatchesRequest& request,
                                                                       const rpc::Call& call);
  absl::StatusOr<v1::BatchGetMatchesResponse> BatchGet(const v1::BatchGetMatchesRequest& request,
                                                       const rpc::Call& call);
  absl::StatusOr<v1::AcceptMatchResponse> Accept(const v1::AcceptMatchRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::DeclineMatchResponse> Decline(const v1::DeclineMatchRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::PauseMatchResponse> Pause(const v1::PauseMatchRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ResumeMatchResponse> Resume(const v1::ResumeMatchRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ChangeMatchKindResponse> ChangeKind(const v1::ChangeMatchKindRequest& request,
                                                         const rpc::Call& call);
  absl::StatusOr<v1::EndMatchResponse> End(const v1::EndMatchRequest& request, const rpc::Call& call);

 private:
  MatchStore& store_;
  Projection& projection_;
  const engine::Reference& reference_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_RPC_MATCH_HANDLER_H_
