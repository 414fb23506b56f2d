#include "services/matching/domain/solve.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/status/error.h"
#include "common/status/macros.h"
#include "engine/blocking.h"
#include "engine/certificate.h"
#include "engine/explain.h"
#include "engine/solve.h"
#include "services/matching/domain/errors.h"

namespace brygga::matching {
namespace {

using View = std::shared_ptr<const CohortView>;

engine::Control ControlOf(const SolveControl& control, RoundPhase phase) {
  engine::Control inner{.cancelled = control.cancelled};
  if (control.progress) {
    inner.progress = [&control, phase](const engine::Progress& progress) {
      const int64_t total = std::max<int64_t>(progress.total, 1);
      control.progress(phase, static_cast<int>(std::min<int64_t>(1000, 1000 * progress.done / total)));
    };
  }
  return inner;
}

absl::StatusOr<engine::Problem> MakeProblem(const CohortView& view, std::string_view seed,
                                            const SolveControl& control) {
  BRYGGA_ASSIGN_OR_RETURN(engine::Edges edges,
                          view.scorer().ScoreAll(view.adepts(), view.mentors(), view.vetoes(),
                                                 {.control = ControlOf(control, RoundPhase::kScoring)}));
  return view.Problem(std::move(edges), seed);
}

// The world moves on after a lock was made; the round says which lock it is
// rather than that the problem is wrong.
absl::Status CheckLocks(const CohortView& view, const engine::Problem& problem) {
  std::vector<int> taken(problem.capacity.size(), 0);
  for (const engine::Lock& lock : view.locks()) {
    const bool full = ++taken[static_cast<size_t>(lock.mentor)] > problem.capacity[static_cast<size_t>(lock.mentor)];
    const bool vetoed = std::find(view.vetoes().begin(), view.vetoes().end(), std::pair(lock.adept, lock.mentor)) !=
                        view.vetoes().end();
    const bool forbidden = problem.edges.Find(lock.adept, lock.mentor) < 0;
    if (vetoed || ((full || forbidden) && !lock.override_rules)) return LockBroken(*view.LockOf(lock.adept));
  }
  return absl::OkStatus();
}

RoundPair PairOf(const CohortView& view, const engine::MatchedPair& pair) {
  RoundPair made{.mentor = view.MentorAt(pair.mentor),
                 .adept = view.AdeptAt(pair.adept),
                 .score = pair.score,
                 .contributions = view.ScorePair(pair.adept, pair.mentor).contributions};
  if (!pair.locked) return made;
  const Lock& lock = *view.LockOf(pair.adept);
  made.lock = lock.id;
  made.overrides = !lock.override_reason.empty();
  made.override_reason = lock.override_reason;
  return made;
}

Unmatched UnmatchedOf(const CohortView& view, const engine::Unmatched& unmatched) {
  Unmatched made{.adept = view.AdeptAt(unmatched.adept),
                 .reason = std::string(engine::UnmatchedReasonCode(unmatched.reason)),
                 .rules = unmatched.rules,
                 .group_seats = unmatched.seats,
                 .rounds_waited = view.adepts().rounds_waited[static_cast<size_t>(unmatched.adept)]};
  if (unmatched.reason == engine::UnmatchedReason::kBottleneck &&
      unmatched.seats >= static_cast<int64_t>(unmatched.group.size())) {
    made.reason = kLeftOutByObjective;  // The objective, or a group's rule, left seats empty.
    made.group_seats = 0;
    return made;
  }
  for (const int32_t row : unmatched.group) made.group.push_back(view.AdeptAt(row));
  for (const int32_t row : unmatched.mentors) made.group_mentors.push_back(view.MentorAt(row));
  return made;
}

// Earlier pairs that the problem does not hold: they stay, or are no more, whatever
// the solver does.
void CountEarlier(const RepairInput& repair, const engine::Problem& problem, RoundStatistics& statistics) {
  int64_t open = 0;
  for (const EarlierPair& pair : repair.earlier) {
    statistics.kept_pairs += pair.fate == Fate::kStays ? 1 : 0;
    statistics.changed_pairs += pair.fate == Fate::kOver ? 1 : 0;
    open += pair.fate == Fate::kOpen ? 1 : 0;
  }
  statistics.changed_pairs += open - static_cast<int64_t>(problem.repair->previous.size());
}

RoundStatistics FiguresOf(const CohortInput& input, const engine::Problem& problem, const engine::Solution& solution,
                          const std::vector<RoundPair>& pairs) {
  const engine::Statistics s = engine::StatisticsOf(problem, solution.assignment);
  RoundStatistics statistics{.adepts = problem.adept_count(),
                             .mentors = problem.mentor_count(),
                             .feasible_pairs = problem.edges.size(),
                             .matched = static_cast<int>(s.matched),
                             .total_score = s.total_score,
                             .worst_score = s.worst_score,
                             .guaranteed = s.guaranteed,
                             .reserved = s.reserved,
                             .kept_pairs = s.kept_pairs,
                             .changed_pairs = s.changed_pairs,
                             .new_pairs = s.new_pairs};
  for (const int32_t seats : problem.capacity) statistics.seats += seats;
  for (const RoundPair& pair : pairs) statistics.overrides += pair.overrides ? 1 : 0;
  if (input.repair) CountEarlier(*input.repair, problem, statistics);
  return statistics;
}

// What other objectives would make of the same problem, and what that would cost.
class Comparison {
 public:
  Comparison(const engine::Problem& problem, engine::Objective objective, const engine::Solution& solution,
             const SolveControl& control)
      : problem_(problem), objective_(objective), solution_(solution), control_(control) {}

