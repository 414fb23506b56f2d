#include "cli/app/find_place.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "brygga/matching/v1/allocation_service.pb.h"
#include "brygga/matching/v1/networking_service.pb.h"
#include "brygga/partner/v1/opening_service.pb.h"
#include "brygga/partner/v1/partner_service.pb.h"
#include "cli/app/find.h"
#include "cli/import/organisations.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace mv1 = ::brygga::matching::v1;
namespace pv1 = ::brygga::partner::v1;

constexpr char kSource[] = "sample";

std::string Escaped(std::string_view text) {
  return absl::StrReplaceAll(std::string(text), {{"\\", "\\\\"}, {"\"", "\\\""}});
}

bool Holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace

absl::StatusOr<std::string> FindOrganisation(const Api& api, std::string_view text) {
  const std::string key(text);
  if (Holds(text, "/")) return key;
  BRYGGA_ASSIGN_OR_RETURN(const auto found, FindOrganisations(api, kSource, {key}));
  if (const auto name = found.find(key); name != found.end()) {
    api.Remember(name->second, text);
    return name->second;
  }
  pv1::ListOrganisationsRequest request;
  request.set_page_size(20);
  request.set_filter(absl::StrCat("display_name = \"", Escaped(text), "\""));
  BRYGGA_ASSIGN_OR_RETURN(const auto named, api.Call<pv1::ListOrganisationsResponse>(
                                                "brygga.partner.v1.PartnerService/ListOrganisations", request));
  if (named.organisations_size() == 1) {
    api.Remember(named.organisations(0).name(), text);
    return named.organisations(0).name();
  }
  if (named.organisations_size() > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("several organisations are called \"", key, "\"; give the name, organisations/…"));
  }
  return absl::NotFoundError(absl::StrCat("no organisation is called \"", key,
                                          "\" or was imported as that; `brygga organisation list` shows them"));
}

absl::StatusOr<pv1::Opening> FindOpening(const Api& api, std::string_view text) {
  if (Holds(text, "/openings/")) {
    pv1::GetOpeningRequest request;
    request.set_name(std::string(text));
    BRYGGA_ASSIGN_OR_RETURN(auto response,
                            api.Call<pv1::GetOpeningResponse>("brygga.partner.v1.OpeningService/GetOpening", request));
    return std::move(*response.mutable_opening());
  }
  pv1::ListOpeningsRequest request;
  request.set_parent("organisations/-");
  request.set_page_size(20);
  request.set_filter(absl::StrCat("display_name = \"", Escaped(text), "\""));
  BRYGGA_ASSIGN_OR_RETURN(const auto response, api.Call<pv1::ListOpeningsResponse>(
                                                   "brygga.partner.v1.OpeningService/ListOpenings", request));
  if (response.openings_size() == 1) {
    api.Remember(response.openings(0).name(), text);
    return response.openings(0);
  }
  if (response.openings_size() == 0) {
    return absl::NotFoundError(absl::StrCat("there is no opening called \"", std::string(text),
                                            "\"; `brygga opening list` shows those there are"));
  }
  std::string message =
      absl::StrCat("several openings are called \"", std::string(text), "\"; give one of these names:");
  for (const pv1::Opening& opening : response.openings()) {
    absl::StrAppend(&message, "\n  ", opening.name(), "  ", opening.start_date());
  }
  return absl::InvalidArgumentError(message);
}

absl::StatusOr<mv1::Allocation> FindAllocation(const Api& api, std::string_view text) {
  if (Holds(text, "/allocations/")) {
    mv1::GetAllocationRequest request;
    request.set_name(std::string(text));
    BRYGGA_ASSIGN_OR_RETURN(auto response, api.Call<mv1::GetAllocationResponse>(
                                               "brygga.matching.v1.AllocationService/GetAllocation", request));
    return std::move(*response.mutable_allocation());
  }
  BRYGGA_ASSIGN_OR_RETURN(const auto cohort, FindCohort(api, text));
  mv1::ListAllocationsRequest request;
  request.set_parent(cohort.name());
  request.set_order_by("create_time desc");
  request.set_page_size(1);
  BRYGGA_ASSIGN_OR_RETURN(auto response, api.Call<mv1::ListAllocationsResponse>(
                                             "brygga.matching.v1.AllocationService/ListAllocations", request));
  if (response.allocations_size() > 0) {
    api.Remember(response.allocations(0).name(), absl::StrCat("the newest allocation of ", std::string(text)));
    return std::move(*response.mutable_allocations(0));
  }
  return absl::NotFoundError(absl::StrCat("there is no allocation in ", cohort.display_name(),
                                          "; create one, `brygga allocate create --help` tells how"));
}

absl::StatusOr<mv1::NetworkingPlan> FindPlan(const Api& api, std::string_view text) {
  if (Holds(text, "/networkingPlans/")) {
    mv1::GetNetworkingPlanRequest request;
    request.set_name(std::string(text));
    BRYGGA_ASSIGN_OR_RETURN(auto response, api.Call<mv1::GetNetworkingPlanResponse>(
                                               "brygga.matching.v1.NetworkingService/GetNetworkingPlan", request));
    return std::move(*response.mutable_plan());
  }
  BRYGGA_ASSIGN_OR_RETURN(const auto cohort, FindCohort(api, text));
  mv1::ListNetworkingPlansRequest request;
  request.set_parent(cohort.name());
  request.set_order_by("create_time desc");
  request.set_page_size(1);
  BRYGGA_ASSIGN_OR_RETURN(auto response, api.Call<mv1::ListNetworkingPlansResponse>(
                                             "brygga.matching.v1.NetworkingService/ListNetworkingPlans", request));
  if (response.plans_size() > 0) {
    api.Remember(response.plans(0).name(), absl::StrCat("the newest plan of ", std::string(text)));
    return std::move(*response.mutable_plans(0));
  }
  return absl::NotFoundError(absl::StrCat("there is no plan in ", cohort.display_name(),
                                          "; make one, `brygga networking plan --help` tells how"));
}

}  // namespace brygga::cli
