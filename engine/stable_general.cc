#include "engine/stable_general.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace brygga::engine {
namespace {

constexpr int32_t kNone = -1;
constexpr int64_t kUnbounded = LaminarBounds::kUnbounded;

// One side's bounds and how much of them is used: a forest whose leaves are the
// rows, and units for the sets that keep seats (unit 0: everybody else).
class Bounds {
 public:
  Bounds(const std::vector<int64_t>& row_bound, const LaminarBounds& bounds) : open_(bounds.open) {
    const size_t rows = row_bound.size();
    parent_.assign(rows, kNone);
    unit_.assign(rows, 0);
    bound_ = row_bound;
    units_.push_back({});
    std::vector<size_t> by_size(bounds.sets.size());
    std::iota(by_size.begin(), by_size.end(), size_t{0});
    std::stable_sort(by_size.begin(), by_size.end(),
                     [&](size_t x, size_t y) { return bounds.sets[x].members.size() < bounds.sets[y].members.size(); });
    std::vector<int32_t> top(rows);  // Of each row: the widest set so far.
    std::iota(top.begin(), top.end(), 0);
    for (const size_t i : by_size) {
      const LaminarBounds::Set& set = bounds.sets[i];
      const int32_t node = static_cast<int32_t>(bound_.size());
      parent_.push_back(kNone);
      bound_.push_back(set.at_most);
      unit_.push_back(0);
      for (const int32_t row : set.members) {
        int32_t& below = top[static_cast<size_t>(row)];
        parent_[static_cast<size_t>(below)] = node;
        below = node;
      }
      if (!set.keeps) continue;
      const int32_t unit = static_cast<int32_t>(units_.size());
      units_.push_back({.reserved = set.reserved});
      for (const int32_t row : set.members) {
        for (int32_t n = row; n != kNone; n = parent_[static_cast<size_t>(n)]) unit_[static_cast<size_t>(n)] = unit;
      }
    }
    used_.assign(bound_.size(), 0);
  }

  size_t node_count() const { return bound_.size(); }
  size_t unit_count() const { return units_.size(); }
  int32_t Parent(int32_t node) const { return parent_[static_cast<size_t>(node)]; }
  int32_t UnitOf(int32_t node) const { return unit_[static_cast<size_t>(node)]; }
  bool has_open_bound() const { return open_ != kUnbounded; }
  // Whether the unit holds more than what is reserved for it.
  bool IsBeyondReserve(int32_t unit) const {
    return units_[static_cast<size_t>(unit)].used > units_[static_cast<size_t>(unit)].reserved;
  }

  // The lowest full node from `node` up, or kNone.
  int32_t FullNode(int32_t node) const {
    while (node != kNone && used_[static_cast<size_t>(node)] < bound_[static_cast<size_t>(node)]) node = Parent(node);
    return node;
  }
  bool HasOpenRoom(int32_t unit) const {
    const Unit& u = units_[static_cast<size_t>(unit)];
    return u.used < u.reserved || open_used_ < open_;
  }
  bool HasRoom(int32_t node, int32_t unit) const { return FullNode(node) == kNone && HasOpenRoom(unit); }

  void Add(int32_t node, int32_t unit, int by) {
    for (; node != kNone; node = Parent(node)) used_[static_cast<size_t>(node)] += by;
    Unit& u = units_[static_cast<size_t>(unit)];
    open_used_ -= std::max<int64_t>(0, u.used - u.reserved);
    u.used += by;
    open_used_ += std::max<int64_t>(0, u.used - u.reserved);
  }

 private:
  struct Unit {
    int64_t reserved = 0;
    int64_t used = 0;
  };

  int64_t open_;
  int64_t open_used_ = 0;
  std::vector<int32_t> parent_, unit_;  // Per node; rows are the first nodes.
  std::vector<int64_t> bound_, used_;
  std::vector<Unit> units_;
};

std::vector<int64_t> RowBounds(const std::vector<int32_t>& values, size_t rows) {
  if (values.empty()) return std::vector<int64_t>(rows, 1);
  return {values.begin(), values.end()};
}

// Deferred acceptance of proposers: an agent with one place, or a pair of an agent
// with several. The agents' side holds the best proposals that its bounds take,
// the hosts' side the best of those that it got; whoever is refused goes on to its
// next copy. (Fleiner's algorithm with the greedy choice of each side.)
class General {
 public:
  General(const RankedGraph& graph, const LaminarBounds& agents, const LaminarBounds& hosts, Ticker& ticker)
      : graph_(graph),
        ticker_(ticker),
        agents_(RowBounds(graph.places, graph.agent_count()), agents),
        hosts_(RowBounds(graph.seats, graph.host_count()), hosts) {}

