// brygga-bench-rounds: a large cohort through the whole of matching: StartRound,
// its progress, publication, lists and explanations, over a real channel and an
// SQLite file.
//
//   brygga-bench-rounds [--adepts N] [--mentors N] [--objective WORD]... [--data FOLDER] [--database FILE]
//
// One line a step: name, seconds by the clock, seconds of CPU time of the whole
// process.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "brygga/matching/v1/explanation_service.pb.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "common/rpc/testing.h"
#include "common/status/check.h"
#include "services/matching/service.h"
#include "services/matching/store/fake_people_source.h"
#include "tests/bench/engine/people.h"

namespace brygga::bench {
namespace {

namespace v1 = ::brygga::matching::v1;

constexpr char kCohort[] = "programmes/p/cohorts/c";

struct Settings {
  int adepts = 2000, mentors = 1500;
  std::vector<std::string> objectives = {"COVERAGE_THEN_SCORE", "SCORE", "FAIREST", "STABLE"};
  std::string data = "data", database;
};

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + time.tv_usec / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void Measure(const std::string& name, const std::function<void()>& step) {
  const absl::Time begun = absl::Now();
  const double cpu = CpuSeconds();
  step();
  std::printf("%-40s %8.3f s %8.3f s CPU\n", name.c_str(), absl::ToDoubleSeconds(absl::Now() - begun),
              CpuSeconds() - cpu);
  std::fflush(stdout);
}

matching::Person PersonFrom(const engine::Person& features, matching::Side side, int number) {
  matching::Person person{
      .id = matching::ParticipantId((side == matching::Side::kAdept ? "a" : "m") + std::to_string(number)),
      .role = side,
      .enrolment = std::string(kCohort) + "/enrolments/" + std::to_string(number),
      .person_capacity = features.capacity,
      .features = features};
  return person;
}

class Bench {
 public:
  explicit Bench(const Settings& settings) {
    const Sample sample = Sample::Load(settings.data);
    std::mt19937_64 random(1);
    std::vector<matching::Person> people;
    const auto add = [&](const std::vector<engine::Person>& drawn, matching::Side side) {
      for (size_t i = 0; i < drawn.size(); ++i) people.push_back(PersonFrom(drawn[i], side, static_cast<int>(i)));
    };
    add(DrawPeople(sample.adepts, settings.adepts, random), matching::Side::kAdept);
    add(DrawPeople(sample.mentors, settings.mentors, random), matching::Side::kMentor);
    auto source = std::make_unique<matching::FakePeopleSource>(clock_);
    source->Set({.cohort = {.key = matching::ParseCohortName(kCohort).value(), .kind = "VOCATIONAL", .state = "OPEN"},
                 .people = std::move(people)});
    matching::ServiceOptions options;
    options.data = settings.data;
    service_ = matching::MatchingService::Open("sqlite:" + settings.database, options, std::move(source)).value();
    server_ = std::make_unique<rpc::TestServer>(service_->services());
    service_->Start();
  }
  ~Bench() { service_->Stop(); }

  void Run(const std::string& objective) {
    std::printf("\n%s\n", objective.c_str());
    v1::MatchingRound round;
    Measure("StartRound until it is proposed", [&] { round = Propose(objective); });
    const v1::RoundStatistics& figures = round.statistics();
    std::printf("  %d of %d adepts, %lld pairs, solve %.3f s, certified %d\n", figures.matched(), figures.adepts(),
                static_cast<long long>(figures.feasible_pairs()), static_cast<double>(figures.solve_micros()) / 1e6,
                round.certified());
    v1::ListRoundPairsResponse pairs;
    Measure("ListRoundPairs, 1000", [&] {
      v1::ListRoundPairsRequest request;
      request.set_parent(round.name());
      request.set_page_size(1000);
      pairs = Call<v1::ListRoundPairsResponse>("ListRoundPairs", request);
    });
    v1::ListUnmatchedResponse unmatched;
    Measure("ListUnmatched", [&] {
      v1::ListUnmatchedRequest request;
      request.set_parent(round.name());
      request.set_page_size(1000);
      unmatched = Call<v1::ListUnmatchedResponse>("ListUnmatched", request);
    });
    const auto explain = [&](const std::string& adept, const std::string& mentor) {
      v1::ExplainPairRequest request;
      request.set_parent(kCohort);
      request.set_round(round.name());
      request.set_adept(adept);
      request.set_mentor(mentor);
      Call<v1::ExplainPairResponse>("ExplainPair", request);
    };
    Measure("ExplainPair, of the round, the first", [&] { explain(pairs.pairs(0).adept(), pairs.pairs(0).mentor()); });
    Measure("ExplainPair, of the round", [&] { explain(pairs.pairs(1).adept(), pairs.pairs(1).mentor()); });
    Measure("ExplainPair, forced", [&] { explain(pairs.pairs(0).adept(), pairs.pairs(1).mentor()); });
    if (unmatched.unmatched_size() > 0) {
      Measure("ExplainUnmatched", [&] {
        v1::ExplainUnmatchedRequest request;
        request.set_parent(round.name());
        request.set_adept(unmatched.unmatched(0).adept());
        Explain<v1::ExplainUnmatchedResponse>("ExplainUnmatched", request);
      });
    }
    Measure("GetFairnessReport", [&] {
      v1::GetFairnessReportRequest request;
      request.set_name(round.name() + "/fairnessReport");
      Explain<v1::GetFairnessReportResponse>("GetFairnessReport", request);
    });
    v1::PublishRoundRequest publish;
    publish.set_name(round.name());
    publish.set_validate_only(true);
    Measure("PublishRound, dry run", [&] { Call<v1::PublishRoundResponse>("PublishRound", publish); });
    last_ = round.name();
  }

