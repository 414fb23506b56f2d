// brygga-bench-engine: the matching engine beside what people use today, on the
// same instances, interleaved in one run.
//
//   brygga-bench-engine [--rounds N] [--only TEXT] [--data FOLDER] [--write FOLDER] [--slow] [--shapes]
//
// One line a figure: name, our value, the peer's value from the same run, the
// median of the rounds' ratios, the goal, OK or MISS. Times are CPU time of the
// solving call alone; what each builds before is not counted, for nobody. Every
// answer must have the same number of pairs and the same total, or the run ends.
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/status/check.h"
#include "tests/bench/engine/contenders.h"
#include "tests/bench/engine/instances.h"
#include "tests/bench/engine/measure_shapes.h"
#include "tests/bench/figure.h"

namespace brygga::bench {
namespace {

struct Settings {
  int rounds = 5;
  uint64_t seed = 1;
  std::string only;
  std::string data = "data";
  std::string python = "/usr/bin/python3";
  std::string script = "tests/bench/engine/peers.py";
  std::string write;
  std::string program;  // This one, beside which `brygga` lies.
  std::string as_lemon;
  bool slow = false;
  bool shapes = false;
};

constexpr char kPlaces[] = "places-20000";
constexpr int32_t kNewcomers = 500;

// What is measured on one instance.
struct Trial {
  std::string instance;
  double floor;  // At most this part of the fastest peer's time.
  std::vector<std::string> peers;
  std::vector<std::string> once;        // Peers that take seconds where we take milliseconds.
  std::vector<std::string> slow_peers;  // Only with --slow, once.
};

std::vector<Trial> Trials() {
  const std::vector<std::string> all = {"simplex", "scaling", "scipy-dense", "scipy-sparse"};
  return {{"cohort-50", 1.0, {"simplex", "scaling", "scipy-dense", "scipy-sparse", "networkx", "munkres"}, {}, {}},
          {"cohort-100", 1.0, all, {"networkx", "munkres"}, {}},
          {"cohort-200", 1.0 / 2, all, {"networkx", "munkres"}, {}},
          {"cohort-1000", 1.0 / 6, all, {}, {}},
          {"cohort-4000", 1.0 / 12, all, {}, {}},
          {"capacity-4000", 1.0 / 10, all, {}, {}},
          {"uniform-1000", 1.0, all, {}, {}},
          {"uniform-4000", 1.0, all, {}, {}},
          {"product-1000", 1.0, all, {}, {}},
          {"dense-800", 1.0, all, {}, {}},
          {"sparse-5000", 1.0, all, {}, {}},
          {"places-20000", 1.0 / 4, {"simplex", "scaling"}, {"scipy-sparse"}, {"scipy-dense"}}};
}

std::unique_ptr<Contender> MakePeer(const std::string& peer, const engine::Instance& instance, int64_t coverage,
                                    PythonPeers& python) {
  if (peer == "simplex") return LemonNetworkSimplex(instance, coverage);
  if (peer == "scaling") return LemonCostScaling(instance, coverage);
  return python.Peer(peer);
}

class Bench {
 public:
  explicit Bench(Settings settings)
      : settings_(std::move(settings)), folder_(MakeFolder()), python_(settings_.python, settings_.script, folder_) {}
  ~Bench() { std::filesystem::remove_all(folder_); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  bool Measure(const Trial& trial) {
    const engine::Instance& instance = InstanceOf(trial.instance);
    std::printf("# %s: %d x %d, %d pairs\n", trial.instance.c_str(), instance.left_count(), instance.right_count(),
                static_cast<int>(instance.pair_count()));
    std::fflush(stdout);
    python_.Load(instance);
    const auto ours = Engine(instance, 1);
    const Run first = ours->Solve();
    std::vector<std::unique_ptr<Contender>> peers;
    for (const std::string& peer : trial.peers) peers.push_back(MakePeer(peer, instance, first.size, python_));
    std::vector<double> our_times;
    std::vector<std::vector<double>> times(peers.size());
    for (int round = 0; round < settings_.rounds; ++round) {
      our_times.push_back(1e3 * Same(first, *ours));
      for (size_t p = 0; p < peers.size(); ++p) times[p].push_back(1e3 * Same(first, *peers[p]));
    }
    size_t fastest = 0;
    for (size_t p = 1; p < peers.size(); ++p) {
      if (Median(times[p]) < Median(times[fastest])) fastest = p;
    }
    bool ok = true;
    for (size_t p = 0; p < peers.size(); ++p) {
      Figure figure{.name = absl::StrCat(trial.instance, " / ", peers[p]->name()),
                    .unit = "ms",
                    .ours = our_times,
                    .reference = times[p]};
      if (p == fastest) {
        figure.goal = Goal::kAtMost;
        figure.bound = trial.floor;
      }
      ok = Tell(figure) && ok;
    }
    std::vector<std::string> once = trial.once;
    if (settings_.slow) once.insert(once.end(), trial.slow_peers.begin(), trial.slow_peers.end());
    for (const std::string& peer : once) {
      const auto contender = MakePeer(peer, instance, first.size, python_);
      Tell({.name = absl::StrCat(trial.instance, " / ", contender->name(), ", once"),
            .unit = "ms",
            .ours = {Median(our_times)},
            .reference = {1e3 * Same(first, *contender)}});
    }
    return ok;
  }

  // How many passes over all pairs the looks at single ones come to. They are the
  // same in every round and on every machine.
  bool MeasurePasses(const std::string& name, double most) {
    const engine::Instance& instance = InstanceOf(name);
    return Tell({.name = absl::StrCat("passes over ", name),
                 .unit = "looks",
                 .ours = {static_cast<double>(Engine(instance, 1)->Solve().looks)},
                 .reference = {static_cast<double>(instance.pair_count())},
                 .goal = Goal::kAtMost,
                 .bound = most});
  }

  // Wall time of one thread against that of two.
  bool MeasureThreads() {
    const engine::Instance& instance = InstanceOf(kPlaces);
    const auto one = Engine(instance, 1), two = Engine(instance, 2);
    Figure figure{.name = "threads: one / two, wall time", .unit = "ms", .goal = Goal::kAtLeast, .bound = 1.5};
    for (int round = 0; round < settings_.rounds; ++round) {
      figure.ours.push_back(1e3 * one->Solve().wall_s);
      figure.reference.push_back(1e3 * two->Solve().wall_s);
    }
    return Tell(figure);
  }

  // No peer is packaged; the bar is a time.
  bool MeasureStable() {
    const engine::Instance& instance = InstanceOf(kPlaces);
    Figure figure{.name = "stable / the bar of 40 ms", .unit = "ms", .goal = Goal::kAtMost, .bound = 1};
    for (int round = 0; round < settings_.rounds; ++round) {
      figure.ours.push_back(1e3 * SolveStably(instance).cpu_s);
      figure.reference.push_back(40);
    }
    return Tell(figure);
  }

  // People join a solved round one by one; no peer can, so the bars are times.
  bool MeasureJoins() {
    const engine::Instance& instance = InstanceOf(kPlaces);
    const Run whole = Engine(instance, 1)->Solve();
    Figure mean{.name = "a join, mean / the bar of 1 ms", .unit = "ms", .goal = Goal::kAtMost, .bound = 1};
    Figure worst{.name = "a join, worst / the bar of 10 ms", .unit = "ms", .goal = Goal::kAtMost, .bound = 1};
    for (int round = 0; round < settings_.rounds; ++round) {
      const std::vector<double> seconds = Join(instance, kNewcomers, whole);
      mean.ours.push_back(1e3 * std::accumulate(seconds.begin(), seconds.end(), 0.0) / kNewcomers);
      mean.reference.push_back(1);
      worst.ours.push_back(1e3 * *std::max_element(seconds.begin(), seconds.end()));
      worst.reference.push_back(10);
    }
    const bool ok = Tell(mean);
    return Tell(worst) && ok;
  }

  // Whole processes, the reading of the file included in ours.
  bool MeasureMemory() {
    const std::string file = absl::StrCat(folder_, "/places.brygga");
    {
      std::ofstream out(file);
      engine::WriteInstance(InstanceOf(kPlaces), out);
    }
    const std::string brygga = std::filesystem::path(settings_.program).parent_path() / "brygga";
    const double ours = MemoryOfBrygga(brygga, file);
    const bool ok = Tell({.name = "memory / the bar of 60 MB",
                          .unit = "MB",
                          .ours = {ours},
                          .reference = {60},
                          .goal = Goal::kAtMost,
                          .bound = 1});
    Tell({.name = "memory / LEMON NetworkSimplex",
          .unit = "MB",
          .ours = {ours},
          .reference = {MemoryOfLemon(settings_.program, file)}});
    return ok;
  }

 private:
  static bool Tell(const Figure& figure) {
    std::printf("%s\n", Line(figure).c_str());
    std::fflush(stdout);
    return figure.ok();
  }

  static std::string MakeFolder() {
    std::string folder = "/tmp/brygga-bench-XXXXXX";
    BRYGGA_CHECK(mkdtemp(folder.data()) != nullptr);
    return folder;
  }

  // Made when it is asked for, and kept until another is.
  const engine::Instance& InstanceOf(const std::string& name) {
    if (name != name_) instance_ = MakeInstance(name, settings_.data, settings_.seed);
    name_ = name;
    return instance_;
  }

  // The time of one run, whose answer must be worth what the first one was.
  static double Same(const Run& first, Contender& contender) {
    const Run run = contender.Solve();
    if (run.size == first.size && run.total == first.total) return run.cpu_s;
    std::fprintf(stderr, "%s found %ld pairs worth %ld, the engine %ld worth %ld\n", contender.name().c_str(), run.size,
                 run.total, first.size, first.total);
    std::exit(1);
  }

  const Settings settings_;
  const std::string folder_;
  PythonPeers python_;
  std::string name_;
  engine::Instance instance_;
};

void Write(const Settings& settings) {
  for (const std::string& name : InstanceNames()) {
    if (name.find(settings.only) == std::string::npos) continue;
    std::ofstream out(absl::StrCat(settings.write, "/", name, ".brygga"));
    engine::WriteInstance(MakeInstance(name, settings.data, settings.seed), out);
  }
}

int Main(int argc, char** argv) {
  Settings settings;
  CLI::App app("Measures the matching engine beside its peers.");
  app.add_option("--rounds", settings.rounds, "Rounds of every figure")
      ->check(CLI::Range(1, 99))
      ->capture_default_str();
  app.add_option("--only", settings.only, "Only instances whose name holds this");
  app.add_option("--seed", settings.seed, "Of the instances")->capture_default_str();
  app.add_option("--data", settings.data, "The repository's data folder")->capture_default_str();
  app.add_option("--python", settings.python, "The Python that has scipy, networkx and munkres")->capture_default_str();
  app.add_option("--write", settings.write,
                 "Write the instances into this folder, for `brygga solve`, and measure nothing");
  app.add_flag("--slow", settings.slow, "Ask also the peers that take minutes and gigabytes");
  app.add_flag("--shapes", settings.shapes, "Measure, instead, what is hard for somebody, under every objective");
  app.add_option("--as-lemon", settings.as_lemon, "Solve this file with LEMON and tell the peak of memory");
  CLI11_PARSE(app, argc, argv);
  settings.program = std::filesystem::read_symlink("/proc/self/exe");
  if (!settings.as_lemon.empty()) return SolveAsLemon(settings.as_lemon);
  if (!settings.write.empty()) {
    Write(settings);
    return 0;
  }
  if (settings.shapes) return MeasureShapes(settings.only, settings.seed) ? 0 : 1;
  Bench bench(settings);
  bool ok = true;
  for (const Trial& trial : Trials()) {
    if (trial.instance.find(settings.only) != std::string::npos) ok = bench.Measure(trial) && ok;
  }
  const auto wants = [&](const char* name) { return std::string(name).find(settings.only) != std::string::npos; };
  if (wants("passes over cohort-1000")) ok = bench.MeasurePasses("cohort-1000", 60) && ok;
  if (wants("passes over places-20000")) ok = bench.MeasurePasses(kPlaces, 100) && ok;
  if (wants("threads")) ok = bench.MeasureThreads() && ok;
  if (wants("stable")) ok = bench.MeasureStable() && ok;
  if (wants("joins")) ok = bench.MeasureJoins() && ok;
  if (wants("memory")) ok = bench.MeasureMemory() && ok;
  return ok ? 0 : 1;
}

}  // namespace
}  // namespace brygga::bench

int main(int argc, char** argv) { return brygga::bench::Main(argc, argv); }