  std::optional<std::vector<int64_t>> Run() {
    if (!ListProposers()) return std::nullopt;
    MakeLots();
    piles_.resize(hosts_.node_count() + (hosts_.has_open_bound() ? hosts_.unit_count() : 0));
    for (size_t i = 0; i < proposers_.size(); ++i) {
      if (proposers_[i].at < proposers_[i].end) Wait(static_cast<int32_t>(i));
    }
    // A refusal makes room in the family of lots of who was refused, and only there.
    for (size_t family = 0; family < families_.size(); ++family) {
      for (int32_t next = Best(family); next != kNone; next = Best(family)) {
        Offer(next);
        if (!ticker_.Step(4 + static_cast<int64_t>(families_[family].size()))) return std::nullopt;
        Settle();
      }
    }
    return ticker_.stopped() ? std::nullopt : std::optional(Chosen());
  }

 private:
  enum class Phase : uint8_t { kTentative, kEarnest, kSecondChance };
  struct Proposer {
    int32_t agent;
    int64_t begin, end;  // In order_.
    int64_t at;
    Phase phase = Phase::kTentative;
    bool held = false;
    int32_t lot = 0;
    uint32_t stamp = 0;  // How often it was taken.
  };
  // Proposers whose wishes the same bounds limit, the best first.
  struct Lot {
    int32_t node;  // Its lowest bound; kNone: none.
    int32_t unit;
    size_t family;
    std::vector<std::pair<uint64_t, int32_t>> waiting;  // A heap of keys and proposers.
  };
  struct Taken {
    uint64_t key;
    int32_t proposer;
    uint32_t stamp;

    // The worst of a heap is on top.
    friend bool operator<(const Taken& x, const Taken& y) {
      return x.key != y.key ? x.key < y.key : x.proposer < y.proposer;
    }
  };
  struct Pile {
    std::vector<Taken> heap;  // Some are gone already.
    size_t live = 0;
  };

  Proposer& At(int32_t proposer) { return proposers_[static_cast<size_t>(proposer)]; }
  const Proposer& At(int32_t proposer) const { return proposers_[static_cast<size_t>(proposer)]; }
  int64_t PairAt(const Proposer& proposer) const { return order_[static_cast<size_t>(proposer.at)]; }
  int32_t HostOf(const Proposer& proposer) const { return graph_.host[static_cast<size_t>(PairAt(proposer))]; }
  int32_t RankAt(int64_t at) const { return graph_.agents_rank[static_cast<size_t>(order_[static_cast<size_t>(at)])]; }

  bool ListProposers() {
    order_.resize(graph_.host.size());
    std::iota(order_.begin(), order_.end(), int64_t{0});
    for (size_t a = 0; a < graph_.agent_count(); ++a) {
      const int64_t begin = graph_.offset[a], end = graph_.offset[a + 1];
      std::stable_sort(order_.begin() + begin, order_.begin() + end, [&](int64_t x, int64_t y) {
        return graph_.agents_rank[static_cast<size_t>(x)] < graph_.agents_rank[static_cast<size_t>(y)];
      });
      const int32_t places = graph_.places.empty() ? 1 : graph_.places[a], agent = static_cast<int32_t>(a);
      if (places == 1) proposers_.push_back({.agent = agent, .begin = begin, .end = end, .at = begin});
      for (int64_t at = begin; places > 1 && at < end; ++at) {
        proposers_.push_back({.agent = agent, .begin = at, .end = at + 1, .at = at});
      }
      if (!ticker_.Step(8 * (end - begin) + 1)) return false;
    }
    return true;
  }

  // One lot for all one-place agents of the same lowest group, one for each agent of
  // several places. Lots that no bound ties together are families of their own.
  void MakeLots() {
    std::vector<int32_t> lot_of(agents_.node_count(), kNone);
    std::vector<size_t> family_of(agents_.node_count(), kNoFamily);
    int32_t free_lot = kNone;
    for (Proposer& proposer : proposers_) {
      const bool single = graph_.places.empty() || graph_.places[static_cast<size_t>(proposer.agent)] == 1;
      const int32_t node = single ? agents_.Parent(proposer.agent) : proposer.agent;
      int32_t& lot = node == kNone ? free_lot : lot_of[static_cast<size_t>(node)];
      if (lot == kNone) {
        lot = static_cast<int32_t>(lots_.size());
        lots_.push_back({.node = node, .unit = agents_.UnitOf(proposer.agent), .family = Family(node, family_of)});
        families_[lots_.back().family].push_back(lot);
      }
      proposer.lot = lot;
    }
  }

