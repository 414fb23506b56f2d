#include "services/partner/domain/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brygga::partner {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1'600'000'000);
const OrganisationId kOperator("operator");

ImportRow Row() {
  return {.organisation = {.id = OrganisationId("new"),
                           .external_ref = ExternalRef{"sample", "P0001"},
                           .display_name = "Skymfors Digital AB",
                           .organisation_number = "5599990115"},
          .terms = AgreementTerms{.kind = AgreementKind::kNetwork, .period = {.from = Date(2011, 7, 12)}},
          .agreement_id = AgreementId("new-agreement"),
          .contact_email = "kontakt@skymfors.example",
          .contact_id = ContactPersonId("new-contact")};
}

// What is known once Row() has been stored.
Known AfterRow() {
  const ImportPlan plan = PlanRow(Row(), kOperator, {}, kNow);
  return {
      .by_ref = plan.create, .by_number = plan.create, .overlapping = {*plan.create_agreement}, .has_contact = true};
}

TEST(ImportTest, ANewRowMakesOrganisationAgreementAndContact) {
  const ImportPlan plan = PlanRow(Row(), kOperator, {}, kNow);

  EXPECT_EQ(plan.result.outcome, ImportOutcome::kCreated);
  EXPECT_EQ(plan.result.organisation, OrganisationId("new"));
  ASSERT_TRUE(plan.create && plan.create_agreement && plan.create_contact);
  EXPECT_EQ(plan.create->created_at, kNow);
  EXPECT_EQ(plan.create_agreement->organisation, OrganisationId("new"));
  EXPECT_EQ(plan.create_agreement->operator_id, kOperator);
  EXPECT_EQ(plan.create_contact->email, "kontakt@skymfors.example");
}

TEST(ImportTest, TheSameRowAgainChangesNothing) {
  ImportRow again = Row();
  again.organisation.id = OrganisationId("another");

  const ImportPlan plan = PlanRow(again, kOperator, AfterRow(), kNow);

  EXPECT_EQ(plan.result.outcome, ImportOutcome::kUnchanged);
  EXPECT_EQ(plan.result.organisation, OrganisationId("new"));
  EXPECT_FALSE(plan.create || plan.update || plan.create_agreement || plan.correct_agreement || plan.create_contact);
}

TEST(ImportTest, OtherTermsCorrectTheAgreement) {
  ImportRow row = Row();
  row.terms->mentor_seats = 14;

  const ImportPlan plan = PlanRow(row, kOperator, AfterRow(), kNow);

  EXPECT_EQ(plan.result.outcome, ImportOutcome::kUpdated);
  ASSERT_TRUE(plan.correct_agreement);
  EXPECT_EQ(plan.correct_agreement->id, AgreementId("new-agreement"));
  EXPECT_EQ(plan.correct_agreement->revision, 2);
  EXPECT_EQ(plan.correct_agreement->reason, "IMPORTED");
  EXPECT_FALSE(plan.update || plan.create_agreement);
}

TEST(ImportTest, AWrongRowStoresNothingAndNamesEveryProblem) {
  ImportRow row = Row();
  row.problems = {{"organisation.sector", "is missing"}, {"terms.valid_from", "is missing"}};

  const ImportPlan plan = PlanRow(row, kOperator, {}, kNow);

  EXPECT_EQ(plan.result.outcome, ImportOutcome::kRefused);
  EXPECT_THAT(plan.result.problems, SizeIs(2));
  EXPECT_FALSE(plan.create);
}

TEST(ImportTest, TheSameKeyTwiceInABatchIsAmbiguous) {
  const ImportPlan plan = PlanRow(Row(), kOperator, {.row_with_same_key = 2}, kNow);

  EXPECT_EQ(plan.result.outcome, ImportOutcome::kAmbiguous);
  EXPECT_THAT(plan.result.problems,
              ElementsAre(FieldViolation{"organisation.external_ref.key",
                                         "is also the key of row 3 of this batch; keep one of them"}));
}

TEST(ImportTest, ANumberThatBelongsToAnotherIsAmbiguousAndNamesBoth) {
  const Organisation other = {.id = OrganisationId("other"), .organisation_number = "5599990115"};
  Known known = AfterRow();
  known.by_number = other;

  EXPECT_THAT(PlanRow(Row(), kOperator, known, kNow).result.candidates,
              ElementsAre(OrganisationId("new"), OrganisationId("other")));
  EXPECT_THAT(PlanRow(Row(), kOperator, {.by_number = other}, kNow).result,
              Field(&ImportResult::outcome, ImportOutcome::kAmbiguous));
}

TEST(ImportTest, SeveralAgreementsOnTheseDaysAreAmbiguous) {
  Known known = AfterRow();
  known.overlapping.push_back(known.overlapping.front());

  EXPECT_EQ(PlanRow(Row(), kOperator, known, kNow).result.outcome, ImportOutcome::kAmbiguous);
}

TEST(ImportTest, AnOperatorHasNoAgreementWithItself) {
  Known known = AfterRow();

  EXPECT_EQ(PlanRow(Row(), known.by_ref->id, known, kNow).result.outcome, ImportOutcome::kRefused);
}

}  // namespace
}  // namespace brygga::partner
