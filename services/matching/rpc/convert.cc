#include "services/matching/rpc/convert.h"

#include <string>
#include <utility>

#include "common/status/check.h"
#include "common/status/etag.h"
#include "google/protobuf/util/time_util.h"

namespace brygga::matching {
namespace {

// The value of an enum whose names are `prefix` and our words; 0 for a word that
// the contract does not have.
template <typename Enum>
Enum EnumOf(std::string_view prefix, std::string_view word) {
  const auto* value = google::protobuf::GetEnumDescriptor<Enum>()->FindValueByName(std::string(prefix).append(word));
  return value == nullptr ? Enum() : static_cast<Enum>(value->number());
}

// Our word for a value of an enum whose names are `prefix` and our words.
template <typename Enum>
std::string WordOf(std::string_view prefix, Enum value) {
  const auto* known = google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(value);
  BRYGGA_CHECK(known != nullptr);
  return known->name().substr(prefix.size());
}

void SetPrice(const std::optional<engine::Price>& price, v1::ObjectivePrice* (v1::RoundStatistics::*mutable_price)(),
              v1::RoundStatistics& proto) {
  if (!price) return;
  v1::ObjectivePrice& shown = *(proto.*mutable_price)();
  shown.set_pairs(price->pairs);
  shown.set_total_score(price->total_score);
  shown.set_pairs_part(price->pairs_part);
  shown.set_total_part(price->total_part);
  shown.set_worst_score_gain(price->worst_score_gain);
  shown.set_blocking_pairs_fewer(price->blocking_pairs_fewer);
}

template <typename T>
T Valid(absl::StatusOr<T> parsed) {
  BRYGGA_CHECK(parsed.ok());
  return *std::move(parsed);
}

v1::HardRule RuleOf(engine::HardRule rule) { return EnumOf<v1::HardRule>("HARD_RULE_", engine::HardRuleCode(rule)); }

}  // namespace

CohortKey ToCohortKey(std::string_view name) { return Valid(ParseCohortName(name)); }
ParticipantId ToParticipantId(std::string_view name) { return Valid(ParseParticipantName(name)); }
Named<RoundId> ToRoundName(std::string_view name) { return Valid(ParseName<RoundId>("rounds", name)); }
Named<MatchId> ToMatchName(std::string_view name) { return Valid(ParseName<MatchId>("matches", name)); }
Named<VetoId> ToVetoName(std::string_view name) { return Valid(ParseName<VetoId>("vetoes", name)); }
Named<LockId> ToLockName(std::string_view name) { return Valid(ParseName<LockId>("locks", name)); }
Named<std::string> ToPolicyName(std::string_view name) { return Valid(ParseNameIn("policies", name)); }

Side ToSide(v1::Side side) { return side == v1::SIDE_MENTOR ? Side::kMentor : Side::kAdept; }

engine::Objective ToObjective(v1::Objective objective) {
  switch (objective) {
    case v1::OBJECTIVE_SCORE:
      return engine::Objective::kScore;
    case v1::OBJECTIVE_FAIREST:
      return engine::Objective::kFairest;
    case v1::OBJECTIVE_STABLE:
      return engine::Objective::kStable;
    default:
      return engine::Objective::kCoverageThenScore;
  }
}

MatchKind ToKind(v1::MatchKind kind) { return MatchKindOf(WordOf("MATCH_KIND_", kind)); }
MeetingState ToState(v1::MeetingState state) { return MeetingStateOf(WordOf("MEETING_STATE_", state)); }

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixMicros(google::protobuf::util::TimeUtil::TimestampToMicroseconds(time));
}

google::protobuf::Timestamp ToProto(absl::Time time) {
  return google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(time));
}