  void Publish() {
    v1::PublishRoundRequest publish;
    publish.set_name(last_);
    Measure("\nPublishRound", [&] { Call<v1::PublishRoundResponse>("PublishRound", publish); });
    Measure("a minute of doing nothing, a tenth of it", [] { absl::SleepFor(absl::Seconds(6)); });
  }

 private:
  template <typename Response, typename Request>
  Response Ask(const std::string& method, const Request& request) {
    const auto response =
        server_->Call<Response>(coordinator_, "brygga.matching.v1." + method, rpc::WithRequestId(request));
    if (!response.ok()) std::fprintf(stderr, "%s: %s\n", method.c_str(), response.status().ToString().c_str());
    BRYGGA_CHECK(response.ok());
    return *response;
  }
  template <typename Response, typename Request>
  Response Call(const std::string& method, const Request& request) {
    return Ask<Response>("MatchingService/" + method, request);
  }
  template <typename Response, typename Request>
  Response Explain(const std::string& method, const Request& request) {
    return Ask<Response>("ExplanationService/" + method, request);
  }

  v1::MatchingRound Propose(const std::string& objective) {
    v1::StartRoundRequest request;
    request.set_parent(kCohort);
    request.set_seed("bench");
    v1::Objective wanted;
    BRYGGA_CHECK(v1::Objective_Parse("OBJECTIVE_" + objective, &wanted));
    request.set_objective(wanted);
    v1::MatchingRound round = Call<v1::StartRoundResponse>("StartRound", request).round();
    v1::WatchRoundRequest watch;
    watch.set_name(round.name());
    auto stream =
        server_->Open<v1::WatchRoundResponse>(coordinator_, "brygga.matching.v1.MatchingService/WatchRound", watch);
    std::string phase;
    absl::Time since = absl::Now();
    for (v1::WatchRoundResponse news; stream.Read(&news);) {
      round = news.round();
      const std::string now = v1::RoundPhase_Name(round.phase());
      if (now == phase) continue;
      if (!phase.empty()) std::printf("  %-38s %8.3f s\n", phase.c_str(), absl::ToDoubleSeconds(absl::Now() - since));
      phase = now;
      since = absl::Now();
    }
    BRYGGA_CHECK(stream.Finish().ok());
    BRYGGA_CHECK(round.state() == v1::ROUND_STATE_PROPOSED);
    return round;
  }

  const rpc::Identity coordinator_ = rpc::CoordinatorOf("programmes/p");
  ManualClock clock_{absl::Now()};  // When people are said to have been read.
  std::unique_ptr<matching::MatchingService> service_;
  std::unique_ptr<rpc::TestServer> server_;
  std::string last_;
};

}  // namespace
}  // namespace brygga::bench

int main(int argc, char** argv) {
  brygga::bench::Settings settings;
  settings.database = (std::filesystem::temp_directory_path() / "brygga-bench-rounds.db").string();
  CLI::App app("A large cohort through the whole of matching");
  app.add_option("--adepts", settings.adepts)->capture_default_str();
  app.add_option("--mentors", settings.mentors)->capture_default_str();
  app.add_option("--objective", settings.objectives);
  app.add_option("--data", settings.data)->capture_default_str();
  app.add_option("--database", settings.database, "A file that is made anew");
  CLI11_PARSE(app, argc, argv);
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(settings.database + suffix);
  brygga::bench::Bench bench(settings);
  for (const std::string& objective : settings.objectives) bench.Run(objective);
  bench.Publish();
  return 0;
}
