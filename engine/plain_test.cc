#include "engine/plain.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <tuple>

#include "engine/assignment.h"

namespace brygga::engine {
namespace {

// Everybody may have everybody, at one of a few scores.
Problem Town(uint64_t seed, int adepts, int mentors, int seats, int scores) {
  std::mt19937_64 random(seed);
  Problem problem;
  problem.seed = std::to_string(seed);
  for (int m = 0; m < mentors; ++m) {
    problem.capacity.push_back(seats);
    problem.mentor_key.push_back("m" + std::to_string(m));
  }
  for (int a = 0; a < adepts; ++a) {
    problem.adept_key.push_back("a" + std::to_string(a));
    problem.rounds_waited.push_back(0);
    for (int m = 0; m < mentors; ++m) {
      problem.edges.mentor.push_back(m);
      problem.edges.score.push_back(static_cast<int32_t>(random() % static_cast<uint64_t>(scores)) * 1'000);
    }
    problem.edges.offset.push_back(problem.edges.size());
  }
  return problem;
}

int64_t LotOf(const Problem& problem, int32_t adept, int32_t mentor) {
  return Lot(Ticket(problem.seed, problem.adept_key[static_cast<size_t>(adept)]),
             Ticket(problem.seed, problem.mentor_key[static_cast<size_t>(mentor)]));
}

int64_t SumOfLots(const Problem& problem, const Assignment& assignment) {
  int64_t sum = 0;
  for (const MatchedPair& pair : assignment.pairs) sum += LotOf(problem, pair.adept, pair.mentor);
  return sum;
}

// Where all tie, lots decide: the other solver finds the same sum.
TEST(PlainTest, WhereAllTieTheHighestSumOfLotsIsChosen) {
  for (const auto& [adepts, mentors, seats] :
       {std::tuple(120, 120, 1), std::tuple(150, 40, 4), std::tuple(90, 70, 2)}) {
    const Problem problem = Town(3, adepts, mentors, seats, 1);
    const auto solution = SolvePlain(problem, Objective::kCoverageThenScore, {});
    ASSERT_TRUE(solution.ok()) << solution.status();
    ASSERT_EQ(static_cast<int>(solution->assignment.pairs.size()), adepts);

    Bipartite<int64_t> lots{
        .offset = problem.edges.offset, .host = problem.edges.mentor, .weight = {}, .seats = problem.capacity};
    for (int32_t a = 0; a < adepts; ++a) {
      for (int32_t m = 0; m < mentors; ++m) lots.weight.push_back(LotOf(problem, a, m));
    }
    const Control control;
    Ticker ticker(control, "slowly", 1);
    const auto truth = AssignmentSolver<int64_t, __int128>(lots, ticker).Run();
    __int128 sum = 0;
    for (int32_t a = 0; a < adepts; ++a) {
      sum += truth->agent_price[static_cast<size_t>(a)] +
             truth->host_price[static_cast<size_t>(truth->host[static_cast<size_t>(a)])];
    }
    EXPECT_EQ(SumOfLots(problem, solution->assignment), static_cast<int64_t>(sum));
  }
}

TEST(PlainTest, TheAnswerIsTheSameAtAnyNumberOfThreads) {
  for (const int scores : {1, 3, 1'000}) {
    const Problem problem = Town(4, 200, 90, 2, scores);
    for (const Objective objective : {Objective::kCoverageThenScore, Objective::kScore}) {
      std::optional<Assignment> first;
      for (const int threads : {1, 2, 5}) {
        const auto solution = SolvePlain(problem, objective, {.threads = threads});
        ASSERT_TRUE(solution.ok());
        if (!first) first = solution->assignment;
        EXPECT_EQ(solution->assignment, *first);
      }
    }
  }
}

// Bytes that this program holds.
int64_t Held() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<int64_t>(info.uordblks + info.hblkhd);
}

TEST(PlainTest, KeepsWithinItsMemoryBound) {
  for (const int scores : {1, 2, 1'000}) {
    const Problem problem = Town(5, 900, 500, 2, scores);
    for (const Objective objective : {Objective::kCoverageThenScore, Objective::kScore}) {
      const int64_t before = Held();
      int64_t most = before;
      const Control control{.progress = [&](const Progress&) { most = std::max(most, Held()); }};
      ASSERT_TRUE(SolvePlain(problem, objective, {.control = control}).ok());
      EXPECT_LE(most - before, PlainMemoryBound(problem)) << scores << " scores";
    }
  }
}

TEST(PlainTest, IsCancelledWhileItBreaksTies) {
  const Problem problem = Town(6, 400, 400, 1, 1);
  bool in_ties = false;
  const Control control{.cancelled = [&] { return in_ties; },
                        .progress = [&](const Progress& progress) { in_ties = in_ties || progress.phase == "ties"; }};
  EXPECT_EQ(SolvePlain(problem, Objective::kCoverageThenScore, {.control = control}).status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_TRUE(in_ties);
}

}  // namespace
}  // namespace brygga::engine
