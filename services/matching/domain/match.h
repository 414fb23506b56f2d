// Matches: a mentor and an adept, from the proposal to its end.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_MATCH_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_MATCH_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "services/matching/domain/names.h"

namespace brygga::matching {

enum class MatchKind { kMentoring, kReverse, kMutual, kPlacement };
enum class MatchState { kProposed, kAcceptedByOne, kActive, kPaused, kDeclined, kExpired, kCompleted, kEndedEarly };
enum class Side { kMentor, kAdept };

// The words that tables and messages use: "PROPOSED", "MENTORING", "ADEPT".
std::string_view NameOf(MatchKind kind);
std::string_view NameOf(MatchState state);
std::string_view NameOf(Side side);
MatchKind MatchKindOf(std::string_view name);
MatchState MatchStateOf(std::string_view name);
Side SideOf(std::string_view name);

// A time in which a pair rested; still going on where `until` is not set.
struct Pause {
  absl::Time from;
  std::optional<absl::Time> until = {};

  friend bool operator==(const Pause&, const Pause&) = default;
};

struct Match {
  MatchId id;
  CohortKey cohort;
  MatchKind kind = MatchKind::kMentoring;
  MatchState state = MatchState::kProposed;
  ParticipantId mentor;  // Empty in a placement.
  ParticipantId adept;
  int32_t score = 0;
  RoundId round;  // Empty: by hand, or by an allocation.
  absl::Time expires_at;
  std::map<Side, absl::Time> accepted_at = {};
  std::optional<absl::Time> ended_at = {};
  std::string end_reason = {};
  std::optional<Side> declined_by = {};
  // By hand: why, and what was overridden.
  std::string reason = {};
  std::string override_reason = {};
  std::vector<std::string> broken_rules = {};  // Codes of engine::HardRule.
  bool over_capacity = false;
  std::string pause_reason = {};
  std::vector<Pause> pauses = {};  // Oldest first.
  // Of a placement.
  std::string opening = {};
  std::string allocation = {};
  int64_t revision = 1;
  absl::Time created_at = {};
  absl::Time updated_at = {};

  std::string name() const { return NameOf(cohort, id); }
  const ParticipantId& person(Side side) const { return side == Side::kMentor ? mentor : adept; }

  friend bool operator==(const Match&, const Match&) = default;
};

// True in the states that take one of the mentor's seats and make the adept
// unavailable: PROPOSED, ACCEPTED_BY_ONE, ACTIVE and PAUSED.
bool IsLive(MatchState state);
// True where the two are a pair: ACTIVE and PAUSED.
bool IsRunning(MatchState state);
// True where neither has answered for both: PROPOSED and ACCEPTED_BY_ONE.
bool AwaitsAnswer(MatchState state);
// False for placements, whose seats are an opening's.
bool TakesMentorSeat(MatchKind kind);
// True where a live match of kind `taken` keeps its adept out of rounds that make
// matches of kind `wanted`: the same, or what it has become.
bool KeepsFrom(MatchKind taken, MatchKind wanted);
// When the two became a pair; nothing where they have not.
std::optional<absl::Time> ActiveSince(const Match& match);

// What matches may be listed by.
const list::Schema& MatchSchema();
list::Value ValueOf(const Match& match, std::string_view field);

// Records that `side` said yes at `now`: the first yes makes the match
// ACCEPTED_BY_ONE, the second ACTIVE. A placement is ACTIVE by its adept's yes.
// Saying yes twice changes nothing.
//
// kFailedPrecondition MATCH_NOT_AWAITING_ANSWER: the match no longer awaits an
// answer, or has expired.
absl::StatusOr<Match> Accept(Match match, Side side, absl::Time now);

// Records that `side` said no at `now`: the match becomes DECLINED. Saying no
// twice changes nothing.
//
// kFailedPrecondition MATCH_NOT_AWAITING_ANSWER: it does not await an answer.
absl::StatusOr<Match> Decline(Match match, Side side, std::string_view reason, absl::Time now);

// The match EXPIRED, where it still awaits an answer at `now` and its time is
// over; else unchanged.
Match Expire(Match match, absl::Time now);

// Takes back a match that nobody has answered, for a repaired round: it becomes
// EXPIRED, SUPERSEDED.
//
// kFailedPrecondition MATCH_NOT_AWAITING_ANSWER: it is not PROPOSED.
absl::StatusOr<Match> Supersede(Match match, absl::Time now);

// Lets an active pair rest, and go on. Doing either twice changes nothing.
//
// kFailedPrecondition MATCH_NOT_RUNNING: it is not ACTIVE, or not PAUSED.
absl::StatusOr<Match> PauseMatch(Match match, std::string_view reason, absl::Time now);
absl::StatusOr<Match> Resume(Match match, absl::Time now);

// Makes a pair that is not over MUTUAL. Doing it twice changes nothing.
//
// kFailedPrecondition MATCH_OVER; MATCH_KIND: not to `kind`, or a placement.
absl::StatusOr<Match> ChangeKind(Match match, MatchKind kind);

// Ends a placement whose seat partner has taken back, SEAT_RELEASED: EXPIRED where
// it awaits an answer, ENDED_EARLY where it runs, else unchanged.
Match LoseSeat(Match match, absl::Time now);

enum class Ending { kCompleted, kEarly };

// Ends a running match, and its pause.
//
// kFailedPrecondition MATCH_NOT_RUNNING: it is neither ACTIVE nor PAUSED.
absl::StatusOr<Match> End(Match match, Ending ending, std::string_view reason, absl::Time now);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_MATCH_H_
