// brygga-bench: our figures beside their references, interleaved in one run.
//
//   brygga-bench [--rounds N] [--calls N] [--only TEXT]
//
// One line a figure: name, our value, the reference's value from the same run,
// the median of the rounds' ratios, the goal, OK or MISS. CPU is the server
// process's own, user and system, per call, and then that of both ends; the
// client is the same for all.
// Authentication, metrics, logs and validation are on in every figure of ours.
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "brygga/gateway/v1/gateway_service.pb.h"
#include "brygga/participant/v1/participant_service.pb.h"
#include "brygga/participant/v1/programme_service.pb.h"
#include "brygga/partner/v1/partner_service.pb.h"
#include "common/ids/uuid.h"
#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/client.h"
#include "common/status/check.h"
#include "tests/bench/candidates_contender.h"
#include "tests/bench/contender.h"
#include "tests/bench/echo.pb.h"
#include "tests/bench/figure.h"
#include "tests/bench/load.h"

namespace brygga::bench {
namespace {

namespace gateway = ::brygga::gateway::v1;
namespace participant = ::brygga::participant::v1;
namespace partner = ::brygga::partner::v1;

struct Settings {
  int rounds = 9;
  int calls = 20'000;
  std::string only;
};

// What all figures of a run share.
struct Session {
  std::string program;
  std::string folder;
  Settings settings;
  std::string token;  // A coordinator's.
  std::string admin;

  bool Wants(std::string_view name) const {
    return settings.only.empty() || name.find(settings.only) != std::string_view::npos;
  }
};

std::string EchoRequest(int n) {
  v1::EchoRequest request;
  request.set_text(absl::StrCat("bread and butter ", n % 1000));
  request.set_parent("programmes/01890a5d-ac96-774b-bcce-b302099a8057");
  return request.SerializeAsString();
}

Target EchoOn(const Contender& contender, const std::string& token) {
  return {.address = contender.address(),
          .process = contender.process(),
          .method = "/brygga.bench.v1.EchoService/Echo",
          .request = &EchoRequest,
          .token = token};
}

partner::CreateOrganisationRequest NewOrganisation() {
  partner::CreateOrganisationRequest request;
  request.mutable_organisation()->set_display_name("Exempelbolaget AB");
  request.mutable_organisation()->set_sector(partner::SECTOR_PRIVATE);
  request.mutable_organisation()->set_kind(partner::ORGANISATION_KIND_COMPANY);
  request.mutable_organisation()->set_municipality_code("0180");
  request.set_request_id(NewUuid(absl::Now()));
  return request;
}

Target WriteOn(const Contender& contender, const std::string& token) {
  return {.address = contender.address(),
          .process = contender.process(),
          .method = "/brygga.partner.v1.PartnerService/CreateOrganisation",
          .request = [](int) { return NewOrganisation().SerializeAsString(); },
          .token = token};
}

// Makes one organisation and reads it again and again.
Target ReadOn(const Contender& contender, const std::string& token) {
  const auto channel = rpc::Channel::Connect(contender.address());
  const auto made = channel->Call<partner::CreateOrganisationResponse>(
      rpc::CallOptions::Within(absl::Seconds(10), token), "brygga.partner.v1.PartnerService/CreateOrganisation",
      NewOrganisation());
  BRYGGA_CHECK(made.ok());
  partner::GetOrganisationRequest request;
  request.set_name(made->organisation().name());
  return {.address = contender.address(),
          .process = contender.process(),
          .method = "/brygga.partner.v1.PartnerService/GetOrganisation",
          .request = [bytes = request.SerializeAsString()](int) { return bytes; },
          .token = token};
}

template <typename Response, typename Request>
Response Made(const Contender& contender, const std::string& token, std::string_view method, const Request& request) {
  const auto answer = rpc::Channel::Connect(contender.address())
                          ->Call<Response>(rpc::CallOptions::Within(absl::Seconds(10), token), method, request);
  BRYGGA_CHECK(answer.ok());
  return *answer;
}

// Makes a programme with one participant and reads their page.
Target HomeOn(const Contender& contender, const std::string& token) {
  const auto operator_name =
      Made<partner::CreateOrganisationResponse>(contender, token, "brygga.partner.v1.PartnerService/CreateOrganisation",
                                                NewOrganisation())
          .organisation()
          .name();
  participant::CreateProgrammeRequest programme;
  programme.mutable_programme()->set_display_name("Yrkesmentor");
  programme.mutable_programme()->set_kind(participant::PROGRAMME_KIND_VOCATIONAL);
  programme.mutable_programme()->set_operator_(operator_name);
  programme.mutable_programme()->add_roles(participant::PROGRAMME_ROLE_ADEPT);
  programme.set_request_id(NewUuid(absl::Now()));
  participant::CreateParticipantRequest person;
  person.set_programme(Made<participant::CreateProgrammeResponse>(
                           contender, token, "brygga.participant.v1.ProgrammeService/CreateProgramme", programme)
                           .programme()
                           .name());
  person.mutable_participant()->set_given_name("Amira");
  person.set_request_id(NewUuid(absl::Now()));
  gateway::GetParticipantHomeRequest home;
  home.set_name(Made<participant::CreateParticipantResponse>(
                    contender, token, "brygga.participant.v1.ParticipantService/CreateParticipant", person)
                    .participant()
                    .name());
  return {.address = contender.address(),
          .process = contender.process(),
          .method = "/brygga.gateway.v1.GatewayService/GetParticipantHome",
          .request = [bytes = home.SerializeAsString()](int) { return bytes; },
          .token = token};
}

Cost Measured(const Target& target, const Load& load, int first) {
  Cost cost = Run(target, load, first);
  if (cost.failed > 0) {
    std::fprintf(stderr, "brygga-bench: %d of %d calls of %s failed: %s\n", cost.failed, load.calls,
                 target.method.c_str(), cost.error.c_str());
    std::exit(1);
  }
  return cost;
}

// Ours and the reference in turn, the order swapped each round; the figures
// that one comparison gives.
struct Comparison {
  Figure cpu, whole, p50, p99, rate;

