#include "engine/suggest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "engine/solve.h"
#include "engine/test_data.h"
#include "engine/what_if.h"

namespace brygga::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Scorer ScorerOf(const std::string& kind) { return Scorer::Create(ShippedReference(), ShippedPolicy(kind)).value(); }

Person Nurse(int i) {
  return {.id = std::to_string(i),
          .tie_key = std::to_string(i),
          .ssyk4 = "2221",
          .languages = {{"sv", "C1"}},
          .municipality_code = "1280",
          .max_distance_km = 30,
          .format = MeetingFormat::kOnsite,
          .slots = {"mon_evening"}};
}

std::vector<CommonFeature> Common(const std::vector<Person>& adepts, int group) {
  std::vector<int32_t> rows;
  for (int i = 0; i < group; ++i) rows.push_back(i);
  return CommonFeatures(ShippedReference(), ShippedPolicy("vocational"), adepts, rows);
}

TEST(SuggestTest, NineAreDescribedByWhatOthersHaveNot) {
  std::vector<Person> adepts;
  for (int i = 0; i < 9; ++i) {
    adepts.push_back(Nurse(i));
    adepts.back().languages = {{"prs", "N"}, {"sv", "B2"}};
  }
  for (int i = 9; i < 20; ++i) {
    adepts.push_back(Nurse(i));
    adepts.back().ssyk4 = "2512";
    adepts.back().municipality_code = "0180";
  }

  EXPECT_THAT(Common(adepts, 9), ElementsAre(CommonFeature{{kOccupationFeature, "2221"}, 9},
                                             CommonFeature{{kMunicipalityFeature, "1280"}, 9},
                                             CommonFeature{{kLanguageFeature, "prs"}, 9}));
}

TEST(SuggestTest, TheNarrowerPlaceCountsAndTheWiderWhereItAloneIsShared) {
  std::vector<Person> adepts = {Nurse(0), Nurse(1), Nurse(2), Nurse(3)};
  adepts[1].municipality_code = "1281";  // Lund, the same county.
  adepts[2].municipality_code = adepts[3].municipality_code = "0180";
  adepts[2].ssyk4 = adepts[3].ssyk4 = "2222";  // Another group, the same first three digits.

  EXPECT_THAT(Common(adepts, 2),
              ElementsAre(CommonFeature{{kOccupationFeature, "2221"}, 2}, CommonFeature{{kCountyFeature, "12"}, 2}));
}

TEST(SuggestTest, WhatMostOthersHaveTooSaysNothing) {
  EXPECT_THAT(Common({Nurse(0), Nurse(1), Nurse(2)}, 2), IsEmpty());
}

TEST(SuggestTest, ARuleIsProposedWhereItAloneIsInTheWay) {
  Person adept = Nurse(0);
  std::vector<Person> mentors = {Nurse(0), Nurse(1), Nurse(2), Nurse(3), Nurse(4)};
  mentors[0].municipality_code = "0180";  // Far.
  mentors[1].municipality_code = "1293";  // Hässleholm: nearer, still too far.
  mentors[2].slots = {"sun_morning"};
  mentors[3].slots = {"sun_morning"};
  mentors[3].municipality_code = "0180";  // Two rules: no relaxation helps alone.
  const Scorer scorer = ScorerOf("vocational");
  const People people = BuildPeople(ShippedReference(), {adept}).value();
  const People counterparts = BuildPeople(ShippedReference(), mentors).value();
  const Pairs vetoes = {{0, 4}};
  const Problem problem =
      MakeProblem(people, counterparts, scorer.ScoreAll(people, counterparts, vetoes).value(), {}, vetoes, "seed");
  const Solution solution = SolveCoverageThenScore(problem).value();
  ASSERT_THAT(solution.assignment.pairs, IsEmpty());

  const std::vector<RuleOption> options = RulesInTheWay(
      scorer, people, 0, counterparts, problem,
      WhatIf(problem, Objective::kCoverageThenScore, solution.assignment, solution.certificate).WithRoom());

  ASSERT_EQ(options.size(), 2u);
  EXPECT_EQ(options[0].rule, HardRule::kTooFar);
  EXPECT_THAT(options[0].mentors, ElementsAre(0, 1));
  EXPECT_LT(std::stoi(options[0].arguments.at("km")), 100);
  EXPECT_EQ(options[1].rule, HardRule::kNoCommonSlot);
  EXPECT_THAT(options[1].mentors, ElementsAre(2));
}

