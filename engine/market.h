// What the solvers of a bare graph share: who holds which seat, what hosts ask,
// and which pairs each agent has to look at.
#ifndef BRYGGA_ENGINE_MARKET_H_
#define BRYGGA_ENGINE_MARKET_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/bipartite.h"
#include "engine/workers.h"

namespace brygga::engine {

// A graph in which every agent is to be seated and, `spare` hosts apart, every
// seat to be taken, at the highest total weight: the perfect problem that
// coverage leaves (coverage.h), and SCORE as well. One more host, the last, is
// the room for those who may stay out, at weight 0.
//
// A pair's worth to its agent is its weight less the host's price. Prices only
// rise. So each agent keeps the pairs that were worth most when it last looked
// through all of them in front of its row, and in `bound` what no other can
// exceed: mostly it looks at the front alone.
//
// W: how weights are stored. P: prices, wide enough for all sums.
// Not thread-safe, but different agents may Look at the same time.
template <typename W, typename P>
struct Market {
  // Pairs of a front; of a long row, to look through which costs more.
  static constexpr int32_t kFront = 8, kFrontOfLong = 24, kLongRow = 1024;
  // Below and above all sums of prices. (std::numeric_limits knows no 128 bits.)
  static constexpr P kFar = static_cast<P>(1) << (8 * sizeof(P) - 3);
  static constexpr P kLow = -kFar;

  // What an agent would choose, and what its second choice is worth at most.
  struct Choice {
    P worth = kLow, second = kLow;
    int32_t host = kNobody;
    W weight = 0;
    int32_t steps = 0;  // Pairs looked at.
  };

  // Everybody's pairs are in the game, nobody is seated, everything is free.
  Market(Bipartite<W>& the_graph, int32_t room_seats)
      : graph(the_graph),
        room(static_cast<int32_t>(graph.host_count())),
        waits(graph.agent_count(), 0),
        spare(graph.host_count() + 1, 0),
        seats(graph.seats),
        price(graph.host_count() + 1, 0),
        taken(graph.host_count() + 1, 0),
        begin(graph.host_count() + 2, 0),
        host_of(graph.agent_count(), kNobody),
        place(graph.agent_count(), 0),
        weight_of(graph.agent_count(), 0),
        front(graph.agent_count(), 0),
        bound(graph.agent_count(), kFar) {
    seats.push_back(room_seats);
    for (size_t h = 0; h < seats.size(); ++h) begin[h + 1] = begin[h] + static_cast<size_t>(seats[h]);
    who.assign(begin.back(), kNobody);
    for (size_t a = 0; a < graph.agent_count(); ++a) {
      count.push_back(static_cast<int32_t>(graph.offset[a + 1] - graph.offset[a]));
    }
  }

  size_t agent_count() const { return host_of.size(); }
  size_t host_count() const { return seats.size(); }  // With the room.
  bool IsFull(int32_t host) const { return taken[static_cast<size_t>(host)] == seats[static_cast<size_t>(host)]; }
  P Worth(W weight, int32_t host) const { return static_cast<P>(weight) * unit - price[static_cast<size_t>(host)]; }
  int32_t* Who(size_t host) { return who.data() + begin[host]; }
  int32_t* Hosts(size_t agent) { return graph.host.data() + graph.offset[agent]; }
  W* Weights(size_t agent) { return graph.weight.data() + graph.offset[agent]; }

  // The agent's choice; looks through all the row where the front leaves open
  // which pair is best, or whether it is `enough` better than the next. `second`
  // is what no other pair exceeds.
  Choice Look(size_t agent, P enough) {
    Choice choice = LookAtFront(agent);
    if (choice.second < bound[agent] && choice.worth - bound[agent] < enough) {
      BringForward(agent);
      const int32_t steps = choice.steps + count[agent];
      choice = LookAtFront(agent);
      choice.steps += steps;
    }
    choice.second = std::max(choice.second, bound[agent]);
    return choice;
  }

  Choice LookAtFront(size_t agent) {
    return InPrices([&](auto value) { return LookAtFront(agent, value); });
  }

  Choice LookAtFront(size_t agent, auto value) {
    Choice choice{.steps = front[agent] + 1};
    const int32_t* const host = Hosts(agent);
    const W* const weight = Weights(agent);
    const auto consider = [&choice](P worth, int32_t at, W with) {
      if (worth <= choice.second) return;
      if (worth <= choice.worth) {
        choice.second = worth;
        return;
      }
      choice.second = choice.worth;
      choice.worth = worth;
      choice.host = at;
      choice.weight = with;
    };
    for (int32_t i = 0; i < front[agent]; ++i) {
      consider(value(weight[i]) - price[static_cast<size_t>(host[i])], host[i], weight[i]);
    }
    if (waits[agent]) consider(-price[static_cast<size_t>(room)], room, 0);
    return choice;
  }

  // Has what a Look at the agent will read brought nearer.
  void Prefetch(size_t agent) {
    __builtin_prefetch(Hosts(agent));
    __builtin_prefetch(Weights(agent));
  }

  // Looks through the row and puts the pairs that are worth most in front.
  void BringForward(size_t agent) {
    InPrices([&](auto value) { BringForward(agent, value); });
  }

