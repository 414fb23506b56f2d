#include "engine/instance_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "common/status/error.h"

namespace brygga::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Objective kObjectives[] = {Objective::kCoverageThenScore, Objective::kScore, Objective::kFairest,
                                     Objective::kStable};

Instance Read(std::string_view text) { return ParseInstance(text).value(); }

// Solves, and has the checker agree.
InstanceAnswer Solved(const Instance& instance, Objective objective, int threads = 1) {
  Instance copy = instance;
  const absl::StatusOr<InstanceAnswer> answer = SolveInstance(copy, objective, {.threads = threads});
  EXPECT_TRUE(answer.ok()) << answer.status();
  if (!answer.ok()) return {};
  for (const Instance& either : {instance, copy}) {
    const absl::Status checked = CheckInstanceAnswer(either, objective, answer->pairs, answer->certificate);
    EXPECT_TRUE(checked.ok()) << ObjectiveName(objective) << ": " << checked;
  }
  int64_t total = 0;
  for (const InstancePair& pair : answer->pairs) total += pair.score;
  EXPECT_EQ(total, answer->total);
  return *answer;
}

std::string Written(const Instance& instance) {
  std::ostringstream out;
  WriteInstance(instance, out);
  return std::move(out).str();
}

// The known tools leave one of the two out: 10 is more than 5 + 0.
constexpr std::string_view kFieldCase = "p brygga 2 2 3\ne 1 1 10\ne 1 2 0\ne 2 1 5\n";

TEST(InstanceAnswer, BothAreMatchedWhereTheKnownToolsLeaveOneOut) {
  const InstanceAnswer answer = Solved(Read(kFieldCase), Objective::kCoverageThenScore);

  EXPECT_THAT(answer.pairs, ElementsAre(InstancePair{0, 1, 0}, InstancePair{1, 0, 5}));
  EXPECT_EQ(answer.total, 5);
}

TEST(InstanceAnswer, EveryObjectiveHasItsOwnAnswer) {
  const Instance instance = Read(kFieldCase);

  EXPECT_EQ(Solved(instance, Objective::kScore).total, 10);
  EXPECT_THAT(Solved(instance, Objective::kScore).pairs, ElementsAre(InstancePair{0, 0, 10}));
  EXPECT_EQ(Solved(instance, Objective::kFairest).pairs.size(), 2u);
  EXPECT_THAT(Solved(instance, Objective::kStable).pairs, ElementsAre(InstancePair{0, 0, 10}));
  EXPECT_EQ(CountBlockingPairs(instance, Solved(instance, Objective::kCoverageThenScore).pairs).value(), 1);
}

TEST(InstanceAnswer, RanksDecideWhatIsStable) {
  // By score 1–1 is best for both; by rank everybody prefers the other.
  const Instance instance = Read("p brygga 2 2 4\ne 1 1 9 2 2\ne 1 2 1 1 1\ne 2 1 1 1 1\ne 2 2 9 2 2\n");

  EXPECT_THAT(Solved(instance, Objective::kStable).pairs, ElementsAre(InstancePair{0, 1, 1}, InstancePair{1, 0, 1}));
  const InstanceAnswer best = Solved(instance, Objective::kCoverageThenScore);
  EXPECT_EQ(best.total, 18);
  EXPECT_EQ(CountBlockingPairs(instance, best.pairs).value(), 2);
}

// The best by trying every set of pairs.
class Trial {
 public:
  explicit Trial(const Instance& instance) : instance_(instance) {
    left_ = instance.left_capacity;
    right_ = instance.right_capacity;
    Try(0, 0);
  }

  std::pair<int64_t, int64_t> coverage_then_score = {0, 0};
  int64_t score = 0;
  std::pair<int64_t, std::vector<int64_t>> fairest;  // Count, then ascending scores.
  int64_t largest_stable = 0;

 private:
  void Try(int64_t pair, int32_t left) {
    if (pair == instance_.pair_count()) return Judge();
    const auto p = static_cast<size_t>(pair);
    while (instance_.offset[static_cast<size_t>(left) + 1] <= pair) ++left;
    Try(pair + 1, left);
    int32_t& i = left_[static_cast<size_t>(left)];
    int32_t& j = right_[static_cast<size_t>(instance_.right[p])];
    if (i == 0 || j == 0) return;
    --i, --j;
    pairs_.push_back({left, instance_.right[p], instance_.Score(pair)});
    Try(pair + 1, left);
    pairs_.pop_back();
    ++i, ++j;
  }