  // Both readings of "CPU per RPC" get the goal: the server's alone, and that
  // of both ends.
  void SetCpuGoal(double at_most) {
    for (Figure* figure : {&cpu, &whole}) {
      figure->goal = Goal::kAtMost;
      figure->bound = at_most;
    }
  }
};

// Rounds go through the targets of a side, which are as many on both.
Comparison Compare(const Session& run, const std::string& name, const std::vector<Target>& ours,
                   const std::vector<Target>& references, const Load& load, const Load& reference_load) {
  Comparison result = {.cpu = {.name = name + ": server CPU", .unit = "us"},
                       .whole = {.name = name + ": CPU, both ends", .unit = "us"},
                       .p50 = {.name = name + ": p50", .unit = "us"},
                       .p99 = {.name = name + ": p99", .unit = "us"},
                       .rate = {.name = name + ": calls", .unit = "/s"}};
  const auto warm_up = [](const Target& target, Load some) {
    some.calls /= 4;
    Measured(target, some, 0);
  };
  for (size_t i = 0; i < ours.size(); ++i) {
    warm_up(ours[i], load);
    warm_up(references[i], reference_load);
  }
  for (int round = 0; round < run.settings.rounds; ++round) {
    const int first = (round + 1) * load.calls;
    const size_t start = static_cast<size_t>(round) % ours.size();
    Cost a, b;
    if (round % 2 == 0) {
      a = Measured(ours[start], load, first);
      b = Measured(references[start], reference_load, first);
    } else {
      b = Measured(references[start], reference_load, first);
      a = Measured(ours[start], load, first);
    }
    for (auto [figure, value] : {std::pair{&result.cpu, &Cost::cpu_us}, std::pair{&result.whole, &Cost::whole_us},
                                 std::pair{&result.p50, &Cost::p50_us}, std::pair{&result.p99, &Cost::p99_us},
                                 std::pair{&result.rate, &Cost::per_s}}) {
      figure->ours.push_back(a.*value);
      figure->reference.push_back(b.*value);
    }
  }
  return result;
}

Comparison Compare(const Session& run, const std::string& name, const Target& ours, const Target& reference,
                   const Load& load, const Load& reference_load) {
  return Compare(run, name, std::vector{ours}, std::vector{reference}, load, reference_load);
}

// A contender that is started several times, so that nothing about one process
// decides a figure.
class Starts {
 public:
  Starts(const Session& run, std::string_view name) {
    for (int i = 0; i < kTimes; ++i) contenders_.emplace_back(run.program, name, run.folder);
  }

  std::vector<Target> Each(Target (*target)(const Contender&, const std::string&), const std::string& token) const {
    std::vector<Target> each;
    for (const Contender& contender : contenders_) each.push_back(target(contender, token));
    return each;
  }

