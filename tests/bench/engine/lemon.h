// LEMON behind a door: its headers know C++17 at most, ours want C++20, so this
// header is plain enough for both.
#ifndef BRYGGA_TESTS_BENCH_ENGINE_LEMON_H_
#define BRYGGA_TESTS_BENCH_ENGINE_LEMON_H_

#include <cstdint>
#include <memory>
#include <vector>

namespace brygga::bench {

// Source, left, right, sink; node and arc numbers are what LEMON gives them.
struct FlowArcs {
  int nodes = 0;              // The source is the first, the sink the last.
  std::vector<int> from, to;  // Ascending by `from`.
  std::vector<int64_t> cost, bound;
};

enum class LemonMethod { kNetworkSimplex, kCostScaling };

// Sends a given flow from source to sink at the lowest cost.
class LemonSolver {
 public:
  virtual ~LemonSolver() = default;
  // What can be done before the clock starts: a solver with its data.
  virtual void Prepare(int64_t flow) = 0;
  // The solving itself, once per Prepare(). False: there is no such flow.
  virtual bool Solve() = 0;
  virtual int64_t Cost() const = 0;
};

std::unique_ptr<LemonSolver> MakeLemonSolver(LemonMethod method, const FlowArcs& arcs);

}  // namespace brygga::bench

#endif  // BRYGGA_TESTS_BENCH_ENGINE_LEMON_H_
