// The exact answer for few people, at once.
#ifndef BRYGGA_ENGINE_FEW_H_
#define BRYGGA_ENGINE_FEW_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "engine/bipartite.h"
#include "engine/matching.h"

namespace brygga::engine {

// Successive shortest paths (Jonker and Volgenant 1987) from where an auction
// without epsilon ends (its "augmenting row reduction", with seats): agents bid
// what leaves them content with their second choice, as long as prices rise;
// who has no seat then gets one along the path of least loss. Anybody may stay
// out, who then is worth nothing, and each pair counts `kPair` before its
// weight: more than all that prices can gather of weights, so that pairs come
// first. What is left of prices, in pairs and in weights, is the cover and the
// prices.
//
// For at most kMostAgents agents it is fastest, because it sets up next to
// nothing, and for more where weights are few or lie in heaps (two-cost): there an
// auction's prices climb in vain from heap to heap, while bids without epsilon
// stop at once. Time: at most n searches of O(m + n²), and it gives up once they
// look like more than some passes over the pairs. Memory: some 170 bytes a host,
// 60 an agent, 16 a seat that can be used.
template <typename W>
class Few {
 public:
  static constexpr size_t kMostAgents = 256, kMostOfFewWeights = 1 << 13;

  // Whether there are so few, and 62 bits hold all prices.
  static bool Fits(const Bipartite<W>& graph, int64_t most_weight) {
    const double agents = static_cast<double>(graph.agent_count()) + 2;
    if (agents * agents * static_cast<double>(most_weight) > kMostPrice) return false;
    return graph.agent_count() <= kMostAgents || (graph.agent_count() <= kMostOfFewWeights && HasFewWeights(graph));
  }

  // SCORE, unless `coverage_first`. Phases "coverage" (then), which ends with the
  // bids, and "total".
  Few(const Bipartite<W>& graph, int64_t most_weight, bool coverage_first, const Control& control)
      : graph_(graph),
        most_(most_weight),
        pair_(coverage_first ? PairsWorth(graph, most_weight) : 0),
        coverage_first_(coverage_first),
        bids_ticker_(control, coverage_first ? "coverage" : "total", static_cast<int64_t>(graph.agent_count())),
        ticker_(control, "total", static_cast<int64_t>(graph.agent_count())),
        hosts_(graph.host_count()),
        price_(graph.host_count(), -pair_),
        distance_(graph.host_count(), kFar),
        agents_(graph.agent_count()) {}

  // Nullopt where the control stopped it, or where paths are so long that another
  // method is faster.
  std::optional<PricedMatching> Run() {
    MakeRoom();
    Bid();
    const int64_t most_looks = (agents_.size() <= kMostAgents ? kMostPasses : kMostPassesOfFewWeights) *
                               (static_cast<int64_t>(graph_.host.size()) + kPairsAtLeast);
    const size_t waiting = queue_.size();
    for (size_t i = 0; i < waiting; ++i) {
      if (stopped() || ticker_.steps() + RecentLooks(i) * static_cast<int64_t>(waiting - i) > most_looks) {
        return std::nullopt;
      }
      Seat(queue_[i]);
    }
    return stopped() ? std::nullopt : std::optional(Answer());
  }
  bool stopped() const { return bids_ticker_.stopped() || ticker_.stopped(); }

 private:
  struct Host {
    int32_t from = kNobody;  // Who would move here.
    int32_t seats = 0, taken = 0;
    uint32_t begin = 0;  // Of its seats.
    W weight = 0;        // Of that pair.
  };
  struct Agent {
    int64_t gain = 0;
    int32_t host = kNobody;
    W weight = 0;
  };
  struct Seated {
    int32_t agent;
    int64_t bid;  // Up to this price it wants no other seat.
  };
  static constexpr int64_t kFar = int64_t{1} << 62;
  static constexpr double kMostPrice = 0x1p53;  // Of a pair, in 32nds.
  static constexpr size_t kMostBids = 6;        // An agent, on the average.
  static constexpr int64_t kMostPasses = 15, kMostPassesOfFewWeights = 100, kPairsAtLeast = 3'000;
  static constexpr size_t kTrials = 8;  // Searches that show how long the others will be.