 private:
  static constexpr int kTimes = 3;
  std::deque<Contender> contenders_;
};

void Print(const Figure& figure) {
  std::printf("%s\n", Line(figure).c_str());
  std::fflush(stdout);
}

// Where a time itself is promised.
void PrintWithin(const Figure& figure, double most_us) {
  const double median = Median(figure.ours);
  std::printf("%-34s ours=%9.1f us   goal=<=%.1f us %s\n", absl::StrCat(figure.name, ", median").c_str(), median,
              most_us, median <= most_us ? "OK" : "MISS");
}

void PipelineFigures(const Session& run) {
  const Starts echo(run, "echo"), pipeline(run, "pipeline"), threads(run, "pipeline-executor");
  const std::vector<Target> reference = echo.Each(&EchoOn, run.token);
  const Load load = {.calls = run.settings.calls};
  Comparison compared = Compare(run, "pipeline", pipeline.Each(&EchoOn, run.token), reference, load, load);
  compared.SetCpuGoal(1.35);
  Print(compared.cpu);
  Print(compared.whole);
  Print(compared.p50);
  Print(compared.p99);
  compared = Compare(run, "pipeline, on a thread", threads.Each(&EchoOn, run.token), reference, load, load);
  Print(compared.cpu);
  Print(compared.whole);
}

void PointReadFigures(const Session& run) {
  const Starts echo(run, "echo"), reads(run, "partner");
  const Load load = {.calls = run.settings.calls};
  Comparison compared =
      Compare(run, "point read, SQLite", reads.Each(&ReadOn, run.admin), echo.Each(&EchoOn, run.admin), load, load);
  compared.SetCpuGoal(1.7);
  Print(compared.cpu);
  Print(compared.whole);
  Print(compared.p50);
  Print(compared.p99);
}

void WriteFigures(const Session& run) {
  const Contender grouped(run.program, "partner", run.folder), ungrouped(run.program, "partner-ungrouped", run.folder),
      echo(run.program, "echo", run.folder);
  const Load load = {.calls = run.settings.calls / 4, .in_flight = 128};
  const Load slow = {.calls = run.settings.calls / 16, .in_flight = 128};
  Comparison compared = Compare(run, "durable write, grouped / ungrouped", WriteOn(grouped, run.admin),
                                WriteOn(ungrouped, run.admin), load, slow);
  compared.rate.goal = Goal::kAtLeast;
  compared.rate.bound = 4;
  Print(compared.rate);
  compared = Compare(run, "durable write, grouped", WriteOn(grouped, run.admin), EchoOn(echo, run.admin), load, load);
  Print(compared.cpu);
  Print(compared.whole);
  Print(compared.p50);
  Print(compared.p99);
}

// A person's page: the gateway asks three services at once. Beside it a call
// that the gateway passes on unread.
void GatewayFigures(const Session& run) {
  const Contender echo(run.program, "echo", run.folder), suite(run.program, "suite", run.folder);
  const Load load = {.calls = run.settings.calls / 8}, reference = {.calls = run.settings.calls};
  Comparison compared =
      Compare(run, "gateway, passed on", ReadOn(suite, run.admin), EchoOn(echo, run.admin), load, reference);
  Print(compared.cpu);
  Print(compared.p50);
  Print(compared.p99);
  compared = Compare(run, "gateway, fan-out of a home page", HomeOn(suite, run.admin), EchoOn(echo, run.admin), load,
                     reference);
  Print(compared.cpu);
  Print(compared.p50);
  Print(compared.p99);
}

Target CandidatesOn(const Contender& contender, const std::string& token, int people, int subjects,
                    matching::v1::CandidateView view) {
  return {.address = contender.address(),
          .process = contender.process(),
          .method = "/brygga.matching.v1.MatchingService/ListCandidates",
          .request = [people, subjects, view](int n) { return CandidatesRequest(people, subjects, view, n); },
          .token = token};
}

// The ten best for one person: kept in memory as they went out and as a ranking, in
// Redis, not kept yet, and never; in full, kept and made of a ranking. Hits go round
// 500 people; redis-server's own CPU is not counted.
void CandidateFigures(const Session& run) {
  const Contender echo(run.program, "echo", run.folder);
  for (const int people : {1000, 10'000, 100'000}) {
    for (const char* kind : {"memory", "ranking", "redis", "miss", "bypass", "full", "fullnew"}) {
      const std::string name = absl::StrCat("candidates, ", people, ", ", kind);
      if (!run.Wants(name)) continue;
      const Contender contender(run.program, absl::StrCat("candidates-", people, "-", kind), run.folder);
      const std::string_view cache = kind;
      const bool is_full = cache.starts_with("full");
      const bool hits = cache != "miss" && cache != "bypass";
      const Load load = {.calls = hits ? run.settings.calls : run.settings.calls / 10},
                 reference = {.calls = run.settings.calls};
      Comparison compared =
          Compare(run, name,
                  CandidatesOn(contender, run.admin, people, hits ? 500 : people / 2,
                               is_full ? matching::v1::CANDIDATE_VIEW_FULL : matching::v1::CANDIDATE_VIEW_BASIC),
                  EchoOn(echo, run.admin), load, reference);
      if (hits && !is_full) compared.SetCpuGoal(2.2);
      Print(compared.cpu);
      Print(compared.whole);
      Print(compared.p50);
      Print(compared.p99);
      if (hits) continue;
      // Sixteen at once wait for each other; how long one takes is another question.
      const Load one = {.calls = load.calls / 4, .in_flight = 1, .channels = 1};
      const Figure alone =
          Compare(run, absl::StrCat(name, ", one at a time"),
                  CandidatesOn(contender, run.admin, people, people / 2, matching::v1::CANDIDATE_VIEW_BASIC),
                  EchoOn(echo, run.admin), one, one)
              .p50;
      Print(alone);
      if (cache == "miss" && people == 10'000) PrintWithin(alone, 2000);
    }
  }
}

// The first call after five seconds of silence: gRPC's pollers nap, and a nap
// must not be paid by a coordinator.
void IdleFigure(const Session& run) {
  const Contender echo(run.program, "echo", run.folder), pipeline(run.program, "pipeline", run.folder);
  Figure figure = {.name = "first call after 5 s idle", .unit = "us"};
  const auto ours = rpc::Channel::Connect(pipeline.address()), reference = rpc::Channel::Connect(echo.address());
  const auto call = [&](const std::shared_ptr<rpc::Channel>& channel) {
    v1::EchoRequest request;
    request.set_text("after a nap");
    const auto begin = std::chrono::steady_clock::now();
    const auto answer = channel->Call<v1::EchoResponse>(rpc::CallOptions::Within(absl::Seconds(5), run.token),
                                                        "brygga.bench.v1.EchoService/Echo", request);
    BRYGGA_CHECK(answer.ok());
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
  };
  call(ours);
  call(reference);
  for (int round = 0; round < run.settings.rounds; ++round) {
    std::this_thread::sleep_for(std::chrono::seconds(5));
    figure.ours.push_back(call(ours));
    figure.reference.push_back(call(reference));
  }
  std::printf("%s\n", Line(figure).c_str());
  PrintWithin(figure, 3000);
}

int Main(int argc, char** argv) {
  Session run;
  CLI::App app("Brygga's figures beside their references, interleaved in one run.");
  app.add_option("--rounds", run.settings.rounds, "Interleaved rounds, at least five")->check(CLI::Range(5, 101));
  app.add_option("--calls", run.settings.calls, "Calls a round")->check(CLI::Range(1000, 10'000'000));
  app.add_option("--only", run.settings.only,
                 "Only the groups whose name holds this: pipeline, read, write, candidates, idle, gateway; or some "
                 "candidates: \"candidates, 10000, redis\"");
  CLI11_PARSE(app, argc, argv);

  run.program = std::filesystem::read_symlink("/proc/self/exe").string();
  std::string folder = (std::filesystem::temp_directory_path() / "brygga-bench-XXXXXX").string();
  BRYGGA_CHECK(mkdtemp(folder.data()) != nullptr);
  run.folder = folder;
  const auto issuer = rpc::LocalIssuer::OpenOrCreate(folder + "/issuer");
  BRYGGA_CHECK(issuer.ok());
  run.token = (*issuer)->Mint(
      "bench", {{.role = rpc::Role::kCoordinator, .resource = "programmes/01890a5d-ac96-774b-bcce-b302099a8057"}});
  run.admin = (*issuer)->Mint("bench", {{.role = rpc::Role::kAdmin}});

  std::printf("# %d rounds, interleaved; medians; ratio = median of the rounds' ratios\n", run.settings.rounds);
  if (run.Wants("pipeline")) PipelineFigures(run);
  if (run.Wants("read")) PointReadFigures(run);
  if (run.Wants("write")) WriteFigures(run);
  if (run.Wants("candidates") || run.settings.only.starts_with("candidates")) CandidateFigures(run);
  if (run.Wants("gateway")) GatewayFigures(run);
  if (run.Wants("idle")) IdleFigure(run);
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace brygga::bench

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (argc == 4 && std::string_view(argv[1]) == "--serve") return brygga::bench::Serve(argv[2], argv[3]);
  return brygga::bench::Main(argc, argv);
}
