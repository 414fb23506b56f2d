// Whether people are of an event's ages: asked of whoever knows, since events
// holds no birth data.
#ifndef BRYGGA_SERVICES_EVENTS_DOMAIN_AGE_CHECK_H_
#define BRYGGA_SERVICES_EVENTS_DOMAIN_AGE_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/time/local_time.h"
#include "services/events/domain/event.h"

namespace brygga::events {

enum class AgeAnswer { kWithin, kOutside, kNeedsEvidence, kNoSuchPerson };

// An answer and the question it answers: it holds for no other window or day.
struct AgeEvidence {
  AgeWindow window;
  Date on;
  AgeAnswer answer = AgeAnswer::kWithin;

  friend bool operator==(const AgeEvidence&, const AgeEvidence&) = default;
};

// Safe for concurrent use.
class AgeCheck {
 public:
  virtual ~AgeCheck() = default;

  // Whether each of `participants` (participants/{p}) is within `window` on the
  // day `on`; in the same order. Blocks until `deadline`.
  //
  // kUnavailable, reason AGE_CHECK_UNAVAILABLE: nobody could be asked.
  virtual absl::StatusOr<std::vector<AgeAnswer>> Ask(const std::vector<std::string>& participants,
                                                     const AgeWindow& window, Date on, absl::Time deadline) = 0;
};

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_DOMAIN_AGE_CHECK_H_
