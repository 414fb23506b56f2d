#include "services/matching/domain/round.h"

#include "common/testing/matchers.h"

namespace brygga::matching {
namespace {

using brygga::testing::HasReason;

const absl::Time kNoon = absl::FromUnixSeconds(1'663'000'000);

Round Queued() { return {.id = RoundId("r"), .cohort = {ProgrammeId("p"), CohortId("c")}, .seed = "s"}; }

TEST(RoundTest, AWorkerTakesAQueuedRoundAndNobodyElseMayWhileItLives) {
  const Round claimed = Claim(Queued(), "a", kNoon, kNoon + absl::Seconds(10));

  EXPECT_EQ(claimed.state, RoundState::kRunning);
  EXPECT_FALSE(IsClaimable(claimed, kNoon + absl::Seconds(9)));
  EXPECT_TRUE(IsClaimable(claimed, kNoon + absl::Seconds(10)));
}

TEST(RoundTest, ARoundWhoseWorkersKeepDyingFails) {
  Round round = Queued();
  for (int i = 0; i < kMaxAttempts; ++i) round = Claim(round, "a", kNoon, kNoon);
  ASSERT_EQ(round.state, RoundState::kRunning);

  const Round last = Claim(round, "b", kNoon, kNoon);

  EXPECT_EQ(last.state, RoundState::kFailed);
  EXPECT_EQ(last.failure_reason, "INTERRUPTED");
}

TEST(RoundTest, EachVerbNeedsItsState) {
  Round proposed = Queued();
  proposed.state = RoundState::kProposed;

  EXPECT_THAT(Publish(Queued(), kNoon), HasReason("ROUND_STATE"));
  EXPECT_THAT(Discard(Queued(), "OTHER"), HasReason("ROUND_STATE"));
  EXPECT_THAT(Cancel(proposed), HasReason("ROUND_STATE"));
  EXPECT_EQ(Publish(proposed, kNoon)->state, RoundState::kPublished);
  EXPECT_EQ(Discard(proposed, "OTHER")->state, RoundState::kDiscarded);
  EXPECT_EQ(Cancel(Queued())->failure_reason, "CANCELLED");
}

}  // namespace
}  // namespace brygga::matching
