#include "services/matching/domain/match.h"

#include "common/testing/matchers.h"

namespace brygga::matching {
namespace {

using brygga::testing::HasReason;
using brygga::testing::IsOkAndHolds;
using ::testing::Field;

const absl::Time kNoon = absl::FromUnixSeconds(1'663'000'000);

Match Proposed() {
  return {.id = MatchId("m"),
          .cohort = {ProgrammeId("p"), CohortId("c")},
          .mentor = ParticipantId("mentor"),
          .adept = ParticipantId("adept"),
          .expires_at = kNoon + absl::Hours(1)};
}

TEST(MatchTest, TheFirstYesIsHalfAMatchAndTheSecondMakesItWhole) {
  const auto half = Accept(Proposed(), Side::kAdept, kNoon);
  ASSERT_THAT(half, IsOkAndHolds(Field(&Match::state, MatchState::kAcceptedByOne)));

  EXPECT_THAT(Accept(*half, Side::kMentor, kNoon), IsOkAndHolds(Field(&Match::state, MatchState::kActive)));
}

TEST(MatchTest, ARepeatedYesChangesNothingEvenAfterExpiry) {
  const auto first = Accept(Proposed(), Side::kAdept, kNoon);

  EXPECT_THAT(Accept(*first, Side::kAdept, kNoon + absl::Hours(2)), IsOkAndHolds(*first));
}

TEST(MatchTest, AYesAfterTheLastMomentIsRefused) {
  EXPECT_THAT(Accept(Proposed(), Side::kAdept, kNoon + absl::Hours(1)), HasReason("MATCH_NOT_AWAITING_ANSWER"));
}

TEST(MatchTest, ANoEndsTheMatchAndSaysWhose) {
  const auto declined = Decline(Proposed(), Side::kMentor, "NO_TIME", kNoon);

  ASSERT_TRUE(declined.ok());
  EXPECT_EQ(declined->state, MatchState::kDeclined);
  EXPECT_EQ(declined->declined_by, Side::kMentor);
  EXPECT_EQ(declined->ended_at, kNoon);
  EXPECT_THAT(Accept(*declined, Side::kAdept, kNoon), HasReason("MATCH_NOT_AWAITING_ANSWER"));
}

TEST(MatchTest, ARunningMatchCannotBeDeclinedOnlyEnded) {
  const auto half = Accept(Proposed(), Side::kAdept, kNoon);
  const auto active = Accept(*half, Side::kMentor, kNoon);

  EXPECT_THAT(Decline(*active, Side::kMentor, "NO_TIME", kNoon), HasReason("MATCH_NOT_AWAITING_ANSWER"));
  EXPECT_THAT(End(*active, Ending::kEarly, "MOVED", kNoon),
              IsOkAndHolds(Field(&Match::state, MatchState::kEndedEarly)));
  EXPECT_THAT(End(*half, Ending::kCompleted, "DONE", kNoon), HasReason("MATCH_NOT_RUNNING"));
}

TEST(MatchTest, OnlyWhatAwaitsAnAnswerExpiresAndNotBeforeItsTime) {
  const Match proposed = Proposed();

  EXPECT_EQ(Expire(proposed, kNoon), proposed);
  EXPECT_EQ(Expire(proposed, kNoon + absl::Hours(1)).state, MatchState::kExpired);
  const auto declined = Decline(proposed, Side::kMentor, "NO_TIME", kNoon);
  EXPECT_EQ(Expire(*declined, kNoon + absl::Hours(9)), *declined);
}

}  // namespace
}  // namespace brygga::matching