  void BringForward(size_t agent, auto value) {
    const int32_t all = count[agent], most = all < kLongRow ? kFront : kFrontOfLong;
    if (all <= most) {
      front[agent] = all;
      bound[agent] = kLow;
      return;
    }
    const int32_t* const host = Hosts(agent);
    const W* const weight = Weights(agent);
    std::array<std::pair<P, int32_t>, kFrontOfLong> best;  // Descending; worth and place.
    int32_t size = 0;
    P least = kLow;  // Of a full `best`.
    const auto consider = [&](int32_t i) {
      const P worth = value(weight[i]) - price[static_cast<size_t>(host[i])];
      if (worth <= least) return;
      int32_t j = size < most ? size++ : most - 1;
      for (; j > 0 && best[static_cast<size_t>(j) - 1].first < worth; --j) {
        best[static_cast<size_t>(j)] = best[static_cast<size_t>(j) - 1];
      }
      best[static_cast<size_t>(j)] = {worth, i};
      if (size == most) least = best[static_cast<size_t>(most) - 1].first;
    };
    // Agents who look for the first time start at different places, so that
    // where much is worth the same they do not all see the same hosts. Later the
    // old front comes first, which is still good.
    const int32_t start =
        front[agent] > 0
            ? 0
            : static_cast<int32_t>(static_cast<uint64_t>(agent) * 2654435761u % static_cast<uint64_t>(all));
    for (int32_t i = start; i < all; ++i) consider(i);
    for (int32_t i = 0; i < start; ++i) consider(i);
    std::array<int32_t, kFrontOfLong> places;
    for (size_t i = 0; i < static_cast<size_t>(most); ++i) places[i] = best[i].second;
    MoveToFront(agent, places.data(), most);
    front[agent] = most;
    bound[agent] = least;
  }

  // Calls `f` with what a weight is in prices: mostly itself, without a multiplication.
  auto InPrices(const auto& f) {
    return unit == 1 ? f([](W weight) { return static_cast<P>(weight); })
                     : f([by = unit](W weight) { return static_cast<P>(weight) * by; });
  }

  // The pairs at `places` change places with the first of the row.
  void MoveToFront(size_t agent, int32_t* places, int32_t size) {
    int32_t* const host = Hosts(agent);
    W* const weight = Weights(agent);
    std::sort(places, places + size);
    // Those that are in front already stay; the others fill the gaps.
    int32_t stays = 0;
    while (stays < size && places[stays] < size) ++stays;
    int32_t from = stays, gap = 0, next = 0;
    for (; from < size; ++gap) {
      if (next < stays && places[next] == gap) {
        ++next;
        continue;
      }
      std::swap(host[gap], host[places[from]]);
      std::swap(weight[gap], weight[places[from]]);
      ++from;
    }
  }

  // What the cheapest of the seats that may stay free asks.
  P Floor() const {
    P floor = kFar;
    for (size_t h = 0; h < seats.size(); ++h) floor = spare[h] && seats[h] > 0 ? std::min(floor, price[h]) : floor;
    return floor;
  }

  // Lets prices say `by` times as much, in parts of what they are.
  void Refine(P by) {
    unit *= by;
    for (P& one : price) one *= by;
    for (P& one : bound) one = IsFar(one) ? one : one * by;
  }

  // Back to whole weights, rounding down from where among the parts of a unit there
  // is the widest gap without a price. Where the gap is wider than what people's
  // seats are short of their best, rounding makes that good: by whole weights it
  // would be a whole unit. So n hosts need no finer epsilon than the n-th of a unit.
  void Round() {
    if (unit == 1) return;
    const P cut = WidestGap();
    const auto floor = [this](P value) { return value >= 0 ? value / unit : -((unit - 1 - value) / unit); };
    for (P& one : price) one = floor(one - cut);
    for (P& one : bound) one = IsFar(one) ? one : -floor(-one - cut);
    unit = 1;
  }

  Bipartite<W>& graph;
  const int32_t room;
  P unit = 1;                  // What one of a weight is in prices.
  std::vector<int32_t> count;  // Per agent: so many of its first pairs are in the game.
  std::vector<uint8_t> waits;  // Per agent: may go to the room.
  std::vector<uint8_t> spare;  // Per host: a seat may stay free.
  std::vector<int32_t> seats;  // Per host, as is what follows.
  std::vector<P> price;
  std::vector<int32_t> taken;
  std::vector<size_t> begin;  // Where its agents are in `who`, the first `taken` places.
  std::vector<int32_t> who;
  std::vector<int32_t> host_of;  // Per agent, as is what follows.
  std::vector<int32_t> place;    // Among its host's.
  std::vector<W> weight_of;      // Of the pair that it holds.
  std::vector<int32_t> front;
  std::vector<P> bound;

 private:
  static bool IsFar(P bound) { return bound == kFar || bound == kLow; }

  // The part of a unit with which it ends.
  P WidestGap() const {
    std::vector<P> parts;
    for (size_t h = 0; h < seats.size(); ++h) {
      if (seats[h] > 0) parts.push_back((price[h] % unit + unit) % unit);
    }
    if (parts.empty()) return 0;
    std::sort(parts.begin(), parts.end());
    P cut = parts.front(), widest = parts.front() + unit - parts.back();
    for (size_t i = 1; i < parts.size(); ++i) {
      if (parts[i] - parts[i - 1] <= widest) continue;
      widest = parts[i] - parts[i - 1];
      cut = parts[i];
    }
    return cut;
  }
};

// `body(agent)` for every agent, on all threads; none where `ticker` stops it.
template <typename W, typename P, typename Body>
void ForAgents(const Market<W, P>& market, Workers& workers, Ticker& ticker, const Body& body) {
  static constexpr size_t kSlab = 4096, kPiece = 256;
  for (size_t begin = 0; begin < market.agent_count(); begin += kSlab) {
    const size_t end = std::min(market.agent_count(), begin + kSlab);
    if (!ticker.Step(market.graph.offset[end] - market.graph.offset[begin])) return;
    workers.For(end - begin, kPiece, [&](size_t from, size_t to) {
      for (size_t a = begin + from; a < begin + to; ++a) body(a);
    });
  }
}

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_MARKET_H_
