#include "common/sql/pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "absl/time/clock.h"
#include "common/testing/matchers.h"

namespace brygga::sql {
namespace {

using testing::HasReason;
using testing::IsOk;

struct FakeConnection {
  bool lost() const { return false; }
};

absl::StatusOr<std::unique_ptr<FakeConnection>> Open() { return std::make_unique<FakeConnection>(); }

TEST(PoolTest, WhoWaitsLongerThanOneMayIsRefusedAndNotKept) {
  Pool<FakeConnection> pool(1, absl::Milliseconds(20), &Open);
  const auto lent = pool.Borrow(absl::InfiniteFuture());
  ASSERT_THAT(lent, IsOk());

  EXPECT_THAT(pool.Borrow(absl::InfiniteFuture()).status(), HasReason("STORAGE_BUSY"));
  EXPECT_THAT(pool.Borrow(absl::Now()).status(), HasReason("STORAGE_TOO_SLOW"));
}

TEST(PoolTest, AConnectionGoesToOneWhoWaits) {
  Pool<FakeConnection> pool(1, absl::Seconds(20), &Open);
  FakeConnection* first = nullptr;
  std::thread waiting;
  {
    const auto lent = pool.Borrow(absl::InfiniteFuture());
    ASSERT_THAT(lent, IsOk());
    first = &**lent;
    waiting = std::thread([&] {
      const auto next = pool.Borrow(absl::InfiniteFuture());
      ASSERT_THAT(next, IsOk());
      EXPECT_EQ(&**next, first);
    });
  }
  waiting.join();
}

}  // namespace
}  // namespace brygga::sql
