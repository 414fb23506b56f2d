#include "common/time/periodic.h"

#include <gtest/gtest.h>

#include <latch>
#include <thread>
#include <utility>

namespace brygga {
namespace {

TEST(PeriodicTest, RunsAgainAndAgainOnAThreadOfItsOwn) {
  int runs = 0;
  std::thread::id runner;
  std::latch thrice(1);
  {
    Periodic periodic(absl::Milliseconds(1), [&] {
      runner = std::this_thread::get_id();
      if (++runs == 3) thrice.count_down();
    });
    thrice.wait();
  }

  EXPECT_GE(runs, 3);
  EXPECT_NE(runner, std::this_thread::get_id());
}

TEST(PeriodicTest, StopsAtOnceAndWithoutARunHoweverLongItsInterval) {
  int runs = 0;
  for (int i = 0; i < 200; ++i) Periodic(absl::Hours(1000), [&] { ++runs; });  // The stop comes at any point.

  EXPECT_EQ(runs, 0);
}

TEST(PeriodicTest, WaitsForTheRunThatHasBegun) {
  std::latch begun(1);
  bool ended = false;
  {
    Periodic periodic(absl::Milliseconds(1), [&, told = false]() mutable {
      if (std::exchange(told, true)) return;
      begun.count_down();
      for (int i = 0; i < 100; ++i) std::this_thread::yield();
      ended = true;
    });
    begun.wait();
  }

  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace brygga
