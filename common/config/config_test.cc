#include "common/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <string>
#include <vector>

namespace brygga {
namespace {

class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() {
    config_.Text("address", &address_, "Where to listen")
        .Int("threads", &threads_, "How many threads", 1, 64)
        .Duration("drain-wait", &drain_wait_, "How long to wait")
        .Flag("fast", &fast_, "Whether to hurry");
    std::ofstream(path_) << "address = \"file\"\nthreads = 3\ndrain-wait = \"3s\"\n";
  }
  ~ConfigTest() override {
    unsetenv("BRYGGA_ADDRESS");
    unsetenv("BRYGGA_THREADS");
  }

  std::optional<int> Parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "program");
    return config_.Parse(static_cast<int>(arguments.size()), arguments.data());
  }

  const std::string path_ = ::testing::TempDir() + "/brygga-config-test.toml";
  std::string address_ = "default";
  int threads_ = 1;
  absl::Duration drain_wait_ = absl::Seconds(1);
  bool fast_ = false;
  Config config_{"program", "Does things."};
};

TEST_F(ConfigTest, DefaultsStandWhereNothingIsSaid) {
  EXPECT_EQ(Parse({}), std::nullopt);

  EXPECT_EQ(address_, "default");
  EXPECT_EQ(threads_, 1);
  EXPECT_EQ(drain_wait_, absl::Seconds(1));
}

TEST_F(ConfigTest, FlagsWinOverEnvironmentOverFile) {
  setenv("BRYGGA_ADDRESS", "environment", 1);
  setenv("BRYGGA_THREADS", "4", 1);

  EXPECT_EQ(Parse({"--config", path_.c_str(), "--threads=5", "--fast"}), std::nullopt);

  EXPECT_EQ(address_, "environment");
  EXPECT_EQ(threads_, 5);
  EXPECT_EQ(drain_wait_, absl::Seconds(3));
  EXPECT_TRUE(fast_);
}

TEST_F(ConfigTest, WrongSettingsEndTheProgramWithTwo) { EXPECT_EQ(Parse({"--threads=0"}), 2); }

TEST_F(ConfigTest, ADurationMustBeOne) { EXPECT_EQ(Parse({"--drain-wait=soon"}), 2); }

TEST_F(ConfigTest, AnUnknownFlagEndsTheProgramWithTwo) { EXPECT_EQ(Parse({"--adress=x"}), 2); }

TEST_F(ConfigTest, PrintConfigShowsTheResultAndEnds) {
  ::testing::internal::CaptureStdout();

  EXPECT_EQ(Parse({"--address=flag", "--print-config"}), 0);

  EXPECT_THAT(::testing::internal::GetCapturedStdout(), ::testing::HasSubstr("address=\"flag\""));
}

}  // namespace
}  // namespace brygga
