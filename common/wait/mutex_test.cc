// What we use of a mutex, as it is built here: Abseil's, or ours under
// ThreadSanitizer.
#include "common/wait/mutex.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "absl/time/clock.h"

namespace brygga {
namespace {

TEST(MutexTest, OneThreadIsInsideAtATime) {
  Mutex mutex;
  int count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) {
        const MutexLock lock(&mutex);
        ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(count, 4000);
}

TEST(MutexTest, WhoWaitsForAConditionIsWokenByTheUnlockThatMakesItTrue) {
  Mutex mutex;
  bool open = false;
  int taken = 0;
  std::thread other([&] {
    const MutexLock lock(&mutex);
    open = true;
    const auto is_taken = [&] { return taken == 1; };
    mutex.Await(Condition(&is_taken));  // Two wait for each other.
    taken = 2;
  });
  {
    const MutexLock lock(&mutex);
    mutex.Await(Condition(&open));
    taken = 1;
  }
  other.join();

  EXPECT_EQ(taken, 2);
}

TEST(MutexTest, AWaitEndsAtItsDeadline) {
  Mutex mutex;
  const bool never = false;
  const MutexLock lock(&mutex);

  EXPECT_FALSE(mutex.AwaitWithTimeout(Condition(&never), absl::Milliseconds(5)));
  EXPECT_FALSE(mutex.AwaitWithDeadline(Condition(&never), absl::Now()));
  const bool always = true;
  EXPECT_TRUE(mutex.AwaitWithDeadline(Condition(&always), absl::InfinitePast()));
}

TEST(NotificationTest, IsHeardByThoseWhoWaitAndThoseWhoCome) {
  Notification notification;
  EXPECT_FALSE(notification.HasBeenNotified());
  std::thread waiting([&] { notification.WaitForNotification(); });

  notification.Notify();

  waiting.join();
  notification.WaitForNotification();
  EXPECT_TRUE(notification.HasBeenNotified());
}

}  // namespace
}  // namespace brygga