  size_t Family(int32_t node, std::vector<size_t>& family_of) {
    if (agents_.has_open_bound()) {
      families_.resize(1);
      return 0;
    }
    int32_t root = node;
    while (root != kNone && agents_.Parent(root) != kNone) root = agents_.Parent(root);
    size_t fresh = kNoFamily;
    size_t& family = root == kNone ? fresh : family_of[static_cast<size_t>(root)];
    if (family == kNoFamily) {
      family = families_.size();
      families_.emplace_back();
    }
    return family;
  }

  // Lower is better for the agents' side. Tentative proposals of a tie come first,
  // second chances after everything else.
  uint64_t AgentsKey(const Proposer& proposer) const {
    return static_cast<uint64_t>(proposer.phase == Phase::kSecondChance) << 63 |
           static_cast<uint64_t>(RankAt(proposer.at)) << 32 |
           static_cast<uint64_t>(proposer.phase == Phase::kEarnest) << 31;
  }
  // Lower is better for the hosts' side. Second chances win ties, tentative
  // proposals come after everything else.
  uint64_t HostsKey(const Proposer& proposer) const {
    return static_cast<uint64_t>(proposer.phase == Phase::kTentative) << 63 |
           static_cast<uint64_t>(graph_.hosts_rank[static_cast<size_t>(PairAt(proposer))]) << 32 |
           static_cast<uint64_t>(proposer.phase == Phase::kEarnest) << 31;
  }

  void Wait(int32_t proposer) {
    auto& waiting = lots_[static_cast<size_t>(At(proposer).lot)].waiting;
    waiting.emplace_back(AgentsKey(At(proposer)), proposer);
    std::push_heap(waiting.begin(), waiting.end(), std::greater<>());
  }

  // Takes out the best proposer of a family whom its bounds let propose, or kNone.
  int32_t Best(size_t family) {
    Lot* best = nullptr;
    for (const int32_t i : families_[family]) {
      Lot& lot = lots_[static_cast<size_t>(i)];
      if (lot.waiting.empty() || !agents_.HasRoom(lot.node, lot.unit)) continue;
      if (best == nullptr || lot.waiting.front() < best->waiting.front()) best = &lot;
    }
    if (best == nullptr) return kNone;
    std::pop_heap(best->waiting.begin(), best->waiting.end(), std::greater<>());
    const int32_t proposer = best->waiting.back().second;
    best->waiting.pop_back();
    return proposer;
  }

  // Lets `proposer` make its proposal. Whoever is refused waits again.
  void Offer(int32_t proposer) {
    Proposer& p = At(proposer);
    const Lot& lot = lots_[static_cast<size_t>(p.lot)];
    agents_.Add(lot.node, lot.unit, 1);
    const Taken asked{.key = HostsKey(p), .proposer = proposer, .stamp = p.stamp + 1};
    const int32_t host = HostOf(p);
    const std::optional<int32_t> in_the_way = InTheWay(host, asked);
    if (in_the_way == proposer) {
      Refuse(proposer);
      return;
    }
    if (in_the_way) {
      Release(*in_the_way);
      Refuse(*in_the_way);
    }
    Take(host, asked);
  }

  // Who must go for `asked` to be taken: nobody, somebody held, or itself.
  std::optional<int32_t> InTheWay(int32_t host, const Taken& asked) {
    const int32_t full = hosts_.FullNode(host), unit = hosts_.UnitOf(host);
    const Taken* worst = &asked;
    if (full != kNone) {
      worst = Worse(worst, Worst(piles_[static_cast<size_t>(full)]));
    } else if (!hosts_.HasOpenRoom(unit)) {
      for (int32_t u = 0; u < static_cast<int32_t>(hosts_.unit_count()); ++u) {
        if (u == unit || hosts_.IsBeyondReserve(u)) worst = Worse(worst, Worst(UnitPile(u)));
      }
    } else {
      return std::nullopt;
    }
    return worst->proposer;
  }

  static const Taken* Worse(const Taken* x, const Taken* y) { return y != nullptr && *x < *y ? y : x; }
  Pile& UnitPile(int32_t unit) { return piles_[hosts_.node_count() + static_cast<size_t>(unit)]; }
  bool IsGone(const Taken& taken) const { return !At(taken.proposer).held || At(taken.proposer).stamp != taken.stamp; }

