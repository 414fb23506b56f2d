#include "engine/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/status/error.h"
#include "engine/test_data.h"

namespace brygga::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

nlohmann::json Vocational() { return nlohmann::json::parse(ReadFile("data/policy/vocational.json")); }

std::vector<std::string> WrongFields(const std::string& text) {
  const absl::Status status = ParsePolicy(text).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  std::vector<std::string> fields;
  for (const FieldViolation& violation : DetailsOf(status).fields) fields.push_back(violation.field);
  return fields;
}

TEST(PolicyTest, TheShippedPoliciesHoldTheStatedNumbers) {
  const Policy vocational = ShippedPolicy("vocational");
  EXPECT_THAT(vocational.weights, ElementsAre(40, 15, 10, 10, 10, 8, 4, 0, 3));
  EXPECT_EQ(vocational.minimum_closeness, 0.25);
  EXPECT_EQ(vocational.adept_level, "B2");
  EXPECT_FALSE(vocational.screening_passed);

  EXPECT_THAT(ShippedPolicy("language").weights, ElementsAre(10, 5, 35, 15, 20, 5, 0, 0, 10));
  EXPECT_THAT(ShippedPolicy("language").languages, ElementsAre("sv"));
  EXPECT_THAT(ShippedPolicy("youth").weights, ElementsAre(10, 5, 15, 20, 20, 15, 5, 0, 10));
  EXPECT_TRUE(ShippedPolicy("youth").screening_passed);
  EXPECT_THAT(ShippedPolicy("reverse").weights, ElementsAre(15, 10, 15, 10, 15, 15, 5, 0, 15));
}

TEST(PolicyTest, EveryWrongFieldIsNamedAtOnce) {
  nlohmann::json json = Vocational();
  json["version"] = 0;
  json["hard"]["common_slots"].erase("minimum");
  json["hard"]["distance"]["limit"] = "LARGER_OF_BOTH";
  json["weights"]["slots"] = -1;
  json["weights"]["charm"] = 5;
  json["occupation"]["edge_75"] = "much";
  json["language"]["practise"] = "sv";
  json["goals"]["fame"] = {{"minimum_years", 1}};
  json["goals"]["leadership"] = {{"manager", 1}};

  EXPECT_THAT(WrongFields(json.dump()),
              UnorderedElementsAre("version", "hard.common_slots.minimum", "hard.distance.limit", "weights.slots",
                                   "weights.charm", "occupation.edge_75", "language.practise", "goals.fame",
                                   "goals.leadership.manager"));
}

TEST(PolicyTest, WhatIsNoPolicyIsRefused) {
  EXPECT_THAT(WrongFields(""), ElementsAre("policy"));
  EXPECT_THAT(WrongFields("[]"), ElementsAre("policy"));
  EXPECT_THAT(WrongFields("{\"unknown_value\": NaN}"), ElementsAre("policy"));
  EXPECT_THAT(WrongFields(std::string(100'000, '[')), ElementsAre("policy"));
  EXPECT_THAT(WrongFields(std::string((1 << 20) + 1, ' ')), ElementsAre("policy"));
  EXPECT_GT(WrongFields("{}").size(), 10u);
}

TEST(PolicyTest, NumbersOutOfBoundsAreRefusedWhateverTheirSize) {
  for (const char* number : {"1e308", "-1e-300", "99999999999999999999", "true", "null", "\"1\""}) {
    std::string text = Vocational().dump();
    const std::string from = "\"unknown_value\":0.5";
    text.replace(text.find(from), from.size(), std::string("\"unknown_value\":") + number);
    EXPECT_THAT(WrongFields(text), ElementsAre("unknown_value")) << number;
  }
}

TEST(PolicyTest, APolicyNeedsSomeWeight) {
  nlohmann::json json = Vocational();
  for (auto& weight : json["weights"]) weight = 0;
  EXPECT_THAT(WrongFields(json.dump()), ElementsAre("weights.occupation"));
}

}  // namespace
}  // namespace brygga::engine
