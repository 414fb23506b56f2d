#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>
#include <vector>

#include "engine/brute_force_testing.h"

namespace brygga::engine {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr RandomShape kPlain = {.adepts = 5, .mentors = 4};
constexpr RandomShape kGroups = {.adepts = 5, .mentors = 4, .with_groups = true};
constexpr RandomShape kRepair = {.adepts = 5, .mentors = 4, .with_repair = true};
constexpr RandomShape kBoth = {
    .adepts = 5, .mentors = 4, .distinct_scores = 3, .with_groups = true, .with_repair = true};

TEST(GroupsTest, CoverageThenScoreEqualsBruteForce) {
  ExpectEqualToBruteForce(Objective::kCoverageThenScore, 11, 12'000, kGroups);
  ExpectEqualToBruteForce(Objective::kCoverageThenScore, 12, 10'000, kRepair);
  ExpectEqualToBruteForce(Objective::kCoverageThenScore, 13, 12'000, kBoth);
}

TEST(GroupsTest, ScoreEqualsBruteForce) {
  ExpectEqualToBruteForce(Objective::kScore, 21, 6'000, kPlain);
  ExpectEqualToBruteForce(Objective::kScore, 22, 8'000, kGroups);
  ExpectEqualToBruteForce(Objective::kScore, 23, 6'000, kRepair);
  ExpectEqualToBruteForce(Objective::kScore, 24, 12'000, kBoth);
}

TEST(GroupsTest, FairestEqualsBruteForce) {
  ExpectEqualToBruteForce(Objective::kFairest, 31, 9'000, kPlain);
  ExpectEqualToBruteForce(Objective::kFairest, 32, 12'000, kGroups);
  ExpectEqualToBruteForce(Objective::kFairest, 33, 14'000, kBoth);
}

// Whom a stable answer matches, stable_test.cc compares with brute force.
TEST(GroupsTest, StableAnswersHoldOrSayWhatTheyDoNotTake) {
  std::mt19937_64 random(41);
  int solved = 0;
  for (int i = 0; i < 2'000; ++i) {
    const Problem problem = RandomProblem(random, {.adepts = 8, .mentors = 6, .with_groups = i % 2 == 0});
    const auto solution = Solve(problem, Objective::kStable);
    if (!solution.ok()) {
      ASSERT_EQ(solution.status().code(), absl::StatusCode::kInvalidArgument) << solution.status();
      continue;
    }
    ++solved;
    ASSERT_EQ(Check(problem, Objective::kStable, solution->assignment, solution->certificate), absl::OkStatus()) << i;
  }
  EXPECT_GT(solved, 1'000);
}

// `adepts` by `mentors`, everybody allowed, at scores from a seed.
Problem Square(int adepts, int mentors, uint64_t seed) {
  std::mt19937_64 random(seed);
  Problem problem;
  problem.seed = "seed";
  for (int m = 0; m < mentors; ++m) {
    problem.capacity.push_back(1);
    problem.mentor_key.push_back("m" + std::to_string(m));
  }
  for (int a = 0; a < adepts; ++a) {
    problem.adept_key.push_back("a" + std::to_string(a));
    problem.rounds_waited.push_back(0);
    for (int m = 0; m < mentors; ++m) {
      problem.edges.mentor.push_back(m);
      problem.edges.score.push_back(static_cast<int32_t>(random() % (kScoreOne + 1)));
    }
    problem.edges.offset.push_back(problem.edges.size());
  }
  return problem;
}

std::vector<std::string> WrongFields(const Problem& problem, Objective objective = Objective::kCoverageThenScore) {
  const absl::Status status = Solve(problem, objective).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  std::vector<std::string> fields;
  for (const FieldViolation& field : DetailsOf(status).fields) fields.push_back(field.field);
  return fields;
}

TEST(GroupsTest, GroupsThatCrossAreRefusedAndBothAreNamed) {
  Problem problem = Square(3, 4, 1);
  problem.groups = {{.name = "north", .members = {0, 1}, .at_most = 1},
                    {.name = "nurses", .members = {1, 2}, .at_most = 1}};
  const absl::Status status = Solve(problem, Objective::kCoverageThenScore).status();
  ASSERT_THAT(DetailsOf(status).fields, SizeIs(1));
  EXPECT_THAT(DetailsOf(status).fields[0].description, HasSubstr("'north'"));
  EXPECT_THAT(DetailsOf(status).fields[0].description, HasSubstr("'nurses'"));

  problem.groups[1].side = GroupSide::kAdepts;  // Sides do not cross each other.
  EXPECT_TRUE(Solve(problem, Objective::kCoverageThenScore).ok());
  problem.groups[1].side = GroupSide::kMentors;
  problem.groups[1].members = {0, 1, 2};
  EXPECT_TRUE(Solve(problem, Objective::kCoverageThenScore).ok());
}

TEST(GroupsTest, EveryFaultOfAGroupOrARepairIsNamed) {
  const auto with = [](const Group& group, Objective objective = Objective::kCoverageThenScore) {
    Problem problem = Square(3, 3, 1);
    problem.groups = {group};
    return WrongFields(problem, objective);
  };
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min(), kMost = std::numeric_limits<int64_t>::max();
  EXPECT_THAT(with({.name = "", .members = {0}}), ElementsAre("groups[0].name"));
  EXPECT_THAT(with({.name = "g", .members = {-1}}), ElementsAre("groups[0].members[0]"));
  EXPECT_THAT(with({.name = "g", .members = {1, 1}}), ElementsAre("groups[0].members[1]"));
  EXPECT_THAT(with({.name = "g", .members = {3}}), ElementsAre("groups[0].members[0]"));
  EXPECT_THAT(with({.name = "g", .at_most = kLeast}), Contains("groups[0].at_most"));
  EXPECT_THAT(with({.name = "g", .at_least = kMost}), ElementsAre("groups[0].at_least"));
  EXPECT_THAT(with({.name = "g", .at_most = 1, .at_least = 2}), ElementsAre("groups[0].at_least"));
  EXPECT_THAT(with({.name = "g", .reserved = -1}), ElementsAre("groups[0].reserved"));
  EXPECT_THAT(with({.name = "g", .reserved = 4, .fallback = ReserveFallback::kKeepEmpty}), ElementsAre("groups"));
  EXPECT_THAT(with({.name = "g", .members = {0}, .at_least = 1}, Objective::kStable),
              ElementsAre("groups[0].at_least"));

  Problem problem = Square(3, 3, 1);
  problem.groups = {{.name = "outer", .members = {0, 1}, .at_most = 1},
                    {.name = "inner", .members = {0}, .reserved = 1, .fallback = ReserveFallback::kKeepEmpty}};
  EXPECT_THAT(WrongFields(problem), ElementsAre("groups[1].fallback"));
  problem.groups = {{.name = "g", .members = {0}}, {.name = "g", .members = {1}}};
  EXPECT_THAT(WrongFields(problem), ElementsAre("groups[1].name"));
  problem.groups = {{.name = "g", .members = {0}, .at_most = 0}};
  problem.locks = {{.adept = 0, .mentor = 0}};
  EXPECT_THAT(WrongFields(problem), ElementsAre("locks[0]"));

  problem = Square(3, 3, 1);
  problem.repair = {.previous = {{0, 3}, {-1, 0}, {1, 1}, {1, 2}}};
  EXPECT_THAT(WrongFields(problem), ElementsAre("repair.previous[0]", "repair.previous[1]", "repair.previous[3]"));
  problem.repair = {.price = -1};
  EXPECT_THAT(WrongFields(problem), ElementsAre("repair.price"));
  problem.repair = {.price = 1};
  EXPECT_THAT(WrongFields(problem, Objective::kFairest), ElementsAre("repair.price"));
  EXPECT_THAT(WrongFields(problem, Objective::kStable), ElementsAre("repair.price"));
}

TEST(GroupsTest, WhoIsShortOfAMinimumLoadIsNamedWithWhatCanBe) {
  Problem problem = Square(3, 4, 1);
  problem.groups = {{.name = "Volvo", .members = {0, 1}, .at_least = 2},
                    {.name = "Ikea", .members = {2, 3}, .at_least = 2}};
  const absl::Status status = Solve(problem, Objective::kScore).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "MINIMUM_LOAD");
  EXPECT_THAT(std::string(status.message()), HasSubstr("of 4 pairs that they ask for 3 are the most"));
  ASSERT_THAT(DetailsOf(status).preconditions, SizeIs(1));
  EXPECT_THAT(DetailsOf(status).preconditions[0].description, HasSubstr("may have 3 adepts, whom '"));

  problem.groups[1].at_least = 1;
  EXPECT_TRUE(Solve(problem, Objective::kScore).ok());
}

TEST(GroupsTest, ADeclineChangesAsLittleAsCanBe) {
  Problem problem = Square(40, 40, 7);
  const Solution first = *Solve(problem, Objective::kCoverageThenScore);
  problem.repair.emplace();
  for (const MatchedPair& pair : first.assignment.pairs) problem.repair->previous.emplace_back(pair.adept, pair.mentor);
  const Solution same = *Solve(problem, Objective::kCoverageThenScore);
  EXPECT_EQ(same.assignment, first.assignment);
  EXPECT_EQ(same.statistics.changed_pairs, 0);

  problem.capacity[static_cast<size_t>(first.assignment.pairs[0].mentor)] = 0;  // The mentor has left.
  problem.repair->price = int64_t{1} << 31;                                     // More than any score can make up for.
  const Solution dearest = *Solve(problem, Objective::kCoverageThenScore);
  EXPECT_EQ(dearest.statistics.changed_pairs, 1);
  EXPECT_EQ(dearest.statistics.matched, 39);
  problem.repair->price.reset();
  const Solution best = *Solve(problem, Objective::kCoverageThenScore);
  EXPECT_EQ(best.statistics.matched, 39);
  EXPECT_GE(best.assignment.total_score, dearest.assignment.total_score);
  EXPECT_EQ(best.statistics.kept_pairs + best.statistics.changed_pairs, 40);
}

TEST(GroupsTest, TooLargeAProblemIsRefusedBeforeItIsStarted) {
  Problem problem = Square(20, 20, 1);
  problem.groups = {{.name = "g", .members = {0, 1, 2}, .at_most = 1}};
  for (const Objective objective : {Objective::kCoverageThenScore, Objective::kScore, Objective::kFairest}) {
    const int64_t bound = SolveMemoryBound(problem, objective);
    const absl::Status refused = Solve(problem, objective, {.memory_limit_bytes = bound - 1}).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_THAT(std::string(refused.message()), HasSubstr(std::to_string(bound)));
    EXPECT_TRUE(Solve(problem, objective, {.memory_limit_bytes = bound}).ok());
  }
}

TEST(GroupsTest, IsCancelledAtOnceAndReportsWhatItDoes) {
  for (const Objective objective : {Objective::kCoverageThenScore, Objective::kFairest}) {
    for (const bool has_groups : {true, false}) {
      Problem problem = Square(150, 150, 3);
      if (has_groups) problem.groups = {{.name = "g", .members = {0, 1, 2, 3}, .at_most = 2, .at_least = 1}};
      problem.repair = {.previous = {{0, 0}, {1, 1}}};
      std::set<std::string> phases;
      SolveOptions options;
      options.control.progress = [&](const Progress& progress) { phases.emplace(progress.phase); };
      ASSERT_TRUE(Solve(problem, objective, options).ok());
      EXPECT_THAT(phases, Contains("coverage"));
      for (int after = 0; after < 12; ++after) {
        int asked = 0;
        options.control.cancelled = [&] { return asked++ >= after; };
        const absl::Status status = Solve(problem, objective, options).status();
        if (asked > after) {
          EXPECT_EQ(status.code(), absl::StatusCode::kCancelled) << after;
        }
        EXPECT_LE(asked, after + 1) << "work went on after it was told to stop";
      }
    }
  }
}

TEST(GroupsTest, NobodyAndNothingIsAProblemToo) {
  for (const Objective objective :
       {Objective::kCoverageThenScore, Objective::kScore, Objective::kFairest, Objective::kStable}) {
    for (const auto& [adepts, mentors] : {std::pair(0, 0), std::pair(0, 3), std::pair(3, 0)}) {
      Problem problem = Square(adepts, mentors, 1);
      if (objective != Objective::kStable) {
        problem.groups = {{.name = "g", .reserved = 0, .guaranteed = true},
                          {.name = "h", .side = GroupSide::kAdepts, .at_most = 3}};
      }
      const auto solution = Solve(problem, objective);
      ASSERT_TRUE(solution.ok()) << solution.status();
      EXPECT_THAT(solution->assignment.pairs, IsEmpty());
      EXPECT_EQ(Check(problem, objective, solution->assignment, solution->certificate), absl::OkStatus());
    }
  }
}

}  // namespace
}  // namespace brygga::engine
