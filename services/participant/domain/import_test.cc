#include "services/participant/domain/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/participant/domain/features.h"

namespace brygga::participant {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kNoon = absl::FromUnixSeconds(1660557600);
const CohortRef kCohort{ProgrammeId("v"), CohortId("c")};

class PlanRowTest : public ::testing::Test {
 protected:
  PlanRowTest() {
    cohorts_[kCohort] = {.cohort = {.ref = kCohort, .state = CohortState::kOpen},
                         .programme = {.id = kCohort.programme,
                                       .roles = {Role::kAdept, Role::kMentor},
                                       .legal_bases = {{Role::kMentor, Purpose::kProgramme, LegalBasis::kContract}}}};
    batch_ = {.notice = {.version = "sample-1"}, .purposes = {Purpose::kProgramme, Purpose::kMatching}};
    row_.person = {.id = ParticipantId("p-1"),
                   .external_ref = ExternalRef{"sample", "A1"},
                   .given_name = "Kamala",
                   .family_name = "Butt",
                   .email = "kamala@post.example",
                   .birth_year = 1988};
    row_.consent = RowConsent::kGiven;
    row_.consent_ids = {ConsentId("k-1"), ConsentId("k-2")};
    row_.enrolments = {{.enrolment = {.ref = {kCohort, EnrolmentId("e-1")}, .role = Role::kAdept}}};
  }

  RowPlan Plan() { return PlanRow(batch_, row_, cohorts_, known_, lookalikes_, kNoon); }

  // Takes what a plan writes for a person as what is stored.
  void Store(const RowPlan& plan) {
    known_ = {.person = *plan.person,
              .background = *plan.background,
              .enrolments = plan.enrolments,
              .consents = plan.consents};
  }

