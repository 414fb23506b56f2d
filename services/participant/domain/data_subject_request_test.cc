#include "services/participant/domain/data_subject_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/matchers.h"

namespace brygga::participant {
namespace {

using ::brygga::testing::HasReason;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNoon = absl::FromUnixSeconds(1660557600);

Erasure Asked(std::vector<std::string> holders = {"matching", "events"}) {
  return {.id = DataSubjectRequestId("d"),
          .person = ParticipantId("p"),
          .requested_by = "anna",
          .rules = {.holders = std::move(holders), .deadline = absl::Hours(1)}};
}

TEST(DataSubjectRequestTest, IsOpenUntilTheLastHolderHasAcknowledged) {
  const DataSubjectRequest asked = RequestOf(Asked(), kNoon);
  EXPECT_EQ(StateOf(asked), DataSubjectRequestState::kOpen);

  const auto first = Acknowledge(asked, "events", kNoon + absl::Minutes(1));
  EXPECT_EQ(StateOf(*first), DataSubjectRequestState::kOpen);
  EXPECT_EQ(first->revision, 2);
  const auto last = Acknowledge(*first, "matching", kNoon + absl::Minutes(2));

  EXPECT_EQ(StateOf(*last), DataSubjectRequestState::kCompleted);
  EXPECT_EQ(last->completed_at, kNoon + absl::Minutes(2));
  EXPECT_EQ(*Acknowledge(*last, "matching", kNoon + absl::Hours(9)), *last);
}

TEST(DataSubjectRequestTest, WithoutOtherHoldersIsDoneAtOnce) {
  EXPECT_EQ(StateOf(RequestOf(Asked({}), kNoon)), DataSubjectRequestState::kCompleted);
}

TEST(DataSubjectRequestTest, AHolderThatIsSilentPastItsTimeIsOverdueAndMayStillAcknowledge) {
  const DataSubjectRequest asked = RequestOf(Asked({"matching"}), kNoon);
  const Holder& holder = asked.holders[1];
  EXPECT_EQ(StateAt(asked.holders[0], kNoon), HolderState::kAcknowledged);
  EXPECT_EQ(StateAt(holder, holder.due_at - absl::Microseconds(1)), HolderState::kPending);
  EXPECT_EQ(StateAt(holder, holder.due_at), HolderState::kOverdue);

  const auto late = Acknowledge(asked, "matching", holder.due_at + absl::Hours(1));

  EXPECT_EQ(StateAt(late->holders[1], absl::InfiniteFuture()), HolderState::kAcknowledged);
}

TEST(DataSubjectRequestTest, OnlyItsHoldersAcknowledge) {
  EXPECT_THAT(Acknowledge(RequestOf(Asked(), kNoon), "partner", kNoon), HasReason("NOT_A_HOLDER"));
}

TEST(DataSubjectRequestTest, HoldersAreReadFromASetting) {
  EXPECT_THAT(HoldersIn(" matching, events,,matching, participant "), ElementsAre("matching", "events"));
  EXPECT_THAT(HoldersIn(""), IsEmpty());
}

}  // namespace
}  // namespace brygga::participant