v1::MatchingPolicy ToProto(const MatchingPolicy& policy) {
  v1::MatchingPolicy proto;
  proto.set_name(policy.name());
  proto.set_version(policy.version);
  proto.set_kind(EnumOf<v1::ProgrammeKind>("PROGRAMME_KIND_", policy.kind));
  proto.set_document(policy.document);
  proto.set_hash(policy.hash);
  proto.set_etag(ToEtag(1));
  *proto.mutable_create_time() = ToProto(policy.created_at);
  *proto.mutable_update_time() = ToProto(policy.created_at);
  return proto;
}

v1::MatchingRound ToProto(const Round& round) {
  v1::MatchingRound proto;
  proto.set_name(round.name());
  proto.set_etag(ToEtag(round.revision));
  proto.set_state(EnumOf<v1::RoundState>("ROUND_STATE_", NameOf(round.state)));
  proto.set_objective(EnumOf<v1::Objective>("OBJECTIVE_", engine::ObjectiveName(round.objective)));
  proto.set_policy(NameOf(round.cohort, "policies", std::to_string(round.policy_version)));
  proto.set_seed(round.seed);
  proto.set_snapshot_hash(round.snapshot_hash);
  if (!round.snapshot_hash.empty()) {
    *proto.mutable_as_of() = ToProto(round.as_of);
    v1::RoundStatistics& statistics = *proto.mutable_statistics();
    statistics.set_adepts(round.statistics.adepts);
    statistics.set_mentors(round.statistics.mentors);
    statistics.set_seats(round.statistics.seats);
    statistics.set_feasible_pairs(round.statistics.feasible_pairs);
    statistics.set_matched(round.statistics.matched);
    statistics.set_total_score(round.statistics.total_score);
    statistics.set_worst_score(round.statistics.worst_score);
    statistics.set_solve_micros(round.statistics.solve_us);
    statistics.set_overrides(round.statistics.overrides);
    statistics.set_blocking_pairs(round.statistics.blocking_pairs);
    statistics.set_guaranteed(round.statistics.guaranteed);
    statistics.set_reserved(round.statistics.reserved);
    statistics.set_kept_pairs(round.statistics.kept_pairs);
    statistics.set_changed_pairs(round.statistics.changed_pairs);
    statistics.set_new_pairs(round.statistics.new_pairs);
    statistics.set_lost_pairs(round.statistics.lost_pairs);
    statistics.set_lost_score(round.statistics.lost_score);
    SetPrice(round.statistics.price_of_stability, &v1::RoundStatistics::mutable_price_of_stability, statistics);
    SetPrice(round.statistics.price_of_fairness, &v1::RoundStatistics::mutable_price_of_fairness, statistics);
    for (const auto& [stage, value] : StagesOf(round)) {
      v1::StageValue& shown = *statistics.add_stages();
      shown.set_stage(std::string(stage));
      shown.set_value(value);
    }
  }
  if (round.repair) {
    v1::Repair& repair = *proto.mutable_repair();
    if (!round.repair->base.empty()) repair.set_base(NameOf(round.cohort, round.repair->base));
    repair.set_keep_proposed(round.repair->keep_proposed);
    if (round.repair->change_price) repair.set_change_price(*round.repair->change_price);
  }
  proto.set_certified(round.certified);
  proto.set_failure_reason(round.failure_reason);
  proto.set_failure_detail(round.failure_detail);
  proto.set_phase(EnumOf<v1::RoundPhase>("ROUND_PHASE_", NameOf(round.phase)));
  proto.set_progress_permille(round.progress_permille);
  *proto.mutable_create_time() = ToProto(round.created_at);
  *proto.mutable_update_time() = ToProto(round.updated_at);
  if (round.started_at) *proto.mutable_start_time() = ToProto(*round.started_at);
  if (round.published_at) *proto.mutable_publish_time() = ToProto(*round.published_at);
  return proto;
}

v1::Contribution ToProto(const engine::Contribution& contribution) {
  v1::Contribution proto;
  proto.set_criterion(static_cast<v1::Criterion>(static_cast<int>(contribution.criterion) + 1));
  proto.set_value(contribution.value);
  proto.set_micro(contribution.micro);
  proto.set_maximum(contribution.maximum);
  proto.set_unknown(contribution.unknown);
  proto.set_detail(contribution.detail);
  return proto;
}