  absl::Status Run(RoundStatistics& statistics) {
    BRYGGA_ASSIGN_OR_RETURN(const engine::Worth own, engine::WorthOf(problem_, solution_.assignment));
    statistics.blocking_pairs = own.blocking_pairs;
    if (problem_.edges.size() > kMostComparedPairs) return absl::OkStatus();
    fresh_ = problem_;
    fresh_.repair.reset();
    BRYGGA_ASSIGN_OR_RETURN(const auto best, WorthWith(engine::Objective::kCoverageThenScore, own));
    BRYGGA_ASSIGN_OR_RETURN(const auto stable, WorthWith(engine::Objective::kStable, own));
    BRYGGA_ASSIGN_OR_RETURN(const auto fairest, WorthWith(engine::Objective::kFairest, own));
    if (best && stable) statistics.price_of_stability = engine::PriceOf(*stable, *best);
    if (best && fairest) statistics.price_of_fairness = engine::PriceOf(*fairest, *best);
    return CompareChanges(own, statistics);
  }

 private:
  // Nullopt: the objective has no answer to this problem.
  absl::StatusOr<std::optional<engine::Worth>> WorthWith(engine::Objective objective, const engine::Worth& own) {
    if (objective == objective_ && !problem_.repair) return std::optional(own);
    const auto answer = engine::Solve(fresh_, objective, {.control = ControlOf(control_, RoundPhase::kComparing)});
    if (answer.status().code() == absl::StatusCode::kCancelled) return answer.status();
    if (!answer.ok()) return std::optional<engine::Worth>();
    BRYGGA_ASSIGN_OR_RETURN(const engine::Worth worth, engine::WorthOf(fresh_, answer->assignment));
    return std::optional(worth);
  }

  // What is lost to a price of changes, against the best answer that heeds none.
  absl::Status CompareChanges(const engine::Worth& own, RoundStatistics& statistics) {
    if (!problem_.repair || !problem_.repair->price) return absl::OkStatus();
    BRYGGA_ASSIGN_OR_RETURN(const auto best, WorthWith(objective_, own));
    if (!best) return absl::OkStatus();
    statistics.lost_pairs = best->pairs - own.pairs;
    statistics.lost_score = best->total_score - own.total_score;
    return absl::OkStatus();
  }

