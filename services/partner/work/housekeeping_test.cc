#include "services/partner/work/housekeeping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/testing/matchers.h"
#include "common/testing/stores.h"
#include "common/time/clock.h"
#include "services/partner/store/sql/migrations.h"
#include "services/partner/store/sql/sql_partner_store.h"

namespace brygga::partner {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;

class HousekeepingTest : public ::testing::Test {
 protected:
  absl::StatusOr<Network> Create() {
    Mutation<Network> mutation{{.actor = "test", .method = "Create", .request_id = "r", .request_digest = "d"}};
    mutation.render = [](const Network&) { return std::string("first answer"); };
    return store_.CreateNetwork(mutation, {.id = NetworkId("n"), .display_name = "Integrationspakten"});
  }

  ManualClock clock_{absl::FromUnixSeconds(1'660'000'000)};
  std::unique_ptr<testing::TestDatabase> ground_ = testing::NewSqlite({.migrations = kMigrations, .clock = &clock_});
  SqlPartnerStore store_{ground_->database()};
  Housekeeping housekeeping_{ground_->database()};
};

TEST_F(HousekeepingTest, AnAnswerIsKeptForAWeekAndThenForgotten) {
  ASSERT_THAT(Create(), IsOk());
  clock_.Advance(absl::Hours(7 * 24) - absl::Seconds(1));

  EXPECT_THAT(housekeeping_.Sweep(), IsOkAndHolds(0));
  EXPECT_EQ(ReplayedAnswer(Create().status()), "first answer");
  clock_.Advance(absl::Seconds(2));
  EXPECT_THAT(housekeeping_.Sweep(), IsOkAndHolds(1));
  EXPECT_THAT(Create(), HasReason("NETWORK_NAME_TAKEN")) << "decided anew";
}

TEST_F(HousekeepingTest, StopsAtOnceHoweverLongItsInterval) {
  Housekeeping another(ground_->database(), absl::Hours(1000));
}

}  // namespace
}  // namespace brygga::partner
