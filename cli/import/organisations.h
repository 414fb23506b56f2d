// From what a file calls a partner to what we call it.
#ifndef BRYGGA_CLI_IMPORT_ORGANISATIONS_H_
#define BRYGGA_CLI_IMPORT_ORGANISATIONS_H_

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "cli/app/api.h"

namespace brygga::cli {

inline constexpr std::string_view kUnknownPartner =
    "No partner has been imported under this id. Import partners first, or mend the id.";

// The organisations that were imported from `source` under `keys`, by key. Keys
// that nobody has are absent. At most 1,000 keys.
absl::StatusOr<std::map<std::string, std::string>> FindOrganisations(const Api& api, const std::string& source,
                                                                     const std::set<std::string>& keys);

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_IMPORT_ORGANISATIONS_H_
