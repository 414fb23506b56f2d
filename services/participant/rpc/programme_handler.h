// The methods about programmes, their rules and their cohorts.
#ifndef BRYGGA_SERVICES_PARTICIPANT_RPC_PROGRAMME_HANDLER_H_
#define BRYGGA_SERVICES_PARTICIPANT_RPC_PROGRAMME_HANDLER_H_

#include "absl/status/statusor.h"
#include "brygga/participant/v1/programme_service.pb.h"
#include "common/rpc/call.h"
#include "services/participant/store/participant_store.h"

namespace brygga::participant {

// Safe for concurrent use. What each method does and answers is in the proto.
// `store` outlives it.
class ProgrammeHandler {
 public:
  explicit ProgrammeHandler(ParticipantStore& store) : store_(store) {}

  absl::StatusOr<v1::CreateProgrammeResponse> Create(const v1::CreateProgrammeRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::GetProgrammeResponse> Get(const v1::GetProgrammeRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListProgrammesResponse> List(const v1::ListProgrammesRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::UpdateProgrammeResponse> Update(const v1::UpdateProgrammeRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::CreateRuleSetResponse> CreateRuleSet(const v1::CreateRuleSetRequest& request,
                                                          const rpc::Call& call);
  absl::StatusOr<v1::GetRuleSetResponse> GetRuleSet(const v1::GetRuleSetRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::CreateCohortResponse> CreateCohort(const v1::CreateCohortRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::GetCohortResponse> GetCohort(const v1::GetCohortRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListCohortsResponse> ListCohorts(const v1::ListCohortsRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::UpdateCohortResponse> UpdateCohort(const v1::UpdateCohortRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ChangeCohortStateResponse> ChangeCohortState(const v1::ChangeCohortStateRequest& request,
                                                                  const rpc::Call& call);
  absl::StatusOr<v1::GetCohortSummaryResponse> GetCohortSummary(const v1::GetCohortSummaryRequest& request,
                                                                const rpc::Call& call);

 private:
  // True where the caller runs the programme, or is a participant linked to it.
  absl::StatusOr<bool> MayRead(const rpc::Call& call, const ProgrammeId& programme) const;

  ParticipantStore& store_;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_RPC_PROGRAMME_HANDLER_H_
