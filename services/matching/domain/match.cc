#include "services/matching/domain/match.h"

#include <algorithm>

#include "common/status/check.h"
#include "services/matching/domain/errors.h"
#include "services/matching/domain/words.h"

namespace brygga::matching {
namespace {

constexpr Words<MatchKind, 4> kKinds = {{{MatchKind::kMentoring, "MENTORING"},
                                         {MatchKind::kReverse, "REVERSE"},
                                         {MatchKind::kMutual, "MUTUAL"},
                                         {MatchKind::kPlacement, "PLACEMENT"}}};
constexpr Words<MatchState, 8> kStates = {{{MatchState::kProposed, "PROPOSED"},
                                           {MatchState::kAcceptedByOne, "ACCEPTED_BY_ONE"},
                                           {MatchState::kActive, "ACTIVE"},
                                           {MatchState::kPaused, "PAUSED"},
                                           {MatchState::kDeclined, "DECLINED"},
                                           {MatchState::kExpired, "EXPIRED"},
                                           {MatchState::kCompleted, "COMPLETED"},
                                           {MatchState::kEndedEarly, "ENDED_EARLY"}}};
constexpr Words<Side, 2> kSides = {{{Side::kMentor, "MENTOR"}, {Side::kAdept, "ADEPT"}}};

Match Close(Match match, MatchState state, std::string_view reason, absl::Time now) {
  if (match.state == MatchState::kPaused) match.pauses.back().until = now;
  match.pause_reason.clear();
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

bool AwaitsAnswer(MatchState state) { return state == MatchState::kProposed || state == MatchState::kAcceptedByOne; }
bool IsRunning(MatchState state) { return state == MatchState::kActive || state == MatchState::kPaused; }
bool IsLive(MatchState state) { return AwaitsAnswer(state) || IsRunning(state); }
bool TakesMentorSeat(MatchKind kind) { return kind != MatchKind::kPlacement; }
bool KeepsFrom(MatchKind taken, MatchKind wanted) { return taken == wanted || taken == MatchKind::kMutual; }

std::optional<absl::Time> ActiveSince(const Match& match) {
  const auto adept = match.accepted_at.find(Side::kAdept);
  if (adept == match.accepted_at.end()) return std::nullopt;
  if (match.kind == MatchKind::kPlacement) return adept->second;
  const auto mentor = match.accepted_at.find(Side::kMentor);
  if (mentor == match.accepted_at.end()) return std::nullopt;
  return std::max(adept->second, mentor->second);
}

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
  if (match.person(side).empty()) return NobodyToAnswer(match, side);
  if (!AwaitsAnswer(match.state) || now >= match.expires_at) return NotAwaitingAnswer(match);
  match.accepted_at[side] = now;
  match.state = ActiveSince(match) ? MatchState::kActive : MatchState::kAcceptedByOne;
  return match;
}

absl::StatusOr<Match> Decline(Match match, Side side, std::string_view reason, absl::Time now) {
  if (match.declined_by == side) return match;
  if (match.person(side).empty()) return NobodyToAnswer(match, side);
  if (!AwaitsAnswer(match.state)) return NotAwaitingAnswer(match);
  match.declined_by = side;
  return Close(std::move(match), MatchState::kDeclined, reason, now);
}

Match Expire(Match match, absl::Time now) {
  if (!AwaitsAnswer(match.state) || now < match.expires_at) return match;
  return Close(std::move(match), MatchState::kExpired, "NO_ANSWER", now);
}

absl::StatusOr<Match> Supersede(Match match, absl::Time now) {
  if (match.state != MatchState::kProposed) return NotAwaitingAnswer(match);
  return Close(std::move(match), MatchState::kExpired, "SUPERSEDED", now);
}

Match LoseSeat(Match match, absl::Time now) {
  constexpr char kReason[] = "SEAT_RELEASED";
  if (AwaitsAnswer(match.state)) return Close(std::move(match), MatchState::kExpired, kReason, now);
  if (!IsRunning(match.state)) return match;
  const auto ended = End(match, Ending::kEarly, kReason, now);
  return ended.ok() ? *ended : match;
}

absl::StatusOr<Match> PauseMatch(Match match, std::string_view reason, absl::Time now) {
  if (match.state == MatchState::kPaused) return match;
  if (match.state != MatchState::kActive) return NotRunning(match, {MatchState::kActive});
  match.state = MatchState::kPaused;
  match.pause_reason = reason;
  match.pauses.push_back({.from = now});
  return match;
}

absl::StatusOr<Match> Resume(Match match, absl::Time now) {
  if (match.state == MatchState::kActive) return match;
  if (match.state != MatchState::kPaused) return NotRunning(match, {MatchState::kPaused});
  match.state = MatchState::kActive;
  match.pause_reason.clear();
  match.pauses.back().until = now;
  return match;
}

absl::StatusOr<Match> ChangeKind(Match match, MatchKind kind) {
  if (match.kind == kind && kind == MatchKind::kMutual) return match;
  if (kind != MatchKind::kMutual || match.kind == MatchKind::kPlacement) return WrongKind(match, kind);
  if (!IsLive(match.state)) return MatchOver(match);
  match.kind = kind;
  return match;
}

absl::StatusOr<Match> End(Match match, Ending ending, std::string_view reason, absl::Time now) {
  if (!IsRunning(match.state)) return NotRunning(match, {MatchState::kActive, MatchState::kPaused});
  return Close(std::move(match), ending == Ending::kEarly ? MatchState::kEndedEarly : MatchState::kCompleted, reason,
               now);
}

}  // namespace brygga::matching
