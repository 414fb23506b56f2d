#include "engine/group_what_if.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <tuple>

#include "engine/random_problem.h"
#include "engine/solve.h"

namespace brygga::engine {
namespace {

// Whether the problem with this pair locked still keeps every rule: the lock
// must not be an override.
std::optional<Problem> With(const Problem& problem, Objective objective, int32_t adept, int32_t mentor) {
  Problem with = problem;
  with.locks.push_back({.adept = adept, .mentor = mentor, .override_rules = false});
  return Validate(with, objective).ok() ? std::optional(with) : std::nullopt;
}

void Compare(Objective objective, uint64_t seed, const RandomShape& shape, int problems) {
  std::mt19937_64 random(seed);
  int compared = 0, changed = 0;
  for (int i = 0; i < problems; ++i) {
    const Problem problem = RandomProblem(random, shape);
    const auto solution = Solve(problem, objective);
    if (!solution.ok() || !GroupWhatIf::Handles(objective, solution->certificate)) continue;
    const GroupWhatIf what_if(problem, objective, solution->assignment, solution->certificate);
    for (int32_t a = 0; a < problem.adept_count(); ++a) {
      for (int32_t m = 0; m < problem.mentor_count(); ++m) {
        const std::optional<Forced> forced = what_if.Force(a, m);
        const bool is_locked =
            std::any_of(problem.locks.begin(), problem.locks.end(), [&](const Lock& lock) { return lock.adept == a; });
        if (is_locked) continue;
        const std::optional<Problem> with = With(problem, objective, a, m);
        const auto solved = with ? Solve(*with, objective) : absl::StatusOr<Solution>(absl::NotFoundError(""));
        if (!forced || !solved.ok()) {
          // Nothing may be promised that a solve refuses; and a lock alone may exceed
          // what reserves that stay empty leave.
          ASSERT_FALSE(forced.has_value() && with) << "problem " << i << ": " << a << ", " << m;
          const bool keeps_empty = std::any_of(problem.groups.begin(), problem.groups.end(), [](const Group& group) {
            return group.fallback == ReserveFallback::kKeepEmpty && group.reserved > 0;
          });
          ASSERT_TRUE(!solved.ok() || keeps_empty) << "problem " << i << ": " << a << ", " << m;
          continue;
        }
        int64_t pairs = static_cast<int64_t>(solved->assignment.pairs.size()) -
                        static_cast<int64_t>(solution->assignment.pairs.size());
        int64_t score = solved->assignment.total_score - solution->assignment.total_score;
        if (problem.repair && problem.repair->price) {
          const auto kept = [&](const Assignment& assignment) {
            return std::count_if(
                problem.repair->previous.begin(), problem.repair->previous.end(), [&](const auto& one) {
                  return problem.edges.Find(one.first, one.second) >= 0 &&
                         std::any_of(assignment.pairs.begin(), assignment.pairs.end(), [&](const MatchedPair& pair) {
                           return pair.adept == one.first && pair.mentor == one.second;
                         });
                });
          };
          score += *problem.repair->price * (kept(solved->assignment) - kept(solution->assignment));
        }
        ASSERT_EQ(forced->change.score, score) << "problem " << i << ": " << a << ", " << m;
        ASSERT_TRUE(objective == Objective::kScore || forced->change.pairs == pairs) << "problem " << i;
        ++compared;
        changed += forced->moves.size() > 1 ? 1 : 0;

        // The moves make an answer of that size and total.
        std::map<int32_t, int32_t> places;
        for (const MatchedPair& pair : solution->assignment.pairs) places[pair.adept] = pair.mentor;
        for (const Move& move : forced->moves) {
          ASSERT_EQ(places.contains(move.adept) ? places[move.adept] : -1, move.from);
          if (move.to < 0) places.erase(move.adept);
          if (move.to >= 0) places[move.adept] = move.to;
        }
        int64_t moved = -static_cast<int64_t>(solution->assignment.pairs.size()) + static_cast<int64_t>(places.size());
        ASSERT_TRUE(objective == Objective::kScore || moved == forced->change.pairs) << "problem " << i;
      }
    }
  }
  EXPECT_GT(compared, problems / 2);
  EXPECT_GT(changed, problems / 10);
}

TEST(GroupWhatIfTest, AForcedPairCostsWhatASolveWithThatLockLoses) {
  Compare(Objective::kCoverageThenScore, 1, {.adepts = 6, .mentors = 5, .with_groups = true}, 2500);
  Compare(Objective::kCoverageThenScore, 2,
          {.adepts = 8, .mentors = 5, .most_seats = 2, .distinct_scores = 1000, .with_groups = true}, 1500);
}

TEST(GroupWhatIfTest, SoItDoesForTheHighestTotalAndForRepairs) {
  Compare(Objective::kScore, 3, {.adepts = 6, .mentors = 5, .with_groups = true}, 1500);
  Compare(Objective::kCoverageThenScore, 4, {.adepts = 6, .mentors = 5, .with_groups = true, .with_repair = true},
          1500);
}

// Whether an answer has one match more, and no fewer of what comes before matches.
bool HasOneMore(const Statistics& before, const absl::StatusOr<Solution>& after) {
  return after.ok() &&
         std::tuple(after->statistics.guaranteed, after->statistics.reserved, after->statistics.matched) >=
             std::tuple(before.guaranteed, before.reserved, before.matched + 1);
}

TEST(GroupWhatIfTest, RoomIsWhereASolveFindsOneMoreMatch) {
  std::mt19937_64 random(5);
  int seats = 0, missed = 0, mentors = 0, newcomers = 0;
  for (int i = 0; i < 4000; ++i) {
    const Problem problem =
        RandomProblem(random, {.adepts = 7, .mentors = 5, .most_seats = 2, .allowed_in_ten = 4, .with_groups = true});
    const auto solution = Solve(problem, Objective::kCoverageThenScore);
    if (!solution.ok() || !GroupWhatIf::Handles(Objective::kCoverageThenScore, solution->certificate)) continue;
    const GroupWhatIf what_if(problem, Objective::kCoverageThenScore, solution->assignment, solution->certificate);
    for (int32_t a = 0; a < problem.adept_count(); ++a) {
      const auto& pairs = solution->assignment.pairs;
      if (std::any_of(pairs.begin(), pairs.end(), [&](const MatchedPair& pair) { return pair.adept == a; })) continue;
      const GroupWhatIf::Room room = what_if.RoomFor(a);
      for (int32_t m = 0; m < problem.mentor_count(); ++m) {
        // One more seat, and the adept in it.
        if (problem.edges.Find(a, m) >= 0) {
          Problem more = problem;
          ++more.capacity[static_cast<size_t>(m)];
          more.locks.push_back({.adept = a, .mentor = m});
          const bool does =
              Validate(more).ok() && HasOneMore(solution->statistics, Solve(more, Objective::kCoverageThenScore));
          const bool found = std::binary_search(room.seats.begin(), room.seats.end(), m);
          ASSERT_TRUE(does || !found) << "problem " << i << ": " << a << ", " << m;
          seats += found ? 1 : 0;
          missed += does && !found ? 1 : 0;
        } else if (room.mentors[static_cast<size_t>(m)]) {
          // The pair allowed, by an edge of score 0.
          Problem more = problem;
          std::erase(more.vetoes, std::pair(a, m));
          auto& edges = more.edges;
          const auto at = std::lower_bound(edges.mentor.begin() + edges.offset[static_cast<size_t>(a)],
                                           edges.mentor.begin() + edges.offset[static_cast<size_t>(a) + 1], m) -
                          edges.mentor.begin();
          edges.mentor.insert(edges.mentor.begin() + at, m);
          edges.score.insert(edges.score.begin() + at, 0);
          for (size_t row = static_cast<size_t>(a) + 1; row < edges.offset.size(); ++row) ++edges.offset[row];
          ASSERT_TRUE(HasOneMore(solution->statistics, Solve(more, Objective::kCoverageThenScore)))
              << "problem " << i << ": " << a << ", " << m;
          ++mentors;
        }
      }
      if (!room.new_mentor) continue;
      Problem more = problem;
      more.capacity.push_back(1);
      more.mentor_key.push_back("new");
      auto& edges = more.edges;
      const auto at = edges.offset[static_cast<size_t>(a) + 1];
      edges.mentor.insert(edges.mentor.begin() + at, problem.mentor_count());
      edges.score.insert(edges.score.begin() + at, 0);
      for (size_t row = static_cast<size_t>(a) + 1; row < edges.offset.size(); ++row) ++edges.offset[row];
      ASSERT_TRUE(HasOneMore(solution->statistics, Solve(more, Objective::kCoverageThenScore))) << "problem " << i;
      ++newcomers;
    }
  }
  EXPECT_GT(seats, 300);
  EXPECT_LT(missed, seats);
  EXPECT_GT(mentors, 100);
  EXPECT_GT(newcomers, 100);
}

}  // namespace
}  // namespace brygga::engine
