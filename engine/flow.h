// Circulations of least cost in a network, stage by stage, each among the best
// of the stages before.
//
// Method: the primal network simplex with strongly feasible trees (W. H.
// Cunningham, "A network simplex method", Mathematical Programming 11, 1976;
// R. K. Ahuja, T. L. Magnanti and J. B. Orlin, "Network Flows", 1993, chapter 11),
// which cannot cycle, with block pricing (M. D. Grigoriadis, 1986) among the pairs
// that have promised to gain, and passes over all where those do no more. A first stage
// of its own finds a circulation within the lower bounds. After a stage every arc
// whose reduced cost is not 0 stays as it is for good: exactly the best
// circulations of the stage agree on it (complementary slackness). So each stage
// has costs of its own and small integers, and its prices are its proof; nothing
// is ever added up with "a big number".
//
// Time: exponential at worst, as for every simplex; in practice pivots grow with
// people and each looks at about the root of the pairs. Memory: 26 bytes a pair
// and 200 a node.
#ifndef BRYGGA_ENGINE_FLOW_H_
#define BRYGGA_ENGINE_FLOW_H_

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <utility>
#include <vector>

#include "engine/bipartite.h"
#include "engine/flow_hint.h"
#include "engine/network.h"

namespace brygga::engine {

// What of a network may still change, and a circulation to start from.
struct FlowStart {
  std::vector<int64_t> free;        // Positions of pairs, agent by agent.
  std::vector<uint8_t> carries;     // Per free pair: 0 or 1.
  std::vector<int64_t> fixed;       // Positions of pairs that carry 1 for good, ascending.
  std::vector<int64_t> link_flow;   // Per link.
  std::vector<uint8_t> link_fixed;  // Per link: 1 where it may not change.
};

// Not thread-safe.
class StagedFlow {
 public:
  // Starts from no flow at all; every pair is free whose agent and host are open.
  // Where `ticker` stops it, MakeFeasible with the same ticker fails.
  StagedFlow(const Network& network, Ticker& ticker);
  // Starts from a circulation that keeps all bounds.
  StagedFlow(const Network& network, FlowStart start, Ticker& ticker);
  // As the first, but starts from the hint's answer, which may break the bounds of
  // groups, and from a tree along which people lose least.
  StagedFlow(const Network& network, const FlowHint& hint, Ticker& ticker);

  // To be called first: finds a circulation that keeps all lower bounds. False
  // where there is none, or where `ticker` stopped it.
  bool MakeFeasible(Ticker& ticker);

  // May be called before that, after a hint: goes to where the stages are about to
  // end, at once for all of them. One cost stands for theirs, with the bounds above
  // all; it changes nothing but the time. `layers` for what links and pairs count
  // from above: pair_cost(layers, agent, position) and link_cost(layers, link).
  // False: `ticker` stopped it.
  struct Layers {
    int64_t guaranteed, reserved, pair;  // Each some times the next; a score is below 2^20.
  };
  template <typename PairCost, typename LinkCost>
  bool Approach(const PairCost& pair_cost, const LinkCost& link_cost, Ticker& ticker) {
    constexpr int64_t kPair = 1 << 22;
    const Layers layers{.guaranteed = kPair << 4, .reserved = kPair << 2, .pair = kPair};
    for (size_t l = 0; l < network_.links.size(); ++l) link_cost_[l] = link_cost(layers, network_.links[l]);
    for (int32_t a = 0; a < network_.agents; ++a) {
      for (size_t i = begin_[Index(a)]; i < begin_[Index(a) + 1]; ++i) cost_[i] = pair_cost(layers, a, int64_t{id_[i]});
      if (!ticker.Step(static_cast<int64_t>(begin_[Index(a) + 1] - begin_[Index(a)]))) return false;
    }
    artificial_cost_ = kPair << 6;
    return Optimise(ticker);
  }

  // Finds a circulation of least cost among those that are left, and leaves just
  // those. `pair_cost(agent, position)` and `link_cost(link)` are whole numbers;
  // |cost| times the number of nodes stays below 2^61. Where many circulations
  // cost alike, those with a high sum of `guide(agent, position)`, 0 to 2^24 - 1,
  // are looked for first: it changes nothing but the time, which is long where a
  // simplex finds nothing to choose by, and short in the next stage where the
  // guide is its cost. (The guide is laid out below the cost, in as many bits as
  // cannot reach it.) False: `ticker` stopped it.
  template <typename PairCost, typename LinkCost, typename Guide>
  bool Minimise(const PairCost& pair_cost, const LinkCost& link_cost, const Guide& guide, Ticker& ticker) {
    int64_t most = 1;
    for (size_t l = 0; l < network_.links.size(); ++l) {
      link_cost_[l] = link_cost(network_.links[l]);
      most = std::max(most, std::abs(link_cost_[l]));
    }
    for (int32_t a = 0; a < network_.agents; ++a) {
      for (size_t i = begin_[Index(a)]; i < begin_[Index(a) + 1]; ++i) {
        cost_[i] = pair_cost(a, int64_t{id_[i]});
        most = std::max(most, std::abs(cost_[i]));
      }
      if (!ticker.Step(static_cast<int64_t>(begin_[Index(a) + 1] - begin_[Index(a)]))) return false;
    }
    const Layout layout = LayoutFor(most);
    if (layout.guide_bits > 0) {
      for (int64_t& cost : link_cost_) cost *= int64_t{1} << layout.shift;
      for (int32_t a = 0; a < network_.agents; ++a) {
        for (size_t i = begin_[Index(a)]; i < begin_[Index(a) + 1]; ++i) {
          const int64_t wanted = int64_t{guide(a, int64_t{id_[i]})} >> (kGuideBits - layout.guide_bits);
          cost_[i] = cost_[i] * (int64_t{1} << layout.shift) - wanted;
        }
        if (!ticker.Step(static_cast<int64_t>(begin_[Index(a) + 1] - begin_[Index(a)]))) return false;
      }
    }
    artificial_cost_ = 0;
    if (!Optimise(ticker)) return false;
    if (layout.guide_bits > 0) DropGuide(layout);
    return Restrict(ticker);
  }

