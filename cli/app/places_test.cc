// Openings, allocations and speed networking from the command line, through the
// whole suite.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "cli/app/run.h"
#include "common/rpc/testing.h"
#include "services/suite/testing.h"

namespace brygga::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class PlacesTest : public suite::SuiteTest {
 protected:
  PlacesTest() : token_file_(File("admin.token")) { std::ofstream(token_file_) << rpc::TokenOf(rpc::Admin()) << "\n"; }

  std::pair<ExitCode, std::string> Brygga(std::vector<std::string> arguments) {
    std::ostringstream out, err;
    arguments.insert(arguments.begin(), {"--token-file", token_file_});
    const ExitCode code = cli::Run(std::move(arguments), {out, err}, [this](const std::string&) { return gateway(); });
    return {code, out.str() + err.str()};
  }
  // Runs a command that must end well.
  std::string Do(std::vector<std::string> arguments) {
    const auto [code, text] = Brygga(std::move(arguments));
    EXPECT_EQ(code, kDone) << text;
    return std::string(absl::StripSuffix(text, "\n"));
  }
  // A city with an open cohort of each kind of programme.
  void OpenCity() {
    city_ = Do({"organisation", "create", "Stockholms stad", "--sector", "public", "--kind", "municipality"});
    for (const std::string kind : {"vocational", "language", "youth"}) {
      Do({"programme", "create", absl::StrCat("data/rules/", kind, ".json"), "--operator", city_});
      Do({"cohort", "create", kind, "--name", absl::StrCat("Sommaren ", kind)});
      Do({"cohort", "open", kind});
    }
  }
  std::string MakeOpening(const std::string& title, const std::string& seats) {
    return Do({"opening", "create", city_, title, "--kind", "holiday job", "--host", "municipal unit", "--seats", seats,
               "--start", "2023-06-12", "--end", "2023-06-30", "--open"});
  }

  const std::string token_file_;
  std::string city_;
};

TEST_F(PlacesTest, HolidayJobsAreGivenOutFromTheCommandLine) {
  OpenCity();
  EXPECT_THAT(MakeOpening("Park keeper", "1"), AllOf(HasSubstr("open"), HasSubstr("0 of 1 seats")));
  MakeOpening("Bath attendant", "1");
  Brygga({"import", "mentees", "data/sample/mentees.csv"});

  EXPECT_THAT(Do({"allocate", "create", "vocational", "Holiday jobs", "--openings", "kind = HOLIDAY_JOB", "--reserve",
                  "SPECIAL_REASONS=25", "--guarantee", "IN_CARE"}),
              HasSubstr("2 openings"));
  EXPECT_THAT(Do({"allocate", "apply", "vocational", "A00001", "Park keeper", "Bath attendant"}),
              HasSubstr("published draw"));
  const std::string file = File("applications.csv");
  std::ofstream(file) << "participant_id,choices,priority,groups,meets\n"
                         "A00002,Park keeper;Bath attendant,,,\n"
                         "A00004,Park keeper,,SPECIAL_REASONS,\n"
                         "A99999,Park keeper,,,\n"
                         "A00005,Circus director,,RICH,\n";
  const auto [code, report] = Brygga({"allocate", "import", "vocational", file});
  EXPECT_EQ(code, kSomeRefused) << report;
  EXPECT_THAT(report, AllOf(HasSubstr("2 created"), HasSubstr("A99999"), HasSubstr("Circus director"),
                            HasSubstr("No opening is called so"), HasSubstr("groups")));
  EXPECT_THAT(Do({"allocate", "commit", "vocational"}), HasSubstr("SHA-256"));
  EXPECT_THAT(Do({"allocate", "draw", "vocational"}), HasSubstr("not published yet"));
  EXPECT_THAT(Do({"allocate", "run", "vocational", "--dry-run"}),
              AllOf(HasSubstr("Dry run"), HasSubstr("2 of 3 eligible"), HasSubstr("SPECIAL_REASONS")));
  EXPECT_THAT(Do({"allocate", "show", "vocational"}), HasSubstr("is open"));
  EXPECT_THAT(Do({"allocate", "run", "vocational"}), AllOf(HasSubstr("2 of 3 eligible"), HasSubstr("Certified")));
  EXPECT_THAT(Do({"allocate", "show", "vocational"}), AllOf(HasSubstr("Lot"), HasSubstr("Park keeper")));
  EXPECT_THAT(Do({"allocate", "reserves", "vocational"}), HasSubstr("outranked"));
  EXPECT_THAT(Do({"allocate", "publish", "vocational", "--dry-run"}), HasSubstr("every seat is free"));
  EXPECT_THAT(
      Brygga({"allocate", "create", "vocational", "Wrong", "--opening", "Park keeper", "--reserve", "S=25:sets"})
          .second,
      HasSubstr(":each-opening"));
  EXPECT_THAT(Do({"allocate", "publish", "vocational"}), HasSubstr("published"));
  const std::string draw = File("draw.json");
  EXPECT_THAT(Do({"allocate", "draw", "vocational", "--out", draw}), HasSubstr("replay.py"));
  std::ifstream document(draw);
  EXPECT_EQ(nlohmann::json::parse(document)["format"], "brygga-allocation/1");
  EXPECT_THAT(Do({"opening", "list", "--filter", "state = FULL"}), HasSubstr("Bath attendant"));
}

TEST_F(PlacesTest, ANetworkingLunchIsPlannedAndMendedFromTheCommandLine) {
  OpenCity();
  std::vector<std::string> plan = {"networking", "plan", "vocational", "Lunch",
                                   "--rounds",   "2",    "--start",    "2023-03-10T12:00:00"};
  for (const char* person : {"a", "b"}) {
    plan.insert(plan.end(), {"--newcomer", absl::StrCat("participants/new-", person, "=sv:B1"), "--established",
                             absl::StrCat("participants/est-", person, "=sv")});
  }

  EXPECT_THAT(Do(plan), AllOf(HasSubstr("4 conversations"), HasSubstr("2023-03-10 12:15")));
  Do({"networking", "start", "vocational"});
  Do({"networking", "finish", "vocational"});
  EXPECT_THAT(Do({"networking", "replan", "vocational", "--absent", "participants/new-a"}),
              AllOf(HasSubstr("3 conversations"), HasSubstr("Who sits out")));
  EXPECT_THAT(Do({"networking", "show", "vocational", "--person", "participants/new-b"}),
              Not(HasSubstr("participants/new-a  ")));
}

TEST_F(PlacesTest, HelpTeachesByExample) {
  for (const char* group : {"opening", "allocate", "networking"}) {
    EXPECT_THAT(Brygga({group, "--help"}).second, HasSubstr("Commands:"));
  }
  EXPECT_THAT(Brygga({"allocate", "create", "--help"}).second, HasSubstr("--reserve SPECIAL_REASONS=25"));
}

}  // namespace
}  // namespace brygga::cli