  void Judge() {
    std::vector<int64_t> scores;
    int64_t total = 0;
    for (const InstancePair& pair : pairs_) {
      scores.push_back(pair.score);
      total += pair.score;
    }
    std::sort(scores.begin(), scores.end());
    const int64_t size = static_cast<int64_t>(pairs_.size());
    coverage_then_score = std::max(coverage_then_score, {size, total});
    score = std::max(score, total);
    fairest = std::max(fairest, {size, scores});
    if (size > largest_stable && CountBlockingPairs(instance_, pairs_).value() == 0) largest_stable = size;
  }

  const Instance& instance_;
  std::vector<int32_t> left_, right_;
  std::vector<InstancePair> pairs_;
};

int Below(std::mt19937_64& random, int n) { return static_cast<int>(random() % static_cast<uint64_t>(n)); }

enum class Seats { kOnes, kOnTheRight, kOnTheLeft, kOnBoth };

Instance Random(std::mt19937_64& random, int most_pairs) {
  const auto seats = static_cast<Seats>(Below(random, 4));
  const int left = Below(random, 5), right = Below(random, 5);
  const bool ranks = Below(random, 3) == 0, wide = Below(random, 5) == 0;
  Instance instance;
  const auto capacity = [&](bool many) { return many ? Below(random, 4) : Below(random, 10) == 0 ? 0 : 1; };
  for (int i = 0; i < left; ++i) {
    instance.left_capacity.push_back(capacity(seats == Seats::kOnTheLeft || seats == Seats::kOnBoth));
  }
  for (int j = 0; j < right; ++j) {
    instance.right_capacity.push_back(capacity(seats == Seats::kOnTheRight || seats == Seats::kOnBoth));
  }
  const int distinct = Below(random, 2) == 0 ? 3 : 50;
  for (int i = 0; i < left; ++i) {
    for (int j = 0; j < right; ++j) {
      if (Below(random, 3) == 0 || instance.pair_count() == most_pairs) continue;
      instance.right.push_back(j);
      if (wide) instance.wide_score.push_back(Below(random, distinct) * 3'000'000'000);
      if (!wide) instance.score.push_back(Below(random, distinct));
      if (!ranks) continue;
      instance.left_rank.push_back(Below(random, 3) + 1);
      instance.right_rank.push_back(Below(random, 3) + 1);
    }
    instance.offset.push_back(instance.pair_count());
  }
  return instance;
}

TEST(InstanceAnswer, AnswersAreAsGoodAsTryingEverySet) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 5000; ++round) {
    const Instance instance = Random(random, 11);
    const Trial trial(instance);
    const std::string text = Written(instance);

    const InstanceAnswer coverage = Solved(instance, Objective::kCoverageThenScore);
    ASSERT_EQ(std::pair(static_cast<int64_t>(coverage.pairs.size()), coverage.total), trial.coverage_then_score)
        << text;
    ASSERT_EQ(Solved(instance, Objective::kScore).total, trial.score) << text;
    const InstanceAnswer fairest = Solved(instance, Objective::kFairest);
    std::vector<int64_t> scores;
    for (const InstancePair& pair : fairest.pairs) scores.push_back(pair.score);
    std::sort(scores.begin(), scores.end());
    ASSERT_EQ(std::pair(static_cast<int64_t>(scores.size()), scores), trial.fairest) << text;
    const InstanceAnswer stable = Solved(instance, Objective::kStable);
    ASSERT_GE(3 * static_cast<int64_t>(stable.pairs.size()), 2 * trial.largest_stable) << text;
    ASSERT_FALSE(HasFailure()) << text;
  }
}

TEST(InstanceAnswer, OrderOfLinesAndThreadsChangeNothing) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 300; ++round) {
    const Instance instance = Random(random, 16);
    std::vector<std::string> lines;
    std::istringstream text(Written(instance));
    for (std::string line; std::getline(text, line);) lines.push_back(line + "\n");
    std::shuffle(lines.begin() + 1, lines.end(), random);
    std::string shuffled;
    for (const std::string& line : lines) shuffled += line;
    const Instance again = Read(shuffled);
    for (const Objective objective : kObjectives) {
      ASSERT_EQ(Solved(instance, objective).pairs, Solved(again, objective, 2).pairs) << shuffled;
    }
  }
}

// A copy that is worse, by a pair less or by another pair, is not accepted with
// the certificate of the best.
TEST(InstanceAnswer, TheCheckerRefusesWhatIsWorse) {
  std::mt19937_64 random(7);
  int worse = 0;
  for (int round = 0; round < 2000; ++round) {
    const Instance instance = Random(random, 12);
    for (const Objective objective : kObjectives) {
      const InstanceAnswer best = Solved(instance, objective);
      if (best.pairs.empty()) continue;
      std::vector<InstancePair> fewer = best.pairs;
      fewer.erase(fewer.begin() + Below(random, static_cast<int>(fewer.size())));
      const bool is_as_good = objective == Objective::kScore && best.total == [&] {
        int64_t total = 0;
        for (const InstancePair& pair : fewer) total += pair.score;
        return total;
      }();
      if (is_as_good) continue;
      ++worse;
      ASSERT_FALSE(CheckInstanceAnswer(instance, objective, fewer, best.certificate).ok())
          << ObjectiveName(objective) << "\n"
          << Written(instance);
    }
  }
  EXPECT_GT(worse, 3000);
}

