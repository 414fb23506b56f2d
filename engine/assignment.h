// Seats every agent at the highest total weight: the method of successive
// shortest paths over exact integers, after a start in which agents bid.
#ifndef BRYGGA_ENGINE_ASSIGNMENT_H_
#define BRYGGA_ENGINE_ASSIGNMENT_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "engine/bipartite.h"

namespace brygga::engine {

// Prices of type P, wide enough for four times the number of agents times the
// largest weight.
template <typename P>
struct PricedAssignment {
  std::vector<int32_t> host;  // Per agent.
  // agent_price[a] + host_price[h] >= weight for every pair, = for the chosen
  // ones; host_price >= 0, and 0 where a seat stays free.
  std::vector<P> agent_price, host_price;
};

// Not thread-safe. Runs once.
// W: what a weight is stored as.
template <typename W, typename P>
class AssignmentSolver {
 public:
  // Sorts the pairs within each agent of `graph`.
  AssignmentSolver(Bipartite<W>& graph, Ticker& ticker)
      : graph_(graph),
        ticker_(ticker),
        seating_(graph.agent_count(), graph.seats),
        agent_price_(graph.agent_count(), 0),
        host_price_(graph.host_count(), 0) {}

  // Nullopt: `ticker` stopped it, or some agent cannot be seated.
  std::optional<PricedAssignment<P>> Run() {
    Bid();
    PrepareSearch();
    for (size_t a = 0; a < graph_.agent_count() && !ticker_.stopped(); ++a) {
      const int32_t agent = static_cast<int32_t>(a);
      if (seating_.HostOf(agent) != kNobody) continue;
      if (!Seat(agent)) return std::nullopt;
      ticker_.Advance(++seated_);
    }
    if (ticker_.stopped()) return std::nullopt;
    PricedAssignment<P> result{
        .host = {}, .agent_price = std::move(agent_price_), .host_price = std::move(host_price_)};
    for (size_t a = 0; a < graph_.agent_count(); ++a) result.host.push_back(seating_.HostOf(static_cast<int32_t>(a)));
    return result;
  }

 private:
  static constexpr int kRoundsOfBids = 12;
  static constexpr int64_t kSortedAtFirst = 32;
  static constexpr int64_t kStepsOfSorting = 4;  // Per pair.
  // Beyond every sum of prices. (std::numeric_limits knows no 128 bits.)
  static constexpr P kFar = static_cast<P>(1) << (8 * sizeof(P) - 2);

  static size_t At(int64_t i) { return static_cast<size_t>(i); }
  int64_t Begin(int32_t agent) const { return graph_.offset[At(agent)]; }
  int64_t End(int32_t agent) const { return graph_.offset[At(agent) + 1]; }
  P Worth(int64_t e) const { return static_cast<P>(graph_.weight[At(e)]) - host_price_[At(graph_.host[At(e)])]; }

  // The start: each free agent takes the host that is worth most to it and
  // raises the price of a one-seat host to where its second choice is as good,
  // which keeps the chosen pairs tight (Jonker and Volgenant's augmenting row
  // reduction). Whoever is pushed out bids again; whoever would push without
  // raising, or at a full host of several seats, is left to the search.
  void Bid() {
    std::vector<int32_t> free, pushed;
    for (size_t a = 0; a < graph_.agent_count(); ++a) free.push_back(static_cast<int32_t>(a));
    for (int round = 0; round < kRoundsOfBids && !free.empty(); ++round) {
      pushed.clear();
      for (const int32_t agent : free) {
        if (!ticker_.Step(End(agent) - Begin(agent))) return;
        BidOnce(agent, pushed);
      }
      ticker_.Advance(seated_);
      free.swap(pushed);
    }
  }

  void BidOnce(int32_t agent, std::vector<int32_t>& pushed) {
    P best = 0, second = 0;
    int32_t host = kNobody, second_host = kNobody;
    for (int64_t e = Begin(agent); e < End(agent); ++e) {
      const P worth = Worth(e);
      if (host == kNobody || worth > best) {
        second = best;
        second_host = host;
        best = worth;
        host = graph_.host[At(e)];
      } else if (second_host == kNobody || worth > second) {
        second = worth;
        second_host = graph_.host[At(e)];
      }
    }
    if (host == kNobody) return;
    agent_price_[At(agent)] = best;
    if (second_host != kNobody && second == best && seating_.IsFull(host) && !seating_.IsFull(second_host)) {
      host = second_host;
    }
    if (seating_.Seats(host) > 1 || second_host == kNobody) {
      if (seating_.IsFull(host)) return;
      seating_.Sit(agent, host);
      ++seated_;
      return;
    }
    if (!seating_.IsFull(host)) {
      seating_.Sit(agent, host);
      ++seated_;
    } else if (second < best) {
      const int32_t other = seating_.Agent(host, 0);
      seating_.Replace(other, agent);
      pushed.push_back(other);
    } else {
      return;
    }
    host_price_[At(host)] += best - second;
    agent_price_[At(agent)] = second;
  }

  // Prices of hosts only rise from here on, so a pair's worth at these prices
  // bounds it for good: sorted by it, a search leaves an agent's list early.
  void PrepareSearch() {
    sorted_.assign(graph_.agent_count(), 0);
    price_at_sort_ = host_price_;
    distance_.assign(graph_.host_count(), kFar);
    from_.assign(graph_.host_count(), kNobody);
  }

