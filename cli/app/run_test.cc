#include "cli/app/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/rpc/testing.h"
#include "services/suite/testing.h"

namespace brygga::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Ended {
  ExitCode code;
  std::string out;
  std::string err;
};

// `brygga` against a whole suite, through the gateway.
class RunTest : public suite::SuiteTest {
 protected:
  RunTest() : token_file_(File("admin.token")) { std::ofstream(token_file_) << rpc::TokenOf(rpc::Admin()) << "\n"; }

  Ended Brygga(std::vector<std::string> arguments) {
    std::ostringstream out, err;
    arguments.insert(arguments.begin(), {"--token-file", token_file_});
    const ExitCode code = cli::Run(std::move(arguments), {out, err}, [this](const std::string&) { return gateway(); });
    return {code, out.str(), err.str()};
  }

  // Runs a command that must end well; gives its output without the last line feed.
  std::string Do(std::vector<std::string> arguments) {
    const Ended ended = Brygga(std::move(arguments));
    EXPECT_EQ(ended.code, kDone) << ended.err << ended.out;
    return std::string(absl::StripSuffix(ended.out, "\n"));
  }

  std::string Write(std::string_view name, const std::string& text) {
    std::ofstream(File(name), std::ios::binary) << text;
    return File(name);
  }

  // An operator, and an open cohort of each kind of programme.
  void OpenCohorts() {
    operator_ = Do({"organisation", "create", "Operatören", "--sector", "civil-society", "--kind", "association"});
    for (const std::string kind : {"vocational", "language", "youth"}) {
      Do({"programme", "create", absl::StrCat("data/rules/", kind, ".json"), "--operator", operator_});
      Do({"cohort", "create", kind, "--name", absl::StrCat("Hösten ", kind)});
      Do({"cohort", "open", kind});
    }
  }

  nlohmann::json CountsOf(std::vector<std::string> arguments) {
    arguments.push_back("--json");
    return nlohmann::json::parse(Brygga(std::move(arguments)).out)["counts"];
  }

  const std::string token_file_;
  std::string operator_;
};

TEST_F(RunTest, TheSampleBecomesMatchedPeople) {
  OpenCohorts();

  EXPECT_EQ(CountsOf({"import", "partners", "data/sample/partners.csv", "--operator", operator_})["created"], 24);
  EXPECT_EQ(CountsOf({"import", "mentors", "data/sample/mentors.csv"})["created"], 300);
  const nlohmann::json mentees = CountsOf({"import", "mentees", "data/sample/mentees.csv"});
  EXPECT_EQ(mentees["created"], 329) << mentees;
  EXPECT_EQ(mentees["no consent"], 8) << mentees;
  EXPECT_EQ(CountsOf({"import", "mentors", "data/sample/mentors.csv"})["created"], 300)
      << "the same import repeats its first answer";

  EXPECT_THAT(Do({"cohort", "decide", "vocational"}), HasSubstr("refused"));
  const std::string candidates = Do({"candidates", "A00002", "--cohort", "vocational", "--top", "3", "--lang", "en"});
  EXPECT_THAT(candidates, AllOf(HasSubstr("Main reasons"), HasSubstr("Seats"), HasSubstr("Occupation")));
  EXPECT_THAT(nlohmann::json::parse(Do({"candidates", "A00002", "--cohort", "vocational", "--json"}))["candidates"],
              ::testing::SizeIs(10));
  EXPECT_THAT(Do({"candidates", "A00002", "--cohort", "vocational", "--filter", "free_seats > 1000"}),
              HasSubstr("Nobody."));
  EXPECT_THAT(Brygga({"candidates", "A00002", "--filter", "gender = MALE", "--cohort", "vocational"}).err,
              HasSubstr("municipality"));
  EXPECT_THAT(Do({"match", "run", "vocational"}), HasSubstr("Certified"));
  const auto shown = nlohmann::json::parse(Do({"match", "show", "vocational", "--json"}));
  EXPECT_EQ(shown["round"]["statistics"]["matched"], shown["pairs"].size());
  EXPECT_GT(shown["unmatched"].size(), 0u);
  EXPECT_THAT(Do({"match", "publish", "vocational"}), HasSubstr("published"));
  EXPECT_THAT(Do({"match", "accept", "A00002", "--side", "mentor"}), HasSubstr("accepted by one"));
  EXPECT_THAT(Do({"match", "rounds", "vocational"}), HasSubstr("coverage then score"));
  EXPECT_THAT(Do({"match", "locks", "vocational"}), HasSubstr("No pair is locked"));
  EXPECT_THAT(Do({"match", "show", "vocational"}), AllOf(HasSubstr("Main reasons"), HasSubstr("Why unmatched")));
  EXPECT_THAT(Do({"board", "vocational"}), HasSubstr("proposed"));
  EXPECT_THAT(Do({"match", "explain", "vocational", "M00002", "A00002", "--lang", "en"}), HasSubstr("The two can"));
}

