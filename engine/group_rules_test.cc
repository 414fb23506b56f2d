#include "engine/group_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/status/error.h"
#include "engine/certificate.h"
#include "engine/solve.h"
#include "engine/test_data.h"

namespace brygga::engine {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using nlohmann::json;

absl::StatusOr<Policy> PolicyWith(const json& groups, bool gender = true) {
  json policy = json::parse(ReadFile("data/policy/vocational.json"));
  policy["groups"] = groups;
  policy["hard"]["gender_preference"] = gender;
  return ParsePolicy(policy.dump());
}

// Columns that groups look at; everybody may have everybody.
People PeopleOf(int count) {
  People people;
  for (int i = 0; i < count; ++i) {
    people.id.push_back("p" + std::to_string(i));
    people.tie_key.push_back("k" + std::to_string(i));
  }
  people.count = count;
  const size_t n = static_cast<size_t>(count);
  people.organisation.assign(n, "");
  people.municipality_code.assign(n, "");
  people.referral_source.assign(n, "");
  people.agreement_active.assign(n, false);
  people.gender.assign(n, Gender::kUnknown);
  people.age.assign(n, -1);
  people.rounds_waited.assign(n, 0);
  people.capacity.assign(n, 1);
  return people;
}

Edges AllPairs(int adepts, int mentors) {
  Edges edges;
  for (int a = 0; a < adepts; ++a) {
    for (int m = 0; m < mentors; ++m) {
      edges.mentor.push_back(m);
      edges.score.push_back(100 * m);
    }
    edges.offset.push_back(edges.size());
  }
  return edges;
}

TEST(GroupRulesTest, ThreeQuartersOfTheSeatsArePartnersAndTheRestPrivatePersons) {
  const auto policy = PolicyWith(json::parse(R"([
    {"name": "partner", "side": "MENTORS", "members": {"partner_organisation": true},
     "reserved_share": 0.75, "fallback": "KEEP_EMPTY"},
    {"name": "private", "side": "MENTORS", "members": {"private_person": true},
     "reserved_share": 0.25, "fallback": "OPEN_TO_ALL"}])"));
  ASSERT_TRUE(policy.ok()) << policy.status();
  const People adepts = PeopleOf(8);
  People mentors = PeopleOf(12);  // The first six work at a partner; scores prefer the others.
  for (size_t m = 0; m < 6; ++m) {
    mentors.organisation[m] = "org-1";
    mentors.agreement_active[m] = true;
  }

  Problem problem = MakeProblem(adepts, mentors, AllPairs(8, 12), {}, {}, "seed");
  problem.groups = MakeGroups(*policy, adepts, mentors);

  ASSERT_EQ(problem.groups.size(), 2u);
  EXPECT_EQ(problem.groups[0].reserved, 6);
  EXPECT_EQ(problem.groups[1].reserved, 2);
  const auto solution = Solve(problem, Objective::kCoverageThenScore);
  ASSERT_TRUE(solution.ok()) << solution.status();
  EXPECT_EQ(solution->statistics.matched, 8);
  EXPECT_EQ(solution->statistics.reserved, 8);
  EXPECT_EQ(Check(problem, Objective::kCoverageThenScore, solution->assignment, solution->certificate),
            absl::OkStatus());

  // With four partner mentors gone their seats stay empty.
  for (size_t m = 0; m < 4; ++m) problem.capacity[m] = 0;
  EXPECT_EQ(Solve(problem, Objective::kCoverageThenScore)->statistics.matched, 4);
  problem.groups[0].fallback = ReserveFallback::kOpenToAll;
  EXPECT_EQ(Solve(problem, Objective::kCoverageThenScore)->statistics.matched, 8);
}

TEST(GroupRulesTest, EachEmployerIsAGroupAndPrivatePersonsAreInNone) {
  const auto policy =
      PolicyWith(json::parse(R"([{"name": "employer", "side": "MENTORS", "each": "EMPLOYER", "at_most": 2}])"));
  ASSERT_TRUE(policy.ok()) << policy.status();
  const People adepts = PeopleOf(6);
  People mentors = PeopleOf(6);
  mentors.organisation = {"b", "a", "b", "", "b", ""};

  const std::vector<Group> groups = MakeGroups(*policy, adepts, mentors);

  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].name, "employer/a");
  EXPECT_THAT(groups[0].members, ElementsAre(1));
  EXPECT_EQ(groups[1].name, "employer/b");
  EXPECT_THAT(groups[1].members, ElementsAre(0, 2, 4));
  Problem problem = MakeProblem(adepts, mentors, AllPairs(6, 6), {}, {}, "seed");
  problem.groups = groups;
  EXPECT_EQ(Solve(problem, Objective::kCoverageThenScore)->statistics.matched, 5);
}

TEST(GroupRulesTest, EveryMentorMayBeGivenAMinimumLoad) {
  const auto policy =
      PolicyWith(json::parse(R"([{"name": "load", "side": "MENTORS", "each": "PERSON", "at_least": 1}])"));
  ASSERT_TRUE(policy.ok()) << policy.status();
  const People adepts = PeopleOf(3);
  People mentors = PeopleOf(3);
  mentors.capacity = {3, 3, 3};
  Problem problem = MakeProblem(adepts, mentors, AllPairs(3, 3), {}, {}, "seed");
  EXPECT_EQ(Solve(problem, Objective::kCoverageThenScore)->assignment.total_score, 600);
  problem.groups = MakeGroups(*policy, adepts, mentors);
  EXPECT_EQ(problem.groups[2].name, "load/p2");
  EXPECT_EQ(Solve(problem, Objective::kCoverageThenScore)->assignment.total_score, 300);
}

