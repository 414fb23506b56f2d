#include "engine/joining.h"

#include <algorithm>
#include <cstddef>

#include "common/status/check.h"
#include "engine/market.h"
#include "engine/shortest_paths.h"
#include "engine/workers.h"

namespace brygga::engine {
namespace {

using Price = __int128;

// What a pair counts before its weight.
constexpr Price kPair = static_cast<Price>(1) << 64;

size_t At(int32_t i) { return static_cast<size_t>(i); }

// The graph with room for some who join, so that few have to wait while it moves.
Bipartite<int32_t> WithHeadroom(Bipartite<int32_t> graph) {
  graph.offset.reserve(graph.offset.size() + graph.offset.size() / 8);
  graph.host.reserve(graph.host.size() + graph.host.size() / 8);
  graph.weight.reserve(graph.weight.size() + graph.weight.size() / 8);
  return graph;
}

}  // namespace

// Everybody may stay out: in the room, whose weight is that of no pair. All
// weights are counted less a pair's worth, so that only the room's has two parts.
class Joining::State {
 public:
  State(Bipartite<int32_t> graph, const PricedMatching& solved)
      : graph_(WithHeadroom(std::move(graph))),
        ticker_(control_, "joining", 1),
        workers_(1),
        market_(graph_, static_cast<int32_t>(graph_.agent_count()) + 1),
        paths_(market_),
        places_(market_.seats) {
    const bool coverage_first = !solved.host_cover.empty() || !solved.agent_cover.empty();
    std::fill(market_.waits.begin(), market_.waits.end(), 1);
    std::fill(market_.spare.begin(), market_.spare.end(), 1);
    if (coverage_first) market_.room_weight = -kPair;
    for (size_t h = 0; h < graph_.host_count(); ++h) {
      const bool covers = coverage_first && solved.host_cover[h];
      market_.price[h] = covers ? kPair + solved.host_price[h] - solved.unmatched_price : Price{solved.host_price[h]};
    }
    for (size_t a = 0; a < graph_.agent_count(); ++a) SitDown(a, solved.host[a]);
    paths_.Adopt(0, workers_, ticker_);
  }

  int32_t Join(const std::vector<std::pair<int32_t, int32_t>>& pairs) {
    for (const auto& [host, weight] : pairs) {
      graph_.host.push_back(host);
      graph_.weight.push_back(weight);
    }
    graph_.offset.push_back(static_cast<int64_t>(graph_.host.size()));
    market_.AddAgent();
    if (market_.IsFull(market_.room)) GrowRoom();
    paths_.Join();
    return static_cast<int32_t>(graph_.agent_count()) - 1;
  }

  void Leave(int32_t agent) {
    if (gone_.size() < graph_.agent_count()) gone_.resize(graph_.agent_count(), 0);
    BRYGGA_CHECK(!gone_[At(agent)]);
    gone_[At(agent)] = 1;
    paths_.Leave(agent);
  }

  void AddSeat(int32_t host) {
    if (market_.seats[At(host)] == places_[At(host)]) MovePlaces(host, 2 * places_[At(host)] + 1);
    ++market_.seats[At(host)];
    paths_.Fill(host);
  }

  void RemoveSeat(int32_t host) {
    BRYGGA_CHECK(market_.seats[At(host)] > 0);
    if (market_.IsFull(market_.room)) GrowRoom();
    if (market_.IsFull(host)) paths_.Clear(host);
    --market_.seats[At(host)];
  }

  int32_t HostOf(int32_t agent) const {
    const int32_t host = market_.host_of[At(agent)];
    return host == market_.room ? kNobody : host;
  }

  int64_t size() const {
    int64_t size = 0;
    for (size_t h = 0; h < graph_.host_count(); ++h) size += market_.taken[h];
    return size;
  }

  int64_t total() const {
    int64_t total = 0;
    for (size_t a = 0; a < graph_.agent_count(); ++a) {
      if (HostOf(static_cast<int32_t>(a)) != kNobody) total += market_.weight_of[a];
    }
    return total;
  }

 private:
  void SitDown(size_t agent, int32_t host) {
    const int32_t at = host == kNobody ? market_.room : host;
    market_.host_of[agent] = at;
    market_.place[agent] = market_.taken[At(at)]++;
    market_.Who(At(at))[market_.place[agent]] = static_cast<int32_t>(agent);
    for (int32_t i = 0; i < market_.count[agent]; ++i) {
      if (market_.Hosts(agent)[i] == host) market_.weight_of[agent] = market_.Weights(agent)[i];
    }
  }

  void GrowRoom() {
    MovePlaces(market_.room, 2 * places_[At(market_.room)]);
    market_.seats[At(market_.room)] = places_[At(market_.room)];
  }

  // Gives the host so many places for its agents, behind all others.
  void MovePlaces(int32_t host, int32_t places) {
    const size_t begin = market_.who.size();
    market_.who.resize(begin + At(places), kNobody);
    std::copy_n(market_.Who(At(host)), market_.taken[At(host)],
                market_.who.begin() + static_cast<std::ptrdiff_t>(begin));
    market_.begin[At(host)] = begin;
    places_[At(host)] = places;
  }

  Bipartite<int32_t> graph_;
  const Control control_;
  Ticker ticker_;
  Workers workers_;
  Market<int32_t, Price> market_;
  ShortestPaths<int32_t, Price> paths_;
  std::vector<int32_t> places_;  // Per host: seats there is an array for.
  std::vector<uint8_t> gone_;    // Per agent.
};

Joining::Joining(Bipartite<int32_t> graph, const PricedMatching& solved)
    : state_(std::make_unique<State>(std::move(graph), solved)) {}
Joining::~Joining() = default;
Joining::Joining(Joining&&) noexcept = default;
Joining& Joining::operator=(Joining&&) noexcept = default;

int32_t Joining::Join(const std::vector<std::pair<int32_t, int32_t>>& pairs) { return state_->Join(pairs); }
void Joining::Leave(int32_t agent) { state_->Leave(agent); }
void Joining::AddSeat(int32_t host) { state_->AddSeat(host); }
void Joining::RemoveSeat(int32_t host) { state_->RemoveSeat(host); }
int32_t Joining::HostOf(int32_t agent) const { return state_->HostOf(agent); }
int64_t Joining::size() const { return state_->size(); }
int64_t Joining::total() const { return state_->total(); }

}  // namespace brygga::engine
