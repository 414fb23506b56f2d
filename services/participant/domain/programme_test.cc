#include "services/participant/domain/programme.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/matchers.h"
#include "services/participant/domain/consent.h"

namespace brygga::participant {
namespace {

using ::brygga::testing::HasReason;
using ::testing::ElementsAre;
using ::testing::Field;

const absl::Time kNoon = absl::FromUnixSeconds(1660557600);

Programme Vocational() {
  return {.id = ProgrammeId("v"),
          .display_name = "Mitt Livs Chans",
          .kind = ProgrammeKind::kVocational,
          .operator_name = "organisations/mitt-liv",
          .roles = {Role::kAdept, Role::kMentor},
          .legal_bases = {{Role::kMentor, Purpose::kMatching, LegalBasis::kContract}}};
}

Cohort CohortIn(CohortState state) { return {.ref = {ProgrammeId("v"), CohortId("c")}, .state = state}; }

TEST(ProgrammeTest, APurposeRestsOnConsentUnlessTheProgrammeSaysOtherwise) {
  EXPECT_FALSE(MayProcess(Vocational(), Role::kAdept, Purpose::kMatching, {}));
  EXPECT_TRUE(MayProcess(Vocational(), Role::kAdept, Purpose::kMatching, {Purpose::kMatching}));
  EXPECT_TRUE(MayProcess(Vocational(), Role::kMentor, Purpose::kMatching, {}));
  EXPECT_FALSE(MayProcess(Vocational(), Role::kMentor, Purpose::kPublication, {Purpose::kMatching}));
}

TEST(ProgrammeTest, ABasisTwiceOrForAForeignRoleIsNamed) {
  Programme programme = Vocational();
  programme.legal_bases.push_back({Role::kMentor, Purpose::kMatching, LegalBasis::kConsent});
  programme.legal_bases.push_back({Role::kHost, Purpose::kMatching, LegalBasis::kConsent});

  EXPECT_THAT(CheckProgramme(programme), ElementsAre(Field(&FieldViolation::field, "programme.legal_bases[1]"),
                                                     Field(&FieldViolation::field, "programme.legal_bases[2].role")));
}

TEST(ProgrammeTest, KindOperatorAndRolesStay) {
  Programme wanted = Vocational();
  wanted.kind = ProgrammeKind::kYouth;
  wanted.operator_name = "organisations/other";
  wanted.roles = {Role::kMentor};

  const auto updated = UpdateProgramme(Vocational(), wanted, "", kNoon);

  EXPECT_THAT(DetailsOf(updated.status()).fields, ElementsAre(Field(&FieldViolation::field, "programme.kind"),
                                                              Field(&FieldViolation::field, "programme.operator"),
                                                              Field(&FieldViolation::field, "programme.roles")));
}

TEST(CohortTest, MovesOneStepAtATime) {
  Cohort cohort = CohortIn(CohortState::kDraft);
  for (const CohortState next :
       {CohortState::kOpen, CohortState::kClosed, CohortState::kOpen, CohortState::kClosed, CohortState::kMatching,
        CohortState::kRunning, CohortState::kFollowUp, CohortState::kCompleted}) {
    const auto moved = MoveCohort(cohort, next, "", kNoon);
    ASSERT_TRUE(moved.ok()) << moved.status();
    EXPECT_EQ(moved->revision, cohort.revision + 1);
    cohort = *moved;
  }
}

TEST(CohortTest, ASkippedStepNamesTheStatesThatWouldDo) {
  const auto moved = MoveCohort(CohortIn(CohortState::kDraft), CohortState::kMatching, "", kNoon);

  EXPECT_THAT(moved, HasReason("COHORT_STATE"));
  EXPECT_THAT(std::string(moved.status().message()), ::testing::HasSubstr("is DRAFT; this needs it to be CLOSED"));
}

TEST(CohortTest, WhatIsOverIsNotCancelledAndNotChanged) {
  EXPECT_THAT(MoveCohort(CohortIn(CohortState::kCompleted), CohortState::kCancelled, "", kNoon),
              HasReason("COHORT_STATE"));
  EXPECT_THAT(UpdateCohort(CohortIn(CohortState::kCancelled), CohortIn(CohortState::kCancelled), "", kNoon),
              HasReason("COHORT_STATE"));
}

TEST(CohortTest, MovingWhereItIsChangesNothing) {
  EXPECT_EQ(MoveCohort(CohortIn(CohortState::kOpen), CohortState::kOpen, "", kNoon)->revision, 1);
}

TEST(ConsentTest, WithdrawingTwiceKeepsTheFirstTime) {
  const Consent once = Withdrawn({.purpose = Purpose::kMatching}, kNoon);

  EXPECT_EQ(Withdrawn(once, kNoon + absl::Hours(1)), once);
  EXPECT_EQ(once.withdrawn_at, kNoon);
  EXPECT_THAT(LivePurposes({once, {.purpose = Purpose::kProgramme}}), ElementsAre(Purpose::kProgramme));
}

}  // namespace
}  // namespace brygga::participant
