#include "common/wait/no_wait.h"

#include <gtest/gtest.h>

#include <thread>

namespace brygga {
namespace {

TEST(NoWaitTest, AThreadMayWaitUnlessItSaysOtherwise) {
  EXPECT_FALSE(NoWait::Refuses());
  {
    const NoWait no_wait;
    EXPECT_FALSE(no_wait.refused());
    EXPECT_TRUE(NoWait::Refuses());
    EXPECT_TRUE(no_wait.refused());
    EXPECT_TRUE(NoWait::HasRefused());
  }
  EXPECT_FALSE(NoWait::Refuses());
  EXPECT_FALSE(NoWait::HasRefused());
}

TEST(NoWaitTest, ItIsOfItsThreadAlone) {
  const NoWait no_wait;

  std::thread([] { EXPECT_FALSE(NoWait::Refuses()); }).join();

  EXPECT_FALSE(no_wait.refused());
}

}  // namespace
}  // namespace brygga