TEST_F(RunTest, ADryRunStoresNothing) {
  OpenCohorts();

  const Ended dry = Brygga({"import", "partners", "data/sample/partners.csv", "--operator", operator_, "--dry-run"});

  EXPECT_EQ(dry.code, kDone) << dry.err;
  EXPECT_THAT(dry.out, HasSubstr("Dry run, nothing is stored: 24 rows: 24 created."));
  EXPECT_THAT(Do({"organisation", "list", "--filter", "kind = MUNICIPALITY"}), Not(HasSubstr("kommun")));
}

TEST_F(RunTest, AWrongRowIsReportedAndTheOthersAreStored) {
  OpenCohorts();
  std::ifstream sample("data/sample/partners.csv");
  std::ostringstream text;
  text << sample.rdbuf();
  const std::string file = Write(
      "partners.csv", absl::StrReplaceAll(text.str(), {{"299999-0340", "299999-0341"}, {",strategic,", ",friendly,"}}));

  const Ended ended = Brygga({"import", "partners", file, "--operator", operator_});

  EXPECT_EQ(ended.code, kSomeRefused) << ended.err;
  EXPECT_THAT(ended.out, AllOf(HasSubstr("org_number"), HasSubstr("299999-0341"), HasSubstr("agreement"),
                               HasSubstr("Write one of network, programme, strategic.")));
  EXPECT_THAT(ended.out, HasSubstr("8 refused"));
}

TEST_F(RunTest, AFileThatCannotBeUsedStoresNothingAndSaysWhatToDo) {
  OpenCohorts();
  const std::string header =
      "partner_id,org_number,name,org_type,sni_section,municipality_code,employees,partner_since,agreement,"
      "mentor_quota,job_partner,contact_email\n";
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"", "empty"},
      {"\xFF\xFEp\0a\0", "UTF-16"},
      {header + "P1,,\xC5sa AB,private,G,0180,1,2020-01-01,network,1,0,\n", "Latin-1"},
      {absl::StrReplaceAll(header, {{"name", "namn"}}), "it lacks name"},
      {absl::StrReplaceAll(header, {{",", ";"}}), "semicolons"},
  };

  for (const auto& [text, said] : wrong) {
    const Ended ended = Brygga({"import", "partners", Write("wrong.csv", text), "--operator", operator_});
    EXPECT_EQ(ended.code, kUsage) << ended.out;
    EXPECT_THAT(ended.err, HasSubstr(said));
  }
  EXPECT_THAT(Do({"organisation", "list"}), Not(HasSubstr("AB")));
}

TEST_F(RunTest, MentorsOfPartnersThatWereNotImportedWaitForThem) {
  OpenCohorts();
  const Ended early = Brygga({"import", "mentors", "data/sample/mentors.csv"});

  EXPECT_EQ(early.code, kSomeRefused);
  EXPECT_THAT(early.out, AllOf(HasSubstr("partner_id"), HasSubstr("Import partners first")));

  Do({"import", "partners", "data/sample/partners.csv", "--operator", operator_});
  EXPECT_EQ(Brygga({"import", "mentors", "data/sample/mentors.csv"}).code, kDone);
}

TEST_F(RunTest, ASuiteThatRestartsKeepsWhatWasImported) {
  OpenCohorts();
  Do({"import", "partners", "data/sample/partners.csv", "--operator", operator_});

  Restart();

  EXPECT_THAT(Do({"organisation", "list"}), HasSubstr("Region Ekfors"));
}

TEST_F(RunTest, StatusShowsFiveServices) {
  const std::string status = Do({"status"});

  for (const char* service : {"gateway", "partner", "participant", "matching", "events"}) {
    EXPECT_THAT(status, HasSubstr(service));
  }
  EXPECT_THAT(status, Not(HasSubstr("unreachable")));
}

TEST_F(RunTest, AnUnknownCohortNamesThoseThereAre) {
  OpenCohorts();

  const Ended ended = Brygga({"board", "spring"});

  EXPECT_EQ(ended.code, kRefused);
  EXPECT_THAT(ended.err, AllOf(HasSubstr("There is no cohort \"spring\""), HasSubstr("Hösten vocational")));
}

TEST_F(RunTest, ErrorsForProgramsAreJson) {
  const Ended ended = Brygga({"--json", "match", "list", "programmes/none/cohorts/none"});

  EXPECT_EQ(ended.code, kRefused);
  EXPECT_EQ(nlohmann::json::parse(ended.err)["error"]["reason"], "NOT_FOUND");
}

TEST_F(RunTest, AWrongCommandLineAsksNothingOfTheServices) {
  EXPECT_EQ(Brygga({"cohort", "oppen", "x"}).code, kUsage);
  EXPECT_EQ(Brygga({}).code, kUsage);
  EXPECT_EQ(Brygga({"import", "partners", "no-such-file.csv", "--operator", "organisations/o"}).code, kUsage);
}

TEST_F(RunTest, EveryCommandTeachesByExample) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"match", "run"}, {"import", "mentees"}, {"board"}, {"home"}, {"token"}, {"status"}}) {
    std::vector<std::string> arguments = command;
    arguments.push_back("--help");
    EXPECT_THAT(Do(arguments), HasSubstr("Examples:\n  brygga ")) << command.front();
  }
}

}  // namespace
}  // namespace brygga::cli