TEST(InstanceAnswer, WhatIsNoAnswerIsRefused) {
  const Instance instance = Read("p brygga 2 2 3\nr 1 2\ne 1 1 10\ne 1 2 0\ne 2 1 5\n");
  const auto why = [&](const std::vector<InstancePair>& pairs) {
    const absl::StatusOr<int64_t> counted = CountBlockingPairs(instance, pairs);
    EXPECT_EQ(ReasonOf(counted.status()), "INVALID_ANSWER");
    return std::string(counted.status().message());
  };

  EXPECT_THAT(why({{1, 1, 0}}), HasSubstr("the pair 2, 2 is not allowed"));
  EXPECT_THAT(why({{0, 7, 0}}), HasSubstr("people who do not exist"));
  EXPECT_THAT(why({{0, 0, 11}}), HasSubstr("has the score 10, not 11"));
  EXPECT_THAT(why({{0, 0, 10}, {0, 0, 10}}), HasSubstr("twice"));
  EXPECT_THAT(why({{0, 0, 10}, {0, 1, 0}}), HasSubstr("left 1 has more than its 1 seats"));
}

TEST(InstanceAnswer, HostileCertificatesAreRefused) {
  const Instance instance = Read(kFieldCase);
  const InstanceAnswer best = Solved(instance, Objective::kCoverageThenScore);
  const auto refused = [&](const auto& spoil) {
    Certificate certificate = best.certificate;
    spoil(certificate);
    return ReasonOf(CheckInstanceAnswer(instance, Objective::kCoverageThenScore, best.pairs, certificate)) ==
           "INVALID_CERTIFICATE";
  };

  EXPECT_TRUE(refused([](Certificate& c) { c = {}; }));
  EXPECT_TRUE(refused([](Certificate& c) { c.adept_price[0] = std::numeric_limits<int64_t>::max(); }));
  EXPECT_TRUE(refused([](Certificate& c) { c.mentor_price.push_back(0); }));
  EXPECT_TRUE(refused([](Certificate& c) { c.adept_cover = c.mentor_cover = {0, 0}; }));
  EXPECT_TRUE(refused([](Certificate& c) { c.stages = {{.kind = StageKind::kScore}}; }));
  EXPECT_TRUE(refused([](Certificate& c) { c.stages = {{.kind = StageKind::kCoverage, .node = {99}, .price = {1}}}; }));
}

TEST(InstanceAnswer, PairsAreWrittenAndReadInTheInstancesOwnFormat) {
  const Instance named = Read("left,right,score\nAmir,\"Ek, Anna\",10\nÅsa,\"Ek, Anna\",5\nAmir,Bo,0\n");
  for (const Instance& instance : {named, Read(kFieldCase)}) {
    const InstanceAnswer answer = Solved(instance, Objective::kCoverageThenScore);
    std::ostringstream out;

    WritePairs(instance, answer.pairs, out);

    EXPECT_EQ(ReadPairs(instance, out.str()).value(), answer.pairs);
  }
  EXPECT_THAT(ReadPairs(named, "left,right,score\nNobody,Bo,1\n").status().message(), HasSubstr("not in the instance"));
  EXPECT_EQ(ReasonOf(ReadPairs(named, kFieldCase).status()), "MALFORMED_PAIRS");
  EXPECT_THAT(ReadPairs(named, "left,right,score\n").value(), IsEmpty());
}

TEST(InstanceAnswer, ASolveCanBeCancelled) {
  Instance instance;
  instance.left_capacity.assign(400, 1);
  instance.right_capacity.assign(400, 1);
  std::mt19937_64 random(1);
  for (int i = 0; i < 400; ++i) {
    for (int j = 0; j < 400; ++j) {
      instance.right.push_back(j);
      instance.score.push_back(Below(random, 1'000'000));
    }
    instance.offset.push_back(instance.pair_count());
  }
  for (const Objective objective : kObjectives) {
    const absl::Status stopped =
        SolveInstance(instance, objective, {.control = {.cancelled = [] { return true; }}}).status();
    EXPECT_EQ(stopped.code(), absl::StatusCode::kCancelled) << ObjectiveName(objective);
  }
  EXPECT_EQ(instance.pair_count(), 160'000);
}

}  // namespace
}  // namespace brygga::engine
