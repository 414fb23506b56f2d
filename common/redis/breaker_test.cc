#include "common/redis/breaker.h"

#include <gtest/gtest.h>

namespace brygga::redis {
namespace {

constexpr absl::Time kNoon = absl::FromUnixSeconds(1'000'000);

class BreakerTest : public ::testing::Test {
 protected:
  void Fail(int times) {
    for (int i = 0; i < times; ++i) breaker_.Failed(kNoon);
  }

  Breaker breaker_{
      {.failures = 3, .late = 4, .makes_up = 10, .first_pause = absl::Seconds(1), .longest_pause = absl::Seconds(4)}};
};

TEST_F(BreakerTest, OpensAfterSoManyFailuresInARow) {
  Fail(2);
  breaker_.Succeeded();
  Fail(2);
  EXPECT_TRUE(breaker_.Allows(kNoon));

  Fail(1);

  EXPECT_FALSE(breaker_.Allows(kNoon));
  EXPECT_EQ(breaker_.times_opened(), 1);
}

TEST_F(BreakerTest, OpensAfterSoManyLateOnesThatAreNotMadeUpFor) {
  const auto late_and_then = [&](int successes) {
    breaker_.Late(kNoon);
    for (int i = 0; i < successes; ++i) breaker_.Succeeded();
  };
  for (int i = 0; i < 100; ++i) late_and_then(10);
  EXPECT_TRUE(breaker_.Allows(kNoon));

  for (int i = 0; i < 3; ++i) late_and_then(2);
  EXPECT_TRUE(breaker_.Allows(kNoon));
  late_and_then(0);

  EXPECT_FALSE(breaker_.Allows(kNoon));
}

TEST_F(BreakerTest, OpensForLongerWhereItIsLateAgainSoon) {
  absl::Time now = kNoon;
  for (int i = 0; i < 3; ++i) breaker_.Late(now);
  now += absl::Seconds(1.3);
  ASSERT_TRUE(breaker_.Allows(now));
  breaker_.Succeeded();

  breaker_.Late(now);  // One is enough,

  EXPECT_FALSE(breaker_.Allows(now));
  EXPECT_FALSE(breaker_.Allows(now + absl::Seconds(1.4)));  // and the pause is no longer the first.
}

TEST_F(BreakerTest, LetsOneTryAtATimeAndClosesWhenItSucceeds) {
  Fail(3);
  const absl::Time later = kNoon + absl::Seconds(1.3);

  EXPECT_TRUE(breaker_.Allows(later));
  EXPECT_FALSE(breaker_.Allows(later));

  breaker_.Succeeded();
  EXPECT_TRUE(breaker_.Allows(later));
  EXPECT_TRUE(breaker_.Allows(later));
}

TEST_F(BreakerTest, WaitsLongerAfterEachProbeButNeverTooLong) {
  Fail(3);
  absl::Time now = kNoon + absl::Seconds(1.3);
  for (int probe = 0; probe < 20; ++probe) {
    ASSERT_TRUE(breaker_.Allows(now));
    breaker_.Failed(now);
    EXPECT_FALSE(breaker_.Allows(now + absl::Seconds(probe == 0 ? 1.4 : 2.9)));
    now += absl::Seconds(5.1);
  }
  EXPECT_EQ(breaker_.times_opened(), 1);
}

TEST_F(BreakerTest, AProbeOfWhichNothingIsHeardDoesNotBlockTheNext) {
  Fail(3);
  ASSERT_TRUE(breaker_.Allows(kNoon + absl::Seconds(1.3)));

  EXPECT_TRUE(breaker_.Allows(kNoon + absl::Seconds(1.3 + 2.6)));
}

}  // namespace
}  // namespace brygga::redis
