#include "services/partner/rpc/network_handler.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/ids/uuid.h"
#include "common/rpc/list.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/partner/rpc/access.h"
#include "services/partner/rpc/convert.h"

namespace brygga::partner {
namespace {

v1::CreateNetworkResponse ToCreateResponse(const Network& network) {
  v1::CreateNetworkResponse response;
  *response.mutable_network() = ToProto(network);
  return response;
}

v1::CreateMembershipResponse ToCreateMembershipResponse(const Membership& membership) {
  v1::CreateMembershipResponse response;
  *response.mutable_membership() = ToProto(membership);
  return response;
}

v1::EndMembershipResponse ToEndMembershipResponse(const Membership& membership) {
  v1::EndMembershipResponse response;
  *response.mutable_membership() = ToProto(membership);
  return response;
}

}  // namespace

absl::StatusOr<v1::CreateNetworkResponse> NetworkHandler::Create(const v1::CreateNetworkRequest& request,
                                                                 const rpc::Call& call) {
  const Network network = {.id = NetworkId(NewUuid(absl::Now())), .display_name = request.network().display_name()};
  BRYGGA_ASSIGN_OR_RETURN(const Network created, store_.CreateNetwork(call.Mutates(&ToCreateResponse), network));
  return ToCreateResponse(created);
}

absl::StatusOr<v1::ListNetworksResponse> NetworkHandler::List(const v1::ListNetworksRequest& request,
                                                              const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, NetworkSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListNetworks(query, call.deadline()));
  v1::ListNetworksResponse response;
  for (const Network& network : page.items) *response.add_networks() = ToProto(network);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::StatusOr<v1::CreateMembershipResponse> NetworkHandler::CreateMembership(
    const v1::CreateMembershipRequest& request, const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(Membership membership, ToDomain(request.membership(), "membership"));
  membership.id = MembershipId(NewUuid(absl::Now()));
  membership.network = ToNetworkId(request.parent());
  BRYGGA_ASSIGN_OR_RETURN(const Membership created,
                          store_.CreateMembership(call.Mutates(&ToCreateMembershipResponse), membership));
  return ToCreateMembershipResponse(created);
}

absl::StatusOr<v1::EndMembershipResponse> NetworkHandler::EndMembership(const v1::EndMembershipRequest& request,
                                                                        const rpc::Call& call) {
  const MembershipName name = ToMembershipName(request.name());
  const auto end = [&](const Membership& before, absl::Time now) {
    return End(before, ToDate(request.end_date(), Date()), request.etag(), now);
  };
  BRYGGA_ASSIGN_OR_RETURN(const Membership ended,
                          store_.ChangeMembership(call.Mutates(&ToEndMembershipResponse), name.network, name.id, end));
  return ToEndMembershipResponse(ended);
}

absl::StatusOr<v1::ListMembershipsResponse> NetworkHandler::ListMemberships(const v1::ListMembershipsRequest& request,
                                                                            const rpc::Call& call) {
  MembershipScope scope = {.network = ToNetworkId(request.parent()),
                           .organisation = ToOrganisationId(request.organisation())};
  if (!request.as_of().empty()) scope.as_of = AsOf(request.as_of(), store_.Now());
  if (!SeesAll(call) && !IsOwn(call, scope.organisation)) return NotFound(request.parent());
  const std::string chosen = absl::StrCat(request.parent(), " ", request.organisation(), " ", request.as_of());
  rpc::ListArguments arguments = rpc::ListArgumentsOf(request);
  arguments.scope = chosen;
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(arguments, MembershipSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListMemberships(scope, query, call.deadline()));
  v1::ListMembershipsResponse response;
  for (const Membership& membership : page.items) *response.add_memberships() = ToProto(membership);
  response.set_next_page_token(rpc::PageToken(arguments, page.next));
  return response;
}

}  // namespace brygga::partner