// A person with about what people have, or nothing of it.
Person Anybody(std::mt19937_64& random) {
  const auto one_of = [&](const std::vector<std::string>& words) { return words[random() % words.size()]; };
  Person person{.id = "a", .tie_key = "a"};
  person.ssyk4 = one_of({"2221", "2512", "", "5321"});
  person.target_ssyk4 = one_of({"", "2512", "1111"});
  for (int i = static_cast<int>(random() % 3); i > 0; --i) {
    person.languages.emplace_back(one_of({"sv", "en", "prs", "ar"}), one_of({"A2", "B1", "B2", "C2", "N"}));
  }
  person.municipality_code = one_of({"", "1280", "0180"});
  if (random() % 2 == 0) person.max_distance_km = static_cast<int>(random() % 40);
  person.format = static_cast<MeetingFormat>(random() % 4);
  for (int i = static_cast<int>(random() % 3); i > 0; --i) person.slots.push_back(one_of({"mon_evening", "tue_lunch"}));
  person.preferred_gender = static_cast<Gender>(random() % 3);
  person.organisation = one_of({"", "x"});
  if (random() % 4 == 0) person.age = static_cast<int>(random() % 80);
  return person;
}

bool Allows(const Scorer& scorer, const Person& adept, const Person& mentor) {
  return scorer
      .ScorePair(BuildPeople(ShippedReference(), {adept}).value(), 0, BuildPeople(ShippedReference(), {mentor}).value(),
                 0)
      .allowed();
}

// Every alternative that the kind names will do, each with the least it asks
// for; and whoever is said to be impossible is impossible for everybody.
TEST(SuggestTest, EveryMentorOfTheKindIsAllowed) {
  std::mt19937_64 random(1);
  int possible = 0;
  for (const std::string programme : {"vocational", "language", "youth", "reverse"}) {
    const Scorer scorer = ScorerOf(programme);
    for (int i = 0; i < 500; ++i) {
      const Person adept = Anybody(random);
      const MentorKind kind = KindOfMentor(ShippedReference(), scorer, adept);
      if (!kind.impossible.empty()) {
        for (int j = 0; j < 20; ++j) {
          Person mentor = Anybody(random);
          mentor.screening_passed = true;
          EXPECT_FALSE(Allows(scorer, adept, mentor));
        }
        continue;
      }
      ++possible;
      Person least{.id = "m", .tie_key = "m"};
      least.ssyk4 = kind.ssyk4;
      least.skills = kind.skills;
      least.screening_passed = true;
      least.gender = kind.gender;
      const std::vector<std::pair<std::string, std::string>> languages =
          kind.languages.empty() ? std::vector<std::pair<std::string, std::string>>{{"sv", "N"}} : kind.languages;
      const std::vector<std::string> slots = kind.slots.empty() ? std::vector<std::string>{"wed_lunch"} : kind.slots;
      for (const auto& language : languages) {
        for (const std::string& slot : slots) {
          for (const bool online : {true, false}) {
            if (online && !kind.online) continue;
            if (!online && kind.municipality.empty()) continue;
            Person mentor = least;
            mentor.languages = {language};
            mentor.slots = {slot};
            mentor.municipality_code = online ? "" : kind.municipality;
            mentor.format = online ? MeetingFormat::kDigital : MeetingFormat::kOnsite;
            EXPECT_TRUE(Allows(scorer, adept, mentor)) << programme << " " << i;
          }
        }
      }
    }
  }
  EXPECT_GT(possible, 200);
}

}  // namespace
}  // namespace brygga::engine
