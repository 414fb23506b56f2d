// The port for seats that placements gave back and that are offered on.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_OFFER_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_OFFER_STORE_H_

#include <functional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutation/mutation.h"
#include "services/matching/domain/offers.h"

namespace brygga::matching {

// Keeps what becomes of seats that came back (offers.h), each once: whoever works on
// an offer, whose state has moved on since it was read, is told kAborted OFFER_LOST
// and must leave seat and match alone. See CohortStore for threads, blocking and
// retries.
class OfferStore {
 public:
  virtual ~OfferStore() = default;

  // Decides (OfferOn) about every seat of a published allocation that partner has
  // back and of which nothing has been decided; `new_match` makes the ids. A cohort
  // that is COMPLETED or CANCELLED offers nothing: LAPSED, COHORT_OVER. How many were
  // decided.
  virtual absl::StatusOr<int> OfferFreedSeats(const Origin& origin, const std::function<MatchId()>& new_match) = 0;

  // Those that are OFFERING or RETURNING, oldest first, and the time.
  struct UnderWay {
    std::vector<Offer> offers;
    absl::Time now;
  };
  virtual absl::StatusOr<UnderWay> ListOffersUnderWay(int limit, absl::Time deadline) = 0;

  // OFFERING to OFFERED: makes the match, and the person leaves the reserve list,
  // where everybody behind moves up. The seat at partner counts as held.
  //
  // kFailedPrecondition APPLICANT_HAS_MATCH.
  virtual absl::Status MakeOffer(const Origin& origin, const Offer& offer) = 0;
  // OFFERING to RETURNING, for a reason of offers.h.
  virtual absl::Status GiveUpOffer(const Origin& origin, const Offer& offer, std::string_view reason) = 0;
  // RETURNING, once partner has the seat back and will not hold it for this match
  // again: where the reason is about the person they are passed over and the seat is
  // undecided again, else it is LAPSED.
  virtual absl::Status CloseOffer(const Origin& origin, const Offer& offer) = 0;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_OFFER_STORE_H_
