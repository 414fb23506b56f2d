#include "services/matching/domain/allocation.h"

#include <gmock/gmock.h>

#include "common/testing/matchers.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::HasReason;
using ::testing::ElementsAre;

Allocation OpenAllocation() {
  return {.id = AllocationId("a"),
          .cohort = {ProgrammeId("p"), CohortId("c")},
          .display_name = "Holiday jobs",
          .priorities = {"NEVER_HAD_ONE"},
          .reserves = {{.group = "SPECIAL_REASONS", .share_permille = 250}},
          .application_count = 1};
}

ApplicationRow RowOf(std::vector<std::string> choices) {
  return {.application = {.participant = ParticipantId("anna"), .reference = "r", .choices = std::move(choices)}};
}

TEST(JudgeTest, EverythingWrongIsNamedAndNothingIsKept) {
  ApplicationRow row = RowOf({"organisations/o/openings/x", "organisations/o/openings/y"});
  row.application.priority = "RICH";
  row.application.groups = {"SPECIAL_REASONS", "FRIENDS"};

  const auto result = Judge(OpenAllocation(), row, {"organisations/o/openings/x"}, nullptr, absl::UnixEpoch());

  EXPECT_EQ(result.outcome, ApplicationOutcome::kRefused);
  std::vector<std::string> fields;
  for (const FieldViolation& problem : result.problems) fields.push_back(problem.field);
  EXPECT_THAT(fields, ElementsAre("choices[1]", "priority", "groups[1]"));
}

TEST(JudgeTest, AnApplicationIsCreatedThenUnchangedThenUpdatedAndKeepsItsReference) {
  const std::set<std::string> openings = {"organisations/o/openings/x", "organisations/o/openings/y"};
  const auto first =
      Judge(OpenAllocation(), RowOf({"organisations/o/openings/x"}), openings, nullptr, absl::UnixEpoch());
  ASSERT_EQ(first.outcome, ApplicationOutcome::kCreated);
  ApplicationRow again = RowOf({"organisations/o/openings/x"});
  again.application.reference = "another";

  EXPECT_EQ(Judge(OpenAllocation(), again, openings, &first.application, absl::UnixEpoch()).outcome,
            ApplicationOutcome::kUnchanged);
  again.application.choices.push_back("organisations/o/openings/y");
  const auto updated = Judge(OpenAllocation(), again, openings, &first.application, absl::UnixEpoch());
  EXPECT_EQ(updated.outcome, ApplicationOutcome::kUpdated);
  EXPECT_EQ(updated.application.reference, "r");
  EXPECT_EQ(updated.application.revision, 2);
}

TEST(AllocationStateTest, ADrawIsCommittedToOnceBeforeAnythingStarts) {
  Allocation allocation = OpenAllocation();
  EXPECT_THAT(Start(allocation, AllocationObjective::kMaxPlaced), HasReason("NOT_COMMITTED"));
  allocation = *Commit(allocation, "seed", "hash", absl::UnixEpoch());
  EXPECT_EQ(allocation.draw, DrawState::kCommitted);
  EXPECT_EQ(Commit(allocation, "another", "other", absl::Now())->seed, "seed");
  allocation.application_count = 0;
  EXPECT_THAT(Start(allocation, AllocationObjective::kMaxPlaced), HasReason("NO_APPLICATIONS"));
  allocation.application_count = 1;
  allocation = *Start(allocation, AllocationObjective::kMaxPlaced);
  EXPECT_EQ(allocation.state, AllocationState::kQueued);
  EXPECT_THAT(CheckTakesApplications(allocation), HasReason("ALLOCATION_STATE"));
  EXPECT_THAT(Start(allocation, AllocationObjective::kMaxPlaced), HasReason("ALLOCATION_STATE"));
}

TEST(AllocationStateTest, AComputationIsTriedThriceAndAPublicationUntilItIsDone) {
  Allocation allocation = OpenAllocation();
  allocation.state = AllocationState::kQueued;
  for (int i = 0; i < kMostAllocationAttempts; ++i) {
    allocation = Claim(allocation, "w", absl::UnixEpoch());
    EXPECT_EQ(allocation.state, AllocationState::kRunning);
  }
  EXPECT_EQ(Claim(allocation, "w", absl::UnixEpoch()).failure_reason, "INTERRUPTED");
  allocation.state = AllocationState::kPublishing;
  for (int i = 0; i < 10; ++i) allocation = Claim(allocation, "w", absl::UnixEpoch());
  EXPECT_EQ(allocation.state, AllocationState::kPublishing);
}

TEST(AllocationStateTest, WhatIsBeingPublishedIsNotCancelled) {
  Allocation allocation = OpenAllocation();
  allocation.state = AllocationState::kPublishing;
  EXPECT_THAT(Cancel(allocation), HasReason("ALLOCATION_STATE"));
  EXPECT_THAT(BeginPublication(allocation, absl::Hours(1)), HasReason("ALLOCATION_STATE"));
  allocation.state = AllocationState::kRunning;
  EXPECT_EQ(Cancel(allocation)->state, AllocationState::kCancelled);
}

}  // namespace
}  // namespace brygga::matching
