#include "engine/brute_force_testing.h"

namespace brygga::engine {
namespace {

constexpr RandomShape kPlain = {.adepts = 5, .mentors = 4};
constexpr RandomShape kGroups = {.adepts = 5, .mentors = 4, .with_groups = true};
constexpr RandomShape kRepair = {.adepts = 5, .mentors = 4, .with_repair = true};
constexpr RandomShape kBoth = {
    .adepts = 5, .mentors = 4, .distinct_scores = 3, .with_groups = true, .with_repair = true};

TEST(GroupsTest, CoverageThenScoreEqualsBruteForce) {
  ExpectEqualToBruteForce(Objective::kCoverageThenScore, 11, 9'000, kGroups);
  ExpectEqualToBruteForce(Objective::kCoverageThenScore, 12, 7'000, kRepair);
  ExpectEqualToBruteForce(Objective::kCoverageThenScore, 13, 9'000, kBoth);
}

TEST(GroupsTest, ScoreEqualsBruteForce) {
  ExpectEqualToBruteForce(Objective::kScore, 21, 6'000, kPlain);
  ExpectEqualToBruteForce(Objective::kScore, 22, 6'000, kGroups);
  ExpectEqualToBruteForce(Objective::kScore, 23, 6'000, kRepair);
  ExpectEqualToBruteForce(Objective::kScore, 24, 8'000, kBoth);
}

TEST(GroupsTest, FairestEqualsBruteForce) {
  ExpectEqualToBruteForce(Objective::kFairest, 31, 7'000, kPlain);
  ExpectEqualToBruteForce(Objective::kFairest, 32, 7'000, kGroups);
  ExpectEqualToBruteForce(Objective::kFairest, 33, 9'000, kBoth);
}

}  // namespace
}  // namespace brygga::engine
