// The methods about organisations: single ones, imports and the directory.
#ifndef BRYGGA_SERVICES_PARTNER_RPC_ORGANISATION_HANDLER_H_
#define BRYGGA_SERVICES_PARTNER_RPC_ORGANISATION_HANDLER_H_

#include "absl/status/statusor.h"
#include "brygga/partner/v1/partner_service.pb.h"
#include "common/rpc/call.h"
#include "services/partner/store/partner_store.h"

namespace brygga::partner {

// Safe for concurrent use. What each method does and answers is in the proto.
// `store` outlives it.
class OrganisationHandler {
 public:
  explicit OrganisationHandler(PartnerStore& store) : store_(store) {}

  absl::StatusOr<v1::CreateOrganisationResponse> Create(const v1::CreateOrganisationRequest& request,
                                                        const rpc::Call& call);
  absl::StatusOr<v1::GetOrganisationResponse> Get(const v1::GetOrganisationRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::UpdateOrganisationResponse> Update(const v1::UpdateOrganisationRequest& request,
                                                        const rpc::Call& call);
  absl::StatusOr<v1::ListOrganisationsResponse> List(const v1::ListOrganisationsRequest& request,
                                                     const rpc::Call& call);
  absl::StatusOr<v1::BatchGetOrganisationsResponse> BatchGet(const v1::BatchGetOrganisationsRequest& request,
                                                             const rpc::Call& call);
  absl::StatusOr<v1::LookupOrganisationsResponse> Lookup(const v1::LookupOrganisationsRequest& request,
                                                         const rpc::Call& call);
  absl::StatusOr<v1::ImportOrganisationsResponse> Import(const v1::ImportOrganisationsRequest& request,
                                                         const rpc::Call& call);
  absl::StatusOr<v1::CountSectorsResponse> CountSectors(const v1::CountSectorsRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListDirectoryResponse> ListDirectory(const v1::ListDirectoryRequest& request,
                                                          const rpc::Call& call);

 private:
  PartnerStore& store_;
};

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_RPC_ORGANISATION_HANDLER_H_
