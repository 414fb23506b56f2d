#include "services/matching/work/work_loop.h"

#include <gtest/gtest.h>

#include <latch>

namespace brygga::matching {
namespace {

TEST(WorkLoopTest, WorksAtOnceAndWhenNudged) {
  std::latch first(1), second(1);
  int runs = 0;
  WorkLoop loop(absl::Hours(1000), [&] {
    if (++runs == 1) first.count_down();
    if (runs == 2) second.count_down();
  });
  loop.Start();
  first.wait();

  loop.Nudge();

  second.wait();
}

TEST(WorkLoopTest, ANudgeDuringTheWorkIsNotLost) {
  std::latch twice(1);
  int runs = 0;
  WorkLoop* self = nullptr;
  WorkLoop loop(absl::Hours(1000), [&] {
    if (++runs == 1) self->Nudge();
    if (runs == 2) twice.count_down();
  });
  self = &loop;

  loop.Start();

  twice.wait();
}

TEST(WorkLoopTest, WorksEverySoOftenWithoutANudge) {
  std::latch thrice(1);
  int runs = 0;
  WorkLoop loop(absl::Milliseconds(1), [&] {
    if (++runs == 3) thrice.count_down();
  });

  loop.Start();

  thrice.wait();
}

TEST(WorkLoopTest, StopsAtOnceHoweverLongItWouldWait) {
  for (int i = 0; i < 100; ++i) {
    WorkLoop loop(absl::Hours(1000), [] {});
    loop.Start();  // The stop comes at any point.
  }
}

}  // namespace
}  // namespace brygga::matching
