// The methods about agreements and partnerships.
#ifndef BRYGGA_SERVICES_PARTNER_RPC_AGREEMENT_HANDLER_H_
#define BRYGGA_SERVICES_PARTNER_RPC_AGREEMENT_HANDLER_H_

#include "absl/status/statusor.h"
#include "brygga/partner/v1/partner_service.pb.h"
#include "common/rpc/call.h"
#include "services/partner/store/partner_store.h"

namespace brygga::partner {

// Safe for concurrent use. What each method does and answers is in the proto.
// `store` outlives it.
class AgreementHandler {
 public:
  explicit AgreementHandler(PartnerStore& store) : store_(store) {}

  absl::StatusOr<v1::CreateAgreementResponse> Create(const v1::CreateAgreementRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::CorrectAgreementResponse> Correct(const v1::CorrectAgreementRequest& request,
                                                       const rpc::Call& call);
  absl::StatusOr<v1::GetAgreementResponse> Get(const v1::GetAgreementRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListAgreementsResponse> List(const v1::ListAgreementsRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListActiveAgreementsResponse> ListActive(const v1::ListActiveAgreementsRequest& request,
                                                              const rpc::Call& call);
  absl::StatusOr<v1::CheckAgreementsResponse> Check(const v1::CheckAgreementsRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListPartnershipsResponse> ListPartnerships(const v1::ListPartnershipsRequest& request,
                                                                const rpc::Call& call);

 private:
  PartnerStore& store_;
};

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_RPC_AGREEMENT_HANDLER_H_
