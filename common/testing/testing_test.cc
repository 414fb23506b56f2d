// The fixtures themselves.
#include <gmock/gmock.h>
#include <google/protobuf/timestamp.pb.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "common/testing/matchers.h"
#include "common/testing/postgres.h"
#include "common/testing/process.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/redis.h"
#include "common/testing/setting.h"
#include "common/testing/temp_dir.h"

namespace brygga::testing {
namespace {

using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(MatchersTest, TellOkFromErrors) {
  const absl::StatusOr<int> three = 3, none = NotFound("things/1");

  EXPECT_THAT(three, IsOk());
  EXPECT_THAT(three, IsOkAndHolds(3));
  EXPECT_THAT(three, IsOkAndHolds(Gt(2)));
  EXPECT_THAT(three, Not(IsOkAndHolds(4)));
  EXPECT_THAT(none, Not(IsOk()));
  EXPECT_THAT(none, Not(IsOkAndHolds(3)));
  EXPECT_THAT(none, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(none, StatusIs(absl::StatusCode::kNotFound, HasSubstr("things/1")));
  EXPECT_THAT(none.status(), HasReason("NOT_FOUND"));
  EXPECT_THAT(none, Not(HasReason("OTHER")));
}

TEST(MatchersTest, MessagesAreComparedWhole) {
  google::protobuf::Timestamp seven;
  seven.set_seconds(7);

  EXPECT_THAT(seven, EqualsProto<google::protobuf::Timestamp>("seconds: 7"));
  EXPECT_THAT(seven, Not(EqualsProto(google::protobuf::Timestamp())));
  EXPECT_THAT(absl::StatusOr<google::protobuf::Timestamp>(seven), IsOkAndHolds(EqualsProto(seven)));
}

TEST(TempDirTest, GoesWithAllThatIsInIt) {
  std::string path;
  {
    const TempDir folder;
    path = folder.path();
    std::ofstream(folder.File("file")) << "x";
    EXPECT_TRUE(std::filesystem::exists(path + "/file"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ProcessTest, TellsHowItEnded) {
  EXPECT_EQ(Process({"sh", "-c", "exit 7"}).Wait(), 7);
  EXPECT_EQ(Process({"/nowhere/at/all"}, {.log = "/dev/null"}).Wait(), 127);
  Process sleeper({"sleep", "1000"});
  EXPECT_TRUE(sleeper.Running());
  sleeper.Signal(SIGKILL);
  EXPECT_EQ(sleeper.Wait(), 128 + SIGKILL);
  EXPECT_FALSE(sleeper.Running());
}

TEST(ProcessTest, GoesWithItsObject) {
  pid_t pid;
  {
    const Process sleeper({"sleep", "1000"});
    pid = sleeper.pid();
  }
  EXPECT_EQ(kill(pid, 0), -1);
}

// What ctest kills for its time has said where it was.
TEST(MainTest, ATestThatTakesLongSaysItsName) {
  const TempDir folder;
  const std::string log = folder.File("log");

  const int code =
      RunCommand({"env", "BRYGGA_TEST_PATIENCE_SECONDS=1", "BRYGGA_TEST_SLEEP_MS=1500",
                  std::filesystem::read_symlink("/proc/self/exe"), "--gtest_filter=MatchersTest.*:MainTest.Sleeps"},
                 {.log = log});

  EXPECT_EQ(code, 0);
  std::ostringstream said;
  said << std::ifstream(log).rdbuf();
  EXPECT_THAT(said.str(), HasSubstr("[ RUNNING  ] MainTest.Sleeps\n"));
  EXPECT_THAT(said.str(), Not(HasSubstr("[ RUNNING  ] MatchersTest")));
}
TEST(MainTest, Sleeps) { std::this_thread::sleep_for(std::chrono::milliseconds(Setting("BRYGGA_TEST_SLEEP_MS", 0))); }

TEST(SettingDeathTest, WhatIsNoNumberIsNamed) {
  setenv("BRYGGA_SOME_SETTING", "7", 1);
  EXPECT_EQ(Setting("BRYGGA_SOME_SETTING", 3), 7);
  setenv("BRYGGA_SOME_SETTING", "many", 1);
  EXPECT_DEATH(Setting("BRYGGA_SOME_SETTING", 3), "BRYGGA_SOME_SETTING is no whole number: \"many\"");
  unsetenv("BRYGGA_SOME_SETTING");
  EXPECT_EQ(Setting("BRYGGA_SOME_SETTING", 3), 3);
}

TEST(PostgresServerTest, DatabasesAreTheirOwn) {
  PostgresServer& server = PostgresServer::Shared();
  const std::string a = server.NewDatabase(), b = server.NewDatabase();

  server.Run(a, "CREATE TABLE t (n INT); INSERT INTO t VALUES (7)");

  EXPECT_EQ(server.Run(a, "SELECT n FROM t"), "7");
  EXPECT_EQ(server.Run(b, "SELECT COUNT(*) FROM pg_tables WHERE tablename = 't'"), "0");
  server.DropDatabase(a);
  EXPECT_EQ(server.Run(b, "SELECT COUNT(*) FROM pg_database WHERE datname LIKE 'test%'"), "1");
  server.DropDatabase(b);
}

TEST(PostgresServerTest, ACopyHasWhatItsOriginHas) {
  PostgresServer& server = PostgresServer::Shared();
  server.Run(server.Url("postgres"), "CREATE DATABASE origin");
  server.Run(server.Url("origin"), "CREATE TABLE t AS SELECT 7 AS n");

  EXPECT_EQ(server.Run(server.NewDatabase("origin"), "SELECT n FROM t"), "7");
}

TEST(PostgresServerTest, KeepsItsDataWhenKilled) {
  PostgresServer server;
  const std::string url = server.NewDatabase();
  server.Run(url, "CREATE TABLE t AS SELECT 7 AS n");

  server.Kill();
  server.Start();

  EXPECT_EQ(server.Run(url, "SELECT n FROM t"), "7");
}

TEST(RedisServerTest, AnswersAtItsSocketAndComesBackEmpty) {
  RedisServer server;
  const std::string cli = "redis-cli -s " + server.socket() + " ";
  EXPECT_EQ(OutputOf(cli + "SET key value"), "OK");
  EXPECT_EQ(OutputOf(cli + "GET key"), "value");

  server.Kill();
  EXPECT_EQ(OutputOf(cli + "PING 2>/dev/null"), "");
  server.Start();

  EXPECT_EQ(OutputOf(cli + "PING"), "PONG");
  EXPECT_EQ(OutputOf(cli + "GET key"), "");
}

}  // namespace
}  // namespace brygga::testing