  const Taken* Worst(Pile& pile) {
    while (!pile.heap.empty() && IsGone(pile.heap.front())) {
      std::pop_heap(pile.heap.begin(), pile.heap.end());
      pile.heap.pop_back();
    }
    return pile.heap.empty() ? nullptr : &pile.heap.front();
  }

  void ForEachPile(int32_t host, const auto& apply) {
    for (int32_t node = host; node != kNone; node = hosts_.Parent(node)) apply(piles_[static_cast<size_t>(node)]);
    if (hosts_.has_open_bound()) apply(UnitPile(hosts_.UnitOf(host)));
  }

  void Take(int32_t host, const Taken& asked) {
    Proposer& p = At(asked.proposer);
    p.held = true;
    p.stamp = asked.stamp;
    hosts_.Add(host, hosts_.UnitOf(host), 1);
    ForEachPile(host, [&](Pile& pile) {
      ++pile.live;
      if (pile.heap.size() > 2 * pile.live + 64) {
        std::erase_if(pile.heap, [&](const Taken& taken) { return IsGone(taken); });
        std::make_heap(pile.heap.begin(), pile.heap.end());
      }
      pile.heap.push_back(asked);
      std::push_heap(pile.heap.begin(), pile.heap.end());
    });
  }

  void Release(int32_t proposer) {
    Proposer& p = At(proposer);
    p.held = false;
    const int32_t host = HostOf(p);
    hosts_.Add(host, hosts_.UnitOf(host), -1);
    ForEachPile(host, [](Pile& pile) { --pile.live; });
  }

  void Refuse(int32_t proposer) {
    Proposer& p = At(proposer);
    const Lot& lot = lots_[static_cast<size_t>(p.lot)];
    agents_.Add(lot.node, lot.unit, -1);
    if (Next(p)) Wait(proposer);
    loose_.push_back(lot.family);
  }

  // Lets everybody propose who has got room by a refusal.
  void Settle() {
    while (!loose_.empty() && !ticker_.stopped()) {
      const size_t family = loose_.back();
      const int32_t next = Best(family);
      if (next == kNone) {
        loose_.pop_back();
        continue;
      }
      Offer(next);
      ticker_.Step(4 + static_cast<int64_t>(families_[family].size()));
    }
  }

  bool TiedWithNext(const Proposer& p) const { return p.at + 1 < p.end && RankAt(p.at) == RankAt(p.at + 1); }

  // Moves on to the next copy. False: there is none.
  bool Next(Proposer& p) const {
    if (p.phase == Phase::kTentative) {
      if (TiedWithNext(p)) {
        ++p.at;
        return true;
      }
      while (p.at > p.begin && RankAt(p.at - 1) == RankAt(p.at)) --p.at;
      p.phase = Phase::kEarnest;
      return true;
    }
    const bool in_tie = TiedWithNext(p);
    if (++p.at < p.end) {
      if (p.phase == Phase::kEarnest && !in_tie) p.phase = Phase::kTentative;
      return true;
    }
    if (p.phase == Phase::kSecondChance) return false;
    p.at = p.begin;
    p.phase = Phase::kSecondChance;
    return true;
  }

  std::vector<int64_t> Chosen() const {
    std::vector<int64_t> chosen;
    for (const Proposer& proposer : proposers_) {
      if (proposer.held) chosen.push_back(PairAt(proposer));
    }
    std::sort(chosen.begin(), chosen.end());
    return chosen;
  }

  static constexpr size_t kNoFamily = static_cast<size_t>(-1);

  const RankedGraph& graph_;
  Ticker& ticker_;
  Bounds agents_, hosts_;
  std::vector<int64_t> order_;  // Positions of pairs, agent by agent, by rank.
  std::vector<Proposer> proposers_;
  std::vector<Lot> lots_;
  std::vector<std::vector<int32_t>> families_;  // Lots.
  std::vector<Pile> piles_;                     // Per node of hosts_, then per unit.
  std::vector<size_t> loose_;                   // Families in which somebody was refused.
};

}  // namespace

std::optional<std::vector<int64_t>> SolveStableWithin(const RankedGraph& graph, const LaminarBounds& agents,
                                                      const LaminarBounds& hosts, Ticker& ticker) {
  return General(graph, agents, hosts, ticker).Run();
}

}  // namespace brygga::engine
