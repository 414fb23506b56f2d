#include "engine/flow.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <numeric>
#include <queue>
#include <utility>

namespace brygga::engine {
namespace {

constexpr int64_t kStepsOfAPair = 4;  // To take it in.
constexpr size_t kSmallestBlock = 64;
constexpr size_t kRefill = 8;  // Pairs of an agent that one pass over all makes hot.

}  // namespace

StagedFlow::StagedFlow(const Network& network, Ticker& ticker) : network_(network) {
  TakeIn(ticker);
  if (!ticker.stopped()) PlantTree(nullptr);
}

// All that is open, without any flow.
void StagedFlow::TakeIn(Ticker& ticker) {
  for (const Link& link : network_.links) {
    link_flow_.push_back(link.lower);
    link_fixed_.push_back(link.lower == link.upper ? 1 : 0);
  }
  begin_.assign(Index(network_.agents) + 1, 0);
  for (std::vector<int8_t>* bytes : {&state_, &flow_}) bytes->reserve(network_.host.size());
  head_.reserve(network_.host.size());
  id_.reserve(network_.host.size());
  cost_.reserve(network_.host.size());
  for (int32_t a = 0; a < network_.agents; ++a) {
    begin_[Index(a)] = id_.size();
    const int64_t begin = network_.offset[Index(a)], end = network_.offset[Index(a) + 1];
    if (!ticker.Step(kStepsOfAPair * (end - begin) + 1)) return;
    for (int64_t e = begin; e < end && network_.agent_open[Index(a)]; ++e) {
      if (network_.host_open[Index(network_.host[Index(e)])]) AddPair(e, 0);
    }
  }
  EndPairs();
}

StagedFlow::StagedFlow(const Network& network, FlowStart start, Ticker& ticker)
    : network_(network),
      fixed_(std::move(start.fixed)),
      link_flow_(std::move(start.link_flow)),
      link_fixed_(std::move(start.link_fixed)) {
  begin_.assign(Index(network.agents) + 1, 0);
  int32_t agent = 0;
  for (size_t i = 0; i < start.free.size(); ++i) {
    while (network.offset[Index(agent) + 1] <= start.free[i]) begin_[Index(++agent)] = id_.size();
    if (!ticker.Step(kStepsOfAPair)) return;
    AddPair(start.free[i], start.carries[i]);
  }
  while (agent + 1 < network.agents) begin_[Index(++agent)] = id_.size();
  EndPairs();
  PlantTree(nullptr);
}

StagedFlow::StagedFlow(const Network& network, const FlowHint& hint, Ticker& ticker) : network_(network) {
  TakeIn(ticker);
  if (ticker.stopped()) return;
  const Hinted hinted = MakeHot(hint, ticker);
  if (ticker.stopped()) return;
  for (const Way& way : hinted.ways) {
    if (way.chosen) {
      flow_[Index(way.arc)] = 1;
      state_[Index(way.arc)] = kUpper;
    }
  }
  SpreadOverLinks(Excess());
  PlantTree(&hinted);
}

// Moves the hint's pairs, as yet in their order, to the front of their agents'.
StagedFlow::Hinted StagedFlow::MakeHot(const FlowHint& hint, Ticker& ticker) {
  Hinted hinted{.stay = hint.stay, .ways = {}};
  size_t chosen = 0, near = 0;
  const auto is_at = [](const std::vector<FlowHint::Pair>& pairs, size_t i, uint32_t position) {
    return i < pairs.size() && pairs[i].position == int64_t{position};
  };
  for (int32_t a = 0; a < network_.agents; ++a) {
    for (size_t i = begin_[Index(a)]; i < begin_[Index(a) + 1]; ++i) {
      const bool is_chosen = is_at(hint.chosen, chosen, id_[i]);
      if (!is_chosen && !is_at(hint.near, near, id_[i])) continue;
      const int64_t loss = is_chosen ? hint.chosen[chosen++].loss : hint.near[near++].loss;
      const size_t to = hot_end_[Index(a)]++;
      Swap(i, to);
      hinted.ways.push_back({.agent = a, .arc = static_cast<Arc>(to), .loss = loss, .chosen = is_chosen});
    }
    if (!ticker.Step(static_cast<int64_t>(begin_[Index(a) + 1] - begin_[Index(a)]))) break;
  }
  return hinted;
}

// Lets links carry what comes in at their nodes as far as their bounds allow, from
// people to the hub; what they are wanted for first.
void StagedFlow::SpreadOverLinks(std::vector<int64_t> excess) {
  std::vector<size_t> order(network_.links.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::reverse(order.begin(), order.end());  // Groups stand before all that hangs on them.
  const auto is_person = [&](size_t l) { return network_.links[l].hung < network_.agents + network_.hosts; };
  std::stable_partition(order.begin(), order.end(), is_person);
  for (size_t i = 0, end; i < order.size(); i = end) {
    const int32_t node = network_.links[order[i]].hung;
    for (end = i; end < order.size() && network_.links[order[end]].hung == node;) ++end;
    for (const bool wanted : {true, false}) {
      for (size_t k = i; k < end; ++k) {
        const Link& link = network_.links[order[k]];
        if ((link.kind != LinkKind::kPlain) != wanted) continue;
        const int64_t sign = link.tail == node ? 1 : -1;
        const int64_t by = std::clamp<int64_t>(sign * excess[Index(node)], 0, link.upper - link.lower);
        link_flow_[order[k]] += by;
        excess[Index(link.tail)] -= by;
        excess[Index(link.head)] += by;
      }
    }
  }
  for (size_t l = 0; l < network_.links.size(); ++l) {
    link_state_[l] = link_flow_[l] == network_.links[l].lower ? kLower : kUpper;
  }
}

void StagedFlow::AddPair(int64_t position, uint8_t carries) {
  head_.push_back(network_.agents + network_.host[Index(position)]);
  id_.push_back(static_cast<uint32_t>(position));
  cost_.push_back(0);
  flow_.push_back(static_cast<int8_t>(carries));
  state_.push_back(carries ? kUpper : kLower);
}

void StagedFlow::EndPairs() {
  begin_[Index(network_.agents)] = id_.size();
  hot_end_.assign(begin_.begin(), begin_.end() - 1);
  link_cost_.assign(network_.links.size(), 0);
  for (size_t l = 0; l < network_.links.size(); ++l) {
    link_state_.push_back(link_flow_[l] == network_.links[l].lower ? kLower : kUpper);
  }
}

// What comes in at a node, less what goes out.
std::vector<int64_t> StagedFlow::Excess() const {
  std::vector<int64_t> excess(Index(network_.nodes), 0);
  for (size_t l = 0; l < network_.links.size(); ++l) {
    excess[Index(network_.links[l].head)] += link_flow_[l];
    excess[Index(network_.links[l].tail)] -= link_flow_[l];
  }
  const auto count = [&](int32_t agent, int32_t host) {
    --excess[Index(agent)];
    ++excess[Index(host)];
  };
  for (int32_t a = 0; a < network_.agents; ++a) {
    for (size_t i = begin_[Index(a)]; i < begin_[Index(a) + 1]; ++i) {
      if (flow_[i]) count(a, head_[i]);
    }
  }
  int32_t agent = 0;
  for (const int64_t e : fixed_) {
    while (network_.offset[Index(agent) + 1] <= e) ++agent;
    count(agent, network_.agents + network_.host[Index(e)]);
  }
  return excess;
}

// Every node hangs on the hub by a link that can carry more to it, where it has
// one, or else by an artificial arc; so any node could send something to the hub,
// which is what makes the tree strongly feasible. With a hint people hang on whom
// they are nearest to.
void StagedFlow::PlantTree(const Hinted* hint) {
  const size_t nodes = Index(network_.nodes);
  parent_.assign(nodes, kNone);
  child_.assign(nodes, kNone);
  next_.assign(nodes, kNone);
  previous_.assign(nodes, kNone);
  arc_.assign(nodes, 0);
  up_.assign(nodes, 0);
  depth_.assign(nodes, 0);
  price_.assign(nodes, 0);
  artificial_flow_.assign(nodes, 0);
  artificial_up_.assign(nodes, 1);
  const std::vector<int64_t> excess = Excess();

  // Links with something between their bounds first: they have no other place.
  for (const bool between : {true, false}) {
    for (size_t l = 0; l < network_.links.size(); ++l) {
      const int32_t node = network_.links[l].hung;
      const bool waits = hint != nullptr && !between && node < network_.agents + network_.hosts;
      if (!waits) AttachByLink(node, l, between, excess[Index(node)]);
    }
  }
  if (hint != nullptr) AttachNearest(*hint);
  for (int32_t v = 0; v < network_.nodes; ++v) {
    if (v == network_.hub || parent_[Index(v)] != kNone) continue;
    artificial_flow_[Index(v)] = std::abs(excess[Index(v)]);
    artificial_up_[Index(v)] = excess[Index(v)] >= 0 ? 1 : 0;
    Attach(v, network_.hub, ArtificialArc(v), excess[Index(v)] >= 0);
  }
}

// Where the node hangs nowhere yet and could send something along its link.
bool StagedFlow::AttachByLink(int32_t node, size_t l, bool between, int64_t excess) {
  const Link& link = network_.links[l];
  const bool up = link.tail == node;
  const int64_t more = MoreOf(LinkArc(l)), less = LessOf(LinkArc(l));
  if (link_fixed_[l] || parent_[Index(node)] != kNone || excess != 0) return false;
  if (between ? more == 0 || less == 0 : (up ? more : less) == 0) return false;
  Attach(node, up ? link.head : link.tail, LinkArc(l), up);
  link_state_[l] = kTree;
  return true;
}

// Hangs each person where it loses least on its way to the hub, link by link and
// pair by pair: Dijkstra's search from all that hangs already, along what could
// be sent the other way.
void StagedFlow::AttachNearest(const Hinted& hint) {
  struct Branch {
    int64_t loss;
    int32_t node, to;
    Arc arc;
    bool up;
    bool operator>(const Branch& other) const { return loss > other.loss; }
  };
  std::vector<std::vector<const Way*>> ways(Index(network_.nodes));  // Who is near a host; what an agent has.
  for (const Way& way : hint.ways) ways[Index(way.chosen ? way.agent : head_[Index(way.arc)])].push_back(&way);
  const int64_t most = kFar / (network_.nodes + 1);  // Of one loss.
  std::vector<int64_t> nearest(Index(network_.nodes), kFar);
  std::priority_queue<Branch, std::vector<Branch>, std::greater<>> branches;
  const auto offer = [&](const Branch& branch) {
    if (parent_[Index(branch.node)] != kNone || branch.loss >= nearest[Index(branch.node)]) return;
    nearest[Index(branch.node)] = branch.loss;
    branches.push(branch);
  };
  const auto spread = [&](int32_t node, int64_t loss) {
    for (const Way* way : ways[Index(node)]) {
      const int32_t other = way->chosen ? head_[Index(way->arc)] : way->agent;
      offer({loss + std::min(most, way->loss), other, node, way->arc, !way->chosen});
    }
  };
  for (size_t l = 0; l < network_.links.size(); ++l) {
    const Link& link = network_.links[l];
    const bool up = link.tail == link.hung;
    if (link.hung >= network_.agents + network_.hosts || link_fixed_[l]) continue;
    if ((up ? MoreOf(LinkArc(l)) : LessOf(LinkArc(l))) == 0) continue;
    const int64_t loss = link.hung < network_.agents ? std::min(most, hint.stay[Index(link.hung)]) : 0;
    offer({loss, link.hung, up ? link.head : link.tail, LinkArc(l), up});
  }
  for (int32_t v = 0; v < network_.agents + network_.hosts; ++v) {
    if (parent_[Index(v)] != kNone) spread(v, 0);
  }
  while (!branches.empty()) {
    const Branch branch = branches.top();
    branches.pop();
    if (parent_[Index(branch.node)] != kNone) continue;
    Attach(branch.node, branch.to, branch.arc, branch.up);
    SetState(branch.arc, kTree);
    spread(branch.node, branch.loss);
  }
}

int64_t StagedFlow::CostOf(Arc arc) const {
  if (IsPair(arc)) return cost_[Index(arc)];
  return IsLink(arc) ? link_cost_[LinkOf(arc)] : artificial_cost_;
}

int64_t StagedFlow::MoreOf(Arc arc) const {
  if (IsPair(arc)) return 1 - flow_[Index(arc)];
  if (IsLink(arc)) return network_.links[LinkOf(arc)].upper - link_flow_[LinkOf(arc)];
  return kFar;
}

int64_t StagedFlow::LessOf(Arc arc) const {
  if (IsPair(arc)) return flow_[Index(arc)];
  if (IsLink(arc)) return link_flow_[LinkOf(arc)] - network_.links[LinkOf(arc)].lower;
  return artificial_flow_[Index(NodeOf(arc))];
}

void StagedFlow::Change(Arc arc, int64_t by) {
  if (IsPair(arc)) {
    flow_[Index(arc)] = static_cast<int8_t>(flow_[Index(arc)] + by);
  } else if (IsLink(arc)) {
    link_flow_[LinkOf(arc)] += by;
  } else {
    artificial_flow_[Index(NodeOf(arc))] += by;
  }
}

void StagedFlow::SetState(Arc arc, State state) {
  if (IsPair(arc)) {
    state_[Index(arc)] = state;
  } else if (IsLink(arc)) {
    link_state_[LinkOf(arc)] = state;
  }  // An artificial arc that leaves the tree never comes back.
}

void StagedFlow::Attach(int32_t node, int32_t parent, Arc arc, bool up) {
  const size_t v = Index(node);
  parent_[v] = parent;
  arc_[v] = arc;
  up_[v] = up ? 1 : 0;
  previous_[v] = kNone;
  next_[v] = child_[Index(parent)];
  if (next_[v] != kNone) previous_[Index(next_[v])] = node;
  child_[Index(parent)] = node;
}

void StagedFlow::Detach(int32_t node) {
  const size_t v = Index(node);
  if (next_[v] != kNone) previous_[Index(next_[v])] = previous_[v];
  if (previous_[v] != kNone) {
    next_[Index(previous_[v])] = next_[v];
  } else {
    child_[Index(parent_[v])] = next_[v];
  }
}

template <typename Visit>
void StagedFlow::ForSubtree(int32_t root, const Visit& visit) {
  for (int32_t v = root;;) {
    visit(v);
    if (child_[Index(v)] != kNone) {
      v = child_[Index(v)];
      continue;
    }
    while (v != root && next_[Index(v)] == kNone) v = parent_[Index(v)];
    if (v == root) return;
    v = next_[Index(v)];
  }
}

void StagedFlow::PriceTree() {
  ForSubtree(network_.hub, [&](int32_t v) {
    if (v == network_.hub) {
      price_[Index(v)] = 0;
      depth_[Index(v)] = 0;
      return;
    }
    const int64_t cost = CostOf(arc_[Index(v)]), there = price_[Index(parent_[Index(v)])];
    price_[Index(v)] = up_[Index(v)] ? there + cost : there - cost;
    depth_[Index(v)] = depth_[Index(parent_[Index(v)])] + 1;
  });
}

bool StagedFlow::MakeFeasible(Ticker& ticker) {
  if (ticker.stopped()) return false;
  std::fill(cost_.begin(), cost_.end(), 0);
  std::fill(link_cost_.begin(), link_cost_.end(), 0);
  artificial_cost_ = 1;
  if (!Optimise(ticker)) return false;
  for (const int64_t flow : artificial_flow_) {
    if (flow != 0) return false;
  }
  return Restrict(ticker);
}

// The guide's reduced costs stay below 2^shift, so that it never outweighs a cost.
StagedFlow::Layout StagedFlow::LayoutFor(int64_t most_cost) const {
  const auto bits = [](int64_t value) { return 64 - std::countl_zero(static_cast<uint64_t>(value)); };
  const int of_nodes = bits(network_.nodes) + 1;
  const int room = 61 - bits(most_cost) - of_nodes;
  Layout layout;
  layout.guide_bits = std::max(0, std::min(kGuideBits, room - of_nodes));
  layout.shift = layout.guide_bits + of_nodes;
  return layout;
}

// What is left are the costs alone, and the tree's prices for them.
void StagedFlow::DropGuide(const Layout& layout) {
  const int64_t rest = (int64_t{1} << layout.shift) - 1;
  for (int64_t& cost : cost_) cost = (cost + rest) >> layout.shift;
  for (int64_t& cost : link_cost_) cost >>= layout.shift;
  PriceTree();
}

bool StagedFlow::Optimise(Ticker& ticker) {
  PriceTree();
  next_agent_ = 0;
  int64_t pivots = 0;
  while (FindEntering(ticker)) {
    if (!ticker.Step(Pivot())) return false;
    ticker.Advance(++pivots);
  }
  return !ticker.stopped();
}

void StagedFlow::Consider(Arc arc, int32_t tail, int32_t head, int64_t cost, State state) {
  const int64_t reduced = cost - price_[Index(tail)] + price_[Index(head)];
  const int64_t gain = -reduced * state;
  if (gain <= entering_gain_) return;
  entering_ = arc;
  entering_tail_ = tail;
  entering_head_ = head;
  entering_state_ = state;
  entering_gain_ = gain;
}

// The arc that gains most among the next block of hot pairs that holds one that
// gains; links are looked at where no block does, and all pairs where no link does.
bool StagedFlow::FindEntering(Ticker& ticker) {
  entering_gain_ = 0;
  do {
    if (FindInBlocks(ticker)) return true;
    for (size_t l = 0; l < network_.links.size(); ++l) {
      const Link& link = network_.links[l];
      if (!link_fixed_[l]) {
        Consider(LinkArc(l), link.tail, link.head, link_cost_[l], static_cast<State>(link_state_[l]));
      }
    }
    if (!ticker.Step(static_cast<int64_t>(network_.links.size()))) return false;
    if (entering_gain_ > 0) return true;
  } while (Refill(ticker));
  return false;
}

bool StagedFlow::FindInBlocks(Ticker& ticker) {
  size_t looked = 0;
  for (int32_t turn = 0; turn < network_.agents; ++turn) {
    const int32_t agent = next_agent_;
    next_agent_ = agent + 1 == network_.agents ? 0 : agent + 1;
    const int64_t price = price_[Index(agent)];
    for (size_t i = begin_[Index(agent)]; i < hot_end_[Index(agent)]; ++i) {
      if ((cost_[i] - price + price_[Index(head_[i])]) * state_[i] >= 0) continue;
      Consider(static_cast<Arc>(i), agent, head_[i], cost_[i], static_cast<State>(state_[i]));
    }
    looked += hot_end_[Index(agent)] - begin_[Index(agent)] + 1;
    if (looked < block_ && turn + 1 < network_.agents) continue;
    if (!ticker.Step(static_cast<int64_t>(looked))) return false;
    if (entering_gain_ > 0) return true;
    looked = 0;
  }
  return false;
}

// Makes hot the pairs of each agent that gain most; false where none does.
bool StagedFlow::Refill(Ticker& ticker) {
  bool found = false;
  size_t hot = 0;
  std::vector<std::pair<int64_t, size_t>> best;  // The negative gain of pairs that gain most, ascending.
  for (int32_t a = 0; a < network_.agents; ++a) {
    best.clear();
    const int64_t price = price_[Index(a)];
    int64_t worst = 0;
    for (size_t i = hot_end_[Index(a)]; i < begin_[Index(a) + 1]; ++i) {
      const int64_t gain = (cost_[i] - price + price_[Index(head_[i])]) * state_[i];
      if (gain >= worst) continue;
      const std::pair<int64_t, size_t> entry(gain, i);
      best.insert(std::upper_bound(best.begin(), best.end(), entry), entry);
      if (best.size() > kRefill) best.pop_back();
      if (best.size() == kRefill) worst = best.back().first;
    }
    std::sort(best.begin(), best.end(), [](const auto& x, const auto& y) { return x.second < y.second; });
    for (const auto& [gain, i] : best) Swap(i, hot_end_[Index(a)]++);
    found |= !best.empty();
    hot += hot_end_[Index(a)] - begin_[Index(a)];
    if (!ticker.Step(static_cast<int64_t>(begin_[Index(a) + 1] - begin_[Index(a)]))) return false;
  }
  block_ = std::max(kSmallestBlock, 4 * static_cast<size_t>(std::sqrt(static_cast<double>(hot))));
  return found;
}

// Of two pairs that are not in the tree.
void StagedFlow::Swap(size_t i, size_t j) {
  std::swap(head_[i], head_[j]);
  std::swap(id_[i], id_[j]);
  std::swap(cost_[i], cost_[j]);
  std::swap(state_[i], state_[j]);
  std::swap(flow_[i], flow_[j]);
}

// Sends as much as can be around the cycle that the entering arc closes. The last
// arc in the cycle's direction, seen from the join, that lets no more through
// leaves the tree (Cunningham's rule, which keeps it strongly feasible). Returns
// how many nodes were touched.
int64_t StagedFlow::Pivot() {
  int64_t touched = 0;
  const bool more = entering_state_ == kLower;
  const int32_t first = more ? entering_tail_ : entering_head_;
  const int32_t second = more ? entering_head_ : entering_tail_;
  int64_t most = more ? MoreOf(entering_) : LessOf(entering_);
  int32_t leaving = kNone;  // The node below the arc that leaves.
  bool leaves_second = false;
  int32_t u = first, v = second;
  while (u != v) {
    ++touched;
    if (depth_[Index(u)] >= depth_[Index(v)]) {
      const int64_t room = up_[Index(u)] ? LessOf(arc_[Index(u)]) : MoreOf(arc_[Index(u)]);
      if (room < most) {  // The first seen from below is the last in the cycle's direction.
        most = room;
        leaving = u;
        leaves_second = false;
      }
      u = parent_[Index(u)];
    } else {
      v = parent_[Index(v)];
    }
  }
  const int32_t join = u;
  for (v = second; v != join; v = parent_[Index(v)]) {
    const int64_t room = up_[Index(v)] ? MoreOf(arc_[Index(v)]) : LessOf(arc_[Index(v)]);
    if (room > most) continue;
    most = room;
    leaving = v;
    leaves_second = true;
  }
  if (most > 0) {
    Change(entering_, more ? most : -most);
    for (u = first; u != join; u = parent_[Index(u)]) Change(arc_[Index(u)], up_[Index(u)] ? -most : most);
    for (v = second; v != join; v = parent_[Index(v)]) Change(arc_[Index(v)], up_[Index(v)] ? most : -most);
  }
  if (leaving == kNone) {
    SetState(entering_, more ? kUpper : kLower);
    return touched;
  }

  SetState(arc_[Index(leaving)], LessOf(arc_[Index(leaving)]) == 0 ? kLower : kUpper);
  SetState(entering_, kTree);
  // What hung on the leaving arc is turned upside down and hangs on the entering one.
  const int32_t inside = leaves_second ? second : first;
  int32_t parent = leaves_second ? first : second;
  Arc arc = entering_;
  bool up = inside == entering_tail_;
  for (int32_t node = inside;;) {
    const int32_t old_parent = parent_[Index(node)];
    const Arc old_arc = arc_[Index(node)];
    const bool old_up = up_[Index(node)] != 0;
    Detach(node);
    Attach(node, parent, arc, up);
    if (node == leaving) break;
    parent = node;
    arc = old_arc;
    up = !old_up;
    node = old_parent;
  }
  const int64_t by = (up_[Index(inside)] ? 1 : -1) *
                     (CostOf(entering_) - price_[Index(entering_tail_)] + price_[Index(entering_head_)]);
  ForSubtree(inside, [&](int32_t node) {
    price_[Index(node)] += by;
    depth_[Index(node)] = depth_[Index(parent_[Index(node)])] + 1;
    ++touched;
  });
  return touched;
}

// Keeps for later stages the arcs whose reduced cost is 0; the others stay as
// they are in all best circulations.
bool StagedFlow::Restrict(Ticker& ticker) {
  std::vector<std::pair<Arc, int32_t>> in_tree;  // Pairs that bear a node, in their order.
  for (int32_t v = 0; v < network_.nodes; ++v) {
    if (v != network_.hub && IsPair(arc_[Index(v)])) in_tree.emplace_back(arc_[Index(v)], v);
  }
  std::sort(in_tree.begin(), in_tree.end());
  size_t kept = 0, tree = 0, i = 0;
  const size_t fixed_before = fixed_.size();
  for (int32_t a = 0; a < network_.agents; ++a) {
    const size_t end = begin_[Index(a) + 1], hot_end = hot_end_[Index(a)];
    const size_t first = i;
    hot_end_[Index(a)] = kept;
    for (; i < end; ++i) {
      if (cost_[i] - price_[Index(a)] + price_[Index(head_[i])] != 0) {
        if (flow_[i]) fixed_.push_back(id_[i]);
        continue;
      }
      if (tree < in_tree.size() && in_tree[tree].first == static_cast<Arc>(i)) {
        arc_[Index(in_tree[tree++].second)] = static_cast<Arc>(kept);
      }
      head_[kept] = head_[i];
      id_[kept] = id_[i];
      cost_[kept] = cost_[i];
      state_[kept] = state_[i];
      flow_[kept] = flow_[i];
      ++kept;
      if (i < hot_end) hot_end_[Index(a)] = kept;
    }
    begin_[Index(a) + 1] = kept;
    if (!ticker.Step(static_cast<int64_t>(i - first))) return false;
  }
  std::sort(fixed_.begin() + static_cast<std::ptrdiff_t>(fixed_before), fixed_.end());
  std::inplace_merge(fixed_.begin(), fixed_.begin() + static_cast<std::ptrdiff_t>(fixed_before), fixed_.end());
  head_.resize(kept);
  id_.resize(kept);
  cost_.resize(kept);
  state_.resize(kept);
  flow_.resize(kept);
  for (size_t l = 0; l < network_.links.size(); ++l) {
    const Link& link = network_.links[l];
    if (link_cost_[l] - price_[Index(link.tail)] + price_[Index(link.head)] != 0) link_fixed_[l] = 1;
  }
  next_agent_ = 0;
  return true;
}

FlowStart StagedFlow::Left() const {
  FlowStart state{.free = std::vector<int64_t>(id_.begin(), id_.end()),
                  .carries = std::vector<uint8_t>(flow_.begin(), flow_.end()),
                  .fixed = fixed_,
                  .link_flow = link_flow_,
                  .link_fixed = link_fixed_};
  return state;
}

std::vector<int64_t> StagedFlow::Chosen() const {
  std::vector<int64_t> chosen = fixed_;
  for (size_t i = 0; i < id_.size(); ++i) {
    if (flow_[i]) chosen.push_back(id_[i]);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace brygga::engine
