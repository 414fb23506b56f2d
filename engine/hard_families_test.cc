// Families of instances that are hard for somebody, small: beside brute force,
// beside the network simplex, which shares nothing with what solves them, and
// proven by their certificates.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "engine/flow.h"
#include "engine/instance_answer.h"
#include "engine/network.h"

namespace brygga::engine {
namespace {

using Random = std::mt19937_64;

struct Family {
  std::string name;
  std::function<int32_t(int32_t i, int32_t j, Random& random)> score;  // Negative: not allowed.
};

int32_t Below(Random& random, int32_t n) { return static_cast<int32_t>(random() % static_cast<uint64_t>(n)); }

std::vector<Family> Families() {
  return {
      {"alike", [](int32_t, int32_t, Random&) { return 3; }},
      {"nothing", [](int32_t, int32_t, Random&) { return 0; }},
      {"two values", [](int32_t, int32_t, Random& r) { return Below(r, 2); }},
      {"to 3", [](int32_t, int32_t, Random& r) { return 1 + Below(r, 3); }},
      {"to 10", [](int32_t, int32_t, Random& r) { return 1 + Below(r, 10); }},
      {"to 100", [](int32_t, int32_t, Random& r) { return 1 + Below(r, 100); }},
      {"even", [](int32_t, int32_t, Random& r) { return Below(r, 1'000'000); }},
      {"two cost",
       [](int32_t, int32_t, Random& r) { return Below(r, 2) == 0 ? 100'000'000 - Below(r, 100) : Below(r, 100); }},
      {"band", [](int32_t i, int32_t j, Random& r) { return std::abs(i - j) > 4 ? -1 : Below(r, 50); }},
      {"chain", [](int32_t i, int32_t j, Random&) { return j == i || j == i + 1 ? 2 * i + j : -1; }},
      {"star", [](int32_t i, int32_t j, Random& r) { return i == 0 || j == 0 ? Below(r, 3) : -1; }},
      {"product", [](int32_t i, int32_t j, Random&) { return (i + 1) * (j + 1); }},
      {"own worth", [](int32_t, int32_t j, Random& r) { return 1000 * (j * 37 % 101) + Below(r, 10); }},
  };
}

struct Shape {
  int32_t left, right, most_left, most_right;  // Capacities from 0 or 1 up to the most.
  int32_t percent;
};

Instance Make(const Family& family, const Shape& shape, Random& random) {
  Instance instance;
  const int32_t least = shape.left < 10 ? 0 : 1;
  for (int32_t i = 0; i < shape.left; ++i) {
    instance.left_capacity.push_back(least + Below(random, shape.most_left + 1 - least));
  }
  for (int32_t j = 0; j < shape.right; ++j) {
    instance.right_capacity.push_back(least + Below(random, shape.most_right + 1 - least));
  }
  for (int32_t i = 0; i < shape.left; ++i) {
    for (int32_t j = 0; j < shape.right; ++j) {
      const int32_t score = family.score(i, j, random);
      if (score < 0 || Below(random, 100) >= shape.percent) continue;
      instance.right.push_back(j);
      instance.score.push_back(score);
    }
    instance.offset.push_back(instance.pair_count());
  }
  return instance;
}

// Solves it, and has the checker agree.
InstanceAnswer Solved(const Instance& instance, Objective objective) {
  Instance lent = instance;
  InstanceAnswer answer = SolveInstance(lent, objective).value();
  const absl::Status checked = CheckInstanceAnswer(instance, objective, answer.pairs, answer.certificate);
  EXPECT_TRUE(checked.ok()) << ObjectiveName(objective) << ": " << checked;
  return answer;
}

// By what answers are compared, of pairs with these scores.
std::vector<int64_t> ValueOf(Objective objective, std::vector<int64_t> scores) {
  std::vector<int64_t> value = {objective == Objective::kScore ? 0 : static_cast<int64_t>(scores.size())};
  std::sort(scores.begin(), scores.end());
  if (objective == Objective::kFairest) {
    value.insert(value.end(), scores.begin(), scores.end());
  } else {
    value.push_back(0);
    for (const int64_t score : scores) value.back() += score;
  }
  return value;
}

// The best of all answers, each tried.
std::vector<int64_t> Best(const Instance& instance, Objective objective) {
  std::vector<int64_t> best;
  for (uint32_t mask = 0; mask < uint32_t{1} << instance.pair_count(); ++mask) {
    std::vector<int32_t> left = instance.left_capacity, right = instance.right_capacity;
    std::vector<int64_t> scores;
    bool fits = true;
    for (size_t i = 0; i < left.size(); ++i) {
      for (int64_t p = instance.offset[i]; p < instance.offset[i + 1]; ++p) {
        if ((mask >> p & 1) == 0) continue;
        fits = fits && --left[i] >= 0 && --right[static_cast<size_t>(instance.right[static_cast<size_t>(p)])] >= 0;
        scores.push_back(instance.Score(p));
      }
    }
    if (fits) best = std::max(best, ValueOf(objective, std::move(scores)));
  }
  return best;
}

TEST(HardFamilies, SmallOnesEqualBruteForceUnderEveryObjective) {
  Random random(1);
  for (const Family& family : Families()) {
    for (int i = 0; i < 60; ++i) {
      const Shape shape = {1 + Below(random, 4), 1 + Below(random, 4), 1 + i % 3, 1 + i / 3 % 3,
                           50 + Below(random, 51)};
      const Instance instance = Make(family, shape, random);
      if (instance.pair_count() > 11) continue;
      for (const Objective objective : {Objective::kCoverageThenScore, Objective::kScore, Objective::kFairest}) {
        std::vector<int64_t> scores;
        for (const InstancePair& pair : Solved(instance, objective).pairs) scores.push_back(pair.score);

        EXPECT_EQ(ValueOf(objective, scores), Best(instance, objective))
            << family.name << " " << i << " " << ObjectiveName(objective);
      }
      Solved(instance, Objective::kStable);
    }
  }
}

// Pairs and total of the best answer, by pivots alone.
std::vector<int64_t> BestByPivots(const Instance& instance, Objective objective) {
  const Network network = NetworkOf(instance.offset, instance.right, instance.left_capacity, instance.right_capacity);
  const Control control;
  Ticker ticker(control, "total", 1);
  StagedFlow flow(network, ticker);
  EXPECT_TRUE(flow.MakeFeasible(ticker));
  const auto nothing = [](const Link&) { return int64_t{0}; };
  const auto no_guide = [](int32_t, int64_t) { return int64_t{0}; };
  if (objective == Objective::kCoverageThenScore) {
    EXPECT_TRUE(flow.Minimise([](int32_t, int64_t) { return int64_t{-1}; }, nothing, no_guide, ticker));
  }
  EXPECT_TRUE(flow.Minimise([&](int32_t, int64_t p) { return -instance.Score(p); }, nothing, no_guide, ticker));
  std::vector<int64_t> scores;
  for (const int64_t p : flow.Chosen()) scores.push_back(instance.Score(p));
  return ValueOf(objective, std::move(scores));
}

TEST(HardFamilies, MiddlingOnesEqualTheNetworkSimplex) {
  Random random(2);
  for (const Family& family : Families()) {
    for (const Shape& shape :
         {Shape{30, 30, 3, 3, 100}, Shape{40, 40, 4, 4, 30}, Shape{60, 25, 2, 6, 50}, Shape{25, 60, 8, 1, 50},
          Shape{50, 50, 1, 1, 100}, Shape{50, 40, 5, 1, 8}, Shape{70, 70, 2, 2, 4}, Shape{1, 90, 40, 2, 90}}) {
      const Instance instance = Make(family, shape, random);
      for (const Objective objective : {Objective::kCoverageThenScore, Objective::kScore}) {
        std::vector<int64_t> scores;
        for (const InstancePair& pair : Solved(instance, objective).pairs) scores.push_back(pair.score);

        EXPECT_EQ(ValueOf(objective, scores), BestByPivots(instance, objective))
            << family.name << " " << shape.left << " by " << shape.right << " " << ObjectiveName(objective);
      }
      Solved(instance, Objective::kFairest);
      Solved(instance, Objective::kStable);
    }
  }
}

// More than few.h takes without a look at the weights.
TEST(HardFamilies, LargeOnesAreProven) {
  Random random(3);
  for (const Family& family : Families()) {
    for (const Shape& shape : {Shape{300, 300, 1, 1, 100}, Shape{400, 380, 1, 1, 40}, Shape{300, 320, 4, 3, 40}}) {
      const Instance instance = Make(family, shape, random);
      SCOPED_TRACE(family.name);
      const InstanceAnswer most = Solved(instance, Objective::kCoverageThenScore);
      const InstanceAnswer best = Solved(instance, Objective::kScore);

      EXPECT_LE(best.pairs.size(), most.pairs.size());
      EXPECT_GE(best.total, most.total);
    }
  }
}

// The proof is of this answer: one that is a swap worse is refused with it.
TEST(HardFamilies, AnAnswerThatIsWorseIsRefused) {
  Random random(4);
  for (const Family& family : Families()) {
    const Instance instance = Make(family, {40, 40, 4, 4, 60}, random);
    InstanceAnswer answer = Solved(instance, Objective::kCoverageThenScore);
    ASSERT_FALSE(answer.pairs.empty());
    answer.pairs.pop_back();

    EXPECT_FALSE(CheckInstanceAnswer(instance, Objective::kCoverageThenScore, answer.pairs, answer.certificate).ok())
        << family.name;
  }
}

TEST(HardFamilies, ASolveEndsWhereverItIsStopped) {
  Random random(5);
  for (const Family& family : Families()) {
    const Instance instance = Make(family, {300, 300, 4, 4, 60}, random);
    for (const Objective objective : {Objective::kCoverageThenScore, Objective::kScore, Objective::kFairest}) {
      int64_t asked = 0;
      Instance lent = instance;
      ASSERT_TRUE(SolveInstance(lent, objective, {.control = {.cancelled = [&] { return ++asked < 0; }}}).ok());
      if (instance.pair_count() > 30'000) {
        EXPECT_GT(asked, 2) << family.name;
      }
      for (int64_t last = 1; last <= asked; last += std::max<int64_t>(1, asked / 7)) {
        int64_t left = last;
        EXPECT_EQ(
            SolveInstance(lent, objective, {.control = {.cancelled = [&] { return --left <= 0; }}}).status().code(),
            absl::StatusCode::kCancelled)
            << family.name << " " << ObjectiveName(objective) << " at " << last << " of " << asked;
        EXPECT_GE(left, -3);  // It ends there, and does not ask on and on.
      }
    }
  }
}

}  // namespace
}  // namespace brygga::engine
