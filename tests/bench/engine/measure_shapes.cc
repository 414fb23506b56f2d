#include "tests/bench/engine/measure_shapes.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/check.h"
#include "engine/instance.h"
#include "engine/problem.h"
#include "tests/bench/engine/contenders.h"
#include "tests/bench/engine/shapes.h"
#include "tests/bench/figure.h"

namespace brygga::bench {
namespace {

using engine::Objective;

// Below it, a measurement is mostly noise and nobody waits.
constexpr double kNoise_s = 0.005;

double LemonSeconds(const engine::Instance& instance, Objective objective, int64_t coverage, int64_t total) {
  double fastest = 1e9;
  for (const auto& lemon :
       {LemonNetworkSimplex(instance, coverage, objective), LemonCostScaling(instance, coverage, objective)}) {
    const Run run = lemon->Solve();
    BRYGGA_CHECK(run.total == total);
    fastest = std::min(fastest, run.cpu_s);
  }
  return fastest;
}

struct Bar {
  const char* word;
  Objective objective;
  double most;
};

bool Tell(const std::string& name, double ours_s, double reference_s, double most) {
  const Figure figure{.name = name,
                      .unit = "ms",
                      .ours = {1e3 * std::max(ours_s, kNoise_s)},
                      .reference = {1e3 * std::max(reference_s, kNoise_s)},
                      .goal = Goal::kAtMost,
                      .bound = most};
  std::printf("%s\n", Line(figure).c_str());
  std::fflush(stdout);
  return figure.ok();
}

bool Measure(const Shape& shape, uint64_t seed) {
  std::mt19937_64 random(seed);
  const engine::Instance instance = shape.make(random);
  std::printf("# %s: %d x %d, %ld pairs\n", shape.name.c_str(), instance.left_count(), instance.right_count(),
              instance.pair_count());
  bool ok = true;
  int64_t coverage = 0;
  double coverage_s = 0;
  for (const Bar& bar : {Bar{"coverage", Objective::kCoverageThenScore, 3}, Bar{"score", Objective::kScore, 3},
                         Bar{"fairest", Objective::kFairest, 10}, Bar{"stable", Objective::kStable, 1}}) {
    const Run ours = Solver(instance, bar.objective, 1)->Solve();
    if (bar.objective == Objective::kCoverageThenScore) coverage = ours.size;
    const bool known = bar.objective == Objective::kCoverageThenScore || bar.objective == Objective::kScore;
    const double reference_s = known ? LemonSeconds(instance, bar.objective, coverage, ours.total) : coverage_s;
    if (bar.objective == Objective::kCoverageThenScore) coverage_s = reference_s;
    ok = Tell(absl::StrCat(shape.name, " / ", bar.word), ours.cpu_s, reference_s, bar.most) && ok;
  }
  return ok;
}

}  // namespace

bool MeasureShapes(const std::string& only, uint64_t seed) {
  bool ok = true;
  for (const Shape& shape : Shapes()) {
    if (shape.name.find(only) != std::string::npos) ok = Measure(shape, seed) && ok;
  }
  return ok;
}

}  // namespace brygga::bench
