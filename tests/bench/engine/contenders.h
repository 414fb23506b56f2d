// The engine and those who solve the same instances: everything that is timed.
#ifndef BRYGGA_TESTS_BENCH_ENGINE_CONTENDERS_H_
#define BRYGGA_TESTS_BENCH_ENGINE_CONTENDERS_H_

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/instance.h"
#include "engine/problem.h"

namespace brygga::bench {

// What one run came to. Where the objective says what an answer is worth, both
// numbers must be the same for everybody.
struct Run {
  double cpu_s = 0;  // Of the process, user and system.
  double wall_s = 0;
  int64_t size = 0;
  int64_t total = 0;
  int64_t looks = 0;  // At pairs; only the engine tells.
};

// Solves one instance again and again. What it builds before it can begin is
// built outside the time that Solve() tells.
class Contender {
 public:
  virtual ~Contender() = default;
  virtual std::string name() const = 0;
  virtual Run Solve() = 0;
};

// The engine. `instance` is borrowed, as below.
std::unique_ptr<Contender> Engine(const engine::Instance& instance, int threads);

// The engine as `brygga solve` calls it: any objective, any seats and scores.
std::unique_ptr<Contender> Solver(const engine::Instance& instance, engine::Objective objective, int threads);

// LEMON 1.3.1's minimum cost flow algorithms on a StaticDigraph with 64-bit
// costs: source, people, openings, sink. LEMON knows no "as many as can be", so
// it is told the number, `coverage`, and need not find it.
// For SCORE, which does without it, part of the flow may stay out.
std::unique_ptr<Contender> LemonNetworkSimplex(const engine::Instance& instance, int64_t coverage,
                                               engine::Objective objective = engine::Objective::kCoverageThenScore);
std::unique_ptr<Contender> LemonCostScaling(const engine::Instance& instance, int64_t coverage,
                                            engine::Objective objective = engine::Objective::kCoverageThenScore);

// The peers of peers.py, in one process of Debian's Python that times its own
// calls. Not thread-safe.
class PythonPeers {
 public:
  PythonPeers(const std::string& python, const std::string& script, std::string folder);
  ~PythonPeers();
  PythonPeers(const PythonPeers&) = delete;
  PythonPeers& operator=(const PythonPeers&) = delete;

  // Gives the instance to Python, which then holds it alone. Peers made earlier
  // solve it from now on.
  void Load(const engine::Instance& instance);
  // `peer` is a word that peers.py knows: "scipy-dense", "scipy-sparse",
  // "networkx", "munkres".
  std::unique_ptr<Contender> Peer(std::string peer);
  Run Solve(const std::string& peer);

 private:
  std::string Ask(const std::string& line);

  const std::string folder_;
  int process_ = 0;
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
};

// The engine's stable answer over both sides' orders by score; only `cpu_s` and
// `size` are told.
Run SolveStably(const engine::Instance& instance);

// All but `newcomers` people are solved; then those join one by one. CPU seconds of
// each join. The answer in the end must be worth what `whole` is.
std::vector<double> Join(const engine::Instance& instance, int32_t newcomers, const Run& whole);

// Peak memory in MB of a process that does nothing but solve the instance in
// `file`: of `brygga solve`, whose last line tells it, or of this program as LEMON.
double MemoryOfBrygga(const std::string& brygga, const std::string& file);
double MemoryOfLemon(const std::string& program, const std::string& file);
// What that other process does.
int SolveAsLemon(const std::string& file);

double CpuSeconds();   // Of this process.
double WallSeconds();  // Since some moment.

}  // namespace brygga::bench

#endif  // BRYGGA_TESTS_BENCH_ENGINE_CONTENDERS_H_
