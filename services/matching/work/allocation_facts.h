// What an allocation asks its neighbours before it is computed: free seats and
// requirements of openings, ages of people.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_ALLOCATION_FACTS_H_
#define BRYGGA_SERVICES_MATCHING_WORK_ALLOCATION_FACTS_H_

#include <cstddef>
#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/matching/domain/allocation.h"
#include "services/matching/store/openings.h"

namespace brygga::matching {

// Asks partner and participant. Safe for concurrent use; both outlive it.
class AllocationFacts {
 public:
  AllocationFacts(Openings& openings, AgeCheck& ages, absl::Duration call_timeout)
      : openings_(openings), ages_(ages), call_timeout_(call_timeout) {}

  // Fills in free seats, and what bars whom from what. Each call ends after the
  // timeout or at `deadline`.
  //
  // kUnavailable PARTNER_UNAVAILABLE, PEOPLE_UNAVAILABLE.
  using Heard = std::function<void(size_t done, size_t total)>;
  absl::Status Gather(AllocationInput& input, absl::Time deadline, const Heard& heard) const;

  // What bars one person from one opening now; kNoSeats where it is not open.
  struct Standing {
    UnplacedReason bar = UnplacedReason::kNone;
    std::optional<Date> last_day = {};  // Of the opening.
  };
  absl::StatusOr<Standing> Ask(const Application& application, const std::string& opening, absl::Time deadline) const;

 private:
  absl::Status AskAges(AllocationInput& input, const std::vector<std::optional<OpeningFacts>>& facts,
                       absl::Time deadline, const Heard& heard) const;
  absl::Time Soon(absl::Time deadline) const;

  Openings& openings_;
  AgeCheck& ages_;
  const absl::Duration call_timeout_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_ALLOCATION_FACTS_H_