TEST(GroupRulesTest, SelectorsAskForAllThatIsSet) {
  const auto policy = PolicyWith(json::parse(R"([
    {"name": "a", "side": "ADEPTS", "guaranteed": true,
     "members": {"genders": ["F", "X"], "minimum_age": 20, "maximum_age": 30, "minimum_rounds_waited": 1}},
    {"name": "b", "side": "ADEPTS", "guaranteed": true, "members": {"organisations": ["x"]}}])"));
  ASSERT_TRUE(policy.ok()) << policy.status();
  People adepts = PeopleOf(7);
  adepts.gender = {Gender::kFemale, Gender::kMale,   Gender::kOther,  Gender::kFemale,
                   Gender::kFemale, Gender::kFemale, Gender::kUnknown};
  adepts.age = {20, 25, 30, 31, -1, 25, 25};
  adepts.rounds_waited = {1, 1, 2, 1, 1, 0, 1};
  adepts.organisation[3] = "x";

  const std::vector<Group> groups = MakeGroups(*policy, adepts, PeopleOf(1));

  EXPECT_THAT(groups[0].members, ElementsAre(0, 2));
  EXPECT_THAT(groups[1].members, ElementsAre(3));
}

TEST(GroupRulesTest, PlacesAndWhoSentPeopleSelectThem) {
  const auto policy = PolicyWith(json::parse(R"([
    {"name": "place", "side": "ADEPTS", "guaranteed": true, "members": {"municipalities": ["0581", "12"]}},
    {"name": "sent", "side": "ADEPTS", "guaranteed": true, "members": {"referral_sources": ["SFI", "JOBBTORG"]}}])"));
  ASSERT_TRUE(policy.ok()) << policy.status();
  People adepts = PeopleOf(5);
  adepts.municipality_code = {"0581", "0580", "1280", "", "1281"};
  adepts.referral_source = {"SFI", "SELF", "", "JOBBTORG", "SFX"};

  const std::vector<Group> groups = MakeGroups(*policy, adepts, PeopleOf(1));

  EXPECT_THAT(groups[0].members, ElementsAre(0, 2, 4));
  EXPECT_THAT(groups[1].members, ElementsAre(0, 3));
}

TEST(GroupRulesTest, WrongRulesAreNamedByTheirPath) {
  const auto wrong = [](const char* groups, bool gender = true) {
    std::vector<std::string> fields;
    for (const FieldViolation& field : DetailsOf(PolicyWith(json::parse(groups), gender).status()).fields) {
      fields.push_back(field.field);
    }
    return fields;
  };
  EXPECT_THAT(wrong(R"({})"), ElementsAre("groups"));
  EXPECT_THAT(wrong(R"([1])"), ElementsAre("groups[0]"));
  EXPECT_THAT(wrong(R"([{"name": "a", "side": "MENTORS"}])"), ElementsAre("groups[0].name"));
  EXPECT_THAT(wrong(R"([{"name": "a", "side": "NONE", "at_most": 1}])"), ElementsAre("groups[0].side"));
  EXPECT_THAT(wrong(R"([{"name": "a", "side": "MENTORS", "at_most": -1}])"), ElementsAre("groups[0].at_most"));
  EXPECT_THAT(wrong(R"([{"name": "a", "side": "MENTORS", "at_most": 1, "at_least": 2}])"),
              ElementsAre("groups[0].at_least"));
  EXPECT_THAT(wrong(R"([{"name": "a", "side": "MENTORS", "reserved": 1}])"), ElementsAre("groups[0].fallback"));
  EXPECT_THAT(wrong(R"([{"name": "a", "side": "MENTORS", "reserved_share": 1.5, "fallback": "KEEP_EMPTY"}])"),
              Contains("groups[0].reserved_share"));
  EXPECT_THAT(
      wrong(R"([{"name": "a", "side": "MENTORS", "at_most": 1}, {"name": "a", "side": "ADEPTS", "at_most": 1}])"),
      ElementsAre("groups[1].name"));
  EXPECT_THAT(wrong(R"([{"name": "a", "side": "ADEPTS", "guaranteed": true, "members": {"genders": ["F"]}}])", false),
              ElementsAre("groups[0].members.genders"));
  EXPECT_THAT(wrong(R"([{"name": "a", "side": "ADEPTS", "guaranteed": true, "members": {"colour": "red"}}])"),
              ElementsAre("groups[0].members.colour"));
  EXPECT_THAT(wrong(R"([{"name": "a", "side": "ADEPTS", "guaranteed": true,
                         "members": {"municipalities": ["0581", "058", "x1"], "referral_sources": ["sfi"]}}])"),
              ElementsAre("groups[0].members.municipalities[1]", "groups[0].members.municipalities[2]",
                          "groups[0].members.referral_sources[0]"));
  EXPECT_THAT(wrong("[]"), IsEmpty());
}

}  // namespace
}  // namespace brygga::engine
