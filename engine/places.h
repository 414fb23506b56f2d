// Agents and hosts that both have several places: the graph as it is narrowed,
// objective by objective.
#ifndef BRYGGA_ENGINE_PLACES_H_
#define BRYGGA_ENGINE_PLACES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/bipartite.h"

namespace brygga::engine {

// The pairs that may still change, agent by agent, and an answer among them. A
// pair is in it or not; agent a has at most places[a] of them and host h seats[h],
// or just so many where they are due.
template <typename W>
struct PlacesGraph {
  std::vector<int64_t> offset = {0};
  std::vector<int32_t> host;
  std::vector<W> weight;
  std::vector<uint32_t> id;     // The pair's position in the graph that was asked about.
  std::vector<uint8_t> chosen;  // 0 or 1.
  std::vector<int32_t> places, seats;
  std::vector<uint8_t> agent_due, host_due;  // 1: all its places are to be taken.
  std::vector<uint32_t> fixed;               // Positions that are in the answer for good, ascending.

  int32_t agents() const { return static_cast<int32_t>(places.size()); }
  int32_t hosts() const { return static_cast<int32_t>(seats.size()); }
};

// What pairs are worth to agents and what hosts ask; staying out and an empty
// seat are worth 0. A pair in the answer is worth at least gain + price, any other
// at most; a gain or price above 0 is had of those alone whose places are all
// taken. Of who is due it may be negative.
struct PlacesPrices {
  std::vector<int64_t> gain, price;  // Per agent, per host.
};

// All pairs between whom there is a place; nothing is chosen or due. Cut short
// where `ticker` stops it.
template <typename W>
PlacesGraph<W> OpenPlaces(const Bipartite<W>& graph, const std::vector<int32_t>& places, Ticker& ticker) {
  PlacesGraph<W> open;
  open.places = places.empty() ? std::vector<int32_t>(graph.agent_count(), 1) : places;
  open.seats = graph.seats;
  open.agent_due.assign(open.places.size(), 0);
  open.host_due.assign(open.seats.size(), 0);
  open.offset.reserve(open.places.size() + 1);
  open.host.reserve(graph.host.size());
  open.weight.reserve(graph.host.size());
  open.id.reserve(graph.host.size());
  for (size_t a = 0; a < open.places.size(); ++a) {
    if (!ticker.Step(2 * (graph.offset[a + 1] - graph.offset[a]) + 1)) return open;
    for (int64_t e = graph.offset[a]; e < graph.offset[a + 1] && open.places[a] > 0; ++e) {
      const int32_t host = graph.host[static_cast<size_t>(e)];
      if (open.seats[static_cast<size_t>(host)] == 0) continue;
      open.host.push_back(host);
      open.weight.push_back(graph.weight[static_cast<size_t>(e)]);
      open.id.push_back(static_cast<uint32_t>(e));
    }
    open.offset.push_back(static_cast<int64_t>(open.host.size()));
  }
  open.chosen.assign(open.host.size(), 0);
  return open;
}

// Leaves the answers alone with the most pairs, of which `graph.chosen` is one as
// `prices` prove when every pair is worth 1. Cut short where `ticker` stops it.
template <typename W>
void LeaveLargest(PlacesGraph<W>& graph, const PlacesPrices& prices, Ticker& ticker) {
  size_t kept = 0, e = 0;
  for (size_t a = 0; a < graph.places.size(); ++a) {
    const size_t end = static_cast<size_t>(graph.offset[a + 1]);
    if (!ticker.Step(static_cast<int64_t>(end - e) + 1)) return;
    for (; e < end; ++e) {
      const size_t h = static_cast<size_t>(graph.host[e]);
      if (prices.gain[a] + prices.price[h] != 1) {
        if (!graph.chosen[e]) continue;
        graph.fixed.push_back(graph.id[e]);
        --graph.places[a];
        --graph.seats[h];
        continue;
      }
      graph.host[kept] = graph.host[e];
      graph.weight[kept] = graph.weight[e];
      graph.id[kept] = graph.id[e];
      graph.chosen[kept++] = graph.chosen[e];
    }
    graph.offset[a + 1] = static_cast<int64_t>(kept);
    graph.agent_due[a] = prices.gain[a] != 0 ? 1 : 0;
  }
  for (size_t h = 0; h < graph.seats.size(); ++h) graph.host_due[h] = prices.price[h] != 0 ? 1 : 0;
  graph.host.resize(kept);
  graph.weight.resize(kept);
  graph.id.resize(kept);
  graph.chosen.resize(kept);
}

// How far weights would be apart, were all as far as they mostly are from the next
// one of their agent: far less than they are where they are few or lie in heaps. Of
// some pairs of some agents.
template <typename W>
int64_t EvenRange(const PlacesGraph<W>& graph, Ticker& ticker) {
  constexpr size_t kAgents = 31, kPairs = 64;
  std::vector<int64_t> weights, ranges;
  const auto middle_of = [](std::vector<int64_t>& numbers) {
    const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
    std::nth_element(numbers.begin(), middle, numbers.end());
    return *middle;
  };
  for (size_t i = 0; i < kAgents && !graph.places.empty() && !ticker.stopped(); ++i) {
    const size_t agent = i * graph.places.size() / kAgents;
    const size_t begin = static_cast<size_t>(graph.offset[agent]), end = static_cast<size_t>(graph.offset[agent + 1]);
    weights.clear();
    for (size_t e = begin; e < end; e += 1 + (end - begin) / kPairs) {
      weights.push_back(static_cast<int64_t>(graph.weight[e]));
    }
    if (weights.size() < 3) continue;
    std::sort(weights.begin(), weights.end());
    for (size_t k = 0; k + 1 < weights.size(); ++k) weights[k] = weights[k + 1] - weights[k];
    weights.pop_back();
    ranges.push_back(middle_of(weights) * static_cast<int64_t>(weights.size()));
    ticker.Step(16 * static_cast<int64_t>(weights.size()));
  }
  return ranges.empty() ? 0 : middle_of(ranges);
}

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_PLACES_H_
