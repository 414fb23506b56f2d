#include "cli/app/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "cli/app/run.h"
#include "cli/output/text.h"

namespace brygga::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

struct Ended {
  ExitCode code;
  std::string out, err;
};

// Nothing is called: there is no service.
Ended Brygga(std::vector<std::string> arguments, size_t columns = 0) {
  std::ostringstream out, err;
  const Streams streams{.out = out, .err = err, .out_columns = columns};
  const ExitCode code = Run(std::move(arguments), streams, [](const std::string&) { return nullptr; });
  return {code, out.str(), err.str()};
}

TEST(CommandLineTest, AllThatIsMissingIsNamedAtOnce) {
  const Ended ended = Brygga({"match", "create", "vocational", "--answer-days", "soon"});

  EXPECT_EQ(ended.code, kUsage);
  EXPECT_THAT(ended.err, AllOf(HasSubstr("MENTOR: is missing"), HasSubstr("ADEPT: is missing"),
                               HasSubstr("--answer-days soon: give a whole number"),
                               HasSubstr("`brygga match create --help` tells more"), Not(HasSubstr("COHORT"))));
}

TEST(CommandLineTest, AProgramGetsTheSameAsFields) {
  const Ended ended = Brygga({"--json", "match", "veto", "vocational"});

  const auto error = nlohmann::json::parse(ended.err)["error"];
  EXPECT_EQ(error["reason"], "COMMAND_LINE");
  std::vector<std::string> fields;
  for (const auto& field : error["fields"]) fields.push_back(field["field"]);
  EXPECT_THAT(fields, ElementsAre("MENTOR", "ADEPT"));
}

TEST(CommandLineTest, ASlipOfTheHandIsGuessed) {
  EXPECT_THAT(Brygga({"cohrt"}).err, HasSubstr("did you mean cohort?"));
  EXPECT_THAT(Brygga({"match", "publsh"}).err, HasSubstr("is no command of `brygga match`; did you mean publish?"));
  EXPECT_THAT(Brygga({"board", "vocational", "--limt", "3"}).err,
              HasSubstr("--limt: is not known here; did you mean --limit?"));
  EXPECT_THAT(Brygga({"board", "vocational", "extra"}).err, HasSubstr("extra: is one more than `brygga board` takes"));
}

TEST(CommandLineTest, HelpIsNeverWhatWasMeant) {
  EXPECT_THAT(Brygga({"board", "vocational", "--held"}).err,
              AllOf(HasSubstr("--held: is not known here"), Not(HasSubstr("--help or"))));
}

TEST(CommandLineTest, EveryGroupTeachesByExamplesOfItsOwn) {
  for (const char* const group : {"programme", "organisation", "cohort", "import", "match", "opening", "allocate",
                                  "networking", "event", "erasure"}) {
    const std::string help = Brygga({group, "--help"}).out;
    EXPECT_THAT(help, AllOf(HasSubstr(std::string("Examples:\n  brygga ") + group + " "), HasSubstr("COMMAND"),
                            Not(HasSubstr("SUBCOMMAND"))));
  }
}

TEST(CommandLineTest, HelpSpeaksOfValuesAsPeopleDo) {
  EXPECT_THAT(Brygga({"--help"}).out,
              AllOf(HasSubstr("--timeout NUMBER=60"), HasSubstr("--json     "), HasSubstr("(or $BRYGGA_ADDRESS)")));
  EXPECT_THAT(Brygga({"import", "events", "--help"}).out,
              AllOf(HasSubstr("Arguments:\n  FILE "), Not(HasSubstr(":FILE"))));
  EXPECT_THAT(Brygga({"cohort", "create", "--help"}).out, HasSubstr("What people call the cohort (required)"));
  EXPECT_THAT(Brygga({"match", "cadence", "--help"}).out, HasSubstr("(with --meetings)"));
  EXPECT_THAT(Brygga({"token", "--help"}).out, Not(HasSubstr("[Option Group")));
}

TEST(CommandLineTest, CommandsOfMatchingStandByKind) {
  const std::string help = Brygga({"match", "--help"}).out;
  for (const char* const kind : {"Rounds:", "Why:", "Pairs by hand:", "Matches:", "Meetings:"}) {
    EXPECT_THAT(help, HasSubstr(std::string("\n") + kind + "\n"));
  }
  EXPECT_THAT(help, Not(HasSubstr("Commands:"))) << "each has its kind";
}

TEST(CommandLineTest, AGroupAloneSaysWhatItCan) {
  EXPECT_THAT(Brygga({"event"}).err, HasSubstr("say what to do: list, show, create"));
  EXPECT_EQ(Brygga({}).code, kUsage);
}

TEST(CommandLineTest, AValueThatIsMissingIsNotTakenForMore) {
  const Ended ended = Brygga({"match", "create", "--reason"});

  EXPECT_EQ(ended.code, kUsage);
  EXPECT_THAT(ended.err, AllOf(HasSubstr("--reason"), Not(HasSubstr("COHORT"))));
}

TEST(CommandLineTest, HelpFitsATerminal) {
  const std::vector<std::vector<std::string>> commands = {
      {"--help"}, {"help", "match"}, {"match", "run", "--help"}, {"import", "mentees", "--help"}};
  for (const auto& command : commands) {
    const Ended ended = Brygga(command, 80);
    EXPECT_EQ(ended.code, kDone);
    for (const std::string& line : std::vector<std::string>(absl::StrSplit(ended.out, '\n'))) {
      const bool is_example = line.starts_with("  brygga") || line.starts_with("  export");
      EXPECT_TRUE(is_example || DisplayWidth(line) <= 80u) << line;
    }
  }
  EXPECT_THAT(Brygga({"--help"}).out,
              AllOf(HasSubstr("Solve a matching problem from a file"), Not(HasSubstr("e I J SCORE"))));
}

}  // namespace
}  // namespace brygga::cli
