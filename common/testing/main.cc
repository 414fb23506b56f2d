// The main of every test program. A test that hangs is killed by ctest without a word
// of where it was, so each says its name once it has run for a minute, and again after
// every further one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "common/testing/setting.h"

namespace brygga::testing {
namespace {

constexpr int kPatienceSeconds = 60;

// What the signal's handler writes; it may do no more than write.
std::array<char, 512> running;
size_t running_size = 0;
unsigned patience = kPatienceSeconds;

void SayWhatRuns(int /*signal*/) {
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, running.data(), running_size);
  alarm(patience);
}

class SlowTests final : public ::testing::EmptyTestEventListener {
 public:
  void OnTestStart(const ::testing::TestInfo& test) override {
    const std::string line = std::string("[ RUNNING  ] ") + test.test_suite_name() + "." + test.name() + "\n";
    alarm(0);
    running_size = std::min(line.size(), running.size());
    std::copy_n(line.begin(), running_size, running.begin());
    alarm(patience);
  }
  void OnTestEnd(const ::testing::TestInfo& /*test*/) override { alarm(0); }
};

}  // namespace
}  // namespace brygga::testing

int main(int argc, char** argv) {
  ::testing::InitGoogleMock(&argc, argv);
  brygga::testing::patience = static_cast<unsigned>(
      brygga::testing::Setting("BRYGGA_TEST_PATIENCE_SECONDS", brygga::testing::kPatienceSeconds));
  struct sigaction action = {};
  action.sa_handler = &brygga::testing::SayWhatRuns;
  action.sa_flags = SA_RESTART;
  sigaction(SIGALRM, &action, nullptr);
  ::testing::UnitTest::GetInstance()->listeners().Append(new brygga::testing::SlowTests);
  return RUN_ALL_TESTS();
}
