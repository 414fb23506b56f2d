#include "engine/force_again.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "engine/random_problem.h"
#include "engine/solve.h"

namespace brygga::engine {
namespace {

// The best answer with a pair, found by trying all: most pairs, then the scores from
// the lowest up.
class Trial {
 public:
  Trial(const Problem& problem, int32_t adept, int32_t mentor) : problem_(problem), adept_(adept), mentor_(mentor) {
    left_ = problem.capacity;
    Seat(0);
  }
  const std::vector<int32_t>& best() const { return best_; }

 private:
  void Seat(int32_t a) {
    if (a == problem_.adept_count()) {
      std::vector<int32_t> scores = scores_;
      std::sort(scores.begin(), scores.end());
      if (!found_ || std::pair(scores.size(), scores) > std::pair(best_.size(), best_)) best_ = scores;
      found_ = true;
      return;
    }
    for (int64_t e = problem_.edges.offset[static_cast<size_t>(a)];
         e < problem_.edges.offset[static_cast<size_t>(a) + 1]; ++e) {
      const int32_t mentor = problem_.edges.mentor[static_cast<size_t>(e)];
      int32_t& left = left_[static_cast<size_t>(mentor)];
      if (left == 0 || (a == adept_ && mentor != mentor_)) continue;
      --left;
      scores_.push_back(problem_.edges.score[static_cast<size_t>(e)]);
      Seat(a + 1);
      scores_.pop_back();
      ++left;
    }
    if (a != adept_) Seat(a + 1);
  }

  const Problem& problem_;
  const int32_t adept_, mentor_;
  std::vector<int32_t> left_, scores_, best_;
  bool found_ = false;
};

TEST(ForceAgainTest, FairestLosesWhatTryingAllAnswersSaysItLoses) {
  std::mt19937_64 random(20260723);
  int asked = 0;
  for (int i = 0; i < 800; ++i) {
    const Problem problem =
        RandomProblem(random, {.adepts = 5, .mentors = 4, .most_seats = 2, .distinct_scores = 4, .with_locks = false});
    const Solution solution = Solve(problem, Objective::kFairest).value();
    std::vector<int32_t> was;
    for (const MatchedPair& pair : solution.assignment.pairs) was.push_back(pair.score);
    std::sort(was.begin(), was.end());
    for (int32_t a = 0; a < problem.adept_count(); ++a) {
      for (int32_t m = 0; m < problem.mentor_count(); ++m) {
        if (problem.edges.Find(a, m) < 0 || problem.capacity[static_cast<size_t>(m)] == 0) continue;
        const auto made = ForceAgain(problem, Objective::kFairest, solution.assignment, a, m);
        ASSERT_TRUE(made.ok() && *made) << made.status();
        const std::vector<int32_t> is = Trial(problem, a, m).best();
        ASSERT_EQ((*made)->forced.change.pairs, static_cast<int64_t>(is.size()) - static_cast<int64_t>(was.size()));
        ASSERT_EQ((*made)->worst_change, is.front() - was.front());
        const auto [x, y] = std::mismatch(
            was.begin(), was.begin() + static_cast<std::ptrdiff_t>(std::min(was.size(), is.size())), is.begin());
        const bool differs = y != is.end() && x != was.end();
        ASSERT_EQ((*made)->first_difference, differs ? y - is.begin() + 1 : 0);
        ASSERT_EQ((*made)->difference, differs ? *y - *x : 0);
        ++asked;
      }
    }
  }
  EXPECT_GT(asked, 1000);
}

// Two of each who want each other: a0 with m0, a1 with m1.
Problem Crosswise() {
  Problem problem{.capacity = {1, 1}, .rounds_waited = {0, 0}, .adept_key = {"a0", "a1"}, .mentor_key = {"m0", "m1"}};
  problem.edges = {.offset = {0, 2, 4}, .mentor = {0, 1, 0, 1}, .score = {900, 500, 400, 800}};
  problem.seed = "seed";
  return problem;
}

TEST(ForceAgainTest, StableCountsThePairsWhoWouldRatherHaveEachOther) {
  const Problem problem = Crosswise();
  const Solution solution = Solve(problem, Objective::kStable).value();

  const auto made = ForceAgain(problem, Objective::kStable, solution.assignment, /*adept=*/0, /*mentor=*/1);

  ASSERT_TRUE(made.ok() && *made) << made.status();
  EXPECT_EQ((*made)->forced.change, (Change{0, 900 - 1700}));
  EXPECT_EQ((*made)->blocking_pairs, 2);  // Both who were torn apart.
  EXPECT_EQ((*made)->forced.moves, (std::vector<Move>{{0, 0, 1}, {1, 1, 0}}));
}

TEST(ForceAgainTest, LocksVetoesAndCapsAreKeptTo) {
  Problem problem = Crosswise();
  problem.locks = {{.adept = 0, .mentor = 0}};
  const Solution locked = Solve(problem, Objective::kFairest).value();
  EXPECT_EQ(*ForceAgain(problem, Objective::kFairest, locked.assignment, 0, 1), std::nullopt);
  // A seat more than the locked mentor has: nobody is displaced.
  const auto over = ForceAgain(problem, Objective::kFairest, locked.assignment, 1, 0);
  ASSERT_TRUE(over.ok() && *over) << over.status();
  EXPECT_EQ((*over)->forced.change.pairs, 0);

  problem = Crosswise();
  problem.groups = {{.name = "cap", .side = GroupSide::kMentors, .members = {1}, .at_most = 0}};
  const Solution capped = Solve(problem, Objective::kFairest).value();
  EXPECT_EQ(*ForceAgain(problem, Objective::kFairest, capped.assignment, 0, 1), std::nullopt);
}

TEST(ForceAgainTest, ItIsStoppedWhenToldTo) {
  const Problem problem = Crosswise();
  const Solution solution = Solve(problem, Objective::kFairest).value();
  const auto made = ForceAgain(problem, Objective::kFairest, solution.assignment, 0, 1,
                               {.control = {.cancelled = [] { return true; }}});
  EXPECT_EQ(made.status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace brygga::engine
