#include "services/matching/domain/erasure.h"

#include <gtest/gtest.h>

#include "common/status/error.h"

namespace brygga::matching {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1660557600);

Match In(MatchState state) {
  return {.id = MatchId("m"), .state = state, .mentor = ParticipantId("a"), .adept = ParticipantId("b")};
}

TEST(ErasureTest, AMatchThatAwaitsAnAnswerExpiresAndOneThatRunsEnds) {
  const Match proposed = EndByErasure(In(MatchState::kProposed), kNow);
  EXPECT_EQ(proposed.state, MatchState::kExpired);
  EXPECT_EQ(proposed.end_reason, "PERSON_ERASED");
  EXPECT_EQ(proposed.ended_at, kNow);

  const Match running = EndByErasure(In(MatchState::kActive), kNow);
  EXPECT_EQ(running.state, MatchState::kEndedEarly);
  EXPECT_EQ(running.end_reason, "PERSON_ERASED");
}

TEST(ErasureTest, WhatIsOverStaysAsItEnded) {
  Match completed = In(MatchState::kCompleted);
  completed.end_reason = "DONE";
  EXPECT_EQ(EndByErasure(completed, kNow), completed);
}

TEST(ErasureTest, AnAllocationIsComputedWithoutWhoApplied) {
  Allocation allocation{.state = AllocationState::kOpen, .application_count = 3};
  EXPECT_EQ(LoseApplicant(allocation).application_count, 2);

  allocation.state = AllocationState::kRunning;
  allocation.worker_until = kNow + absl::Hours(1);
  allocation.attempt = 1;
  EXPECT_TRUE(IsClaimable(LoseApplicant(allocation), kNow));
  EXPECT_EQ(LoseApplicant(allocation).state, AllocationState::kQueued);
  EXPECT_EQ(LoseApplicant(allocation).application_count, 3);

  for (const AllocationState later : {AllocationState::kProposed, AllocationState::kPublishing}) {
    allocation.state = later;
    EXPECT_EQ(LoseApplicant(allocation), allocation);
  }
}

TEST(ErasureTest, ARoundWithoutItsSnapshotIsNamed) {
  const absl::Status status = SnapshotErased({ProgrammeId("p"), CohortId("c")}, RoundId("r"));
  EXPECT_EQ(ReasonOf(status), "SNAPSHOT_ERASED");
  EXPECT_EQ(DetailsOf(status).preconditions.front().subject, "programmes/p/cohorts/c/rounds/r");
}

}  // namespace
}  // namespace brygga::matching
