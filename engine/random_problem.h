// Small random problems for tests: few distinct scores, so that ties abound.
#ifndef BRYGGA_ENGINE_RANDOM_PROBLEM_H_
#define BRYGGA_ENGINE_RANDOM_PROBLEM_H_

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>

#include "engine/problem.h"

namespace brygga::engine {

struct RandomShape {
  int adepts = 5;
  int mentors = 4;
  int most_seats = 3;
  int distinct_scores = 4;
  int allowed_in_ten = 6;
  bool with_locks = true;
};

inline Problem RandomProblem(std::mt19937_64& random, const RandomShape& shape) {
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<uint64_t>(n)); };
  Problem problem;
  problem.seed = std::to_string(below(1000));
  const int adepts = below(shape.adepts + 1), mentors = below(shape.mentors + 1);
  for (int m = 0; m < mentors; ++m) {
    problem.capacity.push_back(below(shape.most_seats + 1));
    problem.mentor_key.push_back("m" + std::to_string(m));
  }
  for (int a = 0; a < adepts; ++a) {
    problem.rounds_waited.push_back(below(3));
    problem.adept_key.push_back("a" + std::to_string(a));
    for (int m = 0; m < mentors; ++m) {
      const int dice = below(12);
      if (dice == 10) problem.vetoes.emplace_back(a, m);
      if (dice >= shape.allowed_in_ten) continue;
      problem.edges.mentor.push_back(m);
      problem.edges.score.push_back(below(shape.distinct_scores) *
                                    (kScoreOne / std::max(1, shape.distinct_scores - 1)));
    }
    problem.edges.offset.push_back(problem.edges.size());
  }
  if (!shape.with_locks || below(3) > 0) return problem;
  std::vector<int32_t> left = problem.capacity;
  for (int a = 0; a < adepts; ++a) {
    if (mentors == 0 || below(3) > 0) continue;
    const int m = below(mentors);
    const bool vetoed = std::count(problem.vetoes.begin(), problem.vetoes.end(), std::pair<int32_t, int32_t>(a, m)) > 0;
    if (vetoed) continue;
    const bool keeps_rules = problem.edges.Find(a, m) >= 0 && left[static_cast<size_t>(m)] > 0;
    if (!keeps_rules && below(2) == 0) continue;
    // Once one lock overrides the capacity, the mentor's others must as well.
    problem.locks.push_back({.adept = a, .mentor = m, .override_rules = true});
    --left[static_cast<size_t>(m)];
  }
  return problem;
}

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_RANDOM_PROBLEM_H_