v1::BrokenRule ToProto(const engine::BrokenRule& rule) {
  v1::BrokenRule proto;
  proto.set_rule(RuleOf(rule.rule));
  for (const auto& [key, value] : rule.arguments) (*proto.mutable_arguments())[key] = value;
  return proto;
}

v1::RoundPair ToProto(const RoundPair& pair, const CohortKey& key, const RoundId& round) {
  v1::RoundPair proto;
  proto.set_name(PairName(key, round, pair.adept));
  proto.set_mentor(NameOf(pair.mentor));
  proto.set_adept(NameOf(pair.adept));
  proto.set_score(pair.score);
  for (const engine::Contribution& part : pair.contributions) *proto.add_contributions() = ToProto(part);
  if (!pair.lock.empty()) proto.set_lock(NameOf(key, pair.lock));
  proto.set_override(pair.overrides);
  proto.set_override_reason(pair.override_reason);
  if (!pair.match.empty()) proto.set_match(NameOf(key, pair.match));
  return proto;
}

v1::UnmatchedAdept ToProto(const Unmatched& unmatched) {
  v1::UnmatchedAdept proto;
  proto.set_adept(NameOf(unmatched.adept));
  proto.set_reason(EnumOf<v1::UnmatchedReason>("UNMATCHED_REASON_", unmatched.reason));
  for (const engine::RuleCount& count : unmatched.rules) {
    v1::RuleCount& rule = *proto.add_rules();
    rule.set_rule(RuleOf(count.rule));
    rule.set_mentors(count.mentors);
    rule.set_alone(count.alone);
  }
  for (const ParticipantId& adept : unmatched.group) proto.add_group(NameOf(adept));
  for (const ParticipantId& mentor : unmatched.group_mentors) proto.add_group_mentors(NameOf(mentor));
  proto.set_group_seats(static_cast<int32_t>(unmatched.group_seats));
  proto.set_rounds_waited(unmatched.rounds_waited);
  return proto;
}

v1::PairConflict ToProto(const PairConflict& conflict, const Round& round) {
  v1::PairConflict proto;
  proto.set_pair(PairName(round.cohort, round.id, conflict.adept));
  proto.set_reason(conflict.reason);
  return proto;
}

v1::Lock ToProto(const Lock& lock) {
  v1::Lock proto;
  proto.set_name(lock.name());
  proto.set_etag(ToEtag(lock.revision));
  proto.set_mentor(NameOf(lock.mentor));
  proto.set_adept(NameOf(lock.adept));
  proto.set_reason(lock.reason);
  proto.set_override_reason(lock.override_reason);
  for (const std::string& rule : lock.broken_rules) proto.add_broken_rules(EnumOf<v1::HardRule>("HARD_RULE_", rule));
  proto.set_over_capacity(lock.over_capacity);
  proto.set_author(lock.author);
  *proto.mutable_create_time() = ToProto(lock.created_at);
  *proto.mutable_update_time() = ToProto(lock.created_at);
  return proto;
}

v1::Veto ToProto(const Veto& veto) {
  v1::Veto proto;
  proto.set_name(veto.name());
  proto.set_etag(ToEtag(veto.revision));
  proto.set_mentor(NameOf(veto.mentor));
  proto.set_adept(NameOf(veto.adept));
  proto.set_reason(veto.reason);
  proto.set_origin(EnumOf<v1::VetoOrigin>("VETO_ORIGIN_", NameOf(veto.origin)));
  proto.set_author(veto.author);
  *proto.mutable_create_time() = ToProto(veto.created_at);
  *proto.mutable_update_time() = ToProto(veto.created_at);
  return proto;
}