  // Sorts some more of the agent's pairs behind those that are sorted already:
  // few searches look far.
  void SortMore(int32_t agent) {
    int64_t& sorted = sorted_[At(agent)];
    const int64_t more = std::max<int64_t>(kSortedAtFirst, 3 * sorted);
    order_.clear();
    for (int64_t e = Begin(agent) + sorted; e < End(agent); ++e) {
      const int32_t host = graph_.host[At(e)];
      order_.push_back({static_cast<P>(graph_.weight[At(e)]) - price_at_sort_[At(host)], host, graph_.weight[At(e)]});
    }
    const auto worth_more = [](const Pair& x, const Pair& y) {
      return x.worth != y.worth ? x.worth > y.worth : x.host < y.host;
    };
    const auto end = order_.begin() + std::min<int64_t>(more, static_cast<int64_t>(order_.size()));
    if (end != order_.end()) std::nth_element(order_.begin(), end, order_.end(), worth_more);
    std::sort(order_.begin(), end, worth_more);
    int64_t e = Begin(agent) + sorted;
    for (const Pair& pair : order_) {
      graph_.host[At(e)] = pair.host;
      graph_.weight[At(e++)] = pair.weight;
    }
    sorted += end - order_.begin();
    ticker_.Step(kStepsOfSorting * static_cast<int64_t>(order_.size()));
  }

  // Dijkstra's search from `source` over reduced costs to the nearest free seat;
  // then prices move so that the path is tight, and everyone on it moves up.
  bool Seat(int32_t source) {
    nearest_ = kFar;
    target_ = kNobody;
    heap_.clear();
    touched_.clear();
    done_.clear();
    agent_price_[At(source)] = HighestWorth(source);
    ticker_.Step(End(source) - Begin(source));
    Relax(source, 0);
    while (!heap_.empty() && heap_.front().first < nearest_) {
      std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
      const auto [distance, host] = heap_.back();
      heap_.pop_back();
      if (distance != distance_[At(host)]) continue;  // A shorter way was found since.
      done_.push_back(host);
      for (int32_t i = 0; i < seating_.Taken(host); ++i) {
        if (!Relax(seating_.Agent(host, i), distance)) break;
      }
      if (ticker_.stopped()) return false;
    }
    if (target_ != kNobody) {
      MovePrices(source);
      MoveUp(source);
    }
    for (const int32_t host : touched_) distance_[At(host)] = kFar;
    return target_ != kNobody;
  }

  P HighestWorth(int32_t agent) const {
    P best = -kFar;
    for (int64_t e = Begin(agent); e < End(agent); ++e) best = std::max(best, Worth(e));
    return best;
  }

  bool Relax(int32_t agent, P distance) {
    const P base = distance + agent_price_[At(agent)];
    int64_t e = Begin(agent);
    for (; e < End(agent); ++e) {
      if (e == Begin(agent) + sorted_[At(agent)]) SortMore(agent);
      const int32_t host = graph_.host[At(e)];
      const P weight = static_cast<P>(graph_.weight[At(e)]);
      if (base - (weight - price_at_sort_[At(host)]) >= nearest_) break;
      const P through = base - (weight - host_price_[At(host)]);
      if (through >= nearest_ || through >= distance_[At(host)]) continue;
      if (distance_[At(host)] == kFar) touched_.push_back(host);
      distance_[At(host)] = through;
      from_[At(host)] = agent;
      if (seating_.IsFull(host)) {
        heap_.emplace_back(through, host);
        std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
      } else {
        nearest_ = through;
        target_ = host;
      }
    }
    return ticker_.Step(e - Begin(agent) + 1);
  }

  void MovePrices(int32_t source) {
    agent_price_[At(source)] -= nearest_;
    for (const int32_t host : done_) {
      const P by = nearest_ - distance_[At(host)];
      host_price_[At(host)] += by;
      for (int32_t i = 0; i < seating_.Taken(host); ++i) agent_price_[At(seating_.Agent(host, i))] -= by;
    }
  }

  void MoveUp(int32_t source) {
    path_.clear();
    for (int32_t host = target_;;) {
      const int32_t agent = from_[At(host)];
      path_.push_back(agent);
      if (agent == source) break;
      host = seating_.HostOf(agent);
    }
    for (size_t i = path_.size() - 1; i > 0; --i) seating_.Replace(path_[i - 1], path_[i]);
    seating_.Sit(path_.front(), target_);
  }

  struct Pair {
    P worth;
    int32_t host;
    W weight;
  };

  Bipartite<W>& graph_;
  Ticker& ticker_;
  Seating seating_;
  std::vector<P> agent_price_, host_price_, price_at_sort_, distance_;
  std::vector<int64_t> sorted_;  // Per agent: so many of its first pairs are sorted.
  std::vector<int32_t> from_, touched_, done_, path_;
  std::vector<Pair> order_;
  std::vector<std::pair<P, int32_t>> heap_;
  P nearest_ = kFar;
  int32_t target_ = kNobody;
  int64_t seated_ = 0;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_ASSIGNMENT_H_
