#include "engine/flow_hint.h"

#include <algorithm>
#include <utility>

#include "common/status/macros.h"

namespace brygga::engine {
namespace {

constexpr size_t kNear = 12;  // Pairs of an agent.
// What a pair counts before its score; above any price of scores alone.
constexpr int64_t kPair = int64_t{1} << 42;

size_t At(int64_t i) { return static_cast<size_t>(i); }

// The people and pairs that are open.
Bipartite<int32_t> OpenPairs(const Network& network, const std::vector<int32_t>& score, Ticker& ticker) {
  Bipartite<int32_t> graph;
  graph.host.reserve(network.host.size());
  graph.weight.reserve(network.host.size());
  for (int32_t a = 0; a < network.agents && ticker.Step(network.offset[At(a) + 1] - network.offset[At(a)]); ++a) {
    for (int64_t e = network.offset[At(a)]; e < network.offset[At(a) + 1] && network.agent_open[At(a)]; ++e) {
      if (!network.host_open[At(network.host[At(e)])]) continue;
      graph.host.push_back(network.host[At(e)]);
      graph.weight.push_back(score[At(e)]);
    }
    graph.offset.push_back(static_cast<int64_t>(graph.host.size()));
  }
  graph.seats.assign(At(network.hosts), 0);
  for (const Link& link : network.links) {
    if (link.hung < network.agents || link.hung >= network.agents + network.hosts) continue;
    graph.seats[At(link.hung - network.agents)] += static_cast<int32_t>(link.upper);
  }
  return graph;
}

// The hint of `chosen`, positions in network.host (ascending), and of prices that
// are about right: agents would have what is worth most, weight less `price`, or
// `stay`. O(pairs); cut short where `ticker` stops it.
FlowHint HintFrom(const Network& network, const std::vector<int32_t>& weight, const std::vector<int64_t>& chosen,
                  const std::vector<int64_t>& price, int64_t stay, Ticker& ticker) {
  FlowHint hint;
  const auto worth = [&](int64_t e) { return static_cast<int64_t>(weight[At(e)]) - price[At(network.host[At(e)])]; };
  std::vector<int64_t> places(At(network.agents), 0);
  for (const Link& link : network.links) {
    if (link.hung < network.agents) places[At(link.hung)] += link.upper;
  }
  size_t next = 0;
  std::vector<std::pair<int64_t, int64_t>> best;  // Loss and position of what is near; a heap.
  for (int32_t a = 0; a < network.agents; ++a) {
    const int64_t begin = network.offset[At(a)], end = network.offset[At(a) + 1];
    if (!ticker.Step(2 * (end - begin) + 1)) return hint;
    const size_t first = next;
    int64_t gain = stay;  // What the least of its places is worth to it.
    while (next < chosen.size() && chosen[next] < end) {
      gain = next == first ? worth(chosen[next]) : std::min(gain, worth(chosen[next]));
      ++next;
    }
    if (static_cast<int64_t>(next - first) < places[At(a)]) gain = std::min(gain, stay);
    hint.stay.push_back(std::max<int64_t>(0, gain - stay));
    best.clear();
    size_t held = first;
    for (int64_t e = begin; e < end && network.agent_open[At(a)]; ++e) {
      if (held < next && chosen[held] == e) {
        hint.chosen.push_back({.position = e, .loss = std::max<int64_t>(0, worth(e) - gain)});
        ++held;
        continue;
      }
      const int64_t loss = std::max<int64_t>(0, gain - worth(e));
      if ((best.size() == kNear && loss >= best.front().first) || !network.host_open[At(network.host[At(e)])]) continue;
      if (best.size() == kNear) {
        std::pop_heap(best.begin(), best.end());
        best.pop_back();
      }
      best.emplace_back(loss, e);
      std::push_heap(best.begin(), best.end());
    }
    std::sort(best.begin(), best.end(), [](const auto& x, const auto& y) { return x.second < y.second; });
    for (const auto& [loss, e] : best) hint.near.push_back({.position = e, .loss = loss});
  }
  return hint;
}

}  // namespace

absl::StatusOr<FlowHint> HintWithoutGroups(const Network& network, const std::vector<int32_t>& score,
                                           bool coverage_first, const GraphOptions& options) {
  std::vector<int64_t> price(At(network.hosts), 0), chosen;
  int64_t stay = 0;
  Ticker ticker(options.control, "groups", network.agents);
  {
    Bipartite<int32_t> graph = OpenPairs(network, score, ticker);
    if (ticker.stopped()) return absl::CancelledError("the round was cancelled");
    auto solved = coverage_first ? SolveCoverageThenScore(graph, options) : SolveScore(graph, options);
    BRYGGA_RETURN_IF_ERROR(solved.status());
    for (int32_t h = 0; h < network.hosts; ++h) {
      const bool covers = coverage_first && solved->host_cover[At(h)];
      price[At(h)] = solved->host_price[At(h)] + (covers ? kPair - solved->unmatched_price : 0);
    }
    stay = coverage_first ? -kPair : 0;
    for (int32_t a = 0; a < network.agents; ++a) {
      if (solved->host[At(a)] == kNobody) continue;
      int64_t e = network.offset[At(a)];
      while (network.host[At(e)] != solved->host[At(a)]) ++e;
      chosen.push_back(e);
    }
  }
  FlowHint hint = HintFrom(network, score, chosen, price, stay, ticker);
  if (ticker.stopped()) return absl::CancelledError("the round was cancelled");
  return hint;
}

}  // namespace brygga::engine
