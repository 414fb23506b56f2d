#include "services/participant/domain/enquiry.h"

#include <gtest/gtest.h>

#include "common/testing/matchers.h"

namespace brygga::participant {
namespace {

using ::brygga::testing::HasReason;

const absl::Time kNoon = absl::FromUnixSeconds(1660557600);

Enquiry EnquiryIn(EnquiryState state) {
  return {.id = EnquiryId("q"), .state = state, .display_name = "Ali", .email = "ali@post.example", .body = "Hello"};
}

TEST(EnquiryTest, DeletingErasesWhatWasWritten) {
  const auto deleted = MoveEnquiry(EnquiryIn(EnquiryState::kAnswered), EnquiryState::kDeleted, std::nullopt, kNoon);

  EXPECT_EQ(deleted->display_name + deleted->email + deleted->body, "");
  EXPECT_EQ(deleted->state, EnquiryState::kDeleted);
  EXPECT_EQ(deleted->revision, 2);
}

TEST(EnquiryTest, OnlyAConvertedOneNamesAPerson) {
  EXPECT_THAT(MoveEnquiry(EnquiryIn(EnquiryState::kNew), EnquiryState::kConverted, std::nullopt, kNoon),
              HasReason("INVALID_FIELDS"));
  EXPECT_THAT(MoveEnquiry(EnquiryIn(EnquiryState::kNew), EnquiryState::kAnswered, ParticipantId("p"), kNoon),
              HasReason("INVALID_FIELDS"));
  EXPECT_EQ(MoveEnquiry(EnquiryIn(EnquiryState::kNew), EnquiryState::kConverted, ParticipantId("p"), kNoon)->person,
            ParticipantId("p"));
}

TEST(EnquiryTest, WhatIsDeletedStaysDeleted) {
  EXPECT_THAT(MoveEnquiry(EnquiryIn(EnquiryState::kDeleted), EnquiryState::kAnswered, std::nullopt, kNoon),
              HasReason("ENQUIRY_STATE"));
}

TEST(EnquiryTest, IsKeptForSixCalendarMonths) {
  EXPECT_EQ(ErasedBefore(absl::FromCivil(absl::CivilHour(2022, 8, 31, 12), absl::UTCTimeZone())),
            absl::FromCivil(absl::CivilDay(2022, 2, 28), absl::UTCTimeZone()));
}

TEST(EnquiryTest, TooManyAreToldWhenToComeBack) {
  EXPECT_TRUE(CheckRate({.from_address = kMostFromAddress - 1, .from_all = kMostFromAll - 1}).ok());
  EXPECT_THAT(CheckRate({.from_address = kMostFromAddress}), HasReason("RATE_LIMITED"));
  EXPECT_THAT(CheckRate({.from_all = kMostFromAll}), HasReason("RATE_LIMITED"));
}

}  // namespace
}  // namespace brygga::participant
