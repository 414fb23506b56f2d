// Where agents have several places: a good answer and prices to start from.
#ifndef BRYGGA_ENGINE_ROUGH_AUCTION_H_
#define BRYGGA_ENGINE_ROUGH_AUCTION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "engine/bipartite.h"
#include "engine/places.h"

namespace brygga::engine {

// An auction with epsilon-scaling (auction.h; for several places D. P. Bertsekas
// and D. A. Castañón, "The auction algorithm for the transportation problem",
// Annals of Operations Research 20, 1989), in which an agent bids for as many hosts
// at once as it has places left, what leaves it content with the next best. Who is
// not due may stay out, for the price of one more host, which has the places that
// are too many. Phases end early where bids do not settle: the answer is not the
// best one, and some places stay empty that need not.
//
// An agent keeps the pairs that are worth most to it at hand, and a bound of the
// rest: prices only rise within a phase. Memory: 16 bytes a place and a seat, 100
// a person. Not thread-safe; runs once.
template <typename W>
class RoughAuction {
 public:
  // Puts its answer into graph.chosen.
  RoughAuction(PlacesGraph<W>& graph, Ticker& ticker)
      : graph_(graph),
        ticker_(ticker),
        price_(graph.seats.size() + 1, 0),
        bids_(graph.seats.size() + 1),
        seats_(graph.seats.begin(), graph.seats.end()),
        has_(graph.places.size(), 0),
        waits_(graph.places.size(), 0),
        near_(graph.places.size()) {
    int64_t room = 0;
    for (size_t a = 0; a < graph.places.size(); ++a) room += graph.agent_due[a] ? 0 : graph.places[a];
    for (size_t h = 0; h < graph.seats.size(); ++h) room -= graph.host_due[h] ? graph.seats[h] : 0;
    seats_.push_back(room);
  }

  // Prices per host, where staying out is worth nothing.
  std::vector<int64_t> Run() {
    std::fill(graph_.chosen.begin(), graph_.chosen.end(), 0);
    int64_t most = 0, least = std::numeric_limits<int64_t>::max();
    for (const W weight : graph_.weight) {
      most = std::max(most, static_cast<int64_t>(weight));
      least = std::min(least, static_cast<int64_t>(weight));
    }
    const int64_t people = static_cast<int64_t>(graph_.places.size() + graph_.seats.size());
    most_ = std::max<int64_t>(1, most);
    most_price_ = 2 * people * most_;
    const int64_t finest =
        std::max<int64_t>(1, std::min(most - least, EvenRange(graph_, ticker_)) / (kFinest * people));
    for (int64_t epsilon = std::max<int64_t>(1, (most - least) / kFirst), before = 0;; epsilon = epsilon / kFiner) {
      epsilon = std::max(epsilon, finest);
      Phase(epsilon, 2 * before);
      if (epsilon == finest || ticker_.stopped()) break;
      before = epsilon;
    }
    return Prices();
  }

 private:
  struct Bid {
    int64_t bid;
    int32_t agent;
    uint32_t pair;
    bool operator>(const Bid& other) const { return bid > other.bid; }
  };
  struct Near {
    std::vector<uint32_t> pairs;
    int64_t rest = 0;  // No other pair is worth more.
  };
  using Wanted = std::pair<int64_t, uint32_t>;       // Worth and pair.
  static constexpr int64_t kFirst = 10, kFiner = 6;  // Parts of the weights' range, then of epsilon.
  static constexpr int64_t kFinest = 16;             // Epsilons of the last phase in the range, a person.
  static constexpr size_t kNear = 8;                 // Pairs at hand, beside as many as there are places.
  static constexpr size_t kMostTurns = 30;           // Of an agent and phase, on the average.
  static constexpr uint32_t kOut = std::numeric_limits<uint32_t>::max();
  static constexpr int64_t kLeast = std::numeric_limits<int64_t>::min() / 4;

  static size_t At(int64_t i) { return static_cast<size_t>(i); }
  size_t Room() const { return seats_.size() - 1; }
  bool IsFull(size_t host) const { return static_cast<int64_t>(bids_[host].size()) >= seats_[host]; }
  size_t HostOf(uint32_t pair) const { return pair == kOut ? Room() : At(graph_.host[pair]); }

  void Phase(int64_t epsilon, int64_t lower) {
    for (size_t h = 0; h < bids_.size(); ++h) {
      for (const Bid& bid : bids_[h]) {
        if (bid.pair != kOut) graph_.chosen[bid.pair] = 0;
      }
      bids_[h].clear();
      if (h < Room() && !graph_.host_due[h]) price_[h] = std::max<int64_t>(0, price_[h] - lower);
    }
    for (Near& near : near_) near.pairs.clear();
    std::fill(has_.begin(), has_.end(), 0);
    queue_.clear();
    std::fill(waits_.begin(), waits_.end(), 0);
    for (int32_t a = 0; a < graph_.agents(); ++a) Wait(a);
    const size_t last = kMostTurns * has_.size();
    for (size_t head = 0; head < queue_.size() && head < last && !is_high_ && !ticker_.stopped(); ++head) {
      const int32_t agent = queue_[head];
      waits_[At(agent)] = 0;
      Take(agent, epsilon);
    }
  }

  void Wait(int32_t agent) {
    if (waits_[At(agent)] || has_[At(agent)] >= graph_.places[At(agent)]) return;
    waits_[At(agent)] = 1;
    queue_.push_back(agent);
  }

