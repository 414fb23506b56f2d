#include "cli/import/organisations.h"

#include "brygga/partner/v1/partner_service.pb.h"
#include "common/status/macros.h"

namespace brygga::cli {

absl::StatusOr<std::map<std::string, std::string>> FindOrganisations(const Api& api, const std::string& source,
                                                                     const std::set<std::string>& keys) {
  std::map<std::string, std::string> names;
  if (keys.empty()) return names;
  partner::v1::LookupOrganisationsRequest request;
  request.set_source(source);
  request.mutable_keys()->Assign(keys.begin(), keys.end());
  BRYGGA_ASSIGN_OR_RETURN(const auto found, api.Call<partner::v1::LookupOrganisationsResponse>(
                                                "brygga.partner.v1.PartnerService/LookupOrganisations", request));
  for (const partner::v1::OrganisationKey& key : found.organisations()) names.emplace(key.key(), key.organisation());
  return names;
}

}  // namespace brygga::cli
