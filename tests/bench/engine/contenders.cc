#include "tests/bench/engine/contenders.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/check.h"
#include "engine/instance_answer.h"
#include "engine/joining.h"
#include "engine/matching.h"
#include "engine/stable.h"
#include "tests/bench/engine/lemon.h"

namespace brygga::bench {
namespace {

double Seconds(clockid_t clock) {
  timespec now{};
  BRYGGA_CHECK(clock_gettime(clock, &now) == 0);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

class OurEngine : public Contender {
 public:
  OurEngine(const engine::Instance& instance, int threads) : instance_(instance), threads_(threads) {}

  std::string name() const override {
    return threads_ == 1 ? "engine" : absl::StrCat("engine, ", threads_, " threads");
  }

  Run Solve() override {
    engine::Bipartite<int32_t> graph{.offset = instance_.offset,
                                     .host = instance_.right,
                                     .weight = instance_.score,
                                     .seats = instance_.right_capacity};
    const double cpu = CpuSeconds(), wall = WallSeconds();
    const auto answer = engine::SolveCoverageThenScore(graph, {.threads = threads_});
    const Run run{.cpu_s = CpuSeconds() - cpu,
                  .wall_s = WallSeconds() - wall,
                  .size = answer.value().size,
                  .total = answer->total,
                  .looks = answer->looks};
    return run;
  }

 private:
  const engine::Instance& instance_;
  const int threads_;
};

class OurSolver : public Contender {
 public:
  OurSolver(const engine::Instance& instance, engine::Objective objective, int threads)
      : instance_(instance), objective_(objective), threads_(threads) {}

  std::string name() const override { return "engine"; }

  Run Solve() override {
    engine::Instance instance = instance_;
    const double cpu = CpuSeconds(), wall = WallSeconds();
    const auto answer =
        engine::SolveInstance(instance, objective_, {.threads = threads_, .memory_limit_bytes = kMostMemory});
    const Run run{.cpu_s = CpuSeconds() - cpu,
                  .wall_s = WallSeconds() - wall,
                  .size = static_cast<int64_t>(answer.value().pairs.size()),
                  .total = answer->total};
    BRYGGA_CHECK(engine::CheckInstanceAnswer(instance_, objective_, answer->pairs, answer->certificate).ok());
    return run;
  }

 private:
  static constexpr int64_t kMostMemory = int64_t{8} << 30;

  const engine::Instance& instance_;
  const engine::Objective objective_;
  const int threads_;
};

// Source, left, right, sink; the arcs of a node stand together.
FlowArcs ArcsOf(const engine::Instance& instance, std::optional<int64_t> may_stay_out = {}) {
  const int left = instance.left_count(), right = instance.right_count();
  FlowArcs arcs{.nodes = left + right + 2};
  const auto add = [&](int from, int to, int64_t cost, int64_t bound) {
    arcs.from.push_back(from);
    arcs.to.push_back(to);
    arcs.cost.push_back(cost);
    arcs.bound.push_back(bound);
  };
  for (int i = 0; i < left; ++i) add(0, 1 + i, 0, instance.left_capacity[static_cast<size_t>(i)]);
  if (may_stay_out) add(0, arcs.nodes - 1, 0, *may_stay_out);
  for (int i = 0; i < left; ++i) {
    for (int64_t p = instance.offset[static_cast<size_t>(i)]; p < instance.offset[static_cast<size_t>(i) + 1]; ++p) {
      add(1 + i, 1 + left + instance.right[static_cast<size_t>(p)], -instance.Score(p), 1);
    }
  }
  for (int j = 0; j < right; ++j) {
    add(1 + left + j, arcs.nodes - 1, 0, instance.right_capacity[static_cast<size_t>(j)]);
  }
  return arcs;
}

class Lemon : public Contender {
 public:
  Lemon(std::string name, LemonMethod method, const engine::Instance& instance, int64_t coverage,
        engine::Objective objective)
      : name_(std::move(name)),
        solver_(MakeLemonSolver(
            method, ArcsOf(instance, objective == engine::Objective::kScore ? std::optional(coverage) : std::nullopt))),
        coverage_(coverage) {}

  std::string name() const override { return name_; }

  Run Solve() override {
    solver_->Prepare(coverage_);
    const double cpu = CpuSeconds(), wall = WallSeconds();
    BRYGGA_CHECK(solver_->Solve());
    return {.cpu_s = CpuSeconds() - cpu, .wall_s = WallSeconds() - wall, .size = coverage_, .total = -solver_->Cost()};
  }

 private:
  const std::string name_;
  const std::unique_ptr<LemonSolver> solver_;
  const int64_t coverage_;
};

class PythonPeer : public Contender {
 public:
  PythonPeer(PythonPeers& peers, std::string peer) : peers_(peers), peer_(std::move(peer)) {}
  std::string name() const override { return peer_; }
  Run Solve() override { return peers_.Solve(peer_); }

 private:
  PythonPeers& peers_;
  const std::string peer_;
};

std::string OutputOf(const std::string& command) {
  std::FILE* const pipe = popen(command.c_str(), "r");  // NOLINT(bugprone-command-processor): all words are ours.
  BRYGGA_CHECK(pipe != nullptr);
  std::string output;
  std::array<char, 4096> block{};
  while (const size_t got = std::fread(block.data(), 1, block.size(), pipe)) output.append(block.data(), got);
  BRYGGA_CHECK(pclose(pipe) == 0);
  return output;
}

double NumberAfter(const std::string& word, const std::string& text) {
  const size_t at = text.find(word);
  BRYGGA_CHECK(at != std::string::npos);
  return std::stod(text.substr(at + word.size()));
}

void WriteNumbers(std::ofstream& out, const std::vector<int64_t>& numbers) {
  out.write(reinterpret_cast<const char*>(numbers.data()),
            static_cast<std::streamsize>(numbers.size() * sizeof(int64_t)));
}

}  // namespace

Run SolveStably(const engine::Instance& instance) {
  const engine::RankedGraph graph = engine::RankByWeight(
      {.offset = instance.offset, .host = instance.right, .weight = instance.score, .seats = instance.right_capacity});
  const double cpu = CpuSeconds(), wall = WallSeconds();
  const auto chosen = engine::SolveStable(graph);
  return {
      .cpu_s = CpuSeconds() - cpu, .wall_s = WallSeconds() - wall, .size = static_cast<int64_t>(chosen.value().size())};
}

std::vector<double> Join(const engine::Instance& instance, int32_t newcomers, const Run& whole) {
  const size_t early = instance.offset.size() - 1 - static_cast<size_t>(newcomers);
  const auto end = static_cast<std::ptrdiff_t>(instance.offset[early]);
  engine::Bipartite<int32_t> graph{
      .offset = {instance.offset.begin(), instance.offset.begin() + static_cast<std::ptrdiff_t>(early) + 1},
      .host = {instance.right.begin(), instance.right.begin() + end},
      .weight = {instance.score.begin(), instance.score.begin() + end},
      .seats = instance.right_capacity};
  const engine::PricedMatching solved = engine::SolveCoverageThenScore(graph).value();
  engine::Joining joining = engine::Joining::Start(graph, solved).value();
  std::vector<double> seconds;
  std::vector<std::pair<int32_t, int32_t>> pairs;
  for (size_t i = early; i + 1 < instance.offset.size(); ++i) {
    pairs.clear();
    for (int64_t p = instance.offset[i]; p < instance.offset[i + 1]; ++p) {
      pairs.emplace_back(instance.right[static_cast<size_t>(p)], instance.score[static_cast<size_t>(p)]);
    }
    const double cpu = CpuSeconds();
    BRYGGA_CHECK(joining.Join(pairs).ok());
    seconds.push_back(CpuSeconds() - cpu);
  }
  BRYGGA_CHECK(joining.size() == whole.size && joining.total() == whole.total);
  return seconds;
}

double MemoryOfBrygga(const std::string& brygga, const std::string& file) {
  return NumberAfter("rss_mb=", OutputOf(absl::StrCat(brygga, " solve ", file)));
}

double MemoryOfLemon(const std::string& program, const std::string& file) {
  return NumberAfter("VmHWM_mb=", OutputOf(absl::StrCat(program, " --as-lemon ", file)));
}

int SolveAsLemon(const std::string& file) {
  FlowArcs arcs;
  int64_t coverage = 0;
  {
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    engine::Instance instance = engine::ParseInstance(text.str()).value();
    arcs = ArcsOf(instance);
    coverage = engine::SolveInstance(instance, engine::Objective::kCoverageThenScore).value().pairs.size();
  }
  const auto solver = MakeLemonSolver(LemonMethod::kNetworkSimplex, arcs);
  arcs = {};
  malloc_trim(0);
  // Reading, counting and our columns are not LEMON's: the peak begins here.
  std::ofstream("/proc/self/clear_refs") << "5";
  solver->Prepare(coverage);
  BRYGGA_CHECK(solver->Solve());
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) std::printf("VmHWM_mb=%.1f\n", kilobytes / 1024);
  }
  return 0;
}

