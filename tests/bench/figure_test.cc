#include "tests/bench/figure.h"

#include <gtest/gtest.h>

namespace brygga::bench {
namespace {

TEST(FigureTest, TheRatioIsTheMedianOfTheRoundsRatios) {
  const Figure figure = {
      .name = "x", .unit = "us", .ours = {10, 30, 12}, .reference = {10, 10, 10}, .goal = Goal::kAtMost, .bound = 1.2};

  EXPECT_DOUBLE_EQ(figure.ratio(), 1.2);
  EXPECT_TRUE(figure.ok());
}

TEST(FigureTest, AMissSaysSo) {
  const Figure figure = {
      .name = "x", .unit = "/s", .ours = {30, 30}, .reference = {10, 10}, .goal = Goal::kAtLeast, .bound = 4};

  EXPECT_NE(Line(figure).find("ratio=3.00 goal=>=4.00 MISS"), std::string::npos) << Line(figure);
}

TEST(FigureTest, AFigureWithoutAGoalIsNotJudged) {
  const Figure figure = {.name = "x", .unit = "us", .ours = {99}, .reference = {1}};

  EXPECT_TRUE(figure.ok());
  EXPECT_NE(Line(figure).find("goal=none -"), std::string::npos) << Line(figure);
}

}  // namespace
}  // namespace brygga::bench
