// What must hold of every problem, whatever it looks like.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>

#include "engine/random_problem.h"
#include "engine/solve.h"

namespace brygga::engine {
namespace {

using PairsByKey = std::map<std::string, std::string>;

Problem AnyProblem(bool with_locks) {
  std::mt19937_64 random(*rc::gen::arbitrary<uint64_t>());
  return RandomProblem(random, {.adepts = *rc::gen::inRange(0, 25),
                                .mentors = *rc::gen::inRange(0, 20),
                                .most_seats = *rc::gen::inRange(1, 4),
                                .distinct_scores = *rc::gen::inRange(1, 6),
                                .allowed_in_ten = *rc::gen::inRange(1, 11),
                                .with_locks = with_locks});
}

// Nobody where the minimum loads cannot be reached.
PairsByKey SolvedPairs(const Problem& problem, Objective objective = Objective::kCoverageThenScore) {
  const auto solution = Solve(problem, objective);
  PairsByKey pairs;
  if (solution.status().code() == absl::StatusCode::kFailedPrecondition) return pairs;
  RC_ASSERT(solution.ok());
  RC_ASSERT(Check(problem, objective, solution->assignment, solution->certificate).ok());
  for (const MatchedPair& pair : solution->assignment.pairs) {
    pairs[problem.adept_key[static_cast<size_t>(pair.adept)]] = problem.mentor_key[static_cast<size_t>(pair.mentor)];
  }
  return pairs;
}

// `problem` with its rows in another order.
Problem Permuted(const Problem& problem, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<int32_t> adepts(static_cast<size_t>(problem.adept_count()));
  std::vector<int32_t> mentors(static_cast<size_t>(problem.mentor_count()));
  std::iota(adepts.begin(), adepts.end(), 0);
  std::iota(mentors.begin(), mentors.end(), 0);
  std::shuffle(adepts.begin(), adepts.end(), random);
  std::shuffle(mentors.begin(), mentors.end(), random);
  std::vector<int32_t> new_adept(adepts.size()), new_mentor(mentors.size());
  for (size_t i = 0; i < adepts.size(); ++i) new_adept[static_cast<size_t>(adepts[i])] = static_cast<int32_t>(i);
  for (size_t i = 0; i < mentors.size(); ++i) new_mentor[static_cast<size_t>(mentors[i])] = static_cast<int32_t>(i);

  Problem other{.seed = problem.seed};
  for (const int32_t m : mentors) {
    other.capacity.push_back(problem.capacity[static_cast<size_t>(m)]);
    other.mentor_key.push_back(problem.mentor_key[static_cast<size_t>(m)]);
  }
  for (const int32_t row : adepts) {
    const size_t a = static_cast<size_t>(row);
    other.rounds_waited.push_back(problem.rounds_waited[a]);
    other.adept_key.push_back(problem.adept_key[a]);
    std::vector<std::pair<int32_t, int32_t>> pairs;
    for (int64_t e = problem.edges.offset[a]; e < problem.edges.offset[a + 1]; ++e) {
      pairs.emplace_back(new_mentor[static_cast<size_t>(problem.edges.mentor[static_cast<size_t>(e)])],
                         problem.edges.score[static_cast<size_t>(e)]);
    }
    std::sort(pairs.begin(), pairs.end());
    for (const auto& [mentor, score] : pairs) {
      other.edges.mentor.push_back(mentor);
      other.edges.score.push_back(score);
    }
    other.edges.offset.push_back(other.edges.size());
  }
  for (Lock lock : problem.locks) {
    lock.adept = new_adept[static_cast<size_t>(lock.adept)];
    lock.mentor = new_mentor[static_cast<size_t>(lock.mentor)];
    other.locks.push_back(lock);
  }
  for (const auto& [adept, mentor] : problem.vetoes) {
    other.vetoes.emplace_back(new_adept[static_cast<size_t>(adept)], new_mentor[static_cast<size_t>(mentor)]);
  }
  for (Group group : problem.groups) {
    const auto& new_row = group.side == GroupSide::kAdepts ? new_adept : new_mentor;
    for (int32_t& row : group.members) row = new_row[static_cast<size_t>(row)];
    std::sort(group.members.begin(), group.members.end());
    other.groups.push_back(std::move(group));
  }
  std::shuffle(other.groups.begin(), other.groups.end(), random);
  if (problem.repair) other.repair = Repair{.previous = {}, .price = problem.repair->price};
  if (problem.repair) {
    for (const auto& [adept, mentor] : problem.repair->previous) {
      other.repair->previous.emplace_back(new_adept[static_cast<size_t>(adept)],
                                          new_mentor[static_cast<size_t>(mentor)]);
    }
  }
  return other;
}

Objective AnyObjective() {
  return *rc::gen::element(Objective::kCoverageThenScore, Objective::kScore, Objective::kFairest);
}

Problem AnyProblemOfGroups(Objective objective) {
  std::mt19937_64 random(*rc::gen::arbitrary<uint64_t>());
  Problem problem = RandomProblem(random, {.adepts = *rc::gen::inRange(0, 20),
                                           .mentors = *rc::gen::inRange(0, 16),
                                           .distinct_scores = *rc::gen::inRange(1, 6),
                                           .allowed_in_ten = *rc::gen::inRange(1, 11),
                                           .with_groups = true,
                                           .with_repair = *rc::gen::inRange(0, 2) == 1});
  if (objective == Objective::kFairest && problem.repair) problem.repair->price.reset();
  return problem;
}

RC_GTEST_PROP(SolveProperties, TheOrderOfRowsAndGroupsNeverShows, ()) {
  const Objective objective = AnyObjective();
  const Problem problem = AnyProblemOfGroups(objective);
  RC_ASSERT(SolvedPairs(Permuted(problem, *rc::gen::arbitrary<uint64_t>()), objective) ==
            SolvedPairs(problem, objective));
}

RC_GTEST_PROP(SolveProperties, OneMoreVetoNeverCreatesAPairOfItsPeople, ()) {
  const Objective objective = AnyObjective();
  Problem problem = AnyProblemOfGroups(objective);
  problem.locks.clear();
  const auto solution = Solve(problem, objective);
  if (!solution.ok() || solution->assignment.pairs.empty()) return;
  const MatchedPair pair = solution->assignment.pairs.front();
  const int64_t e = problem.edges.Find(pair.adept, pair.mentor);
  problem.edges.mentor.erase(problem.edges.mentor.begin() + e);
  problem.edges.score.erase(problem.edges.score.begin() + e);
  for (size_t a = static_cast<size_t>(pair.adept) + 1; a < problem.edges.offset.size(); ++a) --problem.edges.offset[a];
  problem.vetoes.emplace_back(pair.adept, pair.mentor);
  const PairsByKey after = SolvedPairs(problem, objective);
  const auto found = after.find(problem.adept_key[static_cast<size_t>(pair.adept)]);
  // Bracketed: RapidCheck's own || evaluates both sides.
  RC_ASSERT((found == after.end() || found->second != problem.mentor_key[static_cast<size_t>(pair.mentor)]));
}

RC_GTEST_PROP(SolveProperties, RepairingWithoutAReasonChangesNothing, ()) {
  const Objective objective = AnyObjective();
  Problem problem = AnyProblemOfGroups(objective);
  problem.repair.reset();
  const auto first = Solve(problem, objective);
  if (!first.ok()) return;
  problem.repair.emplace();
  for (const MatchedPair& pair : first->assignment.pairs)
    problem.repair->previous.emplace_back(pair.adept, pair.mentor);
  const auto again = Solve(problem, objective);
  RC_ASSERT(again.ok());
  RC_ASSERT(again->assignment == first->assignment);
}

RC_GTEST_PROP(SolveProperties, TheOrderOfRowsNeverShows, ()) {
  const Problem problem = AnyProblem(/*with_locks=*/true);
  RC_ASSERT(SolvedPairs(Permuted(problem, *rc::gen::arbitrary<uint64_t>())) == SolvedPairs(problem));
}

RC_GTEST_PROP(SolveProperties, OneMoreMentorNeverLowersCoverage, ()) {
  const Problem problem = AnyProblem(/*with_locks=*/true);
  const size_t before = SolvedPairs(problem).size();
  Problem more{.rounds_waited = problem.rounds_waited,
               .adept_key = problem.adept_key,
               .locks = problem.locks,
               .seed = problem.seed};
  more.capacity = problem.capacity;
  more.capacity.push_back(*rc::gen::inRange(0, 3));
  more.mentor_key = problem.mentor_key;
  more.mentor_key.push_back("one more");
  for (int32_t a = 0; a < problem.adept_count(); ++a) {
    for (int64_t e = problem.edges.offset[static_cast<size_t>(a)]; e < problem.edges.offset[static_cast<size_t>(a) + 1];
         ++e) {
      more.edges.mentor.push_back(problem.edges.mentor[static_cast<size_t>(e)]);
      more.edges.score.push_back(problem.edges.score[static_cast<size_t>(e)]);
    }
    if (*rc::gen::inRange(0, 2) == 1) {
      more.edges.mentor.push_back(problem.mentor_count());
      more.edges.score.push_back(*rc::gen::inRange(0, kScoreOne));
    }
    more.edges.offset.push_back(more.edges.size());
  }
  RC_ASSERT(SolvedPairs(more).size() >= before);
}

RC_GTEST_PROP(SolveProperties, AVetoNeverCreatesItsPairAndCostsAtMostOne, ()) {
  Problem problem = AnyProblem(/*with_locks=*/false);
  const PairsByKey before = SolvedPairs(problem);
  if (before.empty()) return;
  const auto& [adept_key, mentor_key] = *before.begin();
  const int32_t adept = static_cast<int32_t>(std::find(problem.adept_key.begin(), problem.adept_key.end(), adept_key) -
                                             problem.adept_key.begin());
  const int32_t mentor = static_cast<int32_t>(
      std::find(problem.mentor_key.begin(), problem.mentor_key.end(), mentor_key) - problem.mentor_key.begin());
  const int64_t e = problem.edges.Find(adept, mentor);
  problem.edges.mentor.erase(problem.edges.mentor.begin() + e);
  problem.edges.score.erase(problem.edges.score.begin() + e);
  for (size_t a = static_cast<size_t>(adept) + 1; a < problem.edges.offset.size(); ++a) --problem.edges.offset[a];
  problem.vetoes.emplace_back(adept, mentor);

  const PairsByKey after = SolvedPairs(problem);

  const auto found = after.find(adept_key);
  const bool created = found != after.end() && found->second == mentor_key;
  RC_ASSERT(!created);
  RC_ASSERT(after.size() + 1 >= before.size());
}

}  // namespace
}  // namespace brygga::engine
