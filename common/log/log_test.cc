#include "common/log/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/testing/temp_dir.h"

namespace brygga {
namespace {

TEST(LogTest, ALineIsOneJsonObject) {
  const auto log = Log::ToMemory("partner");

  log->Info("started", {{"port", 7071},
                        {"share", 0.5},
                        {"ready", true},
                        {"name", "a \"b\"\n\x7f å"},
                        {"big", int64_t{-5'000'000'000}},
                        {"ms", std::chrono::microseconds(12'034)},
                        {"late_ms", std::chrono::microseconds(-1)}});

  ASSERT_EQ(log->lines().size(), 1u);
  const auto line = nlohmann::json::parse(log->lines().front());
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["service"], "partner");
  EXPECT_EQ(line["message"], "started");
  EXPECT_EQ(line["port"], 7071);
  EXPECT_EQ(line["share"], 0.5);
  EXPECT_EQ(line["ready"], true);
  EXPECT_EQ(line["name"], "a \"b\"\n\x7f å");
  EXPECT_EQ(line["big"], -5'000'000'000);
  EXPECT_EQ(line["ms"], 12.034);
  EXPECT_EQ(line["late_ms"], -0.001);
  EXPECT_EQ(line["time"].get<std::string>().size(), 27u);
}

TEST(LogTest, EveryCharacterArrivesWhereverItStands) {
  const auto log = Log::ToMemory("partner");
  std::vector<std::string> texts;
  for (int c = 0; c < 0x80; ++c) {
    for (const size_t at : {size_t{0}, size_t{7}, size_t{8}, size_t{10}, size_t{19}}) {
      std::string text = "0123456789 åbcdefg.";
      text[at] = static_cast<char>(c);
      texts.push_back(text);
    }
  }

  for (const std::string& text : texts) log->Info("text", {{"text", text}});

  ASSERT_EQ(log->lines().size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(nlohmann::json::parse(log->lines()[i])["text"], texts[i]);
}

TEST(LogTest, ALineHasItsOwnTime) {
  const auto log = Log::ToMemory("partner");
  const auto now = [] {
    const std::time_t second = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm utc;
    char text[32];
    std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", gmtime_r(&second, &utc));
    return std::string(text);
  };

  const std::string before = now();
  for (int i = 0; i < 1000; ++i) log->Info("again");
  const std::string after = now();

  std::string last = before;
  for (const std::string& line : log->lines()) {
    const auto time = nlohmann::json::parse(line)["time"].get<std::string>();
    EXPECT_THAT(time, ::testing::MatchesRegex("....-..-..T..:..:..\\.......Z"));
    EXPECT_GE(time, last);
    last = time;
  }
  EXPECT_LE(last.substr(0, after.size()), after);
}

std::vector<std::string> LinesOf(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

TEST(LogTest, AFileGetsEveryLineInItsOrder) {
  const testing::TempDir folder;
  const std::string path = folder.path() + "/log";
  constexpr int kLines = 2000;  // More than are gathered before they are written.
  {
    const auto log = Log::ToFile("partner", path);
    for (int i = 0; i < kLines; ++i) log->Info("line", {{"number", i}, {"text", std::string(100, 'x')}});
  }

  const std::vector<std::string> lines = LinesOf(path);

  ASSERT_EQ(lines.size(), static_cast<size_t>(kLines));
  for (int i = 0; i < kLines; ++i) EXPECT_EQ(nlohmann::json::parse(lines[i])["number"], i);
}

TEST(LogTest, AFileIsAddedTo) {
  const testing::TempDir folder;
  const std::string path = folder.path() + "/log";

  Log::ToFile("partner", path)->Info("first");
  Log::ToFile("partner", path)->Info("second");

  EXPECT_THAT(LinesOf(path), ::testing::ElementsAre(::testing::HasSubstr("first"), ::testing::HasSubstr("second")));
}

TEST(LogTest, AnErrorIsInTheFileAtOnce) {
  const testing::TempDir folder;
  const std::string path = folder.path() + "/log";
  const auto log = Log::ToFile("partner", path);

  log->Info("before it");
  log->Error("it");

  EXPECT_EQ(LinesOf(path).size(), 2u);
}

TEST(LogTest, ALineMayBeLong) {
  const auto log = Log::ToMemory("partner");
  const std::string text(10'000, '\n');

  log->Info("long", {{"text", text}});

  EXPECT_EQ(nlohmann::json::parse(log->lines().front())["text"], text);
}

TEST(LogTest, LinesBelowTheLevelAreNotWritten) {
  const auto log = Log::ToMemory("partner", LogLevel::kWarning);

  log->Info("quiet");
  log->Error("loud");

  EXPECT_THAT(log->lines(), ::testing::ElementsAre(::testing::HasSubstr("loud")));
}

}  // namespace
}  // namespace brygga
