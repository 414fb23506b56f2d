#include "services/events/work/housekeeping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/testing/matchers.h"
#include "common/testing/stores.h"
#include "common/time/clock.h"
#include "services/events/domain/testing.h"
#include "services/events/store/sql/migrations.h"
#include "services/events/store/sql/sql_event_store.h"

namespace brygga::events {
namespace {

using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;

class HousekeepingTest : public ::testing::Test {
 protected:
  absl::StatusOr<Event> Create() {
    Mutation<Event> mutation{{.actor = "test", .method = "Create", .request_id = "r", .request_digest = "d"}};
    mutation.render = [](const Event&) { return std::string("first answer"); };
    return store_.CreateEvent(mutation, [](absl::Time now) { return NewEvent(DraftOf("e"), now); });
  }

  ManualClock clock_{kNow};
  std::unique_ptr<testing::TestDatabase> ground_ = testing::NewSqlite({.migrations = kMigrations, .clock = &clock_});
  SqlEventStore store_{ground_->database()};
  Housekeeping housekeeping_{ground_->database()};
};

TEST_F(HousekeepingTest, AnAnswerIsKeptForAWeekAndThenForgotten) {
  ASSERT_THAT(Create(), IsOk());
  clock_.Advance(absl::Hours(7 * 24) - absl::Seconds(1));

  EXPECT_THAT(housekeeping_.Sweep(), IsOkAndHolds(0));
  EXPECT_EQ(ReplayedAnswer(Create().status()), "first answer");
  clock_.Advance(absl::Seconds(2));
  EXPECT_THAT(housekeeping_.Sweep(), IsOkAndHolds(1));
}

TEST_F(HousekeepingTest, StopsAtOnceHoweverLongItsInterval) {
  Housekeeping another(ground_->database(), absl::Hours(1000));
}

}  // namespace
}  // namespace brygga::events
