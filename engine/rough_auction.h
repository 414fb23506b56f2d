// Where agents have several places: a good answer and prices, as a hint.
#ifndef BRYGGA_ENGINE_ROUGH_AUCTION_H_
#define BRYGGA_ENGINE_ROUGH_AUCTION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "engine/bipartite.h"

namespace brygga::engine {

// An auction (auction.h) in which an agent bids for as many hosts at once as it
// has places left, what leaves it content with the next best. Two phases of a
// rough epsilon: the answer is not the best one, and some places stay empty that
// need not. Weights are below 2^60. Not thread-safe; runs once.
template <typename W>
class RoughAuction {
 public:
  RoughAuction(const Bipartite<W>& graph, const std::vector<int32_t>& places, Ticker& ticker)
      : graph_(graph),
        places_(places),
        ticker_(ticker),
        bids_(graph.host_count()),
        price_(graph.host_count(), 0),
        held_(graph.host.size(), 0),
        has_(graph.agent_count(), 0),
        waits_(graph.agent_count(), 0) {}

  void Run() {
    int64_t most = 1;
    for (const W weight : graph_.weight) most = std::max(most, static_cast<int64_t>(weight));
    for (const int64_t parts : {kCoarse, kFine}) {
      const int64_t epsilon = std::max<int64_t>(1, most / parts);
      for (size_t h = 0; h < bids_.size(); ++h) {
        for (const Bid& bid : bids_[h]) held_[At(bid.pair)] = 0;
        bids_[h].clear();
        price_[h] = std::max<int64_t>(0, price_[h] - 2 * most / kCoarse);
      }
      std::fill(has_.begin(), has_.end(), 0);
      queue_.clear();
      for (size_t a = 0; a < has_.size(); ++a) Wait(static_cast<int32_t>(a));
      const size_t last = kMostTurns * has_.size();
      for (size_t head = 0; head < queue_.size() && head < last && !ticker_.stopped(); ++head) {
        const int32_t agent = queue_[head];
        waits_[At(agent)] = 0;
        Take(agent, epsilon);
      }
      for (const int32_t agent : queue_) waits_[At(agent)] = 0;
    }
    for (size_t h = 0; h < bids_.size(); ++h) {
      if (!IsFull(h)) price_[h] = 0;
    }
  }

  // Positions in graph.host, ascending.
  std::vector<int64_t> Chosen() const {
    std::vector<int64_t> chosen;
    for (size_t e = 0; e < held_.size(); ++e) {
      if (held_[e]) chosen.push_back(static_cast<int64_t>(e));
    }
    return chosen;
  }
  const std::vector<int64_t>& price() const { return price_; }

 private:
  struct Bid {
    int64_t bid;
    int32_t agent;
    int64_t pair;
    bool operator>(const Bid& other) const { return bid > other.bid; }
  };
  static constexpr int64_t kCoarse = 20, kFine = 300;  // Parts of the largest weight.
  static constexpr size_t kMostTurns = 40;             // Of an agent and phase.

  static size_t At(int64_t i) { return static_cast<size_t>(i); }
  bool IsFull(size_t host) const { return bids_[host].size() >= static_cast<size_t>(graph_.seats[host]); }

  void Wait(int32_t agent) {
    if (waits_[At(agent)] || has_[At(agent)] >= places_[At(agent)]) return;
    waits_[At(agent)] = 1;
    queue_.push_back(agent);
  }

  void Take(int32_t agent, int64_t epsilon) {
    wanted_.clear();  // Worth and position, the best first.
    for (int64_t e = graph_.offset[At(agent)]; e < graph_.offset[At(agent) + 1]; ++e) {
      const size_t host = At(graph_.host[At(e)]);
      const int64_t worth = static_cast<int64_t>(graph_.weight[At(e)]) - price_[host];
      if (!held_[At(e)] && graph_.seats[host] > 0 && worth >= 0) wanted_.emplace_back(worth, e);
    }
    ticker_.Step(2 * (graph_.offset[At(agent) + 1] - graph_.offset[At(agent)]) + 1);
    const size_t size = std::min(wanted_.size(), At(places_[At(agent)] - has_[At(agent)]));
    int64_t next = 0;  // What it could have instead of the last of them.
    if (size < wanted_.size()) {
      const auto at = wanted_.begin() + static_cast<std::ptrdiff_t>(size);
      std::nth_element(wanted_.begin(), at, wanted_.end(), std::greater<>());
      next = at->first;
    }
    for (size_t i = 0; i < size; ++i) {
      const int64_t pair = wanted_[i].second;
      Place(agent, pair, static_cast<int64_t>(graph_.weight[At(pair)]) - next + epsilon);
    }
    Wait(agent);
  }

  void Place(int32_t agent, int64_t pair, int64_t bid) {
    const size_t host = At(graph_.host[At(pair)]);
    std::vector<Bid>& bids = bids_[host];
    if (IsFull(host)) {
      std::pop_heap(bids.begin(), bids.end(), std::greater<>());
      held_[At(bids.back().pair)] = 0;
      --has_[At(bids.back().agent)];
      Wait(bids.back().agent);
      bids.pop_back();
    }
    bids.push_back({bid, agent, pair});
    std::push_heap(bids.begin(), bids.end(), std::greater<>());
    held_[At(pair)] = 1;
    ++has_[At(agent)];
    if (IsFull(host)) price_[host] = std::max(price_[host], bids.front().bid);
  }

  const Bipartite<W>& graph_;
  const std::vector<int32_t>& places_;
  Ticker& ticker_;
  std::vector<std::vector<Bid>> bids_;  // Per host, the lowest on top.
  std::vector<int64_t> price_;
  std::vector<uint8_t> held_;   // Per pair.
  std::vector<int32_t> has_;    // Per agent.
  std::vector<uint8_t> waits_;  // Per agent: is in the queue.
  std::vector<int32_t> queue_;
  std::vector<std::pair<int64_t, int64_t>> wanted_;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_ROUGH_AUCTION_H_
