#include "engine/networking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/status/error.h"
#include "engine/cpu_seconds_testing.h"

namespace brygga::engine {
namespace {

using ::testing::HasSubstr;

struct Shape {
  int newcomers, established, rounds, allowed_in_ten;
};

int Below(std::mt19937_64& random, int n) { return static_cast<int>(random() % static_cast<uint64_t>(n)); }

NetworkingProblem Evening(std::mt19937_64& random, const Shape& shape) {
  NetworkingProblem problem{.established = shape.established, .rounds = shape.rounds};
  for (int n = 0; n < shape.newcomers; ++n) {
    for (int e = 0; e < shape.established; ++e) {
      if (Below(random, 10) >= shape.allowed_in_ten) continue;
      problem.pairs.mentor.push_back(e);
      problem.pairs.score.push_back(Below(random, 5) == 0 ? 500'000 : Below(random, kScoreOne + 1));
    }
    problem.pairs.offset.push_back(problem.pairs.size());
  }
  return problem;
}

NetworkingPlan Planned(const NetworkingProblem& problem) {
  const absl::StatusOr<NetworkingPlan> plan = PlanNetworking(problem);
  EXPECT_TRUE(plan.ok()) << plan.status();
  if (!plan.ok()) return {};
  const absl::Status checked = CheckNetworkingPlan(problem, *plan);
  EXPECT_TRUE(checked.ok()) << checked;
  return *plan;
}

// The most conversations and then the highest total, by trying every set of
// pairs. Knows nothing of rounds but how many there are: König's theorem.
class Trial {
 public:
  explicit Trial(const NetworkingProblem& problem) : problem_(problem) {
    for (int n = 0; n < problem.newcomers(); ++n) {
      const int most = problem.newcomer_most.empty() ? problem.rounds : problem.newcomer_most[static_cast<size_t>(n)];
      newcomer_room_.push_back(std::min(most, problem.rounds));
    }
    for (int e = 0; e < problem.established; ++e) {
      const int most =
          problem.established_most.empty() ? problem.rounds : problem.established_most[static_cast<size_t>(e)];
      established_room_.push_back(std::min(most, problem.rounds));
    }
    Try(0, 0, 0, 0);
  }
  std::pair<int64_t, int64_t> best() const { return best_; }

 private:
  void Try(size_t pair, size_t newcomer, int64_t count, int64_t total) {
    best_ = std::max(best_, {count, total});
    if (pair == problem_.pairs.mentor.size()) return;
    while (problem_.pairs.offset[newcomer + 1] <= static_cast<int64_t>(pair)) ++newcomer;
    const auto established = static_cast<size_t>(problem_.pairs.mentor[pair]);
    const bool table = problem_.tables == 0 || count < int64_t{problem_.tables} * problem_.rounds;
    if (table && newcomer_room_[newcomer] > 0 && established_room_[established] > 0) {
      --newcomer_room_[newcomer], --established_room_[established];
      Try(pair + 1, newcomer, count + 1, total + problem_.pairs.score[pair]);
      ++newcomer_room_[newcomer], ++established_room_[established];
    }
    Try(pair + 1, newcomer, count, total);
  }

  const NetworkingProblem& problem_;
  std::vector<int> newcomer_room_, established_room_;
  std::pair<int64_t, int64_t> best_ = {0, 0};
};

TEST(Networking, FourPeopleMeetInTwoRounds) {
  NetworkingProblem problem{
      .pairs = {.offset = {0, 2, 4}, .mentor = {0, 1, 0, 1}, .score = {9, 1, 1, 9}}, .established = 2, .rounds = 2};

  const NetworkingPlan plan = Planned(problem);

  EXPECT_EQ(plan.planned, 4);
  EXPECT_EQ(plan.planned_score, 20);
}

TEST(Networking, MoreConversationsComeBeforeBetterOnes) {
  // In one round: the pair of 100 would leave two people alone.
  NetworkingProblem problem{
      .pairs = {.offset = {0, 2, 3}, .mentor = {0, 1, 0}, .score = {100, 1, 1}}, .established = 2, .rounds = 1};

  EXPECT_EQ(Planned(problem).planned, 2);
  EXPECT_EQ(Planned(problem).planned_score, 2);
}

TEST(Networking, PlansAreAsGoodAsTryingEverySet) {
  std::mt19937_64 random(11);
  int with_tables = 0;
  for (int round = 0; round < 4000; ++round) {
    NetworkingProblem problem =
        Evening(random, {Below(random, 4) + 1, Below(random, 4) + 1, Below(random, 3) + 1, Below(random, 9) + 2});
    if (Below(random, 3) == 0) problem.tables = Below(random, 3) + 1;
    if (Below(random, 3) == 0) {
      for (int n = 0; n < problem.newcomers(); ++n) problem.newcomer_most.push_back(Below(random, 3));
    }
    with_tables += problem.tables > 0 ? 1 : 0;
    const NetworkingPlan plan = Planned(problem);
    ASSERT_EQ(std::pair(plan.planned, plan.planned_score), Trial(problem).best()) << "round " << round;
  }
  EXPECT_GT(with_tables, 1000);
}

// Someone does not come, someone comes late, someone goes home: after every round
// the rest is planned anew from what was held.
TEST(Networking, TenThousandEveningsKeepWhatWasHeldAndRepeatNobody) {
  std::mt19937_64 random(23);
  double slowest = 0;
  for (int evening = 0; evening < 10'000; ++evening) {
    NetworkingProblem problem =
        Evening(random, {Below(random, 10) + 1, Below(random, 10) + 1, Below(random, 5) + 1, Below(random, 9) + 2});
    if (Below(random, 4) == 0) problem.tables = Below(random, 6) + 1;
    problem.newcomer_absent.assign(static_cast<size_t>(problem.newcomers()), 0);
    problem.established_absent.assign(static_cast<size_t>(problem.established), 0);
    for (; problem.finished_rounds < problem.rounds; ++problem.finished_rounds) {
      for (auto* absent : {&problem.newcomer_absent, &problem.established_absent}) {
        for (uint8_t& one : *absent) one ^= Below(random, 8) == 0 ? 1 : 0;  // Leaves, or comes (back).
      }
      const double before = CpuSeconds();
      const absl::StatusOr<NetworkingPlan> plan = PlanNetworking(problem);
      slowest = std::max(slowest, CpuSeconds() - before);
      ASSERT_TRUE(plan.ok()) << plan.status();
      // The checker knows of repeats, clashes, absence and what was held.
      const absl::Status checked = CheckNetworkingPlan(problem, *plan);
      ASSERT_TRUE(checked.ok()) << checked << " in evening " << evening;
      ASSERT_TRUE(std::equal(problem.held.begin(), problem.held.end(), plan->conversations.begin()));
      for (const Conversation& conversation : plan->conversations) {
        const bool held = conversation.round == problem.finished_rounds && Below(random, 10) > 0;  // Or a no-show.
        if (held) problem.held.push_back(conversation);
      }
    }
    const auto end = [](const Conversation& c) { return std::pair(c.newcomer, c.established); };
    std::vector<std::pair<int32_t, int32_t>> met;
    for (const Conversation& c : problem.held) met.push_back(end(c));
    std::sort(met.begin(), met.end());
    ASSERT_EQ(std::adjacent_find(met.begin(), met.end()), met.end()) << "evening " << evening;
  }
  EXPECT_LT(slowest, 1);
}

TEST(Networking, AnEveningOfFourHundredIsPlannedWithinASecond) {
  std::mt19937_64 random(5);
  NetworkingProblem problem = Evening(random, {200, 200, 8, 7});
  const double before = CpuSeconds();

  const NetworkingPlan plan = PlanNetworking(problem).value();

  EXPECT_LT(CpuSeconds() - before, 1);
  EXPECT_EQ(plan.planned, 1600);
  EXPECT_TRUE(CheckNetworkingPlan(problem, plan).ok());
}

TEST(Networking, RoundsAreAsEvenAsCanBe) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 200; ++round) {
    const NetworkingPlan plan = Planned(Evening(random, {9, 6, 4, 4}));
    std::vector<int64_t> size(4, 0);
    for (const Conversation& conversation : plan.conversations) ++size[static_cast<size_t>(conversation.round)];
    EXPECT_LE(*std::max_element(size.begin(), size.end()) - *std::min_element(size.begin(), size.end()), 1);
  }
}

TEST(Networking, TheCheckerRefusesWhatIsNotThePlan) {
  std::mt19937_64 random(9);
  NetworkingProblem problem = Evening(random, {6, 6, 3, 6});
  problem.held = {};
  const NetworkingPlan good = Planned(problem);
  const auto refused = [&](const auto& spoil) {
    NetworkingPlan plan = good;
    spoil(plan);
    const absl::Status checked = CheckNetworkingPlan(problem, plan);
    return ReasonOf(checked) == "INVALID_CERTIFICATE";
  };

  EXPECT_TRUE(refused([](NetworkingPlan& plan) {
    plan.conversations.pop_back();
    --plan.planned;
  }));
  EXPECT_TRUE(refused([](NetworkingPlan& plan) { plan.conversations[1] = plan.conversations[0]; }));
  EXPECT_TRUE(refused([](NetworkingPlan& plan) { plan.conversations[0].round = 3; }));
  EXPECT_TRUE(refused([](NetworkingPlan& plan) { plan.conversations[0].round = plan.conversations.back().round; }) ||
              refused([](NetworkingPlan& plan) { plan.conversations[0].round = 1; }));
  EXPECT_TRUE(refused([](NetworkingPlan& plan) { ++plan.planned_score; }));
  EXPECT_TRUE(refused([](NetworkingPlan& plan) { ++plan.certificate.conversation_price; }));
  EXPECT_TRUE(refused([](NetworkingPlan& plan) { plan.certificate.newcomer_price[0] = -1; }));
  EXPECT_TRUE(refused([](NetworkingPlan& plan) { plan.certificate.newcomer_cover.clear(); }));
}

TEST(Networking, AWorseChoiceOfPairsIsNoPlan) {
  // Both choices have two conversations; one is worth more.
  NetworkingProblem problem{
      .pairs = {.offset = {0, 2, 4}, .mentor = {0, 1, 0, 1}, .score = {5, 9, 8, 5}}, .established = 2, .rounds = 1};
  NetworkingPlan plan = Planned(problem);
  ASSERT_EQ(plan.planned_score, 17);

  plan.conversations = {{0, 0, 0}, {0, 1, 1}};
  plan.planned_score = 10;

  EXPECT_THAT(CheckNetworkingPlan(problem, plan).message(), HasSubstr("another total"));
}

TEST(Networking, WhatCannotBeIsRefused) {
  std::mt19937_64 random(2);
  const NetworkingProblem good = Evening(random, {3, 3, 3, 10});
  const auto wrong = [&](const auto& spoil) {
    NetworkingProblem problem = good;
    spoil(problem);
    const absl::Status refused = PlanNetworking(problem).status();
    return ReasonOf(refused) == "INVALID_FIELDS" ? DetailsOf(refused).fields.front().field : "";
  };

  EXPECT_EQ(wrong([](NetworkingProblem& p) { p.rounds = 0; }), "rounds");
  EXPECT_EQ(wrong([](NetworkingProblem& p) { p.rounds = kMostNetworkingRounds + 1; }), "rounds");
  EXPECT_EQ(wrong([](NetworkingProblem& p) { p.finished_rounds = 4; }), "finished_rounds");
  EXPECT_EQ(wrong([](NetworkingProblem& p) { p.tables = -1; }), "tables");
  EXPECT_EQ(wrong([](NetworkingProblem& p) { p.established = -1; }), "established");
  EXPECT_EQ(wrong([](NetworkingProblem& p) { p.newcomer_most = {1}; }), "newcomer_most");
  EXPECT_EQ(wrong([](NetworkingProblem& p) { p.established_absent = {0, 2, 0}; }), "established_absent[1]");
  EXPECT_EQ(wrong([](NetworkingProblem& p) { p.pairs.mentor[1] = 7; }), "pairs.mentor[1]");
  EXPECT_EQ(wrong([](NetworkingProblem& p) { p.pairs.score[2] = -1; }), "pairs.score[2]");
  EXPECT_EQ(wrong([](NetworkingProblem& p) { p.pairs.offset.clear(); }), "pairs");
  EXPECT_EQ(wrong([](NetworkingProblem& p) { p.held = {{0, 0, 0}}; }), "held[0]");
  EXPECT_EQ(wrong([](NetworkingProblem& p) {
              p.finished_rounds = 2;
              p.held = {{0, 0, 0}, {1, 0, 0}};
            }),
            "held[1]");
  EXPECT_EQ(wrong([](NetworkingProblem& p) {
              p.finished_rounds = 1;
              p.held = {{0, 0, 0}, {0, 0, 1}};
            }),
            "held[1]");
}

TEST(Networking, TooLargeAnEveningIsRefusedBeforeItStarts) {
  std::mt19937_64 random(2);
  const NetworkingProblem problem = Evening(random, {5, 5, 2, 10});

  const absl::Status refused = PlanNetworking(problem, {.memory_limit_bytes = 100}).status();

  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), "NETWORKING_TOO_LARGE");
}

TEST(Networking, APlanCanBeCancelled) {
  std::mt19937_64 random(2);
  const NetworkingProblem problem = Evening(random, {200, 200, 8, 10});

  const absl::Status stopped = PlanNetworking(problem, {.control = {.cancelled = [] { return true; }}}).status();

  EXPECT_EQ(stopped.code(), absl::StatusCode::kCancelled);
}

TEST(Networking, NobodyAndNoPairsMakeAnEmptyPlan) {
  EXPECT_EQ(Planned({.pairs = {}, .established = 0, .rounds = 1}).planned, 0);
  EXPECT_EQ(Planned({.pairs = {.offset = {0, 0, 0}, .mentor = {}, .score = {}}, .established = 3, .rounds = 2}).planned,
            0);
}

}  // namespace
}  // namespace brygga::engine