  int64_t Worth(uint32_t pair) const {
    return static_cast<int64_t>(graph_.weight[pair]) - price_[At(graph_.host[pair])];
  }

  void Take(int32_t agent, int64_t epsilon) {
    const size_t size = At(graph_.places[At(agent)] - has_[At(agent)]);
    if (!WantNear(agent, size)) {
      Refill(agent);
      WantNear(agent, size);
    }
    const bool may_stay_out = graph_.agent_due[At(agent)] == 0;
    const int64_t out = may_stay_out ? -price_[Room()] : kLeast;
    size_t taken = 0;
    while (taken < size && taken < wanted_.size() && wanted_[taken].first > out) ++taken;
    // What it could have instead of the last of them.
    int64_t next = std::max(out, taken < wanted_.size() ? wanted_[taken].first : kLeast);
    if (next == kLeast && taken > 0) next = wanted_[taken - 1].first - most_;
    for (size_t i = 0; i < taken; ++i) {
      const uint32_t pair = wanted_[i].second;
      Place(agent, pair, static_cast<int64_t>(graph_.weight[pair]) - next + epsilon);
    }
    for (size_t i = taken; may_stay_out && i < size && seats_[Room()] > 0; ++i) Place(agent, kOut, epsilon - next);
    if (taken > 0 || may_stay_out) Wait(agent);
  }

  // Leaves in `wanted_` what is worth most, the best first, and one more. False: that
  // may not be all of it.
  bool WantNear(int32_t agent, size_t size) {
    const Near& near = near_[At(agent)];
    wanted_.clear();
    for (const uint32_t pair : near.pairs) {
      if (!graph_.chosen[pair]) wanted_.emplace_back(Worth(pair), pair);
    }
    ticker_.Step(static_cast<int64_t>(near.pairs.size()) + 1);
    const auto end = wanted_.begin() + static_cast<std::ptrdiff_t>(std::min(size + 1, wanted_.size()));
    std::partial_sort(wanted_.begin(), end, wanted_.end(), std::greater<>());
    if (near.pairs.empty()) return false;
    if (near.rest == kLeast) return true;
    return wanted_.size() > size && wanted_[size].first >= near.rest;
  }

  // Takes those at hand that are worth most, and those it has.
  void Refill(int32_t agent) {
    Near& near = near_[At(agent)];
    near.pairs.clear();
    near.rest = kLeast;
    wanted_.clear();  // A heap, the least on top.
    const size_t most = kNear + At(graph_.places[At(agent)]);
    const auto begin = static_cast<uint32_t>(graph_.offset[At(agent)]);
    const auto end = static_cast<uint32_t>(graph_.offset[At(agent) + 1]);
    for (uint32_t pair = begin; pair < end; ++pair) {
      if (graph_.chosen[pair]) {
        near.pairs.push_back(pair);
        continue;
      }
      if (seats_[At(graph_.host[pair])] == 0) continue;
      const int64_t worth = Worth(pair);
      if (wanted_.size() == most) {
        if (worth <= wanted_.front().first) {
          near.rest = std::max(near.rest, worth);
          continue;
        }
        near.rest = std::max(near.rest, wanted_.front().first);
        std::pop_heap(wanted_.begin(), wanted_.end(), std::greater<>());
        wanted_.pop_back();
      }
      wanted_.emplace_back(worth, pair);
      std::push_heap(wanted_.begin(), wanted_.end(), std::greater<>());
    }
    for (const auto& [worth, pair] : wanted_) near.pairs.push_back(pair);
    ticker_.Step(static_cast<int64_t>(end - begin) + 1);
  }

  void Place(int32_t agent, uint32_t pair, int64_t bid) {
    const size_t host = HostOf(pair);
    std::vector<Bid>& bids = bids_[host];
    if (IsFull(host)) {
      std::pop_heap(bids.begin(), bids.end(), std::greater<>());
      const Bid out = bids.back();
      bids.pop_back();
      if (out.pair != kOut) graph_.chosen[out.pair] = 0;
      --has_[At(out.agent)];
      if (out.agent != agent) Wait(out.agent);
    }
    bids.push_back({bid, agent, pair});
    std::push_heap(bids.begin(), bids.end(), std::greater<>());
    if (pair != kOut) graph_.chosen[pair] = 1;
    ++has_[At(agent)];
    if (IsFull(host)) price_[host] = std::max(price_[host], bids.front().bid);
    is_high_ |= price_[host] > most_price_;
  }

  // Of whose seats all are to be taken, against what staying out costs.
  std::vector<int64_t> Prices() {
    const int64_t out = price_[Room()];
    price_.pop_back();
    for (size_t h = 0; h < price_.size(); ++h) {
      if (graph_.host_due[h]) {
        price_[h] -= out;
      } else if (!IsFull(h)) {
        price_[h] = 0;
      }
    }
    return std::move(price_);
  }

  PlacesGraph<W>& graph_;
  Ticker& ticker_;
  // Per host, and of staying out.
  std::vector<int64_t> price_;
  std::vector<std::vector<Bid>> bids_;  // The lowest on top.
  std::vector<int64_t> seats_;
  std::vector<int32_t> has_;    // Per agent.
  std::vector<uint8_t> waits_;  // Per agent: is in the queue.
  std::vector<Near> near_;      // Per agent.
  std::vector<int32_t> queue_;
  std::vector<Wanted> wanted_;
  int64_t most_ = 1, most_price_ = 0;
  bool is_high_ = false;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_ROUGH_AUCTION_H_