  static size_t At(int32_t i) { return static_cast<size_t>(i); }

  // Whether weights of most agents lie close together, as few different ones or in
  // heaps: then bids settle soon. They do not where agents' weights tie, but each has
  // others: people's scores, in which as many tie as are alike. Of some pairs of some
  // agents.
  static bool HasFewWeights(const Bipartite<W>& graph) {
    constexpr size_t kAgents = 15, kPairs = 64, kManyOfFew = 96, kManyInHeaps = 16, kAlikeInAll = 5;
    constexpr double kFarApart = 16;
    std::vector<W> weights, all;
    size_t of_few = 0, in_heaps = 0, looked_at = 0;
    for (size_t i = 0; i < kAgents; ++i) {
      const size_t agent = i * graph.agent_count() / kAgents;
      const size_t begin = static_cast<size_t>(graph.offset[agent]), end = static_cast<size_t>(graph.offset[agent + 1]);
      weights.clear();
      for (size_t e = begin; e < end; e += 1 + (end - begin) / kPairs) weights.push_back(graph.weight[e]);
      all.insert(all.end(), weights.begin(), weights.end());
      if (weights.size() < 3) continue;
      std::sort(weights.begin(), weights.end());
      const W range = weights.back() - weights.front();
      for (size_t k = 0; k + 1 < weights.size(); ++k) weights[k] = weights[k + 1] - weights[k];
      weights.pop_back();
      const auto middle = weights.begin() + static_cast<std::ptrdiff_t>(weights.size() / 2);
      std::nth_element(weights.begin(), middle, weights.end());
      const double even_range = static_cast<double>(*middle) * static_cast<double>(weights.size());
      ++looked_at;
      if (kFarApart * even_range > static_cast<double>(range)) continue;
      if (*middle == 0 && end - begin >= kManyOfFew) ++of_few;
      if (*middle > 0 && end - begin >= kManyInHeaps) ++in_heaps;
    }
    if (2 * (of_few + in_heaps) <= looked_at) return false;
    return 2 * in_heaps > looked_at || kAlikeInAll * Different(all) <= all.size();
  }

  // Sorts them.
  static size_t Different(std::vector<W>& weights) {
    std::sort(weights.begin(), weights.end());
    return static_cast<size_t>(std::unique(weights.begin(), weights.end()) - weights.begin());
  }

  // What one of the last searches before search `i` looked at; those to come will
  // hardly be shorter.
  int64_t RecentLooks(size_t i) {
    const int64_t before = std::exchange(steps_at_[i % kTrials], ticker_.steps());
    return i < kTrials ? 0 : (ticker_.steps() - before) / static_cast<int64_t>(kTrials);
  }

  // Each search moves prices by no more than a path's weights, two an agent.
  static int64_t PairsWorth(const Bipartite<W>& graph, int64_t most_weight) {
    const int64_t agents = static_cast<int64_t>(graph.agent_count()) + 2;
    return 32 * agents * agents * (most_weight + 1);
  }

  // One more seat than there are agents who could sit there keeps it from a
  // price.
  void MakeRoom() {
    const int64_t agents = static_cast<int64_t>(graph_.agent_count());
    int64_t seats = 0;
    for (size_t h = 0; h < hosts_.size(); ++h) {
      hosts_[h].seats = static_cast<int32_t>(std::min<int64_t>(graph_.seats[h], agents + 1));
      seats += hosts_[h].seats;
    }
    if (seats > 2 * (agents + static_cast<int64_t>(hosts_.size()))) LowerSeatsToDegrees();
    uint32_t end = 0;
    for (size_t h = 0; h < hosts_.size(); ++h) {
      hosts_[h].begin = end;
      end += static_cast<uint32_t>(hosts_[h].seats);
      if (hosts_[h].seats == 0) price_[h] = most_;  // For nobody.
    }
    seated_.resize(end);
  }

