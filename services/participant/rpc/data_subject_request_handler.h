// The methods about what persons ask of us about their data.
#ifndef BRYGGA_SERVICES_PARTICIPANT_RPC_DATA_SUBJECT_REQUEST_HANDLER_H_
#define BRYGGA_SERVICES_PARTICIPANT_RPC_DATA_SUBJECT_REQUEST_HANDLER_H_

#include <utility>

#include "absl/status/statusor.h"
#include "brygga/participant/v1/data_subject_request_service.pb.h"
#include "common/rpc/call.h"
#include "services/participant/domain/data_subject_request.h"
#include "services/participant/store/participant_store.h"

namespace brygga::participant {

// Safe for concurrent use. What each method does and answers is in the proto.
// `store` outlives it.
class DataSubjectRequestHandler {
 public:
  DataSubjectRequestHandler(ParticipantStore& store, ErasureRules rules) : store_(store), rules_(std::move(rules)) {}

  absl::StatusOr<v1::RequestErasureResponse> RequestErasure(const v1::RequestErasureRequest& request,
                                                            const rpc::Call& call);
  absl::StatusOr<v1::GetDataSubjectRequestResponse> Get(const v1::GetDataSubjectRequestRequest& request,
                                                        const rpc::Call& call);
  absl::StatusOr<v1::ListDataSubjectRequestsResponse> List(const v1::ListDataSubjectRequestsRequest& request,
                                                           const rpc::Call& call);
  absl::StatusOr<v1::AcknowledgeErasureResponse> Acknowledge(const v1::AcknowledgeErasureRequest& request,
                                                             const rpc::Call& call);

 private:
  ParticipantStore& store_;
  const ErasureRules rules_;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_RPC_DATA_SUBJECT_REQUEST_HANDLER_H_