  CohortsByRef cohorts_;
  ImportBatch batch_;
  ImportRow row_;
  std::optional<KnownPerson> known_;
  std::vector<Lookalike> lookalikes_;
};

TEST_F(PlanRowTest, ANewPersonIsCreatedWithConsentsAndEnrolment) {
  const RowPlan plan = Plan();

  EXPECT_EQ(plan.result.outcome, ImportOutcome::kCreated);
  EXPECT_THAT(plan.enrolments, ElementsAre(Field(&Enrolment::state, EnrolmentState::kApplied)));
  EXPECT_THAT(plan.consents, SizeIs(2));
  EXPECT_EQ(plan.consents[0].notice.version, "sample-1");
  EXPECT_EQ(plan.consents[0].given_at, kNoon);
}

TEST_F(PlanRowTest, TheSameRowAgainIsUnchangedEvenAfterTheCohortHasClosed) {
  Store(Plan());
  cohorts_[kCohort].cohort.state = CohortState::kMatching;

  const RowPlan again = Plan();

  EXPECT_EQ(again.result.outcome, ImportOutcome::kUnchanged);
  EXPECT_FALSE(again.person.has_value());
  EXPECT_THAT(again.enrolments, IsEmpty());
  EXPECT_THAT(again.consents, IsEmpty());
}

TEST_F(PlanRowTest, AChangedRowUpdatesThePerson) {
  Store(Plan());
  row_.person.profile.goals = {"NETWORK"};
  row_.background.origin_country = "IN";

  const RowPlan again = Plan();

  EXPECT_EQ(again.result.outcome, ImportOutcome::kUpdated);
  EXPECT_EQ(again.person->profile.version, 2);
  EXPECT_EQ(again.background->origin_country, "IN");
}

TEST_F(PlanRowTest, AWithdrawnConsentIsNotGivenAgainByTheSameFile) {
  Store(Plan());
  known_->consents[1] = Withdrawn(known_->consents[1], kNoon);

  EXPECT_EQ(Plan().result.outcome, ImportOutcome::kUnchanged);
}

TEST_F(PlanRowTest, ANewNoticeEndsTheConsentUnderTheOldOne) {
  Store(Plan());
  batch_.notice.version = "sample-2";

  const RowPlan again = Plan();

  EXPECT_THAT(again.consents, SizeIs(4));
  EXPECT_FALSE(again.consents[0].live());
  EXPECT_TRUE(again.consents[1].live());
}

TEST_F(PlanRowTest, WithoutConsentNothingIsStoredAndNothingIsRefused) {
  row_.consent = RowConsent::kRefused;
  row_.person.given_name = "";

  const RowPlan plan = Plan();

  EXPECT_EQ(plan.result.outcome, ImportOutcome::kNoConsent);
  EXPECT_THAT(plan.result.violations, IsEmpty());
  EXPECT_FALSE(plan.person.has_value());
}

TEST_F(PlanRowTest, WhoWasNotAskedIsStoredWhereTheBasisIsAContract) {
  row_.consent = RowConsent::kNotAsked;
  EXPECT_EQ(Plan().result.outcome, ImportOutcome::kNoConsent);

  row_.enrolments[0].enrolment.role = Role::kMentor;
  EXPECT_EQ(Plan().result.outcome, ImportOutcome::kCreated);
  EXPECT_THAT(Plan().consents, IsEmpty());
}

TEST_F(PlanRowTest, ARefusedRowNamesEveryWrongField) {
  row_.person.external_ref.reset();
  row_.person.email = "kamala";
  row_.consent = RowConsent::kUnspecified;
  row_.enrolments[0].enrolment.role = Role::kHost;
  cohorts_[kCohort].cohort.state = CohortState::kClosed;

  EXPECT_EQ(Plan().result.outcome, ImportOutcome::kRefused);
  EXPECT_THAT(Plan().result.violations, ElementsAre(Field(&FieldViolation::field, "participant.email"),
                                                    Field(&FieldViolation::field, "participant.external_ref"),
                                                    Field(&FieldViolation::field, "consent"),
                                                    Field(&FieldViolation::field, "enrolments[0].enrolment.role"),
                                                    Field(&FieldViolation::field, "enrolments[0].cohort")));
}

TEST_F(PlanRowTest, WhoAgreesInAllIsADuplicateAndInPartAmbiguous) {
  const ExternalRef first{"sample", "A0"};
  lookalikes_ = {{.external_ref = first, .same_name_and_year = true, .same_email = true},
                 {.external_ref = ExternalRef{"sample", "B0"}, .same_email = true}};
  EXPECT_EQ(Plan().result.outcome, ImportOutcome::kDuplicate);
  EXPECT_THAT(Plan().result.resembles, ElementsAre(first));
  EXPECT_FALSE(Plan().person.has_value());

  lookalikes_[0].same_email = false;
  EXPECT_EQ(Plan().result.outcome, ImportOutcome::kAmbiguous);
  EXPECT_THAT(Plan().result.resembles, SizeIs(2));

  row_.confirmed_distinct = true;
  EXPECT_EQ(Plan().result.outcome, ImportOutcome::kCreated);
}

TEST_F(PlanRowTest, ACohortThatIsNoLongerOpenTakesNobodyNew) {
  cohorts_[kCohort].cohort.state = CohortState::kMatching;

  EXPECT_EQ(Plan().result.outcome, ImportOutcome::kRefused);
  EXPECT_THAT(Plan().result.violations,
              ElementsAre(FieldViolation{"enrolments[0].cohort",
                                         "The cohort is MATCHING: only an OPEN cohort takes new applications. Name "
                                         "another cohort."}));
}

TEST_F(PlanRowTest, ACohortThatIsNoLongerOpenHidesNothingElseAboutARow) {
  cohorts_[kCohort].cohort.state = CohortState::kMatching;
  lookalikes_ = {{.external_ref = ExternalRef{"sample", "A0"}, .same_name_and_year = true, .same_email = true}};
  EXPECT_EQ(Plan().result.outcome, ImportOutcome::kDuplicate);
  EXPECT_THAT(Plan().result.violations, IsEmpty());

  lookalikes_[0].same_email = false;
  EXPECT_EQ(Plan().result.outcome, ImportOutcome::kAmbiguous);

  row_.confirmed_distinct = true;
  EXPECT_EQ(Plan().result.outcome, ImportOutcome::kRefused);

  row_.consent = RowConsent::kNotAsked;
  EXPECT_EQ(Plan().result.outcome, ImportOutcome::kNoConsent);
}

TEST_F(PlanRowTest, WhoIsKnownFromElsewhereIsNewToACohortThatIsNoLongerOpen) {
  Store(Plan());
  known_->enrolments.clear();
  cohorts_[kCohort].cohort.state = CohortState::kMatching;

  EXPECT_EQ(Plan().result.outcome, ImportOutcome::kRefused);
}

TEST_F(PlanRowTest, WhoHasSteppedBackIsStoredAsWithdrawn) {
  row_.enrolments[0].withdrawn = true;

  EXPECT_THAT(Plan().enrolments, Contains(Field(&Enrolment::state, EnrolmentState::kWithdrawn)));
}

TEST(FeaturesTest, OnlyThoseEnrolledAvailableAndConsentingAreSeen) {
  const Programme programme{.roles = {Role::kAdept}};
  Applicant applicant;
  applicant.person = {.id = ParticipantId("p"), .given_name = "Kamala", .capacity = 2};
  applicant.enrolment = {.role = Role::kAdept, .state = EnrolmentState::kEnrolled, .capacity = 5};
  const auto features = [&](const std::set<Purpose>& consented) {
    return FeaturesOf(applicant, programme, consented, {}, Date(2022, 8, 15));
  };

  ASSERT_TRUE(features({Purpose::kMatching}).has_value());
  EXPECT_EQ(features({Purpose::kMatching})->capacity, 2);
  EXPECT_FALSE(features({Purpose::kProgramme}).has_value());

  applicant.person.availability = Availability::kPaused;
  EXPECT_FALSE(features({Purpose::kMatching}).has_value());
  applicant.person.availability = Availability::kAvailable;
  applicant.enrolment.state = EnrolmentState::kWaitlisted;
  EXPECT_FALSE(features({Purpose::kMatching}).has_value());
}

}  // namespace
}  // namespace brygga::participant
