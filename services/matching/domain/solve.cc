#include "services/matching/domain/solve.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/status/error.h"
#include "common/status/macros.h"
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
  return made;
}

Unmatched UnmatchedOf(const CohortView& view, const engine::Unmatched& unmatched) {
  Unmatched made{.adept = view.AdeptAt(unmatched.adept),
                 .reason = std::string(engine::UnmatchedReasonCode(unmatched.reason)),
                 .rules = unmatched.rules,
                 .group_seats = unmatched.seats,
                 .rounds_waited = view.adepts().rounds_waited[static_cast<size_t>(unmatched.adept)]};
  for (const int32_t row : unmatched.group) made.group.push_back(view.AdeptAt(row));
  for (const int32_t row : unmatched.mentors) made.group_mentors.push_back(view.MentorAt(row));
  return made;
}

RoundStatistics StatisticsOf(const engine::Problem& problem, const engine::Assignment& assignment,
                             const std::vector<RoundPair>& pairs) {
  RoundStatistics statistics{.adepts = problem.adept_count(),
                             .mentors = problem.mentor_count(),
                             .feasible_pairs = problem.edges.size(),
                             .matched = static_cast<int>(pairs.size()),
                             .total_score = assignment.total_score};
  for (const int32_t seats : problem.capacity) statistics.seats += seats;
  if (!pairs.empty()) statistics.worst_score = pairs.front().score;
  for (const RoundPair& pair : pairs) {
    statistics.worst_score = std::min<int>(statistics.worst_score, pair.score);
    statistics.overrides += pair.overrides ? 1 : 0;
  }
  return statistics;
}

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

absl::StatusOr<Proposal> Solve(const engine::Reference& reference, CohortInput input, std::string_view seed,
                               const SolveControl& control) {
  Proposal proposal{.input = ForRound(std::move(input))};
  proposal.snapshot_hash = SnapshotHash(proposal.input, seed);
  BRYGGA_ASSIGN_OR_RETURN(const View view, CohortView::Build(reference, proposal.input));
  BRYGGA_ASSIGN_OR_RETURN(const engine::Problem problem, MakeProblem(*view, seed, control));
  BRYGGA_RETURN_IF_ERROR(CheckLocks(*view, problem));
  BRYGGA_ASSIGN_OR_RETURN(
      const engine::Solution solution,
      engine::SolveCoverageThenScore(problem, {.control = ControlOf(control, RoundPhase::kSolving)}));
  if (control.progress) control.progress(RoundPhase::kChecking, 0);
  if (const absl::Status holds = engine::CheckCoverageThenScore(problem, solution.assignment, solution.certificate);
      !holds.ok()) {
    return MakeError(absl::StatusCode::kInternal, std::string(holds.message()), {.reason = "NOT_CERTIFIED"});
  }
  proposal.certificate = engine::CertificateToJson(solution.certificate);
  for (const engine::MatchedPair& pair : solution.assignment.pairs) proposal.pairs.push_back(PairOf(*view, pair));
  for (const engine::Unmatched& unmatched :
       engine::ExplainUnmatched(view->scorer(), view->adepts(), view->mentors(), problem, solution.assignment)) {
    proposal.unmatched.push_back(UnmatchedOf(*view, unmatched));
  }
  proposal.statistics = StatisticsOf(problem, solution.assignment, proposal.pairs);
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

absl::Status CheckProposal(const engine::Reference& reference, const Proposal& proposal, std::string_view seed) {
  if (SnapshotHash(proposal.input, seed) != proposal.snapshot_hash) {
    return absl::DataLossError("the snapshot is not the one that was solved");
  }
  BRYGGA_ASSIGN_OR_RETURN(const Solved solved, Reopen(reference, proposal, seed));
  return engine::CheckCoverageThenScore(solved.problem, solved.assignment, solved.certificate);
}

}  // namespace brygga::matching
