#include "tests/bench/engine/lemon.h"

#include <lemon/cost_scaling.h>
#include <lemon/network_simplex.h>
#include <lemon/static_graph.h>

#include <optional>
#include <utility>

namespace brygga::bench {
namespace {

using Graph = lemon::StaticDigraph;

template <typename Solver>
class Lemon : public LemonSolver {
 public:
  explicit Lemon(const FlowArcs& arcs) : costs_(graph_), bounds_(graph_) {
    std::vector<std::pair<int, int>> ends;
    for (size_t a = 0; a < arcs.from.size(); ++a) ends.emplace_back(arcs.from[a], arcs.to[a]);
    graph_.build(arcs.nodes, ends.begin(), ends.end());
    for (int a = 0; a < graph_.arcNum(); ++a) {
      costs_[Graph::arc(a)] = arcs.cost[static_cast<size_t>(a)];
      bounds_[Graph::arc(a)] = arcs.bound[static_cast<size_t>(a)];
    }
  }

  void Prepare(int64_t flow) override {
    solver_ = std::make_unique<Solver>(graph_);
    solver_->costMap(costs_).upperMap(bounds_).stSupply(Graph::node(0), Graph::node(graph_.nodeNum() - 1), flow);
  }
  bool Solve() override { return solver_->run() == Solver::OPTIMAL; }
  int64_t Cost() const override { return solver_->template totalCost<int64_t>(); }

 private:
  Graph graph_;
  Graph::ArcMap<int64_t> costs_, bounds_;
  std::unique_ptr<Solver> solver_;
};

}  // namespace

std::unique_ptr<LemonSolver> MakeLemonSolver(LemonMethod method, const FlowArcs& arcs) {
  if (method == LemonMethod::kNetworkSimplex) {
    return std::make_unique<Lemon<lemon::NetworkSimplex<Graph, int64_t, int64_t>>>(arcs);
  }
  return std::make_unique<Lemon<lemon::CostScaling<Graph, int64_t, int64_t>>>(arcs);
}

}  // namespace brygga::bench
