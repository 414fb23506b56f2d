// Every error that matching answers with, beside those of common/status.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_ERRORS_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_ERRORS_H_

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "services/matching/domain/cohort.h"
#include "services/matching/domain/match.h"
#include "services/matching/domain/meeting.h"
#include "services/matching/domain/round.h"

namespace brygga::matching {

// kFailedPrecondition MATCH_NOT_AWAITING_ANSWER.
absl::Status NotAwaitingAnswer(const Match& match);
// kFailedPrecondition MATCH_NOT_AWAITING_ANSWER: a placement has no mentor.
absl::Status NobodyToAnswer(const Match& match, Side side);
// kFailedPrecondition MATCH_NOT_RUNNING: it would have to be in one of `allowed`.
absl::Status NotRunning(const Match& match, const std::vector<MatchState>& allowed);
// kFailedPrecondition MATCH_OVER.
absl::Status MatchOver(const Match& match);
// kFailedPrecondition MATCH_KIND: it cannot become `kind`.
absl::Status WrongKind(const Match& match, MatchKind kind);
// kFailedPrecondition MATCH_BREAKS_RULES: one violation a rule.
absl::Status MatchBreaksRules(const Match& match, const std::vector<engine::BrokenRule>& broken, bool over_capacity);
// kFailedPrecondition MATCH_VETOED.
absl::Status MatchVetoed(const Match& match);
// kFailedPrecondition ADEPT_LOCKED.
absl::Status AdeptLocked(const Lock& lock);

// kFailedPrecondition ROUND_STATE.
absl::Status WrongRoundState(const Round& round, const std::vector<std::string>& allowed);
// kFailedPrecondition ROUND_UNDER_WAY: one round of a cohort at a time.
absl::Status RoundUnderWay(const CohortKey& cohort);
// kFailedPrecondition ROUND_OUTDATED: one violation a pair.
absl::Status RoundOutdated(const Round& round, const std::vector<PairConflict>& conflicts);
// kFailedPrecondition ROUND_NOT_CERTIFIED.
absl::Status RoundNotCertified(const Round& round);
// kAborted ROUND_LOST: another worker has the round.
absl::Status RoundLost(const RoundId& round);

// kFailedPrecondition COHORT_NOT_MATCHABLE.
absl::Status CohortNotMatchable(const Cohort& cohort);
// kFailedPrecondition NO_POLICY: no default for the cohort's kind.
absl::Status NoPolicy(const Cohort& cohort);

// kAborted READING_OVERTAKEN: people were written since they were read; read
// them again.
absl::Status ReadingOvertaken();

// kAlreadyExists LOCK_EXISTS.
absl::Status LockExists(const Lock& lock);
// kFailedPrecondition LOCK_BREAKS_RULES: one violation a rule.
absl::Status LockBreaksRules(const Lock& lock, const std::vector<engine::BrokenRule>& broken, bool over_capacity);
// kFailedPrecondition LOCK_VETOED.
absl::Status LockVetoed(const Lock& lock);
// kFailedPrecondition ADEPT_HAS_MATCH.
absl::Status AdeptHasMatch(const CohortKey& cohort, const ParticipantId& adept, const MatchId& match);
// kFailedPrecondition LOCK_BROKEN: the world has changed since it was made.
absl::Status LockBroken(const Lock& lock);
// kAlreadyExists VETO_EXISTS.
absl::Status VetoExists(const Veto& veto);
// kFailedPrecondition VETO_OF_PARTICIPANT.
absl::Status VetoOfParticipant(const Veto& veto);

// kFailedPrecondition MEETING_STATE: it cannot become `state`.
absl::Status WrongMeetingState(const Meeting& meeting, MeetingState state, const std::vector<MeetingState>& allowed);
// kFailedPrecondition MEETING_IN_FUTURE.
absl::Status MeetingInFuture(const Meeting& meeting);
// kFailedPrecondition NO_CADENCE.
absl::Status NoCadence(const CohortKey& cohort);

// kUnavailable PEOPLE_UNAVAILABLE, with RetryInfo.
absl::Status PeopleUnavailable();

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_ERRORS_H_
