// Resource names: "programmes/{programme}/cohorts/{cohort}" (AIP-122).
#ifndef BRYGGA_COMMON_IDS_RESOURCE_NAME_H_
#define BRYGGA_COMMON_IDS_RESOURCE_NAME_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace brygga {

// The ids in `name`, in order, where it follows `pattern`: a path in which
// each "*" stands for one id ("programmes/*/cohorts/*"). An id is 1 to 63
// characters of a-z, A-Z, 0-9, '-' and '_'.
//
// kInvalidArgument: another form; the message shows the pattern.
absl::StatusOr<std::vector<std::string>> ParseResourceName(std::string_view pattern, std::string_view name);

// True where ParseResourceName would succeed; cheaper.
bool MatchesResourceName(std::string_view pattern, std::string_view name);

// The id in a name of one "*": ParseResourceName("organisations/*", name)[0].
absl::StatusOr<std::string> ParseId(std::string_view pattern, std::string_view name);

}  // namespace brygga

#endif  // BRYGGA_COMMON_IDS_RESOURCE_NAME_H_
