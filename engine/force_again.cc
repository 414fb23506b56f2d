#include "engine/force_again.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "common/status/macros.h"
#include "engine/blocking.h"

namespace brygga::engine {
namespace {

constexpr int32_t kNone = -1;

size_t At(int64_t i) { return static_cast<size_t>(i); }

std::vector<int32_t> ScoresOf(const Assignment& assignment) {
  std::vector<int32_t> scores;
  for (const MatchedPair& pair : assignment.pairs) scores.push_back(pair.score);
  std::sort(scores.begin(), scores.end());
  return scores;
}

void CompareScores(const Assignment& before, const Assignment& after, ForcedAgain& made) {
  const std::vector<int32_t> was = ScoresOf(before), is = ScoresOf(after);
  const size_t both = std::min(was.size(), is.size());
  if (both == 0) return;
  made.worst_change = is.front() - was.front();
  for (size_t i = 0; i < both; ++i) {
    if (was[i] == is[i]) continue;
    made.first_difference = static_cast<int32_t>(i) + 1;
    made.difference = is[i] - was[i];
    return;
  }
}

// Where each adept sits, and for how much.
std::vector<std::pair<int32_t, int32_t>> SeatsOf(const Problem& problem, const Assignment& assignment) {
  std::vector<std::pair<int32_t, int32_t>> seats(At(problem.adept_count()), {kNone, 0});
  for (const MatchedPair& pair : assignment.pairs) seats[At(pair.adept)] = {pair.mentor, pair.score};
  return seats;
}

std::vector<Move> MovesBetween(const Problem& problem, const Assignment& before, const Assignment& after,
                               int32_t forced) {
  const auto was = SeatsOf(problem, before), is = SeatsOf(problem, after);
  std::vector<Move> moves;
  for (int32_t a = 0; a < problem.adept_count(); ++a) {
    if (was[At(a)].first != is[At(a)].first) {
      moves.push_back({.adept = a, .from = was[At(a)].first, .to = is[At(a)].first});
    }
  }
  const auto rank = [&](const Move& move) {
    const size_t a = At(move.adept);
    return std::tuple(move.adept != forced, is[a].second - was[a].second, move.adept);
  };
  std::sort(moves.begin(), moves.end(), [&](const Move& a, const Move& b) { return rank(a) < rank(b); });
  return moves;
}

// As everybody sees it, the two who are forced too; where they may not be a pair at
// all, as everybody else does.
absl::StatusOr<int64_t> CountBlocking(const Problem& problem, const Problem& locked, const Assignment& answer,
                                      int32_t adept) {
  Assignment plain = answer;
  for (MatchedPair& pair : plain.pairs) {
    if (pair.adept == adept) pair.locked = false;
  }
  if (const auto pairs = FindBlockingPairs(problem, plain, 0); pairs.ok()) return pairs->count;
  BRYGGA_ASSIGN_OR_RETURN(const BlockingPairs pairs, FindBlockingPairs(locked, answer, 0));
  return pairs.count;
}

}  // namespace

absl::StatusOr<std::optional<ForcedAgain>> ForceAgain(const Problem& problem, Objective objective,
                                                      const Assignment& assignment, int32_t adept, int32_t mentor,
                                                      const SolveOptions& options) {
  int32_t seats = problem.capacity[At(mentor)];
  for (const Lock& lock : problem.locks) {
    if (lock.adept == adept && lock.mentor != mentor) return std::optional<ForcedAgain>();
    if (lock.adept == adept) return std::optional(ForcedAgain());
    seats -= lock.mentor == mentor ? 1 : 0;
  }
  Problem locked = problem;
  for (Lock& lock : locked.locks) lock.override_rules |= lock.mentor == mentor && seats <= 0;  // One seat more.
  locked.locks.push_back(
      {.adept = adept, .mentor = mentor, .override_rules = seats <= 0 || problem.edges.Find(adept, mentor) < 0});
  const auto solution = Solve(locked, objective, options);
  // A cap or a minimum load that the pair would break.
  const bool is_impossible =
      absl::IsFailedPrecondition(solution.status()) || absl::IsInvalidArgument(solution.status());
  const bool is_vetoed =
      std::find(problem.vetoes.begin(), problem.vetoes.end(), std::pair(adept, mentor)) != problem.vetoes.end();
  if (is_impossible && !is_vetoed) return std::optional<ForcedAgain>();
  BRYGGA_RETURN_IF_ERROR(solution.status());

  const Assignment& after = solution->assignment;
  ForcedAgain made;
  made.forced.change = {
      .pairs = static_cast<int64_t>(after.pairs.size()) - static_cast<int64_t>(assignment.pairs.size()),
      .score = after.total_score - assignment.total_score};
  made.forced.moves = MovesBetween(problem, assignment, after, adept);
  CompareScores(assignment, after, made);
  BRYGGA_ASSIGN_OR_RETURN(made.blocking_pairs, CountBlocking(problem, locked, after, adept));
  return std::optional(std::move(made));
}

}  // namespace brygga::engine
