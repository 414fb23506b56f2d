// The comparison that the brute-force tests share.
#ifndef BRYGGA_ENGINE_BRUTE_FORCE_TESTING_H_
#define BRYGGA_ENGINE_BRUTE_FORCE_TESTING_H_

#include <gtest/gtest.h>

#include <random>

#include "common/status/error.h"
#include "engine/brute_force.h"
#include "engine/random_problem.h"

namespace brygga::engine {

inline PairsByAdept FreePairs(const Assignment& assignment) {
  PairsByAdept pairs;
  for (const MatchedPair& pair : assignment.pairs) {
    if (!pair.locked) pairs[pair.adept] = pair.mentor;
  }
  return pairs;
}

// `count` random problems of `shape` are solved pair by pair as brute force
// solves them, and every answer is proven.
inline void ExpectEqualToBruteForce(Objective objective, uint64_t seed, int count, const RandomShape& shape) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < count; ++i) {
    Problem problem = RandomProblem(random, shape);
    if (objective == Objective::kFairest && problem.repair) problem.repair->price.reset();
    SCOPED_TRACE(testing::Message() << "problem " << i << " of seed " << seed);
    const BruteForce truth(problem, objective);
    const auto solution = Solve(problem, objective);
    if (!truth.feasible()) {
      ASSERT_EQ(solution.status().code(), absl::StatusCode::kFailedPrecondition) << solution.status();
      ASSERT_EQ(ReasonOf(solution.status()), "MINIMUM_LOAD");
      continue;
    }
    ASSERT_TRUE(solution.ok()) << solution.status();
    ASSERT_EQ(FreePairs(solution->assignment), truth.pairs());
    ASSERT_EQ(solution->assignment.pairs.size(), truth.pairs().size() + problem.locks.size());
    ASSERT_EQ(Check(problem, objective, solution->assignment, solution->certificate), absl::OkStatus());
  }
}

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_BRUTE_FORCE_TESTING_H_
