#include "common/status/failpoint.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace brygga {
namespace {

// In a process of its own: the folder is read once.
[[noreturn]] void ComeBy(const std::string& folder, const char* name) {
  setenv("BRYGGA_FAILPOINTS", folder.c_str(), 1);
  Failpoint(name);
  std::exit(0);
}

TEST(FailpointDeathTest, StrikesWhereItsFileIsAndOnlyOnce) {
  GTEST_FLAG_SET(death_test_style, "fast");  // The other style would make the file anew.
  const std::string folder = ::testing::TempDir() + "failpoints";
  std::filesystem::create_directory(folder);
  std::ofstream(folder + "/a.place") << "";

  EXPECT_EXIT(ComeBy(folder, "another.place"), ::testing::ExitedWithCode(0), "");
  EXPECT_EXIT(ComeBy(folder, "a.place"), ::testing::KilledBySignal(SIGKILL), "");
  EXPECT_FALSE(std::filesystem::exists(folder + "/a.place"));
  EXPECT_EXIT(ComeBy(folder, "a.place"), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace brygga
