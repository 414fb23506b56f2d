#include "services/participant/work/housekeeping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/testing/matchers.h"
#include "common/testing/stores.h"
#include "common/time/clock.h"
#include "services/participant/store/sql/migrations.h"
#include "services/participant/store/sql/sql_participant_store.h"

namespace brygga::participant {
namespace {

using ::brygga::testing::IsOk;

class HousekeepingTest : public ::testing::Test {
 protected:
  absl::StatusOr<Enquiry> Submit() {
    Mutation<Enquiry> mutation{{.actor = "test", .method = "Submit", .request_id = "r", .request_digest = "d"}};
    mutation.render = [](const Enquiry&) { return std::string("first answer"); };
    return store_.SubmitEnquiry(mutation, {.id = EnquiryId("q"), .email = "ali@post.example", .body = "Hello"});
  }
  std::string Body() { return store_.GetEnquiry(EnquiryId("q"), absl::InfiniteFuture())->body; }

  ManualClock clock_{absl::FromCivil(absl::CivilDay(2022, 8, 15), absl::UTCTimeZone())};
  std::unique_ptr<testing::TestDatabase> ground_ = testing::NewSqlite({.migrations = kMigrations, .clock = &clock_});
  SqlParticipantStore store_{ground_->database()};
  Housekeeping housekeeping_{ground_->database(), store_};
};

TEST_F(HousekeepingTest, AnEnquiryIsKeptForSixMonthsAndThenErased) {
  ASSERT_THAT(Submit(), IsOk());
  clock_.Set(absl::FromCivil(absl::CivilDay(2023, 2, 15), absl::UTCTimeZone()));
  ASSERT_THAT(housekeeping_.Sweep(), IsOk());
  EXPECT_EQ(Body(), "Hello");

  clock_.Advance(absl::Hours(24));
  ASSERT_THAT(housekeeping_.Sweep(), IsOk());
  EXPECT_EQ(Body(), "");
}

TEST_F(HousekeepingTest, AnAnswerIsKeptForAWeekAndThenForgotten) {
  ASSERT_THAT(Submit(), IsOk());
  clock_.Advance(absl::Hours(7 * 24) - absl::Seconds(1));
  ASSERT_THAT(housekeeping_.Sweep(), IsOk());
  EXPECT_EQ(ReplayedAnswer(Submit().status()), "first answer");

  clock_.Advance(absl::Seconds(2));
  ASSERT_THAT(housekeeping_.Sweep(), IsOk());
  EXPECT_EQ(ReplayedAnswer(Submit().status()), std::nullopt) << "decided anew";
}

TEST_F(HousekeepingTest, StopsAtOnceHoweverLongItsInterval) {
  Housekeeping another(ground_->database(), store_, absl::Hours(1000));
}

}  // namespace
}  // namespace brygga::participant
