#include "common/status/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/etag.h"
#include "common/status/macros.h"

namespace brygga {
namespace {

TEST(ErrorTest, DetailsSurviveTheTripThroughAStatus) {
  const ErrorDetails details = {.reason = "SEATS_TAKEN",
                                .metadata = {{"event", "events/1"}},
                                .fields = {{"seats", "must be at least 1"}, {"name", "is empty"}},
                                .preconditions = {{"CAPACITY", "events/1", "is full"}},
                                .retry_after = absl::Milliseconds(250)};

  const absl::Status status = MakeError(absl::StatusCode::kResourceExhausted, "full", details);

  EXPECT_EQ(DetailsOf(status), details);
  EXPECT_EQ(ReasonOf(status), "SEATS_TAKEN");
}

TEST(ErrorTest, AStatusFromElsewhereHasNoReason) {
  EXPECT_EQ(ReasonOf(absl::InternalError("x")), "");
  EXPECT_EQ(DetailsOf(absl::OkStatus()), ErrorDetails{});
}

TEST(ErrorTest, BytesThatAreNotUtf8DoNotBreakTheDetails) {
  const absl::Status status = InvalidFields({{"name", "\xff is not UTF-8"}});

  EXPECT_EQ(DetailsOf(status).fields.size(), 1u);
}

TEST(ErrorTest, InvalidFieldsNamesEveryFieldInItsMessage) {
  const absl::Status status = InvalidFields({{"name", "is empty"}, {"sector", "is required"}});

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "name: is empty; sector: is required");
}

TEST(ErrorTest, WrongStateNamesTheStateAndWhatWouldDo) {
  const absl::Status status = WrongState("COHORT_NOT_OPEN", "cohorts/1", "DRAFT", {"OPEN", "CLOSED"});

  EXPECT_EQ(status.message(), "cohorts/1: is DRAFT; this needs it to be OPEN or CLOSED");
}

TEST(EtagTest, NoEtagAsksForNothingAndAnOldOneIsRefused) {
  EXPECT_TRUE(ExpectEtag("", 3, "events/1").ok());
  EXPECT_TRUE(ExpectEtag(ToEtag(3), 3, "events/1").ok());
  EXPECT_EQ(ExpectEtag("2", 3, "events/1"), EtagMismatch("events/1"));
  EXPECT_EQ(ExpectEtag("03", 3, "events/1").code(), absl::StatusCode::kAborted);
}

absl::StatusOr<int> Half(int value) {
  if (value % 2 != 0) return absl::InvalidArgumentError("odd");
  return value / 2;
}

absl::StatusOr<int> Quarter(int value) {
  BRYGGA_RETURN_IF_ERROR(Half(value));
  BRYGGA_ASSIGN_OR_RETURN(const int half, Half(value));
  return Half(half);
}

TEST(MacrosTest, ReturnTheFirstError) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).status().message(), "odd");
  EXPECT_EQ(Quarter(3).status().message(), "odd");
}

}  // namespace
}  // namespace brygga
