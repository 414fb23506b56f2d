#include "services/matching/work/default_policies.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"
#include "engine/policy.h"
#include "engine/score.h"
#include "services/matching/domain/cohort_view.h"

namespace brygga::matching {

absl::StatusOr<MatchingPolicy> MakePolicy(const engine::Reference& reference, std::string_view document) {
  BRYGGA_ASSIGN_OR_RETURN(const engine::Policy policy, engine::ParsePolicy(document));
  BRYGGA_RETURN_IF_ERROR(engine::Scorer::Create(reference, policy));
  return MatchingPolicy{.kind = policy.kind, .document = std::string(document), .hash = Sha256Hex(document)};
}

absl::StatusOr<DefaultPolicies> LoadDefaultPolicies(const engine::Reference& reference, const std::string& folder) {
  DefaultPolicies policies;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path());
    const std::string document{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const auto policy = MakePolicy(reference, document);
    if (!policy.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(entry.path().string(), ": ", policy.status().message()));
    }
    policies[policy->kind] = *policy;
  }
  if (policies.empty()) return absl::NotFoundError(absl::StrCat(folder, " holds no policies"));
  return policies;
}

}  // namespace brygga::matching
