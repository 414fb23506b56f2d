#include "services/participant/work/agreement_directory.h"

#include "common/status/macros.h"

namespace brygga::participant {

absl::StatusOr<ActiveAgreements> AgreementDirectory::WithActiveAgreement(const std::string& operator_name,
                                                                         const std::set<std::string>& organisations,
                                                                         Date day, absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const auto known, store_.FindActive(operator_name, organisations, day, deadline));
  if (known && clock_.Now() - known->as_of <= kLongestLag) return *known;
  return partner_.WithActiveAgreement(operator_name, organisations, day, deadline);
}

}  // namespace brygga::participant
