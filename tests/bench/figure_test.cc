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

TEST(FigureTest, RoundingContradictsNoJudgement) {
  const auto line = [](double ours, Goal goal, double bound) {
    return Line({.name = "x", .unit = "us", .ours = {ours}, .reference = {1}, .goal = goal, .bound = bound});
  };

  EXPECT_NE(line(3.996, Goal::kAtLeast, 4).find("ratio=3.99 goal=>=4.00 MISS"), std::string::npos);
  EXPECT_NE(line(4.001, Goal::kAtLeast, 4).find("ratio=4.00 goal=>=4.00 OK"), std::string::npos);
  EXPECT_NE(line(1.352, Goal::kAtMost, 1.35).find("ratio=1.36 goal=<=1.35 MISS"), std::string::npos);
  EXPECT_NE(line(1.347, Goal::kAtMost, 1.35).find("ratio=1.35 goal=<=1.35 OK"), std::string::npos);
  EXPECT_NE(line(1.704, Goal::kAtMost, 1.7).find("ratio=1.71 goal=<=1.70 MISS"), std::string::npos);
}

TEST(FigureTest, AFigureWithoutAGoalIsNotJudged) {
  const Figure figure = {.name = "x", .unit = "us", .ours = {99}, .reference = {1}};

  EXPECT_TRUE(figure.ok());
  EXPECT_NE(Line(figure).find("goal=none -"), std::string::npos) << Line(figure);
}

}  // namespace
}  // namespace brygga::bench