  void LowerSeatsToDegrees() {
    std::vector<int32_t> degree(hosts_.size(), 0);
    for (const int32_t host : graph_.host) ++degree[At(host)];
    for (size_t h = 0; h < hosts_.size(); ++h) hosts_[h].seats = std::min(hosts_[h].seats, degree[h] + 1);
  }

  // Everyone bids for the best seat, until they would not raise its price.
  // Leaves in `queue_` who has none.
  void Bid() {
    std::vector<int32_t> waiting;
    waiting.reserve(agents_.size());
    for (size_t a = agents_.size(); a-- > 0;) waiting.push_back(static_cast<int32_t>(a));
    for (size_t bids = kMostBids * agents_.size(); !waiting.empty() && bids > 0 && !stopped(); --bids) {
      const int32_t agent = waiting.back();
      waiting.pop_back();
      const int32_t other = BidForBest(agent);
      if (other == agent) {
        queue_.push_back(agent);
      } else if (other != kNobody) {
        waiting.push_back(other);
      }
    }
    queue_.insert(queue_.end(), waiting.rbegin(), waiting.rend());
    for (Agent& agent : agents_) {
      if (agent.host != kNobody) agent.gain = static_cast<int64_t>(agent.weight) - price_[At(agent.host)];
    }
  }

  // Who is without a seat afterwards: the agent itself, whom it outbid, or
  // nobody.
  int32_t BidForBest(int32_t agent) {
    const size_t begin = static_cast<size_t>(graph_.offset[At(agent)]);
    const size_t end = static_cast<size_t>(graph_.offset[At(agent) + 1]);
    const int64_t most = most_ + pair_;  // Nothing is worth more.
    int64_t best = 0, second = 0;        // Staying out is worth nothing.
    size_t at = end, e = begin;
    for (; e < end && second < most; ++e) {
      const int64_t worth = static_cast<int64_t>(graph_.weight[e]) - price_[At(graph_.host[e])];
      if (worth <= second) continue;
      second = worth;
      if (worth <= best) continue;
      second = std::exchange(best, worth);
      at = e;
    }
    bids_ticker_.Step(static_cast<int64_t>(e - begin));
    if (at == end) return kNobody;
    if (second == best) at = FindFree(agent, at, best);
    const size_t h = At(graph_.host[at]);
    const W weight = graph_.weight[at];
    const int64_t bid = static_cast<int64_t>(weight) - second;
    Host& host = hosts_[h];
    Seated* const first = seated_.data() + host.begin;
    int32_t seat = host.taken, other = kNobody;
    if (seat == host.seats) {
      seat = Lowest(host);
      other = first[seat].agent;
      if (bid <= price_[h]) return agent;
      agents_[At(other)].host = kNobody;
    } else {
      ++host.taken;
    }
    first[seat] = {agent, bid};
    agents_[At(agent)].host = graph_.host[at];
    agents_[At(agent)].weight = weight;
    if (host.taken == host.seats) price_[h] = std::max(price_[h], first[Lowest(host)].bid);
    return other;
  }

  // Of pairs from `at` on that are worth as much, one with a free seat, if there is any.
  size_t FindFree(int32_t agent, size_t at, int64_t worth) {
    const size_t end = static_cast<size_t>(graph_.offset[At(agent) + 1]);
    for (size_t e = at; e < end; ++e) {
      const size_t h = At(graph_.host[e]);
      if (static_cast<int64_t>(graph_.weight[e]) - price_[h] != worth || hosts_[h].taken == hosts_[h].seats) continue;
      bids_ticker_.Step(static_cast<int64_t>(e - at));
      return e;
    }
    bids_ticker_.Step(static_cast<int64_t>(end - at));
    return at;
  }

  int32_t Lowest(const Host& host) const {
    const Seated* const first = seated_.data() + host.begin;
    int32_t lowest = 0;
    for (int32_t i = 1; i < host.taken; ++i) lowest = first[i].bid < first[lowest].bid ? i : lowest;
    return lowest;
  }

  int64_t Degree(int32_t agent) const { return graph_.offset[At(agent) + 1] - graph_.offset[At(agent)]; }

