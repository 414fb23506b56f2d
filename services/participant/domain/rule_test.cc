#include "services/participant/domain/rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brygga::participant {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

const Date kToday(2022, 8, 15);
const absl::Time kNoon = absl::FromUnixSeconds(1660557600);

const Finding kFailedA{"A", CriterionOutcome::kFailed};
const Finding kUnknownA{"A", CriterionOutcome::kUnknown};

Applicant Adept() {
  Applicant applicant;
  applicant.enrolment.role = Role::kAdept;
  return applicant;
}

RuleSet Rules(std::vector<RuleCondition> any_of) {
  return {.version = 3, .criteria = {{.code = "A", .role = Role::kAdept, .any_of = std::move(any_of)}}};
}

Decision Ask(std::vector<RuleCondition> any_of, const Applicant& applicant, const Programme& programme = {},
             const AgreementFacts& agreements = {}) {
  return Decide(Rules(std::move(any_of)), programme, applicant, agreements, kToday, kNoon);
}

TEST(DecideTest, TellsFailedFromUnknown) {
  Applicant applicant = Adept();
  const RuleCondition abroad{"origin_country", RuleOperator::kNotEquals, {"SE"}};

  EXPECT_THAT(Ask({abroad}, applicant).findings, ElementsAre(kUnknownA));
  EXPECT_EQ(Ask({abroad}, applicant).verdict, Verdict::kNeedsEvidence);

  applicant.background.origin_country = "SE";
  EXPECT_THAT(Ask({abroad}, applicant).findings, ElementsAre(kFailedA));
  EXPECT_EQ(Ask({abroad}, applicant).verdict, Verdict::kIneligible);

  applicant.background.origin_country = "SY";
  EXPECT_THAT(Ask({abroad}, applicant).findings, IsEmpty());
  EXPECT_EQ(Ask({abroad}, applicant).verdict, Verdict::kEligible);
}

TEST(DecideTest, OneOfSeveralConditionsIsEnough) {
  Applicant applicant = Adept();
  const std::vector<RuleCondition> swedish_or_english = {{"cefr:sv", RuleOperator::kAtLeast, {"B2"}},
                                                         {"cefr:en", RuleOperator::kAtLeast, {"B2"}}};
  EXPECT_EQ(Ask(swedish_or_english, applicant).verdict, Verdict::kNeedsEvidence);

  applicant.person.profile.languages = {{"sv", CefrLevel::kA2}};
  EXPECT_EQ(Ask(swedish_or_english, applicant).verdict, Verdict::kIneligible);

  applicant.person.profile.languages.push_back({"en", CefrLevel::kNative});
  EXPECT_EQ(Ask(swedish_or_english, applicant).verdict, Verdict::kEligible);
}

TEST(DecideTest, ASunLevelComparesAsFinelyAsTheRule) {
  Applicant applicant = Adept();
  const RuleCondition post_secondary{"sun_level", RuleOperator::kAtLeast, {"4"}};
  const RuleCondition at_most_3{"sun_level", RuleOperator::kAtMost, {"3"}};

  applicant.person.profile.sun_level = "33";
  EXPECT_EQ(Ask({post_secondary}, applicant).verdict, Verdict::kIneligible);
  EXPECT_EQ(Ask({at_most_3}, applicant).verdict, Verdict::kEligible);

  applicant.person.profile.sun_level = "41";
  EXPECT_EQ(Ask({post_secondary}, applicant).verdict, Verdict::kEligible);
  EXPECT_EQ(Ask({at_most_3}, applicant).verdict, Verdict::kIneligible);
}

TEST(DecideTest, AnAgeAtTheBoundaryNeedsEvidence) {
  Applicant applicant = Adept();
  applicant.person.birth_year = 2006;

  EXPECT_EQ(Ask({{"age", RuleOperator::kAtLeast, {"15"}}}, applicant).verdict, Verdict::kEligible);
  EXPECT_EQ(Ask({{"age", RuleOperator::kAtLeast, {"16"}}}, applicant).verdict, Verdict::kNeedsEvidence);
  EXPECT_EQ(Ask({{"age", RuleOperator::kAtLeast, {"17"}}}, applicant).verdict, Verdict::kIneligible);
}

