#include "services/partner/rpc/organisation_handler.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ids/uuid.h"
#include "common/rpc/list.h"
#include "common/rpc/update_mask.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/partner/rpc/access.h"
#include "services/partner/rpc/convert.h"
#include "services/partner/rpc/import_rows.h"

namespace brygga::partner {
namespace {

v1::CreateOrganisationResponse ToCreateResponse(const Organisation& organisation) {
  v1::CreateOrganisationResponse response;
  *response.mutable_organisation() = ToProto(organisation);
  return response;
}

v1::UpdateOrganisationResponse ToUpdateResponse(const Organisation& organisation) {
  v1::UpdateOrganisationResponse response;
  *response.mutable_organisation() = ToProto(organisation);
  return response;
}

v1::ImportOrganisationsResponse ToImportResponse(const std::vector<ImportResult>& results) {
  v1::ImportOrganisationsResponse response;
  for (const ImportResult& result : results) *response.add_results() = ToProto(result);
  return response;
}

template <typename Request>
OrganisationScope ScopeOf(const Request& request, absl::Time now) {
  OrganisationScope scope = {.network = ToNetworkId(request.network()), .as_of = AsOf(request.as_of(), now)};
  if constexpr (requires { request.membership_kind(); }) {
    if (request.membership_kind() != v1::MEMBERSHIP_KIND_UNSPECIFIED) {
      scope.membership_kind = ToDomain<MembershipKind>(request.membership_kind());
    }
  }
  return scope;
}

}  // namespace

absl::StatusOr<v1::CreateOrganisationResponse> OrganisationHandler::Create(const v1::CreateOrganisationRequest& request,
                                                                           const rpc::Call& call) {
  Organisation organisation = ToDomain(request.organisation());
  organisation.id = OrganisationId(NewUuid(absl::Now()));
  BRYGGA_ASSIGN_OR_RETURN(const Organisation created,
                          store_.CreateOrganisation(call.Mutates(&ToCreateResponse), organisation));
  return ToCreateResponse(created);
}

absl::StatusOr<v1::GetOrganisationResponse> OrganisationHandler::Get(const v1::GetOrganisationRequest& request,
                                                                     const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const Organisation organisation,
                          store_.GetOrganisation(ToOrganisationId(request.name()), call.deadline()));
  if (!MaySee(call, organisation)) return NotFound(request.name());
  v1::GetOrganisationResponse response;
  *response.mutable_organisation() = ToProto(organisation);
  return response;
}

absl::StatusOr<v1::UpdateOrganisationResponse> OrganisationHandler::Update(const v1::UpdateOrganisationRequest& request,
                                                                           const rpc::Call& call) {
  const v1::Organisation& wanted = request.organisation();
  if (wanted.name().empty()) return InvalidFields({{"organisation.name", "is missing; it names what to change"}});
  BRYGGA_ASSIGN_OR_RETURN(const rpc::UpdateMask mask, rpc::ParseUpdateMask(request.update_mask(), wanted));
  const auto update = [&](const Organisation& before, absl::Time now) {
    v1::Organisation merged = ToProto(before);
    rpc::ApplyUpdateMask(mask, wanted, &merged);
    return partner::Update(before, ToDomain(merged), wanted.etag(), now);
  };
  BRYGGA_ASSIGN_OR_RETURN(
      const Organisation updated,
      store_.ChangeOrganisation(call.Mutates(&ToUpdateResponse), ToOrganisationId(wanted.name()), update));
  return ToUpdateResponse(updated);
}

absl::StatusOr<v1::ListOrganisationsResponse> OrganisationHandler::List(const v1::ListOrganisationsRequest& request,
                                                                        const rpc::Call& call) {
  const std::string chosen = absl::StrCat(request.network(), " ", request.membership_kind(), " ", request.as_of());
  rpc::ListArguments arguments = rpc::ListArgumentsOf(request);
  arguments.scope = chosen;
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(arguments, OrganisationSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page,
                          store_.ListOrganisations(ScopeOf(request, store_.Now()), query, call.deadline()));
  v1::ListOrganisationsResponse response;
  for (const Organisation& organisation : page.items) *response.add_organisations() = ToProto(organisation);
  response.set_next_page_token(rpc::PageToken(arguments, page.next));
  return response;
}

absl::StatusOr<v1::BatchGetOrganisationsResponse> OrganisationHandler::BatchGet(
    const v1::BatchGetOrganisationsRequest& request, const rpc::Call& call) {
  std::vector<OrganisationId> ids;
  for (const std::string& name : request.names()) ids.push_back(ToOrganisationId(name));
  BRYGGA_ASSIGN_OR_RETURN(const auto organisations, store_.GetOrganisations(ids, call.deadline()));
  v1::BatchGetOrganisationsResponse response;
  for (const Organisation& organisation : organisations) *response.add_organisations() = ToProto(organisation);
  return response;
}

absl::StatusOr<v1::LookupOrganisationsResponse> OrganisationHandler::Lookup(
    const v1::LookupOrganisationsRequest& request, const rpc::Call& call) {
  const std::vector<std::string> keys(request.keys().begin(), request.keys().end());
  BRYGGA_ASSIGN_OR_RETURN(const auto found, store_.LookUp(request.source(), keys, call.deadline()));
  v1::LookupOrganisationsResponse response;
  for (const auto& [key, id] : found) {
    v1::OrganisationKey& entry = *response.add_organisations();
    entry.set_key(key);
    entry.set_organisation(NameOf(id));
  }
  return response;
}

absl::StatusOr<v1::ImportOrganisationsResponse> OrganisationHandler::Import(
    const v1::ImportOrganisationsRequest& request, const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const auto results,
                          store_.Import(call.Mutates(&ToImportResponse), ToImportBatch(request, absl::Now())));
  return ToImportResponse(results);
}

absl::StatusOr<v1::CountSectorsResponse> OrganisationHandler::CountSectors(const v1::CountSectorsRequest& request,
                                                                           const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const auto counts, store_.CountSectors(ScopeOf(request, store_.Now()), call.deadline()));
  v1::CountSectorsResponse response;
  int total = 0;
  for (const auto& [sector, count] : counts) {
    v1::SectorCount& entry = *response.add_sectors();
    entry.set_sector(ToEnum<v1::Sector>(sector));
    entry.set_count(count);
    total += count;
  }
  response.set_total(total);
  return response;
}

absl::StatusOr<v1::ListDirectoryResponse> OrganisationHandler::ListDirectory(const v1::ListDirectoryRequest& request,
                                                                             const rpc::Call& call) {
  const rpc::ListArguments arguments = {.page_size = request.page_size(),
                                        .page_token = request.page_token(),
                                        .order_by = "display_name",
                                        .scope = v1::Sector_Name(request.sector())};
  BRYGGA_ASSIGN_OR_RETURN(list::ListQuery query, rpc::ParseList(arguments, OrganisationSchema()));
  query.filter.push_back({.field = "parent", .value = ""});
  if (request.sector() != v1::SECTOR_UNSPECIFIED) {
    query.filter.push_back({.field = "sector", .value = NameOf(ToDomain<Sector>(request.sector()))});
  }
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListOrganisations({}, query, call.deadline()));
  v1::ListDirectoryResponse response;
  for (const Organisation& organisation : page.items) {
    v1::DirectoryEntry& entry = *response.add_entries();
    entry.set_display_name(organisation.display_name);
    entry.set_sector(ToEnum<v1::Sector>(organisation.sector));
  }
  response.set_next_page_token(rpc::PageToken(arguments, page.next));
  return response;
}

}  // namespace brygga::partner
