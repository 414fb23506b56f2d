#include "services/participant/domain/enrolment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/matchers.h"

namespace brygga::participant {
namespace {

using ::brygga::testing::HasReason;

const absl::Time kNoon = absl::FromUnixSeconds(1660557600);

Enrolment EnrolmentIn(EnrolmentState state) {
  return {.ref = {{ProgrammeId("v"), CohortId("c")}, EnrolmentId("e")},
          .person = ParticipantId("p"),
          .role = Role::kMentor,
          .state = state};
}

EnrolmentState After(Verdict verdict, PlaceLeft place) {
  return ApplyDecision(EnrolmentIn(EnrolmentState::kApplied), {.verdict = verdict}, place, kNoon)->state;
}

TEST(EnrolmentTest, ADecisionMovesIt) {
  EXPECT_EQ(After(Verdict::kEligible, PlaceLeft::kYes), EnrolmentState::kEnrolled);
  EXPECT_EQ(After(Verdict::kEligible, PlaceLeft::kNo), EnrolmentState::kWaitlisted);
  EXPECT_EQ(After(Verdict::kIneligible, PlaceLeft::kYes), EnrolmentState::kDenied);
  EXPECT_EQ(After(Verdict::kNeedsEvidence, PlaceLeft::kYes), EnrolmentState::kUnderReview);
}

TEST(EnrolmentTest, WhoTakesPartIsNotDecidedAgain) {
  EXPECT_THAT(ApplyDecision(EnrolmentIn(EnrolmentState::kEnrolled), {}, PlaceLeft::kYes, kNoon),
              HasReason("ENROLMENT_STATE"));
  EXPECT_FALSE(IsPending(EnrolmentState::kDenied));
  EXPECT_TRUE(IsPending(EnrolmentState::kWaitlisted));
}

TEST(EnrolmentTest, ItsOwnCapacityOnlyLowersThePersons) {
  Enrolment wanted = EnrolmentIn(EnrolmentState::kEnrolled);
  wanted.capacity = 3;

  EXPECT_THAT(UpdateEnrolment(EnrolmentIn(EnrolmentState::kEnrolled), wanted, 2, "", kNoon),
              HasReason("INVALID_FIELDS"));
  EXPECT_EQ(UpdateEnrolment(EnrolmentIn(EnrolmentState::kEnrolled), wanted, 3, "", kNoon)->capacity, 3);
}

TEST(EnrolmentTest, StepsBackOnceAndNotAfterTheEnd) {
  const auto once = WithdrawEnrolment(EnrolmentIn(EnrolmentState::kEnrolled), kNoon);

  EXPECT_EQ(once->state, EnrolmentState::kWithdrawn);
  EXPECT_EQ(*WithdrawEnrolment(*once, kNoon + absl::Hours(1)), *once);
  EXPECT_THAT(WithdrawEnrolment(EnrolmentIn(EnrolmentState::kCompleted), kNoon), HasReason("ENROLMENT_STATE"));
}

TEST(ScreeningTest, APassedOneExpiresAfterItsLastDay) {
  const Screening screening{.state = ScreeningState::kPassed, .expire_date = Date(2022, 8, 15)};

  EXPECT_EQ(StateOn(screening, Date(2022, 8, 15)), ScreeningState::kPassed);
  EXPECT_EQ(StateOn(screening, Date(2022, 8, 16)), ScreeningState::kExpired);
}

TEST(ScreeningTest, AllThreeKindsMustBePassed) {
  std::vector<Screening> screenings = {{.kind = ScreeningKind::kInterview, .state = ScreeningState::kPassed},
                                       {.kind = ScreeningKind::kReferences, .state = ScreeningState::kPassed}};
  EXPECT_FALSE(AllPassed(screenings, Date(2022, 8, 15)));

  screenings.push_back({.kind = ScreeningKind::kRecordExtract, .state = ScreeningState::kPassed});
  EXPECT_TRUE(AllPassed(screenings, Date(2022, 8, 15)));
}

}  // namespace
}  // namespace brygga::participant