TEST(DecideTest, AnEmployerMustHaveAnAgreementOrBeNone) {
  Applicant applicant = Adept();
  const std::vector<RuleCondition> rule = {{"employer_agreement", RuleOperator::kEquals, {"true"}},
                                           {"private_person", RuleOperator::kEquals, {"true"}}};
  const AgreementFacts facts{.asked = {"organisations/a", "organisations/b"}, .active = {"organisations/a"}};

  EXPECT_EQ(Ask(rule, applicant, {}, facts).verdict, Verdict::kIneligible);
  EXPECT_EQ(Ask(rule, applicant, {.private_mentors_allowed = true}, facts).verdict, Verdict::kEligible);

  applicant.person.profile.employer = "organisations/a";
  EXPECT_EQ(Ask(rule, applicant, {}, facts).verdict, Verdict::kEligible);
  applicant.person.profile.employer = "organisations/b";
  EXPECT_EQ(Ask(rule, applicant, {.private_mentors_allowed = true}, facts).verdict, Verdict::kIneligible);
  applicant.person.profile.employer = "organisations/c";
  EXPECT_EQ(Ask(rule, applicant, {}, facts).verdict, Verdict::kNeedsEvidence);
}

TEST(DecideTest, MissingDocumentsAndPendingScreeningNeedEvidence) {
  Applicant applicant = Adept();
  const RuleCondition documents{"documents", RuleOperator::kEquals, {"true"}};
  const RuleCondition interview{"screening:INTERVIEW", RuleOperator::kEquals, {"PASSED"}};

  EXPECT_EQ(Ask({documents}, applicant).verdict, Verdict::kEligible);
  applicant.enrolment.documents_missing = true;
  EXPECT_EQ(Ask({documents}, applicant).verdict, Verdict::kNeedsEvidence);

  applicant.screenings = {{.kind = ScreeningKind::kInterview, .state = ScreeningState::kPending}};
  EXPECT_EQ(Ask({interview}, applicant).verdict, Verdict::kNeedsEvidence);
  applicant.screenings[0].state = ScreeningState::kFailed;
  EXPECT_EQ(Ask({interview}, applicant).verdict, Verdict::kIneligible);
  applicant.screenings[0].state = ScreeningState::kPassed;
  EXPECT_EQ(Ask({interview}, applicant).verdict, Verdict::kEligible);
  applicant.screenings[0].expire_date = Date(2022, 8, 14);
  EXPECT_EQ(Ask({interview}, applicant).verdict, Verdict::kNeedsEvidence);
}

TEST(DecideTest, AsksOnlyWhatTheRoleIsAsked) {
  Applicant applicant = Adept();
  applicant.enrolment.role = Role::kMentor;

  EXPECT_EQ(Ask({{"goals", RuleOperator::kAtLeast, {"1"}}}, applicant).verdict, Verdict::kEligible);
}

TEST(DecideTest, AFailureOutweighsAnUnknownAndBothAreListed) {
  RuleSet rules = Rules({{"origin_country", RuleOperator::kNotEquals, {"SE"}}});
  rules.criteria.push_back({.code = "B", .role = Role::kAdept, .any_of = {{"goals", RuleOperator::kAtLeast, {"1"}}}});

  const Decision decision = Decide(rules, {}, Adept(), {}, kToday, kNoon);

  EXPECT_EQ(decision.verdict, Verdict::kIneligible);
  EXPECT_THAT(decision.findings, ElementsAre(kUnknownA, Finding{"B", CriterionOutcome::kFailed}));
  EXPECT_EQ(decision.rule_set_version, 3);
  EXPECT_EQ(decision.date, kToday);
}

TEST(CheckRuleSetTest, NamesEveryWrongThing) {
  RuleSet rules = Rules({{"shoe_size", RuleOperator::kEquals, {"43"}},
                         {"cefr:sv", RuleOperator::kEquals, {"B2"}},
                         {"cefr:sv", RuleOperator::kAtLeast, {"D1"}},
                         {"age", RuleOperator::kAtLeast, {"16", "17"}},
                         {"screening:TAROT", RuleOperator::kEquals, {"PASSED"}}});
  rules.criteria.push_back({.code = "A", .role = Role::kAdept});

  EXPECT_THAT(CheckRuleSet(rules),
              ElementsAre(Field(&FieldViolation::field, "rule_set.criteria[0].any_of[0].fact"),
                          Field(&FieldViolation::field, "rule_set.criteria[0].any_of[1].operator"),
                          Field(&FieldViolation::field, "rule_set.criteria[0].any_of[2].values[0]"),
                          Field(&FieldViolation::field, "rule_set.criteria[0].any_of[3].values"),
                          Field(&FieldViolation::field, "rule_set.criteria[0].any_of[4].fact"),
                          Field(&FieldViolation::field, "rule_set.criteria[1].code")));
}

TEST(CheckRuleSetTest, TellsWhetherPartnerMustBeAsked) {
  EXPECT_FALSE(AsksAboutAgreements(Rules({{"private_person", RuleOperator::kEquals, {"true"}}})));
  EXPECT_TRUE(AsksAboutAgreements(Rules({{"employer_agreement", RuleOperator::kEquals, {"true"}}})));
}

}  // namespace
}  // namespace brygga::participant
