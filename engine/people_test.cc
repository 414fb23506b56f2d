#include "engine/people.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/error.h"
#include "engine/test_data.h"

namespace brygga::engine {
namespace {

using ::testing::ElementsAre;

TEST(PeopleTest, EveryWrongFieldIsNamedWithItsRow) {
  const Person good{.id = "p1", .tie_key = "k1"};
  const Person bad{.id = "p1",
                   .tie_key = "",
                   .occupation_id = "nowhere",
                   .skills = {"wKHJ_NDQ_sSg", "nothing"},
                   .languages = {{"sv", "B2"}, {"xx", "D9"}},
                   .slots = {"mon_evening", "someday"},
                   .goals = {"fame"},
                   .years_experience = -1,
                   .capacity = -2};

  const absl::Status status = BuildPeople(ShippedReference(), {good, bad}).status();

  std::vector<std::string> fields;
  for (const FieldViolation& violation : DetailsOf(status).fields) fields.push_back(violation.field);
  EXPECT_THAT(fields, ElementsAre("people[1].tie_key", "people[1].id", "people[1].occupation_id", "people[1].skills[1]",
                                  "people[1].languages[1].code", "people[1].languages[1].level", "people[1].slots[1]",
                                  "people[1].goals[0]", "people[1].years_experience", "people[1].capacity"));
}

TEST(PeopleTest, TheTrainedOccupationIsTheTargetOnlyWithinItsGroup) {
  const Reference& reference = ShippedReference();
  const std::string secretary = "PeNQ_qpR_wTS";  // SSYK 3343.
  const auto people =
      BuildPeople(reference, {{.id = "same", .tie_key = "1", .occupation_id = secretary},
                              {.id = "other", .tie_key = "2", .occupation_id = secretary, .target_ssyk4 = "2512"},
                              {.id = "none", .tie_key = "3"}});

  ASSERT_TRUE(people.ok()) << people.status();
  EXPECT_EQ(people->target_group[0], reference.GroupIndex("3343"));
  EXPECT_EQ(people->target_occupation[0], reference.OccupationIndex(secretary));
  EXPECT_EQ(people->target_group[1], reference.GroupIndex("2512"));
  EXPECT_EQ(people->target_occupation[1], -1);
  EXPECT_EQ(people->target_group[2], -1);
}

TEST(PeopleTest, SlotsAreDayAndPart) {
  EXPECT_EQ(SlotBit("mon_morning"), 0);
  EXPECT_EQ(SlotBit("sun_evening"), 27);
  EXPECT_EQ(SlotBit("SUN_EVENING"), 27);
  EXPECT_EQ(GoalBit("CV_FEEDBACK"), GoalBit("cv_feedback"));
  for (const char* word : {"", "mon", "_", "mon_", "monday_lunch", "mon_lunch_"}) EXPECT_EQ(SlotBit(word), -1) << word;
}

TEST(PeopleTest, NobodyIsAValidSide) {
  const auto people = BuildPeople(ShippedReference(), {});
  ASSERT_TRUE(people.ok());
  EXPECT_EQ(people->count, 0);
}

}  // namespace
}  // namespace brygga::engine
