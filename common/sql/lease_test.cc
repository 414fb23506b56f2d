#include "common/sql/lease.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/testing/matchers.h"
#include "common/testing/stores.h"

namespace brygga::sql {
namespace {

using testing::HasReason;
using testing::IsOk;

constexpr absl::Duration kLength = absl::Seconds(10);

class LeaseTest : public ::testing::TestWithParam<testing::MakeDatabase> {
 protected:
  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

  std::optional<Lease> Acquire(std::string_view holder) {
    const auto lease = AcquireLease(database_, "sweep", holder, kLength, Soon());
    EXPECT_THAT(lease, IsOk());
    return lease.value_or(std::nullopt);
  }
  absl::Status WorkUnder(const Lease& lease) {
    return database_.Write(Origin{.actor = "test", .method = "work/test", .deadline = Soon()},
                           [&](Transaction& tx) { return CheckLease(tx, lease); });
  }

  ManualClock clock_{absl::FromUnixSeconds(1'000'000)};
  std::unique_ptr<testing::TestDatabase> ground_ = GetParam()({.clock = &clock_});
  Database& database_ = ground_->database();
};

TEST_P(LeaseTest, OneHasItUntilItEnds) {
  const auto a = Acquire("a");
  ASSERT_TRUE(a);
  EXPECT_FALSE(Acquire("b"));

  clock_.Advance(kLength);

  const auto b = Acquire("b");
  ASSERT_TRUE(b);
  EXPECT_GT(b->fence, a->fence);
  EXPECT_FALSE(Acquire("a"));
}

TEST_P(LeaseTest, ProlongingKeepsTheFence) {
  const auto first = Acquire("a");
  clock_.Advance(kLength / 2);
  const auto second = Acquire("a");
  clock_.Advance(kLength / 2);

  EXPECT_EQ(first->fence, second->fence);
  EXPECT_FALSE(Acquire("b"));
}

TEST_P(LeaseTest, AHolderThatSleptThroughItsEndChangesNothing) {
  const auto a = Acquire("a");
  EXPECT_THAT(WorkUnder(*a), IsOk());
  clock_.Advance(2 * kLength);
  const auto b = Acquire("b");

  EXPECT_THAT(WorkUnder(*a), HasReason("LEASE_LOST"));
  EXPECT_THAT(WorkUnder(*b), IsOk());
}

TEST_P(LeaseTest, WhatIsGivenBackCanBeTakenAtOnce) {
  const auto a = Acquire("a");
  ASSERT_THAT(ReleaseLease(database_, *a, Soon()), IsOk());

  const auto b = Acquire("b");

  ASSERT_TRUE(b);
  EXPECT_THAT(WorkUnder(*a), HasReason("LEASE_LOST"));
  EXPECT_THAT(ReleaseLease(database_, *a, Soon()), IsOk());
  EXPECT_THAT(WorkUnder(*b), IsOk());
}

TEST_P(LeaseTest, ManyAskAndOneGetsIt) {
  std::atomic<int> holders{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] { holders += Acquire(absl::StrCat("replica-", i)).has_value(); });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(holders, 1);
}

INSTANTIATE_TEST_SUITE_P(Sqlite, LeaseTest, ::testing::Values(&testing::NewSqlite));
INSTANTIATE_TEST_SUITE_P(Postgresql, LeaseTest, ::testing::Values(&testing::NewPostgresql));

}  // namespace
}  // namespace brygga::sql