  const engine::Problem& problem_;
  const engine::Objective objective_;
  const engine::Solution& solution_;
  const SolveControl& control_;
  engine::Problem fresh_;  // Without earlier pairs.
};

engine::Assignment AssignmentOf(const CohortView& view, const std::vector<RoundPair>& pairs) {
  engine::Assignment assignment;
  for (const RoundPair& pair : pairs) {
    const auto adept = view.AdeptRow(pair.adept), mentor = view.MentorRow(pair.mentor);
    assignment.pairs.push_back({.adept = adept.value_or(-1),
                                .mentor = mentor.value_or(-1),
                                .score = pair.score,
                                .locked = !pair.lock.empty()});
    assignment.total_score += pair.score;
  }
  std::sort(assignment.pairs.begin(), assignment.pairs.end(),
            [](const engine::MatchedPair& a, const engine::MatchedPair& b) { return a.adept < b.adept; });
  return assignment;
}

}  // namespace

absl::StatusOr<Proposal> Solve(const engine::Reference& reference, CohortInput input, engine::Objective objective,
                               std::string_view seed, const SolveControl& control) {
  Proposal proposal{.input = std::move(input)};
  proposal.snapshot_hash = SnapshotHash(proposal.input, seed);
  BRYGGA_ASSIGN_OR_RETURN(const View view, CohortView::Build(reference, proposal.input));
  BRYGGA_ASSIGN_OR_RETURN(const engine::Problem problem, MakeProblem(*view, seed, control));
  BRYGGA_RETURN_IF_ERROR(CheckLocks(*view, problem));
  BRYGGA_ASSIGN_OR_RETURN(const engine::Solution solution,
                          engine::Solve(problem, objective, {.control = ControlOf(control, RoundPhase::kSolving)}));
  if (control.progress) control.progress(RoundPhase::kChecking, 0);
  if (const absl::Status holds = engine::Check(problem, objective, solution.assignment, solution.certificate);
      !holds.ok()) {
    return MakeError(absl::StatusCode::kInternal, std::string(holds.message()), {.reason = "NOT_CERTIFIED"});
  }
  proposal.certificate = engine::CertificateToJson(solution.certificate);
  for (const engine::MatchedPair& pair : solution.assignment.pairs) proposal.pairs.push_back(PairOf(*view, pair));
  for (const engine::Unmatched& unmatched :
       engine::ExplainUnmatched(view->scorer(), view->adepts(), view->mentors(), problem, solution.assignment)) {
    proposal.unmatched.push_back(UnmatchedOf(*view, unmatched));
  }
  proposal.statistics = FiguresOf(proposal.input, problem, solution, proposal.pairs);
  BRYGGA_RETURN_IF_ERROR(Comparison(problem, objective, solution, control).Run(proposal.statistics));
  return proposal;
}

absl::StatusOr<Solved> Reopen(const engine::Reference& reference, const Proposal& proposal, std::string_view seed) {
  Solved solved;
  BRYGGA_ASSIGN_OR_RETURN(solved.view, CohortView::Build(reference, proposal.input));
  BRYGGA_ASSIGN_OR_RETURN(solved.problem, MakeProblem(*solved.view, seed, {}));
  BRYGGA_ASSIGN_OR_RETURN(solved.certificate, engine::CertificateFromJson(proposal.certificate));
  solved.assignment = AssignmentOf(*solved.view, proposal.pairs);
  return solved;
}

absl::Status CheckProposal(const engine::Reference& reference, const Proposal& proposal, engine::Objective objective,
                           std::string_view seed) {
  if (SnapshotHash(proposal.input, seed) != proposal.snapshot_hash) {
    return absl::DataLossError("the snapshot is not the one that was solved");
  }
  BRYGGA_ASSIGN_OR_RETURN(const Solved solved, Reopen(reference, proposal, seed));
  return engine::Check(solved.problem, objective, solved.assignment, solved.certificate);
}

std::vector<Difference> Compare(const Proposal& stored, const Proposal& computed, size_t limit) {
  std::vector<Difference> differences;
  const auto compare = [&](const std::string& kind, const auto& before, const auto& after) {
    std::map<std::string, std::pair<std::string, std::string>> both;
    for (const auto& [subject, value] : before) both[subject].first = value;
    for (const auto& [subject, value] : after) both[subject].second = value;
    for (const auto& [subject, values] : both) {
      if (values.first == values.second || differences.size() >= limit) continue;
      differences.push_back({kind, subject, values.first, values.second});
    }
  };
  using Facts = std::map<std::string, std::string>;
  const auto pairs = [](const Proposal& proposal) {
    Facts facts;
    for (const RoundPair& pair : proposal.pairs) facts[NameOf(pair.adept)] = NameOf(pair.mentor);
    return facts;
  };
  const auto figures = [](const Proposal& proposal) {
    Facts facts;
    for (const auto& [name, value] : matching::FiguresOf(proposal.statistics)) facts[name] = std::to_string(value);
    return facts;
  };
  compare("SNAPSHOT", Facts{{"snapshot_hash", stored.snapshot_hash}}, Facts{{"snapshot_hash", computed.snapshot_hash}});
  compare("PAIR", pairs(stored), pairs(computed));
  compare("STATISTIC", figures(stored), figures(computed));
  return differences;
}

}  // namespace brygga::matching
