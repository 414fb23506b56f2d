#include "common/testing/matchers.h"
#include "services/matching/domain/cohort.h"

namespace brygga::matching {
namespace {

using brygga::testing::HasReason;
using brygga::testing::IsOk;

const absl::Time kNoon = absl::FromUnixSeconds(1'663'000'000);
const std::vector<engine::BrokenRule> kTooFar = {{.rule = engine::HardRule::kTooFar}};

Lock Wanted() {
  return {.id = LockId("l"),
          .cohort = {ProgrammeId("p"), CohortId("c")},
          .mentor = ParticipantId("mentor"),
          .adept = ParticipantId("adept"),
          .reason = "HAND_PICKED"};
}

TEST(LockTest, APairThatBreaksNothingIsLocked) {
  EXPECT_THAT(DecideLock(Wanted(), {.free_seats = 1}, {}, kNoon), IsOk());
}

TEST(LockTest, ABrokenRuleOrAFullMentorNeedsAReason) {
  Lock overriding = Wanted();
  overriding.override_reason = "SAME_SPORT";

  EXPECT_THAT(DecideLock(Wanted(), {.free_seats = 1}, kTooFar, kNoon), HasReason("LOCK_BREAKS_RULES"));
  EXPECT_THAT(DecideLock(Wanted(), {.free_seats = 0}, {}, kNoon), HasReason("LOCK_BREAKS_RULES"));
  const auto lock = DecideLock(overriding, {.free_seats = 0}, kTooFar, kNoon);
  ASSERT_TRUE(lock.ok());
  EXPECT_EQ(lock->broken_rules, std::vector<std::string>{"TOO_FAR"});
  EXPECT_TRUE(lock->over_capacity);
}

TEST(LockTest, ACoordinatorsVetoCanBeOverriddenAndAParticipantsCannot) {
  Lock overriding = Wanted();
  overriding.override_reason = "TALKED_TO_BOTH";
  const PairFacts by_coordinator{.free_seats = 1, .vetoes = {{.origin = VetoOrigin::kCoordinator}}};
  const PairFacts by_participant{.free_seats = 1, .vetoes = {{.origin = VetoOrigin::kParticipant}}};

  EXPECT_THAT(DecideLock(Wanted(), by_coordinator, {}, kNoon), HasReason("LOCK_BREAKS_RULES"));
  EXPECT_THAT(DecideLock(overriding, by_coordinator, {}, kNoon), IsOk());
  EXPECT_THAT(DecideLock(overriding, by_participant, {}, kNoon), HasReason("LOCK_VETOED"));
}

TEST(LockTest, AnAdeptWithALiveMatchIsNotLocked) {
  EXPECT_THAT(DecideLock(Wanted(), {.free_seats = 1, .adept_match = MatchId("m")}, {}, kNoon),
              HasReason("ADEPT_HAS_MATCH"));
}

TEST(LockTest, SeatsAreTheFewerOfThoseOverAllAndThoseHere) {
  EXPECT_EQ(FreeSeats({.capacity = 3, .taken = 1, .taken_here = 0}, 1), 1);
  EXPECT_EQ(FreeSeats({.capacity = 3, .taken = 1, .taken_here = 1}, 1), 0);
  EXPECT_EQ(FreeSeats({.capacity = 3, .taken = 3, .taken_here = 0}, 3), 0);
}

}  // namespace
}  // namespace brygga::matching
