#include "common/mutation/mutation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/status/statusor.h"
#include "common/mutation/fake_ledger.h"
#include "common/status/error.h"

namespace brygga {
namespace {

Mutation<int> Request(std::string id, std::string digest) {
  return {{.actor = "a", .method = "m", .request_id = std::move(id), .request_digest = std::move(digest)},
          [](const int& value) { return std::to_string(value); }};
}

class FakeLedgerTest : public ::testing::Test {
 protected:
  absl::StatusOr<int> Add(const Mutation<int>& mutation, int value) {
    return ledger_.Once(mutation, total_, [&]() -> absl::StatusOr<int> {
      total_ += value;
      ledger_.Changed("total", ChangeKind::kUpdated, total_);
      if (value < 0) return absl::InvalidArgumentError("negative");
      return total_;
    });
  }

  FakeLedger ledger_;
  int total_ = 0;
};

TEST_F(FakeLedgerTest, ARepeatGetsTheFirstAnswerAndChangesNothing) {
  ASSERT_EQ(*Add(Request("1", "x"), 5), 5);
  ASSERT_EQ(*Add(Request("2", "x"), 5), 10);

  EXPECT_EQ(ReplayedAnswer(Add(Request("1", "x"), 5).status()), "5");
  EXPECT_EQ(total_, 10);
}

TEST_F(FakeLedgerTest, TheSameIdWithAnotherPayloadIsRefused) {
  ASSERT_TRUE(Add(Request("1", "x"), 5).ok());

  EXPECT_EQ(ReasonOf(Add(Request("1", "y"), 5).status()), "REQUEST_ID_REUSED");
}

TEST_F(FakeLedgerTest, AFailedChangeLeavesNothingAndMayBeTriedAgain) {
  EXPECT_FALSE(Add(Request("1", "x"), -1).ok());

  EXPECT_EQ(total_, 0);
  EXPECT_TRUE(ledger_.changes().empty());
  EXPECT_EQ(*Add(Request("1", "x"), 2), 2);
}

TEST_F(FakeLedgerTest, ValidationOnlyAnswersAndLeavesNothing) {
  Mutation<int> mutation = Request("1", "x");
  mutation.validate_only = true;

  EXPECT_EQ(*Add(mutation, 5), 5);
  EXPECT_EQ(total_, 0);
}

TEST(ReplayTest, OnlyAReplayHoldsAnAnswer) {
  EXPECT_EQ(ReplayedAnswer(Replay("abc")), "abc");
  EXPECT_EQ(ReplayedAnswer(Replay("")), "");
  EXPECT_EQ(ReplayedAnswer(absl::AlreadyExistsError("x")), std::nullopt);
}

}  // namespace
}  // namespace brygga
