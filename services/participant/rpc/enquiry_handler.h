// The methods about enquiries.
#ifndef BRYGGA_SERVICES_PARTICIPANT_RPC_ENQUIRY_HANDLER_H_
#define BRYGGA_SERVICES_PARTICIPANT_RPC_ENQUIRY_HANDLER_H_

#include "absl/status/statusor.h"
#include "brygga/participant/v1/enquiry_service.pb.h"
#include "common/rpc/call.h"
#include "services/participant/store/participant_store.h"

namespace brygga::participant {

// Safe for concurrent use. What each method does and answers is in the proto.
// `store` outlives it.
class EnquiryHandler {
 public:
  explicit EnquiryHandler(ParticipantStore& store) : store_(store) {}

  absl::StatusOr<v1::SubmitEnquiryResponse> Submit(const v1::SubmitEnquiryRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::GetEnquiryResponse> Get(const v1::GetEnquiryRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListEnquiriesResponse> List(const v1::ListEnquiriesRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ChangeEnquiryStateResponse> ChangeState(const v1::ChangeEnquiryStateRequest& request,
                                                             const rpc::Call& call);

 private:
  // kNotFound, unless the caller may see it.
  absl::StatusOr<Enquiry> Visible(const EnquiryId& id, const rpc::Call& call);

  ParticipantStore& store_;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_RPC_ENQUIRY_HANDLER_H_
