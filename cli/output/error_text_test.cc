#include "cli/output/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/error.h"

namespace brygga::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(ErrorTextTest, EveryWrongFieldIsNamed) {
  const std::string text = ErrorText(InvalidFields(
      {{"organisation.sector", "must be set"}, {"organisation.display_name", "has at most 200 characters"}}));

  EXPECT_THAT(text, AllOf(HasSubstr("\n  organisation.sector: must be set"),
                          HasSubstr("\n  organisation.display_name: has at most 200 characters"),
                          HasSubstr("(INVALID_FIELDS)")));
}

TEST(ErrorTextTest, AMessageBecomesASentence) {
  EXPECT_EQ(ErrorText(absl::InvalidArgumentError("no such column")), "No such column.\n");
  EXPECT_EQ(ErrorText(absl::NotFoundError("events/e does not exist")), "events/e does not exist.\n");
}

TEST(ErrorTextTest, NothingIsSaidTwice) {
  EXPECT_EQ(ErrorText(WrongState("MATCH_STATE", "matches/m", "ACTIVE", {"PROPOSED"})),
            "matches/m: is ACTIVE; this needs it to be PROPOSED.\n  (MATCH_STATE)\n");
}

TEST(ErrorTextTest, BusyServicesSayWhenToTryAgain) {
  EXPECT_THAT(ErrorText(Exhausted("QUEUE_FULL", "The service is busy", absl::Seconds(2))),
              AllOf(HasSubstr("Try again in 2s."), HasSubstr("the same command can be given again")));
}

TEST(ErrorTextTest, ADriverCannotMoveTheCursor) {
  EXPECT_THAT(ErrorText(absl::NotFoundError("no \x1b[2J")), HasSubstr("No ?[2J."));
}

TEST(ErrorTextTest, AListKeepsItsLines) {
  EXPECT_EQ(ErrorText(absl::NotFoundError("there is no cohort \"x\"; there are:\n  a\n  b")),
            "There is no cohort \"x\"; there are:\n  a\n  b\n");
}

TEST(ErrorTextTest, WhatIsWrongWithACommandHasNoReasonCode) {
  const absl::Status error = MakeError(absl::StatusCode::kInvalidArgument, "MENTOR: is missing",
                                       {.reason = std::string(kCommandLine), .fields = {{"MENTOR", "is missing"}}});

  EXPECT_EQ(ErrorText(error), "MENTOR: is missing.\n");
  EXPECT_EQ(ExitCodeOf(error), kUsage);
}

TEST(ExitCodeTest, TheCodeTellsAScriptWhatToDo) {
  EXPECT_EQ(ExitCodeOf(absl::InvalidArgumentError("")), kRefused);
  EXPECT_EQ(ExitCodeOf(absl::FailedPreconditionError("")), kRefused);
  EXPECT_EQ(ExitCodeOf(absl::NotFoundError("")), kRefused);
  EXPECT_EQ(ExitCodeOf(absl::UnauthenticatedError("")), kNotAllowed);
  EXPECT_EQ(ExitCodeOf(absl::UnavailableError("")), kTryAgain);
  EXPECT_EQ(ExitCodeOf(absl::InternalError("")), kBroken);
}

}  // namespace
}  // namespace brygga::cli
