// Instances whose best answer is known, because somebody published it or because
// they are made around it.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "engine/instance_answer.h"
#include "engine/matching.h"

namespace brygga::engine {
namespace {

Instance Ones(int32_t left, int32_t right) {
  Instance instance;
  instance.left_capacity.assign(static_cast<size_t>(left), 1);
  instance.right_capacity.assign(static_cast<size_t>(right), 1);
  return instance;
}

template <typename Score>
Instance Dense(int32_t left, int32_t right, Score score) {
  Instance instance = Ones(left, right);
  for (int32_t i = 0; i < left; ++i) {
    for (int32_t j = 0; j < right; ++j) {
      instance.right.push_back(j);
      instance.score.push_back(score(i, j));
    }
    instance.offset.push_back(instance.pair_count());
  }
  return instance;
}

InstanceAnswer Solved(Instance instance, Objective objective = Objective::kCoverageThenScore, int threads = 1) {
  const Instance kept = instance;
  InstanceAnswer answer = SolveInstance(instance, objective, {.threads = threads}).value();
  const absl::Status checked = CheckInstanceAnswer(kept, objective, answer.pairs, answer.certificate);
  EXPECT_TRUE(checked.ok()) << checked;
  return answer;
}

TEST(Published, OrLibrarysAssign100CostsThreeHundredAndFive) {
  std::ifstream file("engine/testdata/assign100.txt");
  int32_t n = 0;
  file >> n;
  ASSERT_EQ(n, 100);
  std::vector<int32_t> cost(10'000);
  for (int32_t& one : cost) file >> one;
  ASSERT_FALSE(file.fail());
  const Instance instance = Dense(
      n, n, [&](int32_t i, int32_t j) { return 100 - cost[static_cast<size_t>(i) * 100 + static_cast<size_t>(j)]; });

  for (const Objective objective : {Objective::kCoverageThenScore, Objective::kScore}) {
    for (const int threads : {1, 2}) EXPECT_EQ(100 * n - Solved(instance, objective, threads).total, 305);
  }
}

// Machol and Wien, "A hard assignment problem", Operations Research 24, 1976: costs
// i × j. The best is known by the rearrangement inequality.
TEST(Published, MacholAndWiensHardProblem) {
  for (const int32_t n : {10, 100, 400}) {
    int64_t ascending = 0, opposite = 0;
    for (int64_t i = 1; i <= n; ++i) {
      ascending += i * i;
      opposite += i * (n + 1 - i);
    }
    EXPECT_EQ(Solved(Dense(n, n, [](int32_t i, int32_t j) { return (i + 1) * (j + 1); })).total, ascending);
    const int64_t lowest =
        int64_t{n} * n * n - Solved(Dense(n, n, [&](int32_t i, int32_t j) { return n * n - (i + 1) * (j + 1); })).total;
    EXPECT_EQ(lowest, opposite);
  }
}

TEST(Published, WhereAllScoresAreAlikeEverybodyIsMatched) {
  for (const int32_t score : {0, 1, std::numeric_limits<int32_t>::max()}) {
    const InstanceAnswer answer = Solved(Dense(150, 90, [&](int32_t, int32_t) { return score; }));
    EXPECT_EQ(answer.pairs.size(), 90u);
    EXPECT_EQ(answer.total, int64_t{90} * score);
  }
}

// Prices do not settle in a long cycle in which only one pair is worth more. One
// search a person would look at everybody thousands of times.
TEST(Published, ALongCycleIsNotSearchedOnceForEveryPerson) {
  constexpr int32_t kPeople = 4000;
  Bipartite<int32_t> graph;
  for (int32_t i = 0; i < kPeople; ++i) {
    graph.host.insert(graph.host.end(), {i, (i + 1) % kPeople});
    graph.weight.insert(graph.weight.end(), {9, i == 0 ? 10 : 9});
    graph.offset.push_back(static_cast<int64_t>(graph.host.size()));
  }
  graph.seats.assign(kPeople, 1);

  const PricedMatching answer = SolveCoverageThenScore(graph).value();

  EXPECT_EQ(answer.size, kPeople);
  EXPECT_EQ(answer.total, int64_t{9} * kPeople + 1);
  EXPECT_LT(answer.looks, 100 * static_cast<int64_t>(graph.host.size()));
}

struct Planted {
  Instance instance;
  int64_t pairs = 0;
  int64_t total = 0;
};

struct Shape {
  int32_t left, right;
  int32_t left_seats, right_seats;  // Drawn from 1 to these.
  int32_t each;                     // Pairs of each left one, about.
  int64_t most_price;
};

// An answer that fills every seat of the left or of the right, prices around it,
// and other pairs that the prices allow: it is the best, by duality.
Planted Plant(const Shape& shape, std::mt19937_64& random) {
  const auto below = [&](int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); };
  Planted planted{.instance = Ones(shape.left, shape.right)};
  Instance& instance = planted.instance;
  std::vector<int32_t> left_places, right_places;
  for (int32_t i = 0; i < shape.left; ++i) {
    instance.left_capacity[static_cast<size_t>(i)] = static_cast<int32_t>(1 + below(shape.left_seats));
    left_places.insert(left_places.end(), static_cast<size_t>(instance.left_capacity[static_cast<size_t>(i)]), i);
  }
  for (int32_t j = 0; j < shape.right; ++j) {
    instance.right_capacity[static_cast<size_t>(j)] = static_cast<int32_t>(1 + below(shape.right_seats));
    right_places.insert(right_places.end(), static_cast<size_t>(instance.right_capacity[static_cast<size_t>(j)]), j);
  }
  std::shuffle(left_places.begin(), left_places.end(), random);
  std::shuffle(right_places.begin(), right_places.end(), random);
  std::vector<std::vector<std::pair<int32_t, bool>>> pairs(static_cast<size_t>(shape.left));
  std::vector<int32_t> left_used(static_cast<size_t>(shape.left), 0), right_used(static_cast<size_t>(shape.right), 0);
  for (size_t k = 0; k < std::min(left_places.size(), right_places.size()); ++k) {
    auto& mine = pairs[static_cast<size_t>(left_places[k])];
    if (std::count(mine.begin(), mine.end(), std::pair(right_places[k], true)) > 0) continue;  // Once each.
    mine.emplace_back(right_places[k], true);
    ++left_used[static_cast<size_t>(left_places[k])];
    ++right_used[static_cast<size_t>(right_places[k])];
  }
  // Whoever has a seat left over has the price 0, and those without one any price.
  std::vector<int64_t> left_price, right_price;
  for (size_t i = 0; i < left_used.size(); ++i) {
    left_price.push_back(left_used[i] < instance.left_capacity[i] ? 0 : below(shape.most_price + 1));
  }
  for (size_t j = 0; j < right_used.size(); ++j) {
    right_price.push_back(right_used[j] < instance.right_capacity[j] ? 0 : below(shape.most_price + 1));
  }
  for (int32_t i = 0; i < shape.left; ++i) {
    auto& mine = pairs[static_cast<size_t>(i)];
    for (int32_t k = 0; k < shape.each; ++k) mine.emplace_back(static_cast<int32_t>(below(shape.right)), false);
    std::sort(mine.begin(), mine.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first : a.second > b.second;
    });
    mine.erase(std::unique(mine.begin(), mine.end(), [](const auto& a, const auto& b) { return a.first == b.first; }),
               mine.end());
    for (const auto& [j, is_in] : mine) {
      const int64_t most = left_price[static_cast<size_t>(i)] + right_price[static_cast<size_t>(j)];
      // Half of the others are as good as could be: ties abound.
      const int64_t score = is_in || below(2) == 0 ? most : below(most + 1);
      instance.right.push_back(j);
      instance.wide_score.push_back(score);
      planted.pairs += is_in ? 1 : 0;
      planted.total += is_in ? score : 0;
    }
    instance.offset.push_back(instance.pair_count());
  }
  const bool narrow = 2 * shape.most_price <= std::numeric_limits<int32_t>::max();
  if (narrow) {
    instance.score.assign(instance.wide_score.begin(), instance.wide_score.end());
    instance.wide_score.clear();
  }
  return planted;
}

TEST(Published, WhatWasPlantedIsFound) {
  std::mt19937_64 random(17);
  const std::vector<Shape> shapes = {{300, 300, 1, 1, 60, 1'000'000},
                                     {2000, 2000, 1, 1, 20, 1'000'000},
                                     {2000, 700, 1, 4, 30, 1000},
                                     {900, 2000, 1, 1, 25, 3},
                                     {700, 2000, 4, 1, 40, 1'000'000},
                                     {400, 300, 3, 4, 30, 1'000'000},
                                     {400, 300, 3, 4, 30, 2},
                                     {3000, 3, 1, 1000, 3, 100},
                                     {500, 500, 1, 1, 40, 3'000'000'000'000},
                                     {300, 200, 2, 5, 25, 500'000'000'000}};
  for (const Shape& shape : shapes) {
    SCOPED_TRACE(::testing::Message() << shape.left << " x " << shape.right << ", prices to " << shape.most_price);
    for (int round = 0; round < 3; ++round) {
      const Planted planted = Plant(shape, random);
      EXPECT_EQ(Solved(planted.instance, Objective::kScore).total, planted.total);
      const InstanceAnswer coverage = Solved(planted.instance);
      EXPECT_GE(static_cast<int64_t>(coverage.pairs.size()), planted.pairs);
      const bool as_many = static_cast<int64_t>(coverage.pairs.size()) == planted.pairs;
      EXPECT_TRUE(!as_many || coverage.total == planted.total);
    }
  }
}

}  // namespace
}  // namespace brygga::engine
