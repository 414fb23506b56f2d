// The ports for partner's openings and participant's ages.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_OPENINGS_H_
#define BRYGGA_SERVICES_MATCHING_STORE_OPENINGS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/time/local_time.h"

namespace brygga::matching {

enum class OpeningState { kDraft, kOpen, kFull, kClosed, kCancelled };

// For good: nothing leaves these states.
inline bool IsOver(OpeningState state) { return state == OpeningState::kClosed || state == OpeningState::kCancelled; }

// What partner says of an opening.
struct OpeningFacts {
  OpeningState state = OpeningState::kDraft;
  int free_seats = 0;
  Date first_day;
  std::optional<Date> last_day = {};  // Nothing: no end is set.
  std::optional<int> age_min;
  std::optional<int> age_max;
  std::vector<std::string> requirements;

  friend bool operator==(const OpeningFacts&, const OpeningFacts&) = default;
};

// Some openings, by name.
struct OpeningsPage {
  std::map<std::string, OpeningFacts> openings;
  std::string next;  // Asks for the next page; empty after the last.
};

// A match in an opening, by their resource names.
struct SeatRef {
  std::string opening;
  std::string match;

  friend bool operator==(const SeatRef&, const SeatRef&) = default;
};

// Openings and their seats, at partner. Safe for concurrent use; calls block until
// the deadline at most. Any may answer kUnavailable PARTNER_UNAVAILABLE.
class Openings {
 public:
  virtual ~Openings() = default;

  // In the order of `names`, at most 1000; nothing for one that does not exist.
  virtual absl::StatusOr<std::vector<std::optional<OpeningFacts>>> Read(const std::vector<std::string>& names,
                                                                        absl::Time deadline) = 0;
  // Openings of all organisations that are neither CLOSED nor CANCELLED, at most 1000
  // a page; `page_token`: `next` of the page before, at first empty.
  virtual absl::StatusOr<OpeningsPage> ListLive(const std::string& page_token, absl::Time deadline) = 0;
  // All of `seats`, at most 500, or none. Asking again changes nothing.
  //
  // kFailedPrecondition, kNotFound: one of them is not to be had; the message says
  // which and why.
  virtual absl::Status Hold(const std::vector<SeatRef>& seats, absl::Time deadline) = 0;
  virtual absl::Status Confirm(const std::vector<SeatRef>& seats, absl::Time deadline) = 0;
  virtual absl::Status Release(const std::vector<SeatRef>& seats, absl::Time deadline) = 0;
};

enum class AgeAnswer { kWithin, kOutside, kNeedsEvidence, kNoSuchPerson };

struct AgeWindow {
  std::optional<int> least;
  std::optional<int> most;

  friend auto operator<=>(const AgeWindow&, const AgeWindow&) = default;
};

// Ages, at participant: matching holds no dates of birth. As Openings.
class AgeCheck {
 public:
  virtual ~AgeCheck() = default;

  // In the order of `participants` (resource names).
  //
  // kUnavailable PEOPLE_UNAVAILABLE.
  virtual absl::StatusOr<std::vector<AgeAnswer>> Ask(const std::vector<std::string>& participants,
                                                     const AgeWindow& window, Date on, absl::Time deadline) = 0;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_OPENINGS_H_
