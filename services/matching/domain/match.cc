#include "services/matching/domain/match.h"

#include "common/status/check.h"
#include "services/matching/domain/errors.h"
#include "services/matching/domain/words.h"

namespace brygga::matching {
namespace {

constexpr Words<MatchKind, 2> kKinds = {{{MatchKind::kMentoring, "MENTORING"}, {MatchKind::kReverse, "REVERSE"}}};
constexpr Words<MatchState, 7> kStates = {{{MatchState::kProposed, "PROPOSED"},
                                           {MatchState::kAcceptedByOne, "ACCEPTED_BY_ONE"},
                                           {MatchState::kActive, "ACTIVE"},
                                           {MatchState::kDeclined, "DECLINED"},
                                           {MatchState::kExpired, "EXPIRED"},
                                           {MatchState::kCompleted, "COMPLETED"},
                                           {MatchState::kEndedEarly, "ENDED_EARLY"}}};
constexpr Words<Side, 2> kSides = {{{Side::kMentor, "MENTOR"}, {Side::kAdept, "ADEPT"}}};

bool AwaitsAnswer(MatchState state) { return state == MatchState::kProposed || state == MatchState::kAcceptedByOne; }

Match Close(Match match, MatchState state, std::string_view reason, absl::Time now) {
  match.state = state;
  match.end_reason = reason;
  match.ended_at = now;
  return match;
}

}  // namespace

std::string_view NameOf(MatchKind kind) { return WordOf(kKinds, kind); }
std::string_view NameOf(MatchState state) { return WordOf(kStates, state); }
std::string_view NameOf(Side side) { return WordOf(kSides, side); }
MatchKind MatchKindOf(std::string_view name) { return ValueOfWord(kKinds, name); }
MatchState MatchStateOf(std::string_view name) { return ValueOfWord(kStates, name); }
Side SideOf(std::string_view name) { return ValueOfWord(kSides, name); }

bool IsLive(MatchState state) { return AwaitsAnswer(state) || state == MatchState::kActive; }

const list::Schema& MatchSchema() {
  using list::FieldKind;
  static const auto& schema =
      *new list::Schema{{.name = "state", .kind = FieldKind::kEnum, .enum_values = AllWords(kStates)},
                        {.name = "kind", .kind = FieldKind::kEnum, .enum_values = AllWords(kKinds)},
                        {.name = "mentor"},
                        {.name = "adept"},
                        {.name = "round"},
                        {.name = "score", .kind = FieldKind::kInteger, .sortable = list::Sortable::kYes},
                        {.name = "create_time", .kind = FieldKind::kTime, .sortable = list::Sortable::kYes},
                        {.name = "expire_time", .kind = FieldKind::kTime, .sortable = list::Sortable::kYes}};
  return schema;
}

list::Value ValueOf(const Match& match, std::string_view field) {
  if (field == "id") return match.id.value();
  if (field == "state") return std::string(NameOf(match.state));
  if (field == "kind") return std::string(NameOf(match.kind));
  if (field == "mentor") return match.mentor.value();
  if (field == "adept") return match.adept.value();
  if (field == "round") return match.round.value();
  if (field == "score") return int64_t{match.score};
  if (field == "create_time") return absl::ToUnixMicros(match.created_at);
  BRYGGA_CHECK(field == "expire_time");
  return absl::ToUnixMicros(match.expires_at);
}

absl::StatusOr<Match> Accept(Match match, Side side, absl::Time now) {
  if (match.accepted_at.contains(side)) return match;  // A retry, perhaps after expiry.
  if (!AwaitsAnswer(match.state) || now >= match.expires_at) return NotAwaitingAnswer(match);
  match.accepted_at[side] = now;
  match.state = match.accepted_at.size() == 2 ? MatchState::kActive : MatchState::kAcceptedByOne;
  return match;
}

absl::StatusOr<Match> Decline(Match match, Side side, std::string_view reason, absl::Time now) {
  if (match.declined_by == side) return match;
  if (!AwaitsAnswer(match.state)) return NotAwaitingAnswer(match);
  match.declined_by = side;
  return Close(std::move(match), MatchState::kDeclined, reason, now);
}

Match Expire(Match match, absl::Time now) {
  if (!AwaitsAnswer(match.state) || now < match.expires_at) return match;
  return Close(std::move(match), MatchState::kExpired, "NO_ANSWER", now);
}

absl::StatusOr<Match> End(Match match, Ending ending, std::string_view reason, absl::Time now) {
  if (match.state != MatchState::kActive) return NotRunning(match);
  return Close(std::move(match), ending == Ending::kEarly ? MatchState::kEndedEarly : MatchState::kCompleted, reason,
               now);
}

}  // namespace brygga::matching
