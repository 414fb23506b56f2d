// Matches: a mentor and an adept, from the proposal to its end.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_MATCH_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_MATCH_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "services/matching/domain/names.h"

namespace brygga::matching {

enum class MatchKind { kMentoring, kReverse };
enum class MatchState { kProposed, kAcceptedByOne, kActive, kDeclined, kExpired, kCompleted, kEndedEarly };
enum class Side { kMentor, kAdept };

// The words that tables and messages use: "PROPOSED", "MENTORING", "ADEPT".
std::string_view NameOf(MatchKind kind);
std::string_view NameOf(MatchState state);
std::string_view NameOf(Side side);
MatchKind MatchKindOf(std::string_view name);
MatchState MatchStateOf(std::string_view name);
Side SideOf(std::string_view name);

struct Match {
  MatchId id;
  CohortKey cohort;
  MatchKind kind = MatchKind::kMentoring;
  MatchState state = MatchState::kProposed;
  ParticipantId mentor;
  ParticipantId adept;
  int32_t score = 0;
  RoundId round;
  absl::Time expires_at;
  std::map<Side, absl::Time> accepted_at = {};
  std::optional<absl::Time> ended_at = {};
  std::string end_reason = {};
  std::optional<Side> declined_by = {};
  int64_t revision = 1;
  absl::Time created_at = {};
  absl::Time updated_at = {};

  std::string name() const { return NameOf(cohort, id); }
  const ParticipantId& person(Side side) const { return side == Side::kMentor ? mentor : adept; }

  friend bool operator==(const Match&, const Match&) = default;
};

// True in the states that take one of the mentor's seats and make the adept
// unavailable: PROPOSED, ACCEPTED_BY_ONE and ACTIVE.
bool IsLive(MatchState state);

// What matches may be listed by.
const list::Schema& MatchSchema();
list::Value ValueOf(const Match& match, std::string_view field);

// Records that `side` said yes at `now`: the first yes makes the match
// ACCEPTED_BY_ONE, the second ACTIVE. Saying yes twice changes nothing.
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

enum class Ending { kCompleted, kEarly };

// Ends a running match.
//
// kFailedPrecondition MATCH_NOT_RUNNING: it is not ACTIVE.
absl::StatusOr<Match> End(Match match, Ending ending, std::string_view reason, absl::Time now);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_MATCH_H_
