// The frame of a server's main(), as a process of its own.
#include "common/rpc/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "common/rpc/probe_handler.h"
#include "common/rpc/testing.h"
#include "common/status/error.h"

extern char** environ;

namespace brygga::rpc {
namespace {

using testing::EchoRequest;
using testing::EchoResponse;
using ::testing::HasSubstr;

// The probe server, with what it writes to standard error.
class Child {
 public:
  explicit Child(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), std::string(std::getenv("BRYGGA_BUILD_DIR")) + "/tests/rpc_probe_server");
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    std::array<int, 2> errors;
    EXPECT_EQ(pipe2(errors.data(), O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, errors[1], STDERR_FILENO);
    EXPECT_EQ(posix_spawn(&pid_, pointers[0], &actions, nullptr, pointers.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(errors[1]);
    errors_ = errors[0];
  }
  ~Child() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      Wait();
    }
    close(errors_);
  }

  // The next line, or "" at the end.
  std::string ReadLine() {
    std::string line;
    for (char c; read(errors_, &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }

  void Signal(int signal) { kill(pid_, signal); }

  // The code it ends with, or -1 where a signal ended it.
  int Wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = 0;
  int errors_ = -1;
};

class ProcessTest : public ::testing::Test {
 protected:
  ~ProcessTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  static std::string MakeFolder() {
    std::string path = (std::filesystem::temp_directory_path() / "brygga-process-XXXXXX").string();
    EXPECT_NE(mkdtemp(path.data()), nullptr);
    return path;
  }

  const std::string folder_ = MakeFolder();
  const std::string issuer_ = "--local-issuer=" + folder_;
};

TEST_F(ProcessTest, ASignalLetsRunningCallsFinishAndEndsWithZero) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Child child({issuer_});
    const auto ready = nlohmann::json::parse(child.ReadLine());
    ASSERT_EQ(ready["message"], "ready");
    const auto channel = Channel::Connect(ready["address"]);
    auto call = channel->CallAsync<EchoResponse>(CallOptions::Within(absl::Seconds(20)), std::string(kProbe) + "Echo",
                                                 EchoRequest());
    // Its answer comes a while after it began.
    for (auto line = child.ReadLine(); line != "echo begins"; line = child.ReadLine()) ASSERT_NE(line, "");

    child.Signal(signal);

    const auto answer = call.get();
    EXPECT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(child.Wait(), 0);
  }
}

TEST_F(ProcessTest, ItsTokensAreThoseOfItsIssuer) {
  Child child({issuer_, "--streams=1"});
  const auto ready = nlohmann::json::parse(child.ReadLine());
  const auto channel = Channel::Connect(ready["address"]);
  const auto issuer = *LocalIssuer::OpenOrCreate(folder_);
  const auto call = [&](const std::string& token) {
    return channel->Call<EchoResponse>(CallOptions::Within(absl::Seconds(20), token), std::string(kProbe) + "AdminOnly",
                                       EchoRequest());
  };

  EXPECT_TRUE(call(issuer->Mint(Admin())).ok());
  EXPECT_EQ(ReasonOf(call(TokenOf(Admin())).status()), "TOKEN_INVALID");  // Of another issuer.
}

TEST_F(ProcessTest, WithoutAnIssuerItDoesNotStart) {
  Child child({});

  EXPECT_THAT(child.ReadLine(), HasSubstr("name who issues tokens"));
  EXPECT_EQ(child.Wait(), 2);
}

TEST_F(ProcessTest, ALocalIssuerIsForLoopbackOnly) {
  Child child({issuer_, "--host=0.0.0.0"});

  EXPECT_THAT(child.ReadLine(), HasSubstr("for loopback only"));
  EXPECT_EQ(child.Wait(), 1);
}

TEST_F(ProcessTest, ATakenPortIsNamed) {
  Child first({issuer_});
  const auto ready = nlohmann::json::parse(first.ReadLine());
  const std::string address = ready["address"];
  Child second({issuer_, "--port=" + address.substr(address.rfind(':') + 1)});

  std::string line = second.ReadLine();
  while (line.find("brygga-probe:") != 0 && !line.empty()) line = second.ReadLine();  // gRPC has its say first.
  EXPECT_THAT(line, HasSubstr("cannot listen on " + address));
  EXPECT_EQ(second.Wait(), 1);
}

TEST_F(ProcessTest, AWrongFlagEndsWithTwo) {
  Child child({"--prot=1"});

  EXPECT_THAT(child.ReadLine(), HasSubstr("--prot=1"));
  EXPECT_EQ(child.Wait(), 2);
}

}  // namespace
}  // namespace brygga::rpc
