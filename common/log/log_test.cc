#include "common/log/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace brygga {
namespace {

TEST(LogTest, ALineIsOneJsonObject) {
  const auto log = Log::ToMemory("partner");

  log->Info("started", {{"port", 7071}, {"share", 0.5}, {"ready", true}, {"name", std::string("a \"b\"\n")}});

  ASSERT_EQ(log->lines().size(), 1u);
  const auto line = nlohmann::json::parse(log->lines().front());
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["service"], "partner");
  EXPECT_EQ(line["message"], "started");
  EXPECT_EQ(line["port"], 7071);
  EXPECT_EQ(line["share"], 0.5);
  EXPECT_EQ(line["ready"], true);
  EXPECT_EQ(line["name"], "a \"b\"\n");
  EXPECT_EQ(line["time"].get<std::string>().size(), 27u);
}

TEST(LogTest, LinesBelowTheLevelAreNotWritten) {
  const auto log = Log::ToMemory("partner", LogLevel::kWarning);

  log->Info("quiet");
  log->Error("loud");

  EXPECT_THAT(log->lines(), ::testing::ElementsAre(::testing::HasSubstr("loud")));
}

}  // namespace
}  // namespace brygga
