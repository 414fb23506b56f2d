// The policies that the product ships, one for each kind of programme.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_DEFAULT_POLICIES_H_
#define BRYGGA_SERVICES_MATCHING_WORK_DEFAULT_POLICIES_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/reference.h"
#include "services/matching/domain/cohort.h"

namespace brygga::matching {

// By kind: "VOCATIONAL".
using DefaultPolicies = std::map<std::string, MatchingPolicy>;

// The policy that `document` is, without cohort and version.
//
// kInvalidArgument INVALID_FIELDS: the document is not one; every wrong number is
// named by its path in it.
absl::StatusOr<MatchingPolicy> MakePolicy(const engine::Reference& reference, std::string_view document);

// Reads every *.json in `folder`.
//
// kNotFound: no such folder, or nothing in it. kInvalidArgument: one of them is no
// policy; the message names the file.
absl::StatusOr<DefaultPolicies> LoadDefaultPolicies(const engine::Reference& reference, const std::string& folder);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_DEFAULT_POLICIES_H_
