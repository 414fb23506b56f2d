#include "engine/what_if.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "engine/random_problem.h"
#include "engine/solve.h"

namespace brygga::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int kProblems = 4000;

Solution SolveIt(const Problem& problem) { return SolveCoverageThenScore(problem).value(); }
int64_t Pairs(const Solution& solution) { return static_cast<int64_t>(solution.assignment.pairs.size()); }

// Each problem with its answer, and what is asked of the answer.
template <typename Ask>
void ForManyProblems(const RandomShape& shape, const Ask& ask) {
  std::mt19937_64 random(20260722);
  for (int i = 0; i < kProblems; ++i) {
    const Problem problem = RandomProblem(random, shape);
    const Solution solution = SolveIt(problem);
    ask(problem, solution, WhatIf(problem, Objective::kCoverageThenScore, solution.assignment, solution.certificate));
    if (::testing::Test::HasFailure()) FAIL() << "problem " << i;
  }
}

const std::vector<RandomShape>& Shapes() {
  static const auto& shapes = *new std::vector<RandomShape>{
      {.adepts = 5, .mentors = 4},
      {.adepts = 8, .mentors = 5, .most_seats = 2, .distinct_scores = 2, .allowed_in_ten = 4},
      {.adepts = 12, .mentors = 9, .most_seats = 1, .distinct_scores = 1000, .allowed_in_ten = 3},
      {.adepts = 6, .mentors = 7, .most_seats = 2, .distinct_scores = 3, .allowed_in_ten = 9}};
  return shapes;
}

std::map<int32_t, int32_t> PlacesOf(const Assignment& assignment) {
  std::map<int32_t, int32_t> places;
  for (const MatchedPair& pair : assignment.pairs) places[pair.adept] = pair.mentor;
  return places;
}

// What the moves make of the answer; every one begins where its adept sits.
std::map<int32_t, int32_t> After(const Assignment& assignment, const std::vector<Move>& moves) {
  std::map<int32_t, int32_t> places = PlacesOf(assignment);
  for (const Move& move : moves) {
    EXPECT_EQ(places.contains(move.adept) ? places[move.adept] : -1, move.from);
    if (move.to < 0) {
      places.erase(move.adept);
    } else {
      places[move.adept] = move.to;
    }
  }
  return places;
}

// The moves change the answer by what they are said to, and nobody sits where
// there is no seat or (but for the forced pair) where a rule forbids it.
void ExpectTrue(const Problem& problem, const Solution& solution, const Forced& forced, int32_t adept, int32_t mentor) {
  const auto after = After(solution.assignment, forced.moves);
  const auto before = PlacesOf(solution.assignment);
  int64_t score = 0;
  std::map<int32_t, int> taken, locks;
  for (const Lock& lock : problem.locks) ++locks[lock.mentor];
  for (const auto& [a, m] : after) {
    const int64_t e = problem.edges.Find(a, m);
    const bool is_locked = std::any_of(problem.locks.begin(), problem.locks.end(),
                                       [&, who = a](const Lock& lock) { return lock.adept == who; });
    EXPECT_TRUE(e >= 0 || is_locked || (a == adept && m == mentor));
    score += e < 0 ? 0 : problem.edges.score[static_cast<size_t>(e)];
    ++taken[m];
  }
  for (const auto& [m, count] : taken) {
    const int override_seat = m == mentor && locks[m] >= problem.capacity[static_cast<size_t>(m)] ? 1 : 0;
    EXPECT_LE(count, std::max(locks[m], problem.capacity[static_cast<size_t>(m)]) + override_seat);
  }
  EXPECT_EQ(static_cast<int64_t>(after.size()) - static_cast<int64_t>(before.size()), forced.change.pairs);
  EXPECT_EQ(score - solution.assignment.total_score, forced.change.score);
}

