// The outsider's program, data/lottery/replay.py, on what the engine publishes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <utility>

#include "engine/allocation.h"
#include "engine/allocation_certificate.h"
#include "engine/lottery.h"

namespace brygga::engine {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

struct Said {
  int code;
  std::string text;
};

Said Replay(const std::string& published, const std::string& arguments = "") {
  const std::string path = ::testing::TempDir() + "published-" + std::to_string(::getpid()) + ".json";
  std::ofstream(path) << published;
  const std::string command =
      std::string(BRYGGA_PYTHON) + " data/lottery/replay.py " + path + " " + arguments + " 2>&1";
  FILE* const pipe = ::popen(command.c_str(), "r");  // NOLINT(bugprone-command-processor): all words are ours.
  std::string text;
  std::array<char, 4096> buffer;
  while (const size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) text.append(buffer.data(), size);
  const int status = ::pclose(pipe);
  std::remove(path.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
}

AllocationProblem SomeJobs(uint64_t seed, int applicants, int openings) {
  std::mt19937_64 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<uint64_t>(n)); };
  AllocationProblem problem{.groups = {"CARE", "SPECIAL_REASONS", "FINAL_YEAR"},
                            .guaranteed = {0},
                            .priorities = {2},
                            .seed = "5e1f0c5b6d2e9a4f7788c0d1e2f3a4b5" + std::to_string(seed)};
  problem.reserves = {{.group = 1, .scope = Reserve::Scope::kAllSeats, .share = 250'000},
                      {.group = 2,
                       .scope = Reserve::Scope::kEachOpening,
                       .count = 1,
                       .fallback = seed % 3 == 0 ? Reserve::Fallback::kKeepEmpty : Reserve::Fallback::kOpenToAll}};
  if (seed % 2 == 0) problem.precedence = Precedence::kOpenFirst;
  for (int o = 0; o < openings; ++o)
    problem.openings.push_back({.reference = "job-" + std::to_string(o), .seats = below(5)});
  for (int a = 0; a < applicants; ++a) {
    Applicant applicant{.reference = "person-" + std::to_string(a)};
    for (int o = below(3); o < openings; o += 1 + below(openings)) {
      applicant.wishes.push_back({.opening = o, .barred = below(9) == 0 ? "TOO_YOUNG" : ""});
    }
    for (int32_t group = 0; group < 3; ++group) {
      if (below(4) == 0) applicant.groups.push_back(group);
    }
    if (below(20) == 0) applicant.barred = "TOO_OLD";
    problem.applicants.push_back(std::move(applicant));
  }
  return problem;
}

std::string Publish(const AllocationProblem& problem, AllocationMechanism mechanism) {
  const auto answer = Allocate(problem, mechanism);
  EXPECT_TRUE(answer.ok()) << answer.status();
  return PublishedAllocation(problem, mechanism, *answer);
}

constexpr AllocationMechanism kBoth[] = {AllocationMechanism::kDeferredAcceptance, AllocationMechanism::kMaxPlaced};

TEST(Replay, AnOutsiderGetsTheSameAllocation) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    const AllocationProblem problem = SomeJobs(seed, 5 + 9 * static_cast<int>(seed), 4 + 2 * static_cast<int>(seed));
    for (const AllocationMechanism mechanism : kBoth) {
      const Said said = Replay(Publish(problem, mechanism), "--commitment " + LotteryCommitment(problem.seed));
      EXPECT_EQ(said.code, 0) << said.text;
      EXPECT_THAT(said.text, HasSubstr("identical"));
    }
  }
}

TEST(Replay, AWholeMunicipalityIsReplayed) {
  const AllocationProblem problem = SomeJobs(5, 6'000, 800);
  for (const AllocationMechanism mechanism : kBoth) {
    const Said said = Replay(Publish(problem, mechanism));
    EXPECT_EQ(said.code, 0) << said.text.substr(0, 2'000);
  }
}

TEST(Replay, AnotherSeedThanTheAnnouncedOneIsSeen) {
  const AllocationProblem problem = SomeJobs(7, 30, 8);
  const Said said = Replay(Publish(problem, kBoth[0]), "--commitment " + std::string(64, '0'));
  EXPECT_EQ(said.code, 1);
  EXPECT_THAT(said.text, HasSubstr("which was announced"));
}

// Each kind of cheating that the file could hide.
TEST(Replay, WhereItDiffersItSaysWhere) {
  for (const AllocationMechanism mechanism : kBoth) {
    const Json right = Json::parse(Publish(SomeJobs(8, 60, 9), mechanism));
    const auto expect = [&](const Json& json, const char* what) {
      const Said said = Replay(json.dump());
      EXPECT_EQ(said.code, 1) << what << ": " << said.text;
      EXPECT_THAT(said.text, HasSubstr("differs: "));
      EXPECT_THAT(said.text, HasSubstr(what));
    };
    Json json = right;
    json["seed"] = "another-seed-of-some-length";
    expect(json, "the published commitment");
    json = right;
    std::swap(json["result"]["lottery"][0], json["result"]["lottery"][1]);
    expect(json, "the order of the lottery");
    json = right;
    std::swap(json["result"]["placements"][0]["applicant"], json["result"]["placements"][1]["applicant"]);
    expect(json, "");
    json = right;
    json["result"]["placements"].erase(0);
    expect(json, "is given the reason None");
    json = right;
    for (Json& opening : json["result"]["openings"]) {
      if (opening["reserve_list"].size() > 1) std::swap(opening["reserve_list"][0], opening["reserve_list"][1]);
    }
    expect(json, "reserve list");
    json = right;
    json["result"]["openings"][0]["open"] = 77;
    expect(json, "are divided as");
    json = right;
    json["result"]["unplaced"][0]["reason"] = "BECAUSE";
    expect(json, "BECAUSE");
    // Somebody gets a better claim afterwards.
    json = right;
    for (Json& applicant : json["applicants"]) {
      if (applicant["reference"] == json["result"]["unplaced"].back()["applicant"]) applicant["groups"] = {"CARE"};
    }
    expect(json, "");
    if (mechanism == AllocationMechanism::kMaxPlaced) {
      json = right;
      json["certificate"]["prices"][0]["applicant"][0] = "999999999999999999999999999999";
      expect(json, "do not prove");
      json = right;
      json["certificate"]["prices"] = Json::array();
      expect(json, "two stages");
    }
  }
}

TEST(Replay, FilesOfAnotherKindAreRefused) {
  const Json right = Json::parse(Publish(SomeJobs(9, 10, 3), kBoth[0]));
  std::vector<std::string> files = {"", "{", "[]", "{}", "null", "{\"format\": \"brygga-allocation/1\"}"};
  for (const auto& [name, value] : right.items()) {
    if (name == "certificate" || name == "groups") continue;  // Not needed for deferred acceptance.
    Json json = right;
    json.erase(name);
    files.push_back(json.dump());
    json[name] = 7;
    files.push_back(json.dump());
  }
  for (const std::string& file : files) {
    const Said said = Replay(file);
    EXPECT_EQ(said.code, 2) << file.substr(0, 300) << "\n" << said.text;
    EXPECT_THAT(said.text, HasSubstr("cannot read"));
  }
}

}  // namespace
}  // namespace brygga::engine
