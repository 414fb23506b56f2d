#include "services/matching/domain/errors.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error.h"

namespace brygga::matching {
namespace {

absl::Status Failed(std::string_view reason, std::string_view message, std::vector<PreconditionViolation> violations) {
  return MakeError(absl::StatusCode::kFailedPrecondition, message,
                   {.reason = std::string(reason), .preconditions = std::move(violations)});
}

std::string Words(const engine::BrokenRule& rule) {
  const std::string code(engine::HardRuleCode(rule.rule));
  if (rule.arguments.empty()) return code;
  return absl::StrCat(code, " (", absl::StrJoin(rule.arguments, ", ", absl::PairFormatter(" ")), ")");
}

template <typename State>
std::vector<std::string> WordsOf(const std::vector<State>& states) {
  std::vector<std::string> words;
  for (const State state : states) words.emplace_back(NameOf(state));
  return words;
}

// `verb`: what an override reason would do with the pair.
absl::Status BreaksRules(std::string_view reason, std::string_view verb, const ParticipantId& mentor,
                         const ParticipantId& adept, const std::vector<engine::BrokenRule>& broken,
                         bool over_capacity) {
  std::vector<PreconditionViolation> violations;
  for (const engine::BrokenRule& rule : broken) {
    violations.push_back({.type = std::string(engine::HardRuleCode(rule.rule)),
                          .subject = NameOf(adept),
                          .description = absl::StrCat("with ", NameOf(mentor), ": ", Words(rule))});
  }
  if (over_capacity) {
    violations.push_back(
        {.type = "CAPACITY", .subject = NameOf(mentor), .description = "has no free seat in this cohort"});
  }
  const std::string types = absl::StrJoin(
      violations, ", ", [](std::string* out, const PreconditionViolation& violation) { out->append(violation.type); });
  const std::string message =
      absl::StrCat("the pair breaks ", violations.size(), violations.size() == 1 ? " rule: " : " rules: ", types,
                   "; an override_reason would ", std::string(verb), " it all the same");
  return Failed(reason, message, std::move(violations));
}

}  // namespace

absl::Status NotAwaitingAnswer(const Match& match) {
  if (match.state == MatchState::kProposed || match.state == MatchState::kAcceptedByOne) {
    return FailedPrecondition(
        "MATCH_NOT_AWAITING_ANSWER",
        {.type = "EXPIRED",
         .subject = match.name(),
         .description = "its time to answer ended at " +
                        absl::FormatTime(absl::RFC3339_sec, match.expires_at, absl::UTCTimeZone())});
  }
  return WrongState("MATCH_NOT_AWAITING_ANSWER", match.name(), NameOf(match.state), {"PROPOSED", "ACCEPTED_BY_ONE"});
}

absl::Status NobodyToAnswer(const Match& match, Side side) {
  return FailedPrecondition(
      "MATCH_NOT_AWAITING_ANSWER",
      {.type = "SIDE",
       .subject = match.name(),
       .description = absl::StrCat("a ", std::string(NameOf(match.kind)), " has no ", std::string(NameOf(side)))});
}

absl::Status NotRunning(const Match& match, const std::vector<MatchState>& allowed) {
  return WrongState("MATCH_NOT_RUNNING", match.name(), NameOf(match.state), WordsOf(allowed));
}

absl::Status MatchOver(const Match& match) {
  return WrongState("MATCH_OVER", match.name(), NameOf(match.state),
                    {"PROPOSED", "ACCEPTED_BY_ONE", "ACTIVE", "PAUSED"});
}

absl::Status WrongKind(const Match& match, MatchKind kind) {
  return FailedPrecondition(
      "MATCH_KIND", {.type = "KIND",
                     .subject = match.name(),
                     .description = absl::StrCat("is ", std::string(NameOf(match.kind)), " and cannot become ",
                                                 std::string(NameOf(kind)), "; MENTORING and REVERSE become MUTUAL")});
}

absl::Status MatchBreaksRules(const Match& match, const std::vector<engine::BrokenRule>& broken, bool over_capacity) {
  return BreaksRules("MATCH_BREAKS_RULES", "match", match.mentor, match.adept, broken, over_capacity);
}

absl::Status MatchVetoed(const Match& match) {
  return FailedPrecondition(
      "MATCH_VETOED",
      {.type = "VETO", .subject = NameOf(match.adept), .description = "one of the two has forbidden the pair"});
}

absl::Status AdeptLocked(const Lock& lock) {
  return FailedPrecondition("ADEPT_LOCKED", {.type = "LOCK",
                                             .subject = NameOf(lock.adept),
                                             .description = absl::StrCat(lock.name(), " keeps the adept for ",
                                                                         NameOf(lock.mentor), "; delete it first")});
}

absl::Status WrongRoundState(const Round& round, const std::vector<std::string>& allowed) {
  return WrongState("ROUND_STATE", round.name(), NameOf(round.state), allowed);
}

absl::Status RoundUnderWay(const CohortKey& cohort) {
  return FailedPrecondition("ROUND_UNDER_WAY",
                            {.type = "STATE",
                             .subject = NameOf(cohort),
                             .description = "a round is QUEUED or RUNNING; wait for it, or cancel it"});
}

absl::Status RoundOutdated(const Round& round, const std::vector<PairConflict>& conflicts) {
  std::vector<PreconditionViolation> violations;
  for (const PairConflict& conflict : conflicts) {
    violations.push_back({.type = conflict.reason,
                          .subject = PairName(round.cohort, round.id, conflict.adept),
                          .description = "the pair can no longer be published"});
  }
  return Failed("ROUND_OUTDATED",
                absl::StrCat(round.name(), ": ", conflicts.size(),
                             " of its pairs can no longer be published, so none was; run another round"),
                std::move(violations));
}

absl::Status RoundNotCertified(const Round& round) {
  return FailedPrecondition(
      "ROUND_NOT_CERTIFIED",
      {.type = "CERTIFICATE", .subject = round.name(), .description = "its certificate does not hold; run another"});
}

absl::Status RoundLost(const RoundId& round) {
  return MakeError(absl::StatusCode::kAborted,
                   absl::StrCat("round ", round.value(), " is no longer this worker's to compute"),
                   {.reason = "ROUND_LOST"});
}

absl::Status CohortNotMatchable(const Cohort& cohort) {
  return WrongState("COHORT_NOT_MATCHABLE", NameOf(cohort.key), cohort.state,
                    {"OPEN", "CLOSED", "MATCHING", "RUNNING", "FOLLOW_UP"});
}

absl::Status NoPolicy(const Cohort& cohort) {
  return FailedPrecondition("NO_POLICY", {.type = "POLICY",
                                          .subject = NameOf(cohort.key),
                                          .description = absl::StrCat("programmes of kind ", cohort.kind,
                                                                      " have no default policy; make one")});
}

absl::Status ReadingOvertaken() {
  return MakeError(absl::StatusCode::kAborted, "people were written since they were read; read them again",
                   {.reason = "READING_OVERTAKEN"});
}

absl::Status LockExists(const Lock& lock) {
  return AlreadyExists("LOCK_EXISTS", NameOf(lock.adept),
                       absl::StrCat(NameOf(lock.adept), " is locked in this cohort already; delete that lock first"));
}

absl::Status LockBreaksRules(const Lock& lock, const std::vector<engine::BrokenRule>& broken, bool over_capacity) {
  return BreaksRules("LOCK_BREAKS_RULES", "lock", lock.mentor, lock.adept, broken, over_capacity);
}

absl::Status LockVetoed(const Lock& lock) {
  return FailedPrecondition(
      "LOCK_VETOED",
      {.type = "VETO", .subject = NameOf(lock.adept), .description = "one of the two has forbidden the pair"});
}

absl::Status AdeptHasMatch(const CohortKey& cohort, const ParticipantId& adept, const MatchId& match) {
  return FailedPrecondition("ADEPT_HAS_MATCH",
                            {.type = "MATCH",
                             .subject = NameOf(adept),
                             .description = absl::StrCat("is matched already in programmes/", cohort.programme.value(),
                                                         " (", match.value(), "); end that match first")});
}

absl::Status LockBroken(const Lock& lock) {
  return FailedPrecondition("LOCK_BROKEN", {.type = "LOCK",
                                            .subject = lock.name(),
                                            .description = "the pair breaks a rule or a capacity by now; delete the "
                                                           "lock, or make it anew with an override_reason"});
}

absl::Status VetoExists(const Veto& veto) {
  return AlreadyExists("VETO_EXISTS", NameOf(veto.adept),
                       absl::StrCat(NameOf(veto.mentor), " and ", NameOf(veto.adept), " are forbidden already"));
}

absl::Status VetoOfParticipant(const Veto& veto) {
  return FailedPrecondition("VETO_OF_PARTICIPANT",
                            {.type = "VETO",
                             .subject = veto.name(),
                             .description = "one of the two has forbidden the pair; only they can allow it again"});
}

absl::Status WrongMeetingState(const Meeting& meeting, MeetingState state, const std::vector<MeetingState>& allowed) {
  const std::string name = meeting.id.empty() ? "a new meeting" : meeting.name();
  return FailedPrecondition(
      "MEETING_STATE",
      {.type = "STATE",
       .subject = name,
       .description =
           absl::StrCat("cannot become ", std::string(NameOf(state)), "; ",
                        allowed.empty() ? "what it is, is final"
                                        : absl::StrCat("it can become ", absl::StrJoin(WordsOf(allowed), " or ")))});
}

absl::Status MeetingInFuture(const Meeting& meeting) {
  return FailedPrecondition(
      "MEETING_IN_FUTURE",
      {.type = "TIME",
       .subject = meeting.match_name(),
       .description = absl::StrCat("the meeting begins at ",
                                   absl::FormatTime(absl::RFC3339_sec, meeting.starts_at, absl::UTCTimeZone()),
                                   ", which is still to come; plan it instead")});
}

absl::Status NoCadence(const CohortKey& cohort) {
  return FailedPrecondition("NO_CADENCE", {.type = "CADENCE",
                                           .subject = NameOf(cohort),
                                           .description = "nobody has said how often pairs are to meet; set it"});
}

absl::Status PeopleUnavailable() {
  return Unavailable("PEOPLE_UNAVAILABLE", "participant did not answer; nothing was changed", absl::Seconds(2));
}

}  // namespace brygga::matching