double CpuSeconds() { return Seconds(CLOCK_PROCESS_CPUTIME_ID); }
double WallSeconds() { return Seconds(CLOCK_MONOTONIC); }

std::unique_ptr<Contender> Engine(const engine::Instance& instance, int threads) {
  return std::make_unique<OurEngine>(instance, threads);
}

std::unique_ptr<Contender> Solver(const engine::Instance& instance, engine::Objective objective, int threads) {
  return std::make_unique<OurSolver>(instance, objective, threads);
}

std::unique_ptr<Contender> LemonNetworkSimplex(const engine::Instance& instance, int64_t coverage,
                                               engine::Objective objective) {
  return std::make_unique<Lemon>("LEMON NetworkSimplex", LemonMethod::kNetworkSimplex, instance, coverage, objective);
}

std::unique_ptr<Contender> LemonCostScaling(const engine::Instance& instance, int64_t coverage,
                                            engine::Objective objective) {
  return std::make_unique<Lemon>("LEMON CostScaling", LemonMethod::kCostScaling, instance, coverage, objective);
}

PythonPeers::PythonPeers(const std::string& python, const std::string& script, std::string folder)
    : folder_(std::move(folder)) {
  std::array<int, 2> to{}, from{};
  BRYGGA_CHECK(pipe2(to.data(), O_CLOEXEC) == 0 && pipe2(from.data(), O_CLOEXEC) == 0);
  process_ = fork();
  BRYGGA_CHECK(process_ >= 0);
  if (process_ == 0) {
    dup2(to[0], STDIN_FILENO);
    dup2(from[1], STDOUT_FILENO);
    execl(python.c_str(), python.c_str(), script.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  close(to[0]);
  close(from[1]);
  to_ = fdopen(to[1], "w");
  from_ = fdopen(from[0], "r");
}

PythonPeers::~PythonPeers() {
  fclose(to_);
  fclose(from_);
  waitpid(process_, nullptr, 0);
}

std::string PythonPeers::Ask(const std::string& line) {
  std::fprintf(to_, "%s\n", line.c_str());
  std::fflush(to_);
  std::array<char, 256> answer{};
  BRYGGA_CHECK(std::fgets(answer.data(), answer.size(), from_) != nullptr);
  return answer.data();
}

void PythonPeers::Load(const engine::Instance& instance) {
  const std::string path = absl::StrCat(folder_, "/instance.bin");
  std::ofstream out(path, std::ios::binary);
  WriteNumbers(out, {instance.left_count(), instance.right_count(), instance.pair_count()});
  WriteNumbers(out, instance.offset);
  WriteNumbers(out, {instance.right.begin(), instance.right.end()});
  WriteNumbers(out, {instance.score.begin(), instance.score.end()});
  WriteNumbers(out, {instance.right_capacity.begin(), instance.right_capacity.end()});
  out.close();
  BRYGGA_CHECK(out.good() && Ask(absl::StrCat("load ", path)) == "ok\n");
}

std::unique_ptr<Contender> PythonPeers::Peer(std::string peer) {
  return std::make_unique<PythonPeer>(*this, std::move(peer));
}

Run PythonPeers::Solve(const std::string& peer) {
  const std::vector<std::string> words = absl::StrSplit(Ask(absl::StrCat("solve ", peer)), absl::ByAnyChar(" \n"));
  Run run;
  BRYGGA_CHECK(words.size() >= 4 && absl::SimpleAtod(words[0], &run.cpu_s) && absl::SimpleAtod(words[1], &run.wall_s) &&
               absl::SimpleAtoi(words[2], &run.size) && absl::SimpleAtoi(words[3], &run.total));
  return run;
}

}  // namespace brygga::bench
