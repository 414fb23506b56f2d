// The port for what is known here of partner's agreements.
#ifndef BRYGGA_SERVICES_PARTICIPANT_STORE_AGREEMENT_STORE_H_
#define BRYGGA_SERVICES_PARTICIPANT_STORE_AGREEMENT_STORE_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutation/feed_step.h"
#include "common/mutation/mutation.h"
#include "services/participant/domain/agreement.h"

namespace brygga::participant {

// Keeps agreements together with how far partner's feed has been followed: both
// move in one transaction. See ParticipantStore for threads, blocking and
// retries. What changes is noted in this service's own change log, under
// partner's name of the agreement: features of an organisation's people change
// with it.
class AgreementStore {
 public:
  virtual ~AgreementStore() = default;

  // Nothing: the feed was never followed.
  virtual absl::StatusOr<std::optional<feed::Progress>> GetProgress(absl::Time deadline) = 0;

  // Makes `agreements` all that is known; or only what is known of those.
  //
  // kAborted FEED_MOVED.
  virtual absl::Status Replace(const Origin& origin, const std::vector<Agreement>& agreements,
                               const feed::Step& step) = 0;
  virtual absl::Status Apply(const Origin& origin, const std::vector<Agreement>& agreements,
                             const feed::Step& step) = 0;

  // Those of `organisations` that have an agreement with `operator_name` that
  // holds on `day`; nothing where the feed was never followed.
  virtual absl::StatusOr<std::optional<ActiveAgreements>> FindActive(const std::string& operator_name,
                                                                     const std::set<std::string>& organisations,
                                                                     Date day, absl::Time deadline) = 0;
};

// The name under which progress is kept.
inline constexpr std::string_view kPartnerFeed = "partner";

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_STORE_AGREEMENT_STORE_H_