TEST(WhatIfTest, AForcedPairCostsWhatASolveWithThatLockLoses) {
  for (const RandomShape& shape : Shapes()) {
    ForManyProblems(shape, [&](const Problem& problem, const Solution& solution, const WhatIf& what_if) {
      for (int32_t a = 0; a < problem.adept_count(); ++a) {
        for (int32_t m = 0; m < problem.mentor_count(); ++m) {
          if (std::count(problem.vetoes.begin(), problem.vetoes.end(), std::pair(a, m)) > 0) continue;
          const auto lock = std::find_if(problem.locks.begin(), problem.locks.end(),
                                         [&](const Lock& other) { return other.adept == a; });
          const std::optional<Forced> forced = what_if.Force(a, m);
          ASSERT_EQ(forced.has_value(), lock == problem.locks.end() || lock->mentor == m);
          if (lock != problem.locks.end()) continue;
          Problem with = problem;
          with.locks.push_back({.adept = a, .mentor = m, .override_rules = true});
          const Solution solved = SolveIt(with);
          EXPECT_EQ(forced->change.pairs, Pairs(solved) - Pairs(solution));
          EXPECT_EQ(forced->change.score, solved.assignment.total_score - solution.assignment.total_score);
          ExpectTrue(problem, solution, *forced, a, m);
        }
      }
    });
  }
}

// What is left of a problem when nobody but the matched and `adept` take part.
Problem Only(const Problem& problem, const Assignment& assignment, int32_t adept) {
  Problem some = problem;
  some.edges = {};
  const auto places = PlacesOf(assignment);
  for (int32_t a = 0; a < problem.adept_count(); ++a) {
    const size_t row = static_cast<size_t>(a);
    for (int64_t e = problem.edges.offset[row]; e < problem.edges.offset[row + 1]; ++e) {
      if (a != adept && !places.contains(a)) continue;
      some.edges.mentor.push_back(problem.edges.mentor[static_cast<size_t>(e)]);
      some.edges.score.push_back(problem.edges.score[static_cast<size_t>(e)]);
    }
    some.edges.offset.push_back(some.edges.size());
  }
  return some;
}

std::vector<int32_t> Unmatched(const Problem& problem, const Assignment& assignment) {
  const auto places = PlacesOf(assignment);
  std::vector<int32_t> unmatched;
  for (int32_t a = 0; a < problem.adept_count(); ++a) {
    if (!places.contains(a)) unmatched.push_back(a);
  }
  return unmatched;
}

// Whether every best answer pairs `adept`: without the adept the best is worse.
bool IsInEveryBest(const Problem& problem, int32_t adept) {
  const Solution with = SolveIt(problem);
  Problem without = problem;
  const size_t row = static_cast<size_t>(adept);
  const auto begin = without.edges.offset[row], end = without.edges.offset[row + 1];
  without.edges.mentor.erase(without.edges.mentor.begin() + begin, without.edges.mentor.begin() + end);
  without.edges.score.erase(without.edges.score.begin() + begin, without.edges.score.begin() + end);
  for (size_t a = row + 1; a < without.edges.offset.size(); ++a) without.edges.offset[a] -= end - begin;
  const Solution best = SolveIt(without);
  return Pairs(best) < Pairs(with) || best.assignment.total_score < with.assignment.total_score;
}

TEST(WhatIfTest, OneMoreSeatHelpsWhereItIsSaidToAndNowhereElse) {
  for (const RandomShape& shape : Shapes()) {
    ForManyProblems(shape, [&](const Problem& problem, const Solution& solution, const WhatIf& what_if) {
      for (const int32_t adept : Unmatched(problem, solution.assignment)) {
        const std::vector<SeatOption> options = what_if.MoreSeats(adept);
        for (int32_t m = 0; m < problem.mentor_count(); ++m) {
          const auto option =
              std::find_if(options.begin(), options.end(), [&](const SeatOption& other) { return other.mentor == m; });
          Problem more = problem;
          ++more.capacity[static_cast<size_t>(m)];
          const bool helps = Pairs(SolveIt(Only(more, solution.assignment, adept))) == Pairs(solution) + 1;
          ASSERT_EQ(option != options.end(), helps);
          EXPECT_TRUE(!helps || option->certain == IsInEveryBest(more, adept));
        }
      }
    });
  }
}

