// The methods about openings and their seats.
#ifndef BRYGGA_SERVICES_PARTNER_RPC_OPENING_HANDLER_H_
#define BRYGGA_SERVICES_PARTNER_RPC_OPENING_HANDLER_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "brygga/partner/v1/opening_service.pb.h"
#include "common/rpc/call.h"
#include "services/partner/store/partner_store.h"

namespace brygga::partner {

// Safe for concurrent use. What each method does and answers is in the proto.
// `store` outlives it.
class OpeningHandler {
 public:
  explicit OpeningHandler(PartnerStore& store) : store_(store) {}

  absl::StatusOr<v1::CreateOpeningResponse> Create(const v1::CreateOpeningRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::GetOpeningResponse> Get(const v1::GetOpeningRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListOpeningsResponse> List(const v1::ListOpeningsRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::BatchGetOpeningsResponse> BatchGet(const v1::BatchGetOpeningsRequest& request,
                                                        const rpc::Call& call);
  absl::StatusOr<v1::UpdateOpeningResponse> Update(const v1::UpdateOpeningRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::OpenOpeningResponse> Open(const v1::OpenOpeningRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::CloseOpeningResponse> Close(const v1::CloseOpeningRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::CancelOpeningResponse> Cancel(const v1::CancelOpeningRequest& request, const rpc::Call& call);

  absl::StatusOr<v1::HoldOpeningSeatResponse> Hold(const v1::HoldOpeningSeatRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ConfirmOpeningSeatResponse> Confirm(const v1::ConfirmOpeningSeatRequest& request,
                                                         const rpc::Call& call);
  absl::StatusOr<v1::ReleaseOpeningSeatResponse> Release(const v1::ReleaseOpeningSeatRequest& request,
                                                         const rpc::Call& call);
  absl::StatusOr<v1::BatchHoldOpeningSeatsResponse> BatchHold(const v1::BatchHoldOpeningSeatsRequest& request,
                                                              const rpc::Call& call);
  absl::StatusOr<v1::BatchConfirmOpeningSeatsResponse> BatchConfirm(const v1::BatchConfirmOpeningSeatsRequest& request,
                                                                    const rpc::Call& call);
  absl::StatusOr<v1::BatchReleaseOpeningSeatsResponse> BatchRelease(const v1::BatchReleaseOpeningSeatsRequest& request,
                                                                    const rpc::Call& call);
  absl::StatusOr<v1::ListOpeningSeatsResponse> ListSeats(const v1::ListOpeningSeatsRequest& request,
                                                         const rpc::Call& call);

 private:
  // NotFound(`name`) unless the caller may see and manage what `organisation` has.
  absl::Status CheckSees(const OrganisationId& organisation, std::string_view name, const rpc::Call& call);

  PartnerStore& store_;
};

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_RPC_OPENING_HANDLER_H_
