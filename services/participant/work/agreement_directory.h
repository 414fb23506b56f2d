// Who has an agreement with whom: known here where partner's feed is followed,
// else asked.
#ifndef BRYGGA_SERVICES_PARTICIPANT_WORK_AGREEMENT_DIRECTORY_H_
#define BRYGGA_SERVICES_PARTICIPANT_WORK_AGREEMENT_DIRECTORY_H_

#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "services/participant/domain/partner_directory.h"
#include "services/participant/store/agreement_store.h"

namespace brygga::participant {

// How far behind partner what is known here may be and still decide. Bookmarks
// come every few seconds, so that more than this means that the feed is not
// followed: then partner is asked, and where it is silent nothing is decided.
inline constexpr absl::Duration kLongestLag = absl::Seconds(15);

// Safe for concurrent use. What it is made of outlives it.
class AgreementDirectory final : public PartnerDirectory {
 public:
  AgreementDirectory(AgreementStore& store, PartnerDirectory& partner, const Clock& clock)
      : store_(store), partner_(partner), clock_(clock) {}

  // kUnavailable AGREEMENTS_UNREACHABLE: not known well enough, and partner does
  // not answer.
  absl::StatusOr<ActiveAgreements> WithActiveAgreement(const std::string& operator_name,
                                                       const std::set<std::string>& organisations, Date day,
                                                       absl::Time deadline) override;

 private:
  AgreementStore& store_;
  PartnerDirectory& partner_;
  const Clock& clock_;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_WORK_AGREEMENT_DIRECTORY_H_