  // Seats the agent, or leaves out whoever is worth least.
  void Seat(int32_t source) {
    open_.clear();
    at_once_.clear();
    touched_.clear();
    done_.clear();
    here_ = 0;
    nearest_ = kFar;
    target_ = kNobody;
    Agent& agent = agents_[At(source)];
    agent.gain = 0;
    for (int64_t e = graph_.offset[At(source)]; e < graph_.offset[At(source) + 1]; ++e) {
      const size_t at = static_cast<size_t>(e);
      agent.gain = std::max(agent.gain, static_cast<int64_t>(graph_.weight[at]) - price_[At(graph_.host[at])]);
    }
    Relax(source, agent.gain);
    while (here_ < nearest_ && !ticker_.stopped() && (!at_once_.empty() || TakeNearest())) {
      const int32_t host = at_once_.back();
      at_once_.pop_back();
      done_.push_back(host);
      const Host& full = hosts_[At(host)];
      for (int32_t i = 0; i < full.taken && here_ < nearest_; ++i) {
        const int32_t other = seated_[full.begin + At(i)].agent;
        Relax(other, here_ + agents_[At(other)].gain);
      }
    }
    MovePrices(source);
    MoveUp(source);
    for (const int32_t host : touched_) distance_[At(host)] = kFar;
  }

  // The agent, whose best is `base` away from nothing, looks for another seat.
  void Relax(int32_t agent, int64_t base) {
    if (base < nearest_) {
      nearest_ = base;
      target_ = kNobody;
      leaves_ = agent;
    }
    const size_t end = static_cast<size_t>(graph_.offset[At(agent) + 1]);
    for (size_t e = static_cast<size_t>(graph_.offset[At(agent)]); e < end; ++e) {
      const size_t h = At(graph_.host[e]);
      const int64_t distance = base - static_cast<int64_t>(graph_.weight[e]) + price_[h];
      if (distance >= nearest_ || distance >= distance_[h]) continue;
      Host& host = hosts_[h];
      if (distance_[h] == kFar) touched_.push_back(graph_.host[e]);
      if (host.taken < host.seats) {
        nearest_ = distance;
        target_ = graph_.host[e];
      } else if (distance == here_) {
        at_once_.push_back(graph_.host[e]);
      } else if (distance_[h] == kFar) {
        open_.push_back(graph_.host[e]);
      }
      distance_[h] = distance;
      host.from = agent;
      host.weight = graph_.weight[e];
    }
    ticker_.Step(Degree(agent));
  }

  // Goes on to the full hosts that are nearest of those left; false where there are
  // none. At most as many are full as there are agents: to look through them is
  // faster than to keep them in order.
  bool TakeNearest() {
    int64_t next = nearest_;
    size_t left = 0;
    for (const int32_t host : open_) {
      const int64_t distance = distance_[At(host)];
      if (distance <= here_) continue;  // Was taken.
      open_[left++] = host;
      if (distance > next) continue;
      if (distance < next) at_once_.clear();
      next = distance;
      at_once_.push_back(host);
    }
    ticker_.Step(static_cast<int64_t>(open_.size()) / 4);
    open_.resize(left);
    here_ = next;
    return next < nearest_;
  }

  void MovePrices(int32_t source) {
    agents_[At(source)].gain -= nearest_;
    for (const int32_t h : done_) {
      const Host& host = hosts_[At(h)];
      const int64_t by = nearest_ - distance_[At(h)];
      price_[At(h)] += by;
      for (int32_t i = 0; i < host.taken; ++i) agents_[At(seated_[host.begin + At(i)].agent)].gain -= by;
    }
  }

  // Everyone on the path takes the next one's seat, the last a free one or
  // none.
  void MoveUp(int32_t source) {
    int32_t free = target_;
    if (free == kNobody) {
      free = std::exchange(agents_[At(leaves_)].host, kNobody);
      if (leaves_ == source) return;
      StandUp(leaves_, free);
    }
    for (;;) {
      Host& host = hosts_[At(free)];
      const int32_t agent = host.from;
      seated_[host.begin + At(host.taken++)].agent = agent;
      const int32_t left = std::exchange(agents_[At(agent)].host, free);
      agents_[At(agent)].weight = host.weight;
      if (agent == source) return;
      StandUp(agent, left);
      free = left;
    }
  }

