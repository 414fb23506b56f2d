// The methods about persons and their consents.
#ifndef BRYGGA_SERVICES_PARTICIPANT_RPC_PARTICIPANT_HANDLER_H_
#define BRYGGA_SERVICES_PARTICIPANT_RPC_PARTICIPANT_HANDLER_H_

#include "absl/status/statusor.h"
#include "brygga/participant/v1/participant_service.pb.h"
#include "common/rpc/call.h"
#include "services/participant/store/participant_store.h"

namespace brygga::participant {

// Safe for concurrent use. What each method does and answers is in the proto.
// `store` outlives it.
class ParticipantHandler {
 public:
  explicit ParticipantHandler(ParticipantStore& store) : store_(store) {}

  absl::StatusOr<v1::CreateParticipantResponse> Create(const v1::CreateParticipantRequest& request,
                                                       const rpc::Call& call);
  absl::StatusOr<v1::GetParticipantResponse> Get(const v1::GetParticipantRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::BatchGetParticipantsResponse> BatchGet(const v1::BatchGetParticipantsRequest& request,
                                                            const rpc::Call& call);
  absl::StatusOr<v1::ListParticipantsResponse> List(const v1::ListParticipantsRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::UpdateParticipantResponse> Update(const v1::UpdateParticipantRequest& request,
                                                       const rpc::Call& call);
  absl::StatusOr<v1::ImportParticipantsResponse> Import(const v1::ImportParticipantsRequest& request,
                                                        const rpc::Call& call);
  absl::StatusOr<v1::CheckAgeResponse> CheckAge(const v1::CheckAgeRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::GiveConsentResponse> GiveConsent(const v1::GiveConsentRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::WithdrawConsentResponse> WithdrawConsent(const v1::WithdrawConsentRequest& request,
                                                              const rpc::Call& call);
  absl::StatusOr<v1::ListConsentsResponse> ListConsents(const v1::ListConsentsRequest& request, const rpc::Call& call);

 private:
  ParticipantStore& store_;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_RPC_PARTICIPANT_HANDLER_H_
