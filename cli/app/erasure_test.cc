// Erasing a person from the command line, through the whole suite.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "brygga/participant/v1/participant_service.pb.h"
#include "cli/app/run.h"
#include "common/ids/uuid.h"
#include "common/rpc/testing.h"
#include "services/suite/testing.h"

namespace brygga::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ErasureTest : public suite::SuiteTest {
 protected:
  ErasureTest() : token_file_(File("admin.token")) {
    std::ofstream(token_file_) << rpc::TokenOf(rpc::Admin()) << "\n";
    const std::string city =
        Do({"organisation", "create", "Stockholms stad", "--sector", "public", "--kind", "municipality"});
    Do({"programme", "create", "data/rules/vocational.json", "--operator", city});
  }

  std::pair<ExitCode, std::string> Brygga(std::vector<std::string> arguments) {
    std::ostringstream out, err;
    arguments.insert(arguments.begin(), {"--token-file", token_file_});
    const ExitCode code = cli::Run(std::move(arguments), {out, err}, [this](const std::string&) { return gateway(); });
    return {code, out.str() + err.str()};
  }
  std::string Do(std::vector<std::string> arguments) {
    const auto [code, text] = Brygga(std::move(arguments));
    EXPECT_EQ(code, kDone) << text;
    return text.substr(0, text.find('\n'));
  }
  // A person who is found by the key "A00001".
  std::string MakePerson() {
    namespace v1 = ::brygga::participant::v1;
    const auto programmes = nlohmann::json::parse(Brygga({"--json", "programme", "list"}).second);
    v1::CreateParticipantRequest request;
    request.set_programme(programmes["programmes"][0]["name"].get<std::string>());
    request.mutable_participant()->set_given_name("Ali");
    request.mutable_participant()->mutable_external_ref()->set_source("sample");
    request.mutable_participant()->mutable_external_ref()->set_key("A00001");
    request.set_request_id(NewUuid(absl::Now()));
    const auto made = Call<v1::CreateParticipantResponse>(
        rpc::Admin(), "brygga.participant.v1.ParticipantService/CreateParticipant", request);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? made->participant().name() : "";
  }

  const std::string token_file_;
};

TEST_F(ErasureTest, APersonIsErasedFromTheCommandLineAndEveryHolderIsShown) {
  const std::string person = MakePerson();
  EXPECT_THAT(Brygga({"erasure", "list", "--all"}).second, HasSubstr("Nobody has been erased"));

  const auto [careful, warning] = Brygga({"erasure", "request", "A00001"});
  EXPECT_EQ(careful, kUsage);
  EXPECT_THAT(warning, AllOf(HasSubstr("cannot be undone"), HasSubstr("Nothing was done")));

  const auto [code, text] = Brygga({"erasure", "request", "A00001", "--yes"});
  EXPECT_EQ(code, kDone) << text;
  EXPECT_THAT(text, AllOf(HasSubstr("erasure of " + person), HasSubstr("matching"), HasSubstr("events")));
  const std::string name = text.substr(0, text.find('\n'));

  std::string shown;
  for (const absl::Time end = absl::Now() + absl::Seconds(30); absl::Now() < end;) {
    shown = Brygga({"--json", "erasure", "show", name}).second;
    if (shown.find("COMPLETED") != std::string::npos) break;
    absl::SleepFor(absl::Milliseconds(20));
  }
  const auto request = nlohmann::json::parse(shown);
  EXPECT_EQ(request["state"], "DATA_SUBJECT_REQUEST_STATE_COMPLETED") << shown;
  EXPECT_EQ(request["holders"].size(), 3u);
  EXPECT_THAT(Brygga({"erasure", "list"}).second, HasSubstr("No erasure waits"));
  EXPECT_THAT(Brygga({"erasure", "list", "--all"}).second, AllOf(HasSubstr("3 of 3"), HasSubstr(name)));
  EXPECT_EQ(Brygga({"erasure", "request", person, "--yes"}).first, kRefused);
}

TEST_F(ErasureTest, AHolderThatIsNoneIsRefused) {
  MakePerson();
  const std::string name = Do({"erasure", "request", "A00001", "--yes"});

  const auto [code, text] = Brygga({"erasure", "acknowledge", name, "--holder", "paper-archive"});

  EXPECT_EQ(code, kRefused);
  EXPECT_THAT(text, AllOf(HasSubstr("NOT_A_HOLDER"), Not(HasSubstr("Ali"))));
}

}  // namespace
}  // namespace brygga::cli