  void StandUp(int32_t agent, int32_t host) {
    Host& left = hosts_[At(host)];
    Seated* seat = seated_.data() + left.begin;
    while (seat->agent != agent) ++seat;
    *seat = seated_[left.begin + At(--left.taken)];
  }

  // Prices are pairs and weights; pairs are the cover. Where pairs are covered
  // twice, their weights have to be, too: by what staying out costs.
  PricedMatching Answer() {
    PricedMatching result;
    for (int64_t& price : price_) price += pair_;
    SplitPrices(result);
    const int64_t lift = coverage_first_ ? LiftNeeded(result) : 0;
    result.unmatched_price = lift;
    for (size_t h = 0; coverage_first_ && h < hosts_.size(); ++h) {
      result.host_price[h] += result.host_cover[h] ? lift : 0;
    }
    result.host.reserve(agents_.size());
    for (size_t a = 0; a < agents_.size(); ++a) {
      result.host.push_back(agents_[a].host);
      result.size += agents_[a].host == kNobody ? 0 : 1;
      result.total += agents_[a].host == kNobody ? 0 : static_cast<int64_t>(agents_[a].weight);
      if (coverage_first_ && !result.agent_cover[a]) result.agent_price[a] -= lift;
    }
    result.looks = bids_ticker_.steps() + ticker_.steps();
    return result;
  }

  void SplitPrices(PricedMatching& result) const {
    const auto split = [this](int64_t price, std::vector<int64_t>& prices, std::vector<uint8_t>& cover) {
      const bool covers = coverage_first_ && price > pair_ / 2;
      prices.push_back(price - (covers ? pair_ : 0));
      if (coverage_first_) cover.push_back(covers ? 1 : 0);
    };
    result.agent_price.reserve(agents_.size());
    result.host_price.reserve(hosts_.size());
    if (coverage_first_) {
      result.agent_cover.reserve(agents_.size());
      result.host_cover.reserve(hosts_.size());
    }
    for (const Agent& agent : agents_) split(agent.gain, result.agent_price, result.agent_cover);
    for (const int64_t price : price_) split(price, result.host_price, result.host_cover);
  }

  int64_t LiftNeeded(const PricedMatching& result) {
    int64_t lift = 0;
    bool any_host = false;
    for (size_t h = 0; h < hosts_.size(); ++h) {
      if (!result.host_cover[h]) continue;
      lift = std::max(lift, -result.host_price[h]);
      any_host = true;
    }
    for (size_t a = 0; a < agents_.size(); ++a) {
      if (!result.agent_cover[a]) continue;
      lift = std::max(lift, -result.agent_price[a]);
      if (!any_host) continue;
      for (int64_t e = graph_.offset[a]; e < graph_.offset[a + 1]; ++e) {
        const size_t at = static_cast<size_t>(e), h = At(graph_.host[at]);
        if (!result.host_cover[h]) continue;
        lift = std::max(lift, static_cast<int64_t>(graph_.weight[at]) - result.agent_price[a] - result.host_price[h]);
      }
      ticker_.Step(graph_.offset[a + 1] - graph_.offset[a]);
    }
    return lift;
  }

  const Bipartite<W>& graph_;
  const int64_t most_;  // Weight.
  const int64_t pair_;  // What one counts before its weight.
  const bool coverage_first_;
  Ticker bids_ticker_, ticker_;
  std::vector<Host> hosts_;
  // Per host. Prices are less a pair's worth.
  std::vector<int64_t> price_, distance_;
  std::vector<Agent> agents_;
  std::vector<Seated> seated_;
  std::vector<int32_t> queue_, touched_, done_;
  std::array<int64_t, kTrials> steps_at_ = {};
  std::vector<int32_t> open_, at_once_;  // Full hosts that a search has still to go to; those as near as it is.
  int64_t here_ = 0, nearest_ = 0;
  int32_t target_ = kNobody, leaves_ = kNobody;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_FEW_H_
