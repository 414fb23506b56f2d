#include "engine/solve.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "engine/plain.h"
#include "engine/stable.h"
#include "engine/staged.h"

namespace brygga::engine {
namespace {

constexpr int kMostPeople = 1 << 20;  // A side; the tie-break's numbers are laid out for it.

absl::Status TooLarge(std::string_view what) {
  return MakeError(absl::StatusCode::kResourceExhausted, what, {.reason = "COHORT_TOO_LARGE"});
}

// What the fast solver takes: totals, and nothing that binds more than one person.
bool IsPlain(const Problem& problem, Objective objective) {
  const bool fewest_changes = problem.repair && !problem.repair->price && !problem.repair->previous.empty();
  return objective != Objective::kFairest && problem.groups.empty() && !fewest_changes;
}

absl::StatusOr<Solution> SolveStableRound(const Problem& problem, const SolveOptions& options) {
  Solution solution;
  BRYGGA_ASSIGN_OR_RETURN(solution.assignment, SolveStable(problem, {.memory_limit_bytes = options.memory_limit_bytes,
                                                                     .control = options.control}));
  solution.statistics = StatisticsOf(problem, solution.assignment);
  return solution;
}

}  // namespace

uint64_t Ticket(std::string_view seed, std::string_view tie_key) {
  const std::string text = absl::StrCat(absl::string_view(seed.data(), seed.size()), "\n",
                                        absl::string_view(tie_key.data(), tie_key.size()));
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  uint64_t ticket = 0;
  for (size_t i = 0; i < 8; ++i) ticket = ticket << 8 | digest[i];
  return ticket;
}

int64_t Lot(uint64_t adept_ticket, uint64_t mentor_ticket) {
  uint64_t z = adept_ticket + mentor_ticket * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return static_cast<int64_t>((z ^ (z >> 31)) >> 24);
}

Statistics StatisticsOf(const Problem& problem, const Assignment& assignment) {
  Statistics statistics{.matched = static_cast<int64_t>(assignment.pairs.size()),
                        .total_score = assignment.total_score};
  std::vector<int64_t> adept_pairs(problem.rounds_waited.size()), mentor_pairs(problem.capacity.size());
  std::vector<int32_t> mentor_of(problem.rounds_waited.size(), -1);
  if (!assignment.pairs.empty()) statistics.worst_score = kScoreOne;
  for (const MatchedPair& pair : assignment.pairs) {
    statistics.worst_score = std::min(statistics.worst_score, pair.score);
    ++adept_pairs[static_cast<size_t>(pair.adept)];
    ++mentor_pairs[static_cast<size_t>(pair.mentor)];
    mentor_of[static_cast<size_t>(pair.adept)] = pair.mentor;
  }
  std::set<std::pair<GroupSide, int32_t>> guaranteed;
  for (const Group& group : problem.groups) {
    const auto& pairs = group.side == GroupSide::kAdepts ? adept_pairs : mentor_pairs;
    int64_t sum = 0;
    for (const int32_t row : group.members) {
      sum += pairs[static_cast<size_t>(row)];
      if (group.guaranteed && pairs[static_cast<size_t>(row)] > 0) guaranteed.emplace(group.side, row);
    }
    statistics.reserved += std::min(group.reserved, sum);
  }
  statistics.guaranteed = static_cast<int64_t>(guaranteed.size());
  if (problem.repair) {
    for (const auto& [adept, mentor] : problem.repair->previous) {
      if (mentor_of[static_cast<size_t>(adept)] == mentor) ++statistics.kept_pairs;
    }
    statistics.changed_pairs = static_cast<int64_t>(problem.repair->previous.size()) - statistics.kept_pairs;
    statistics.new_pairs = statistics.matched - statistics.kept_pairs;
  }
  for (const Lock& lock : problem.locks) {
    const bool over =
        mentor_pairs[static_cast<size_t>(lock.mentor)] > problem.capacity[static_cast<size_t>(lock.mentor)];
    if (lock.override_rules && (over || problem.edges.Find(lock.adept, lock.mentor) < 0)) ++statistics.overrides;
  }
  return statistics;
}

int64_t SolveMemoryBound(const Problem& problem, Objective objective) {
  if (objective == Objective::kStable) return StableMemoryBound(problem);
  return IsPlain(problem, objective) ? PlainMemoryBound(problem) : StagedMemoryBound(problem, objective);
}

absl::StatusOr<Solution> Solve(const Problem& problem, Objective objective, const SolveOptions& options) {
  if (absl::Status status = Validate(problem, objective); !status.ok()) return status;
  if (problem.adept_count() > kMostPeople || problem.mentor_count() > kMostPeople) {
    return TooLarge(absl::StrCat("a side of the cohort has more than ", kMostPeople, " people"));
  }
  if (const int64_t bound = SolveMemoryBound(problem, objective); bound > options.memory_limit_bytes) {
    return TooLarge(absl::StrCat("solving ", problem.edges.size(), " pairs of ", problem.adept_count(), " adepts and ",
                                 problem.mentor_count(), " mentors needs up to ", bound, " bytes; the limit is ",
                                 options.memory_limit_bytes));
  }
  if (objective == Objective::kStable) return SolveStableRound(problem, options);
  if (!IsPlain(problem, objective)) return SolveStaged(problem, objective, options);
  absl::StatusOr<Solution> solution = SolvePlain(problem, objective, options);
  if (solution.ok()) solution->statistics = StatisticsOf(problem, solution->assignment);
  return solution;
}

absl::StatusOr<Solution> SolveCoverageThenScore(const Problem& problem, const SolveOptions& options) {
  return Solve(problem, Objective::kCoverageThenScore, options);
}

}  // namespace brygga::engine
