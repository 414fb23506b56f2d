// The only place where proto and domain meet. Requests have passed the
// validator, so that what it checks is not checked again.
#ifndef BRYGGA_SERVICES_MATCHING_RPC_CONVERT_H_
#define BRYGGA_SERVICES_MATCHING_RPC_CONVERT_H_

#include <string_view>
#include <vector>

#include "brygga/matching/v1/match.pb.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "brygga/matching/v1/meeting.pb.h"
#include "brygga/matching/v1/policy.pb.h"
#include "brygga/matching/v1/round.pb.h"
#include "engine/score.h"
#include "services/matching/domain/cohort.h"
#include "services/matching/domain/match.h"
#include "services/matching/domain/meeting.h"
#include "services/matching/domain/names.h"
#include "services/matching/domain/round.h"
#include "services/matching/domain/solve.h"

namespace brygga::matching {

// Names that the validator has accepted.
CohortKey ToCohortKey(std::string_view name);
ParticipantId ToParticipantId(std::string_view name);
Named<RoundId> ToRoundName(std::string_view name);
Named<MatchId> ToMatchName(std::string_view name);
Named<LockId> ToLockName(std::string_view name);
Named<std::string> ToPolicyName(std::string_view name);

Named<VetoId> ToVetoName(std::string_view name);

Side ToSide(v1::Side side);
engine::Objective ToObjective(v1::Objective objective);  // Unspecified: COVERAGE_THEN_SCORE.
MatchKind ToKind(v1::MatchKind kind);
MeetingState ToState(v1::MeetingState state);
absl::Time ToTime(const google::protobuf::Timestamp& time);  // In whole microseconds.

v1::MatchingPolicy ToProto(const MatchingPolicy& policy);
v1::MatchingRound ToProto(const Round& round);
v1::RoundPair ToProto(const RoundPair& pair, const CohortKey& key, const RoundId& round);
v1::UnmatchedAdept ToProto(const Unmatched& unmatched);
v1::PairConflict ToProto(const PairConflict& conflict, const Round& round);
v1::Lock ToProto(const Lock& lock);
v1::Veto ToProto(const Veto& veto);
v1::Match ToProto(const Match& match);
v1::Meeting ToProto(const Meeting& meeting);
v1::Cadence ToProto(const Cadence& cadence);
v1::OverdueMatch ToProto(const Match& match, const Compliance& compliance);
v1::ReplayDifference ToProto(const Difference& difference);
v1::Contribution ToProto(const engine::Contribution& contribution);
v1::BrokenRule ToProto(const engine::BrokenRule& rule);
google::protobuf::Timestamp ToProto(absl::Time time);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_RPC_CONVERT_H_