TEST(WhatIfTest, WhoeverMayHaveAMentorWithRoomIsMatched) {
  for (const RandomShape& shape : Shapes()) {
    ForManyProblems(shape, [&](const Problem& problem, const Solution& solution, const WhatIf& what_if) {
      const std::vector<bool> room = what_if.WithRoom();
      for (const int32_t adept : Unmatched(problem, solution.assignment)) {
        const size_t row = static_cast<size_t>(adept);
        for (int32_t m = 0; m < problem.mentor_count(); ++m) {
          const int64_t begin = problem.edges.offset[row], end = problem.edges.offset[row + 1];
          if (problem.edges.Find(adept, m) >= 0) {
            EXPECT_FALSE(room[static_cast<size_t>(m)]);
            continue;
          }
          Problem allowed = problem;
          std::erase(allowed.vetoes, std::pair(adept, m));
          const auto at = std::lower_bound(allowed.edges.mentor.begin() + begin, allowed.edges.mentor.begin() + end, m);
          allowed.edges.score.insert(allowed.edges.score.begin() + (at - allowed.edges.mentor.begin()), 0);
          allowed.edges.mentor.insert(at, m);
          for (size_t a = row + 1; a < allowed.edges.offset.size(); ++a) ++allowed.edges.offset[a];
          const bool helps = Pairs(SolveIt(Only(allowed, solution.assignment, adept))) == Pairs(solution) + 1;
          ASSERT_EQ(room[static_cast<size_t>(m)], helps);
          EXPECT_TRUE(!helps || IsInEveryBest(allowed, adept));
        }
      }
    });
  }
}

TEST(WhatIfTest, OneMoreMentorIsCertainToHelpWhereItIsSaidTo) {
  std::mt19937_64 random(7);
  for (const RandomShape& shape : Shapes()) {
    ForManyProblems(shape, [&](const Problem& problem, const Solution& solution, const WhatIf& what_if) {
      for (const int32_t adept : Unmatched(problem, solution.assignment)) {
        Problem more = problem;
        more.edges = {};
        more.capacity.push_back(1);
        more.mentor_key.emplace_back("new");
        NewMentor mentor;
        for (int32_t a = 0; a < problem.adept_count(); ++a) {
          const size_t row = static_cast<size_t>(a);
          for (int64_t e = problem.edges.offset[row]; e < problem.edges.offset[row + 1]; ++e) {
            more.edges.mentor.push_back(problem.edges.mentor[static_cast<size_t>(e)]);
            more.edges.score.push_back(problem.edges.score[static_cast<size_t>(e)]);
          }
          if (a == adept || random() % 3 == 0) {
            mentor.emplace_back(a, static_cast<int32_t>(random() % 3) * kScoreOne / 2);
            more.edges.mentor.push_back(problem.mentor_count());
            more.edges.score.push_back(mentor.back().second);
          }
          more.edges.offset.push_back(more.edges.size());
        }
        EXPECT_EQ(Pairs(SolveIt(more)), Pairs(solution) + 1);
        EXPECT_EQ(what_if.IsCertainWith(mentor, adept), IsInEveryBest(more, adept));
      }
    });
  }
}

TEST(WhatIfTest, AForcedPairNamesWhoMoves) {
  // 0 sits with 0, 1 with 1; forcing 0 to 1 sends 1 to 2.
  const Problem problem{.edges = {.offset = {0, 2, 4}, .mentor = {0, 1, 1, 2}, .score = {900, 800, 700, 100}},
                        .capacity = {1, 1, 1},
                        .rounds_waited = {0, 0},
                        .adept_key = {"a", "b"},
                        .mentor_key = {"x", "y", "z"}};
  const Solution solution = SolveIt(problem);

  const std::optional<Forced> forced =
      WhatIf(problem, Objective::kCoverageThenScore, solution.assignment, solution.certificate)
          .Force(/*adept=*/0, /*mentor=*/1);

  ASSERT_TRUE(forced.has_value());
  EXPECT_EQ(forced->change, (Change{0, -700}));
  EXPECT_THAT(forced->moves, ElementsAre(Move{0, 0, 1}, Move{1, 1, 2}));
}

TEST(WhatIfTest, APairThatIsThereChangesNothing) {
  const Problem problem{.edges = {.offset = {0, 1}, .mentor = {0}, .score = {5}},
                        .capacity = {1},
                        .rounds_waited = {0},
                        .adept_key = {"a"},
                        .mentor_key = {"x"}};
  const Solution solution = SolveIt(problem);

  const std::optional<Forced> forced =
      WhatIf(problem, Objective::kCoverageThenScore, solution.assignment, solution.certificate)
          .Force(/*adept=*/0, /*mentor=*/0);

  ASSERT_TRUE(forced.has_value());
  EXPECT_EQ(forced->change, Change());
  EXPECT_THAT(forced->moves, IsEmpty());
}

}  // namespace
}  // namespace brygga::engine