v1::Match ToProto(const Match& match) {
  v1::Match proto;
  proto.set_name(match.name());
  proto.set_etag(ToEtag(match.revision));
  proto.set_state(EnumOf<v1::MatchState>("MATCH_STATE_", NameOf(match.state)));
  proto.set_kind(EnumOf<v1::MatchKind>("MATCH_KIND_", NameOf(match.kind)));
  if (!match.mentor.empty()) proto.set_mentor(NameOf(match.mentor));
  proto.set_adept(NameOf(match.adept));
  proto.set_score(match.score);
  if (!match.round.empty()) proto.set_round(NameOf(match.cohort, match.round));
  proto.set_reason(match.reason);
  proto.set_override_reason(match.override_reason);
  for (const std::string& rule : match.broken_rules) proto.add_broken_rules(EnumOf<v1::HardRule>("HARD_RULE_", rule));
  proto.set_over_capacity(match.over_capacity);
  if (const auto since = ActiveSince(match)) *proto.mutable_active_time() = ToProto(*since);
  proto.set_pause_reason(match.pause_reason);
  if (match.state == MatchState::kPaused) *proto.mutable_pause_time() = ToProto(match.pauses.back().from);
  proto.set_opening(match.opening);
  if (!match.allocation.empty()) proto.set_allocation(NameOf(match.cohort, "allocations", match.allocation));
  *proto.mutable_expire_time() = ToProto(match.expires_at);
  for (const auto& [side, at] : match.accepted_at) {
    *(side == Side::kMentor ? proto.mutable_mentor_accept_time() : proto.mutable_adept_accept_time()) = ToProto(at);
  }
  if (match.ended_at) *proto.mutable_end_time() = ToProto(*match.ended_at);
  proto.set_end_reason(match.end_reason);
  if (match.declined_by) proto.set_declined_by(EnumOf<v1::Side>("SIDE_", NameOf(*match.declined_by)));
  *proto.mutable_create_time() = ToProto(match.created_at);
  *proto.mutable_update_time() = ToProto(match.updated_at);
  return proto;
}

v1::Meeting ToProto(const Meeting& meeting) {
  v1::Meeting proto;
  proto.set_name(meeting.name());
  proto.set_etag(ToEtag(meeting.revision));
  proto.set_state(EnumOf<v1::MeetingState>("MEETING_STATE_", NameOf(meeting.state)));
  *proto.mutable_start_time() = ToProto(meeting.starts_at);
  proto.set_minutes(meeting.minutes);
  proto.set_author(meeting.author);
  *proto.mutable_create_time() = ToProto(meeting.created_at);
  *proto.mutable_update_time() = ToProto(meeting.updated_at);
  return proto;
}

v1::Cadence ToProto(const Cadence& cadence) {
  v1::Cadence proto;
  proto.set_name(cadence.name());
  proto.set_etag(ToEtag(cadence.revision));
  proto.set_meetings(cadence.meetings);
  proto.set_first_month(cadence.first_month);
  proto.set_last_month(cadence.last_month);
  for (const int month : cadence.except) proto.add_except_months(month);
  *proto.mutable_create_time() = ToProto(cadence.created_at);
  *proto.mutable_update_time() = ToProto(cadence.updated_at);
  return proto;
}

v1::OverdueMatch ToProto(const Match& match, const Compliance& compliance) {
  v1::OverdueMatch proto;
  proto.set_match(match.name());
  proto.set_mentor(NameOf(match.mentor));
  proto.set_adept(NameOf(match.adept));
  for (const absl::CivilMonth month : compliance.overdue) proto.add_months(FormatMonth(month));
  proto.set_missing_meetings(compliance.missing);
  proto.set_required_months(static_cast<int32_t>(compliance.required.size()));
  proto.set_held_meetings(compliance.held);
  if (compliance.last_held) *proto.mutable_last_meeting_time() = ToProto(*compliance.last_held);
  return proto;
}

v1::ReplayDifference ToProto(const Difference& difference) {
  v1::ReplayDifference proto;
  proto.set_kind(difference.kind);
  proto.set_subject(difference.subject);
  proto.set_stored(difference.stored);
  proto.set_computed(difference.computed);
  return proto;
}

}  // namespace brygga::matching