  // Of the last stage, per node; the hub's is 0.
  const std::vector<int64_t>& price() const { return price_; }
  // The circulation and what may still change of it.
  FlowStart Left() const;
  // Positions of the pairs that carry 1, ascending.
  std::vector<int64_t> Chosen() const;
  int64_t LinkFlow(size_t link) const { return link_flow_[link]; }

 private:
  // An arc as one number: pairs (in cost_ and its like) from 0 up, links from -1
  // down, then the artificial arcs of the nodes.
  using Arc = int64_t;
  enum State : int8_t { kUpper = -1, kTree = 0, kLower = 1 };
  static constexpr int64_t kFar = std::numeric_limits<int64_t>::max() / 4;
  static constexpr int32_t kNone = -1;

  static size_t Index(int64_t i) { return static_cast<size_t>(i); }
  Arc LinkArc(size_t l) const { return -1 - static_cast<Arc>(l); }
  Arc ArtificialArc(int32_t v) const { return -1 - static_cast<Arc>(network_.links.size()) - v; }
  bool IsPair(Arc arc) const { return arc >= 0; }
  size_t LinkOf(Arc arc) const { return Index(-1 - arc); }
  bool IsLink(Arc arc) const { return arc < 0 && LinkOf(arc) < network_.links.size(); }
  int32_t NodeOf(Arc arc) const { return static_cast<int32_t>(-1 - arc - static_cast<Arc>(network_.links.size())); }

  static constexpr int kGuideBits = 24;
  struct Layout {
    int guide_bits = 0;
    int shift = 0;
  };
  Layout LayoutFor(int64_t most_cost) const;
  void DropGuide(const Layout& layout);

  int64_t CostOf(Arc arc) const;
  // How much more, and how much less, the arc can carry.
  int64_t MoreOf(Arc arc) const;
  int64_t LessOf(Arc arc) const;
  void Change(Arc arc, int64_t by);
  void SetState(Arc arc, State state);

  // A hint's pairs, by where they are now.
  struct Way {
    int32_t agent;
    Arc arc;
    int64_t loss;
    bool chosen;
  };
  struct Hinted {
    const std::vector<int64_t>& stay;
    std::vector<Way> ways;
  };
  Hinted MakeHot(const FlowHint& hint, Ticker& ticker);

  void TakeIn(Ticker& ticker);
  void AddPair(int64_t position, uint8_t carries);
  void EndPairs();
  std::vector<int64_t> Excess() const;
  void SpreadOverLinks(std::vector<int64_t> excess);
  void PlantTree(const Hinted* hint = nullptr);
  bool AttachByLink(int32_t node, size_t link, bool between, int64_t excess);
  void AttachNearest(const Hinted& hint);
  void Attach(int32_t node, int32_t parent, Arc arc, bool up);
  void Detach(int32_t node);
  void PriceTree();
  template <typename Visit>
  void ForSubtree(int32_t root, const Visit& visit);

  bool Optimise(Ticker& ticker);
  bool FindEntering(Ticker& ticker);
  bool FindInBlocks(Ticker& ticker);
  bool Refill(Ticker& ticker);
  void Swap(size_t i, size_t j);
  void Consider(Arc arc, int32_t tail, int32_t head, int64_t cost, State state);
  int64_t Pivot();
  bool Restrict(Ticker& ticker);

  const Network& network_;

  // The pairs that may still change, agent by agent; the first of an agent, up to
  // hot_end_, have once promised to gain, and are looked at before all others.
  std::vector<size_t> begin_, hot_end_;
  std::vector<int32_t> head_;
  std::vector<uint32_t> id_;
  std::vector<int64_t> cost_;
  std::vector<int8_t> state_, flow_;
  std::vector<int64_t> fixed_;

  std::vector<int64_t> link_cost_, link_flow_;
  std::vector<int8_t> link_state_;
  std::vector<uint8_t> link_fixed_;

  // An artificial arc joins each node and the hub until real ones do.
  int64_t artificial_cost_ = 0;
  std::vector<int64_t> artificial_flow_;
  std::vector<uint8_t> artificial_up_;  // 1: from the node to the hub.

  // The tree hangs from the hub; `up_`: the arc to the parent leads to it.
  std::vector<int32_t> parent_, depth_, child_, next_, previous_;
  std::vector<Arc> arc_;
  std::vector<uint8_t> up_;
  std::vector<int64_t> price_;

  // The search for an arc that enters goes on where it ended.
  int32_t next_agent_ = 0;
  size_t block_ = 0;
  Arc entering_ = 0;
  int32_t entering_tail_ = 0, entering_head_ = 0;
  State entering_state_ = kLower;
  int64_t entering_gain_ = 0;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_FLOW_H_
