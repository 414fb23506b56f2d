// Small random problems for tests: few distinct scores, so that ties abound.
#ifndef BRYGGA_ENGINE_RANDOM_PROBLEM_H_
#define BRYGGA_ENGINE_RANDOM_PROBLEM_H_

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/problem.h"

namespace brygga::engine {

struct RandomShape {
  int adepts = 5;
  int mentors = 4;
  int most_seats = 3;
  int distinct_scores = 4;
  int allowed_in_ten = 6;
  bool with_locks = true;
  bool with_groups = false;
  bool with_repair = false;
};

// Up to four laminar groups of each side, with rules of every kind.
inline void AddRandomGroups(std::mt19937_64& random, Problem& problem) {
  const auto below = [&](int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); };
  for (const GroupSide side : {GroupSide::kAdepts, GroupSide::kMentors}) {
    std::vector<int32_t> order(
        static_cast<size_t>(side == GroupSide::kAdepts ? problem.adept_count() : problem.mentor_count()));
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    std::vector<std::pair<size_t, size_t>> ranges;  // Disjoint or nested, of `order`.
    const int64_t wanted = below(4);
    for (int64_t tries = 0; tries < 8 && static_cast<int64_t>(ranges.size()) < wanted; ++tries) {
      size_t from = static_cast<size_t>(below(static_cast<int64_t>(order.size()) + 1));
      size_t to = static_cast<size_t>(below(static_cast<int64_t>(order.size()) + 1));
      if (from > to) std::swap(from, to);
      const bool crosses = std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) {
        const bool apart = to <= range.first || range.second <= from;
        const bool inside = from >= range.first && to <= range.second;
        const bool around = from <= range.first && to >= range.second;
        return !apart && !inside && !around;
      });
      if (!crosses) ranges.emplace_back(from, to);
    }
    int64_t left = ReserveBase(problem, side);
    for (const auto& members : ranges) {
      Group group{.name = "g" + std::to_string(problem.groups.size()), .side = side};
      group.members.assign(order.begin() + static_cast<std::ptrdiff_t>(members.first),
                           order.begin() + static_cast<std::ptrdiff_t>(members.second));
      std::sort(group.members.begin(), group.members.end());
      if (below(3) == 0) group.at_most = below(4);
      if (below(4) == 0) group.at_least = std::min(below(3), group.at_most.value_or(2));
      if (below(3) == 0) group.reserved = 1 + below(3);
      group.guaranteed = below(3) == 0;
      const bool nested = std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) {
        return range != members && range.first < members.second && members.first < range.second;
      });
      const bool twice = std::count(ranges.begin(), ranges.end(), members) > 1;
      if (!nested && !twice && group.reserved <= left && below(2) == 0) {
        group.fallback = ReserveFallback::kKeepEmpty;
        left -= group.reserved;
      }
      problem.groups.push_back(std::move(group));
    }
  }
}

// What was published before: any pairs, allowed or not.
inline void AddRandomRepair(std::mt19937_64& random, Problem& problem) {
  const auto below = [&](int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); };
  problem.repair.emplace();
  for (int32_t a = 0; a < problem.adept_count(); ++a) {
    if (problem.mentor_count() == 0 || below(4) == 0) continue;
    problem.repair->previous.emplace_back(a, static_cast<int32_t>(below(problem.mentor_count())));
  }
  if (below(3) == 0) problem.repair->price = below(2) * kScoreOne / 3 + below(3);
}

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
  if (shape.with_groups) AddRandomGroups(random, problem);
  if (shape.with_repair) AddRandomRepair(random, problem);
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
