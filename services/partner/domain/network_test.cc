#include "services/partner/domain/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/matchers.h"

namespace brygga::partner {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOkAndHolds;

const absl::Time kNow = absl::FromUnixSeconds(1'600'000'000);

Membership Since(Date from, Date to = kNoEnd) {
  return {.id = MembershipId("m"), .network = NetworkId("n"), .period = {.from = from, .to = to}};
}

TEST(MembershipTest, EndsWithItsLastDay) {
  const auto ended = End(Since(Date(2016, 1, 1)), Date(2022, 6, 30), "1", kNow);

  ASSERT_TRUE(ended.ok());
  EXPECT_EQ(ended->period, (Period{.from = Date(2016, 1, 1), .to = Date(2022, 6, 30)}));
  EXPECT_EQ(ended->revision, 2);
}

TEST(MembershipTest, EndingAgainWithTheSameDayChangesNothing) {
  const Membership ended = Since(Date(2016, 1, 1), Date(2022, 6, 30));

  EXPECT_THAT(End(ended, Date(2022, 6, 30), "", kNow), IsOkAndHolds(ended));
  EXPECT_THAT(End(ended, Date(2022, 7, 1), "", kNow), HasReason("MEMBERSHIP_ENDED"));
}

TEST(MembershipTest, CannotEndBeforeItBegan) {
  EXPECT_THAT(End(Since(Date(2016, 1, 1)), Date(2015, 12, 31), "", kNow), HasReason("INVALID_FIELDS"));
  EXPECT_THAT(End(Since(Date(2016, 1, 1)), Date(2016, 1, 1), "9", kNow), HasReason("ETAG_MISMATCH"));
}

}  // namespace
}  // namespace brygga::partner
