// Seats that placements gave back, offered on along the reserve list.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_OFFERS_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_OFFERS_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "services/matching/domain/allocation.h"

namespace brygga::matching {

// OFFERING until partner holds the seat and the match is made (OFFERED), or it
// turns out that it cannot be (RETURNING): then the seat is given back, and what
// was offered is free for the next, or LAPSED where there is nothing to offer.
enum class OfferState { kOffering = 1, kReturning, kOffered, kLapsed };

std::string_view NameOf(OfferState state);
OfferState OfferStateOf(std::string_view name);
// How a placement shows what became of its seat.
FreedSeat FreedSeatOf(OfferState state);

// What becomes of one seat that was given back.
struct Offer {
  CohortKey cohort;
  AllocationId allocation;
  ParticipantId freed_by;  // Whose placement came to nothing.
  std::string opening;
  std::string seat_group;     // As the placement had it.
  ParticipantId participant;  // Who is offered it; empty: nobody.
  int choice = 0;             // Which of their choices it is.
  MatchId match;              // That it becomes.
  OfferState state = OfferState::kOffering;
  std::string reason = {};  // With RETURNING and LAPSED.

  friend bool operator==(const Offer&, const Offer&) = default;
};

// Why an offer is given up. The first five are about the person, and the seat is
// for the next one; the others end the seat.
inline constexpr std::string_view kApplicantHasMatch = "APPLICANT_HAS_MATCH";
inline constexpr std::string_view kPersonGone = "PERSON_GONE";
inline constexpr std::string_view kTooYoungOrOld = "AGE";
inline constexpr std::string_view kAgeNeedsEvidence = "AGE_NEEDS_EVIDENCE";
inline constexpr std::string_view kMissesRequirements = "REQUIREMENTS";
inline constexpr std::string_view kNobodyWaiting = "NOBODY_WAITING";
inline constexpr std::string_view kOpeningTaken = "OPENING_TAKEN";
inline constexpr std::string_view kOpeningOver = "OPENING_OVER";
inline constexpr std::string_view kCohortOver = "COHORT_OVER";

// True where `reason` leaves the seat to be offered to somebody else.
bool IsAboutPerson(std::string_view reason);

// A seat that partner has back and of which nothing has been decided.
struct FreedPlace {
  ParticipantId freed_by;
  std::string opening;
  std::string seat_group;  // Empty: an open seat.

  friend bool operator==(const FreedPlace&, const FreedPlace&) = default;
};

// Who may not be offered anything now.
struct Excluded {
  std::set<ParticipantId> placed;   // Has a live placement in the programme.
  std::set<ParticipantId> waiting;  // Is being offered another seat: it may come to nothing.
};

// Decides whom `freed` are offered to: people on the reserve list in its order,
// each the one they want most of the seats that they may have. A reserved seat is
// for its group as long as one of the group waits for the opening; then its
// reserve's fallback says whether it is for all. What nobody may have is LAPSED,
// NOBODY_WAITING; it is left undecided while somebody who is being offered another
// seat might still want it. The offers have no match.
std::vector<Offer> OfferOn(const Allocation& allocation, const std::vector<Application>& applications,
                           const Excluded& excluded, const std::vector<FreedPlace>& freed);

// Somebody on the reserve list after an offer of theirs was given up: what was found
// out about them keeps them from it from now on.
Application PassOver(Application application, const Offer& offer);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_OFFERS_H_
