#include "common/rpc/executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace brygga::rpc {
namespace {

TEST(ExecutorTest, RunsAllItTook) {
  std::atomic<int> done = 0;
  {
    Executor executor(4, 1000);
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(executor.TryRun([&] { ++done; }));
  }
  EXPECT_EQ(done, 1000);
}

TEST(ExecutorTest, RefusesWhatDoesNotFitInTheQueue) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  Executor executor(1, 2);
  std::promise<void> began;
  ASSERT_TRUE(executor.TryRun([&] {
    began.set_value();
    released.wait();
  }));
  began.get_future().wait();

  EXPECT_TRUE(executor.TryRun([] {}));
  EXPECT_TRUE(executor.TryRun([] {}));
  EXPECT_FALSE(executor.TryRun([] {}));

  release.set_value();
}

TEST(ExecutorTest, WithoutAQueueTakesOnlyWhatAThreadIsFreeFor) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  Executor executor(2, 0);

  EXPECT_TRUE(executor.TryRun([&] { released.wait(); }));
  EXPECT_TRUE(executor.TryRun([&] { released.wait(); }));
  EXPECT_FALSE(executor.TryRun([] {}));

  release.set_value();
}

}  // namespace
}  // namespace brygga::rpc
