// The methods about networks and memberships.
#ifndef BRYGGA_SERVICES_PARTNER_RPC_NETWORK_HANDLER_H_
#define BRYGGA_SERVICES_PARTNER_RPC_NETWORK_HANDLER_H_

#include "absl/status/statusor.h"
#include "brygga/partner/v1/partner_service.pb.h"
#include "common/rpc/call.h"
#include "services/partner/store/partner_store.h"

namespace brygga::partner {

// Safe for concurrent use. What each method does and answers is in the proto.
// `store` outlives it.
class NetworkHandler {
 public:
  explicit NetworkHandler(PartnerStore& store) : store_(store) {}

  absl::StatusOr<v1::CreateNetworkResponse> Create(const v1::CreateNetworkRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListNetworksResponse> List(const v1::ListNetworksRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::CreateMembershipResponse> CreateMembership(const v1::CreateMembershipRequest& request,
                                                                const rpc::Call& call);
  absl::StatusOr<v1::EndMembershipResponse> EndMembership(const v1::EndMembershipRequest& request,
                                                          const rpc::Call& call);
  absl::StatusOr<v1::ListMembershipsResponse> ListMemberships(const v1::ListMembershipsRequest& request,
                                                              const rpc::Call& call);

 private:
  PartnerStore& store_;
};

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_RPC_NETWORK_HANDLER_H_
