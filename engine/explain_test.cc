#include "engine/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/solve.h"
#include "engine/test_data.h"

namespace brygga::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Person Someone(int i, const std::string& municipality) {
  return {.id = std::to_string(i),
          .tie_key = std::to_string(i),
          .ssyk4 = "2221",
          .languages = {{"sv", "N"}},
          .municipality_code = municipality,
          .max_distance_km = 50,
          .format = MeetingFormat::kOnsite,
          .slots = {"mon_evening"}};
}

struct Cohort {
  People adepts, mentors;
  Problem problem;
  Assignment assignment;
  std::vector<Unmatched> unmatched;
};

Cohort Explain(const std::vector<Person>& adepts, const std::vector<Person>& mentors, const Pairs& vetoes = {}) {
  const Scorer scorer = Scorer::Create(ShippedReference(), ShippedPolicy("vocational")).value();
  Cohort cohort{.adepts = BuildPeople(ShippedReference(), adepts).value(),
                .mentors = BuildPeople(ShippedReference(), mentors).value()};
  Edges edges = scorer.ScoreAll(cohort.adepts, cohort.mentors, vetoes).value();
  cohort.problem = MakeProblem(cohort.adepts, cohort.mentors, std::move(edges), {}, vetoes, "seed");
  cohort.assignment = SolveCoverageThenScore(cohort.problem).value().assignment;
  cohort.unmatched = ExplainUnmatched(scorer, cohort.adepts, cohort.mentors, cohort.problem, cohort.assignment);
  return cohort;
}

TEST(ExplainTest, NineShareSixSeats) {
  std::vector<Person> adepts, mentors;
  for (int i = 0; i < 9; ++i) adepts.push_back(Someone(i, "1280"));
  for (int i = 9; i < 12; ++i) adepts.push_back(Someone(i, "0180"));
  for (int i = 0; i < 3; ++i) mentors.push_back(Someone(i, "1281"));
  for (Person& mentor : mentors) mentor.capacity = 2;
  for (int i = 3; i < 8; ++i) mentors.push_back(Someone(i, "0180"));

  const Cohort cohort = Explain(adepts, mentors);

  ASSERT_EQ(cohort.unmatched.size(), 3u);
  for (const Unmatched& one : cohort.unmatched) {
    EXPECT_EQ(UnmatchedReasonCode(one.reason), "BOTTLENECK");
    EXPECT_THAT(one.group, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8));
    EXPECT_THAT(one.mentors, ElementsAre(0, 1, 2));
    EXPECT_EQ(one.seats, 6);
    EXPECT_THAT(one.rules, IsEmpty());
  }
}

TEST(ExplainTest, RulesThatForbidEveryMentorAreCounted) {
  Person late = Someone(0, "0180");
  late.slots = {"sun_morning"};
  std::vector<Person> mentors = {Someone(0, "0180"), Someone(1, "0180"), Someone(2, "1280"), Someone(3, "0180")};
  mentors[3].capacity = 0;  // Has no seat: nothing would change if it were allowed.

  const Cohort cohort = Explain({late}, mentors, {{0, 1}});

  ASSERT_EQ(cohort.unmatched.size(), 1u);
  EXPECT_EQ(cohort.unmatched[0].reason, UnmatchedReason::kNoFeasibleMentor);
  EXPECT_THAT(cohort.unmatched[0].rules,
              ElementsAre(RuleCount{HardRule::kNoCommonSlot, 3, 1}, RuleCount{HardRule::kVeto, 1, 0},
                          RuleCount{HardRule::kTooFar, 1, 0}));
}

TEST(ExplainTest, WithoutSeatsThereIsNothingToWeigh) {
  Person mentor = Someone(0, "0180");
  mentor.capacity = 0;
  const Cohort cohort = Explain({Someone(0, "0180")}, {mentor});
  ASSERT_EQ(cohort.unmatched.size(), 1u);
  EXPECT_EQ(UnmatchedReasonCode(cohort.unmatched[0].reason), "NO_SEATS");
}

// Every Hall set really is one: all mentors whom the group may have are named,
// and they have fewer seats than the group has members.
TEST(ExplainTest, EveryGroupIsLargerThanItsSeats) {
  std::vector<Person> adepts, mentors;
  const std::vector<std::string> places = {"0180", "0580", "0581", "1280", "1281"};
  for (int i = 0; i < 40; ++i) adepts.push_back(Someone(i, places[static_cast<size_t>(i * i % 5)]));
  for (int i = 0; i < 25; ++i) mentors.push_back(Someone(i, places[static_cast<size_t>(i * 3 % 5)]));
  const Cohort cohort = Explain(adepts, mentors);
  EXPECT_GE(cohort.unmatched.size(), 15u);
  for (const Unmatched& one : cohort.unmatched) {
    EXPECT_GT(static_cast<int64_t>(one.group.size()), one.seats);
    for (const int32_t member : one.group) {
      const size_t a = static_cast<size_t>(member);
      for (int64_t e = cohort.problem.edges.offset[a]; e < cohort.problem.edges.offset[a + 1]; ++e) {
        EXPECT_TRUE(std::binary_search(one.mentors.begin(), one.mentors.end(),
                                       cohort.problem.edges.mentor[static_cast<size_t>(e)]));
      }
    }
  }
}

// An answer that does not match as many as can be leaves somebody out for its own
// reasons, and there is no bottleneck to name.
TEST(ExplainTest, WhoeverTheObjectiveLeavesOutIsInNoBottleneck) {
  Cohort cohort = Explain({Someone(0, "1280"), Someone(1, "1280")}, {Someone(0, "1280"), Someone(1, "1280")});
  ASSERT_THAT(cohort.unmatched, IsEmpty());
  cohort.assignment.pairs.pop_back();

  const Scorer scorer = Scorer::Create(ShippedReference(), ShippedPolicy("vocational")).value();
  const std::vector<Unmatched> unmatched =
      ExplainUnmatched(scorer, cohort.adepts, cohort.mentors, cohort.problem, cohort.assignment);

  ASSERT_EQ(unmatched.size(), 1u);
  EXPECT_EQ(UnmatchedReasonCode(unmatched[0].reason), "OBJECTIVE");
  EXPECT_THAT(unmatched[0].group, IsEmpty());
}

}  // namespace
}  // namespace brygga::engine
