#include "services/matching/domain/round.h"

#include "common/status/check.h"
#include "services/matching/domain/errors.h"
#include "services/matching/domain/words.h"

namespace brygga::matching {
namespace {

constexpr Words<RoundState, 6> kStates = {{{RoundState::kQueued, "QUEUED"},
                                           {RoundState::kRunning, "RUNNING"},
                                           {RoundState::kProposed, "PROPOSED"},
                                           {RoundState::kPublished, "PUBLISHED"},
                                           {RoundState::kDiscarded, "DISCARDED"},
                                           {RoundState::kFailed, "FAILED"}}};
constexpr Words<RoundPhase, 7> kPhases = {{{RoundPhase::kNone, ""},
                                           {RoundPhase::kPeople, "PEOPLE"},
                                           {RoundPhase::kScoring, "SCORING"},
                                           {RoundPhase::kSolving, "SOLVING"},
                                           {RoundPhase::kChecking, "CHECKING"},
                                           {RoundPhase::kComparing, "COMPARING"},
                                           {RoundPhase::kStoring, "STORING"}}};

}  // namespace

std::string_view NameOf(RoundState state) { return WordOf(kStates, state); }
std::string_view NameOf(RoundPhase phase) { return WordOf(kPhases, phase); }
RoundState RoundStateOf(std::string_view name) { return ValueOfWord(kStates, name); }
RoundPhase RoundPhaseOf(std::string_view name) { return ValueOfWord(kPhases, name); }

std::vector<std::pair<std::string, int64_t>> FiguresOf(const RoundStatistics& s) {
  std::vector<std::pair<std::string, int64_t>> figures = {{"adepts", s.adepts},
                                                          {"mentors", s.mentors},
                                                          {"seats", s.seats},
                                                          {"feasible_pairs", s.feasible_pairs},
                                                          {"matched", s.matched},
                                                          {"total_score", s.total_score},
                                                          {"worst_score", s.worst_score},
                                                          {"overrides", s.overrides},
                                                          {"blocking_pairs", s.blocking_pairs},
                                                          {"guaranteed", s.guaranteed},
                                                          {"reserved", s.reserved},
                                                          {"kept_pairs", s.kept_pairs},
                                                          {"changed_pairs", s.changed_pairs},
                                                          {"new_pairs", s.new_pairs},
                                                          {"lost_pairs", s.lost_pairs},
                                                          {"lost_score", s.lost_score}};
  const auto add = [&](const std::string& name, const std::optional<engine::Price>& price) {
    if (!price) return;
    figures.emplace_back(name + ".pairs", price->pairs);
    figures.emplace_back(name + ".total_score", price->total_score);
    figures.emplace_back(name + ".pairs_part", price->pairs_part);
    figures.emplace_back(name + ".total_part", price->total_part);
    figures.emplace_back(name + ".worst_score_gain", price->worst_score_gain);
    figures.emplace_back(name + ".blocking_pairs_fewer", price->blocking_pairs_fewer);
  };
  add("price_of_stability", s.price_of_stability);
  add("price_of_fairness", s.price_of_fairness);
  return figures;
}

std::vector<std::pair<std::string_view, int64_t>> StagesOf(const Round& round) {
  using engine::Objective;
  const RoundStatistics& s = round.statistics;
  std::vector<std::pair<std::string_view, int64_t>> stages = {{"GUARANTEED", s.guaranteed}, {"RESERVED", s.reserved}};
  if (round.objective == Objective::kStable) {
    stages.emplace_back("BLOCKING_PAIRS", s.blocking_pairs);
    stages.emplace_back("MATCHED", s.matched);
    return stages;
  }
  if (round.objective != Objective::kScore) stages.emplace_back("MATCHED", s.matched);
  if (round.objective == Objective::kFairest) stages.emplace_back("WORST_SCORE", s.worst_score);
  stages.emplace_back("TOTAL_SCORE", s.total_score);
  if (round.repair && !round.repair->change_price) stages.emplace_back("CHANGED_PAIRS", s.changed_pairs);
  return stages;
}

const list::Schema& RoundSchema() {
  static const auto& schema =
      *new list::Schema{{.name = "state", .kind = list::FieldKind::kEnum, .enum_values = AllWords(kStates)},
                        {.name = "create_time", .kind = list::FieldKind::kTime, .sortable = list::Sortable::kYes}};
  return schema;
}

list::Value ValueOf(const Round& round, std::string_view field) {
  if (field == "id") return round.id.value();
  if (field == "state") return std::string(NameOf(round.state));
  BRYGGA_CHECK(field == "create_time");
  return absl::ToUnixMicros(round.created_at);
}

const list::Schema& RoundPairSchema() {
  static const auto& schema =
      *new list::Schema{{.name = "score", .kind = list::FieldKind::kInteger, .sortable = list::Sortable::kYes},
                        {.name = "mentor"},
                        {.name = "adept"},
                        {.name = "override", .kind = list::FieldKind::kBoolean}};
  return schema;
}

list::Value ValueOf(const RoundPair& pair, std::string_view field) {
  if (field == "id" || field == "adept") return pair.adept.value();
  if (field == "mentor") return pair.mentor.value();
  if (field == "override") return int64_t{pair.overrides};
  BRYGGA_CHECK(field == "score");
  return int64_t{pair.score};
}

const list::Schema& UnmatchedSchema() {
  static const auto& schema = *new list::Schema{
      {.name = "reason",
       .kind = list::FieldKind::kEnum,
       .enum_values = {std::string(engine::UnmatchedReasonCode(engine::UnmatchedReason::kNoFeasibleMentor)),
                       std::string(engine::UnmatchedReasonCode(engine::UnmatchedReason::kBottleneck)),
                       std::string(engine::UnmatchedReasonCode(engine::UnmatchedReason::kNoSeats)),
                       std::string(kLeftOutByObjective)}},
      {.name = "rounds_waited", .kind = list::FieldKind::kInteger, .sortable = list::Sortable::kYes}};
  return schema;
}

list::Value ValueOf(const Unmatched& unmatched, std::string_view field) {
  if (field == "id") return unmatched.adept.value();
  if (field == "reason") return unmatched.reason;
  BRYGGA_CHECK(field == "rounds_waited");
  return int64_t{unmatched.rounds_waited};
}

bool IsClaimable(const Round& round, absl::Time now) {
  return round.state == RoundState::kQueued || (round.state == RoundState::kRunning && round.worker_until <= now);
}

Round Claim(Round round, std::string_view worker, absl::Time now, absl::Time until) {
  if (round.attempt >= kMaxAttempts) {
    round.state = RoundState::kFailed;
    round.failure_reason = "INTERRUPTED";
    return round;
  }
  round.state = RoundState::kRunning;
  round.phase = RoundPhase::kPeople;
  round.progress_permille = 0;
  round.worker = worker;
  round.worker_until = until;
  ++round.attempt;
  if (!round.started_at) round.started_at = now;
  return round;
}

absl::StatusOr<Round> Cancel(Round round) {
  if (round.state != RoundState::kQueued && round.state != RoundState::kRunning) {
    return WrongRoundState(round, {"QUEUED", "RUNNING"});
  }
  round.state = RoundState::kDiscarded;
  round.failure_reason = "CANCELLED";
  return round;
}

absl::StatusOr<Round> Discard(Round round, std::string_view reason) {
  if (round.state != RoundState::kProposed) return WrongRoundState(round, {"PROPOSED"});
  round.state = RoundState::kDiscarded;
  round.failure_reason = reason;
  return round;
}

absl::StatusOr<Round> Publish(Round round, absl::Time now) {
  if (round.state != RoundState::kProposed) return WrongRoundState(round, {"PROPOSED"});
  round.state = RoundState::kPublished;
  round.published_at = now;
  return round;
}

}  // namespace brygga::matching
