// Finds the organisations, openings, allocations and plans that a person means.
#ifndef BRYGGA_CLI_APP_FIND_PLACE_H_
#define BRYGGA_CLI_APP_FIND_PLACE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "brygga/matching/v1/allocation.pb.h"
#include "brygga/matching/v1/networking.pb.h"
#include "brygga/partner/v1/opening.pb.h"
#include "cli/app/api.h"

namespace brygga::cli {

// An organisation by name ("organisations/…"), by the key of an import ("P0001"),
// or by what people call it where one only is called so.
absl::StatusOr<std::string> FindOrganisation(const Api& api, std::string_view text);

// An opening by name, or by what people call it where one only is called so.
absl::StatusOr<partner::v1::Opening> FindOpening(const Api& api, std::string_view text);

// An allocation by name, or the newest one of a cohort that FindCohort finds.
absl::StatusOr<matching::v1::Allocation> FindAllocation(const Api& api, std::string_view text);

// A networking plan by name, or the newest one of a cohort that FindCohort finds.
absl::StatusOr<matching::v1::NetworkingPlan> FindPlan(const Api& api, std::string_view text);

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_APP_FIND_PLACE_H_
