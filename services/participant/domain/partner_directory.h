// What this service asks of partner.
#ifndef BRYGGA_SERVICES_PARTICIPANT_DOMAIN_PARTNER_DIRECTORY_H_
#define BRYGGA_SERVICES_PARTICIPANT_DOMAIN_PARTNER_DIRECTORY_H_

#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/time/local_time.h"
#include "services/participant/domain/agreement.h"

namespace brygga::participant {

// Knows who has an agreement with whom. Safe for concurrent use; blocks until
// the answer is there or the deadline passes.
class PartnerDirectory {
 public:
  virtual ~PartnerDirectory() = default;

  // Those of `organisations` (organisations/{organisation}) that have an
  // agreement with `operator_name` that holds on `day`, and as of when that is
  // known. Empty for none.
  //
  // kUnavailable AGREEMENTS_UNREACHABLE.
  virtual absl::StatusOr<ActiveAgreements> WithActiveAgreement(const std::string& operator_name,
                                                               const std::set<std::string>& organisations, Date day,
                                                               absl::Time deadline) = 0;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_DOMAIN_PARTNER_DIRECTORY_H_
