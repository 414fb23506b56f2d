#include "engine/coverage.h"

#include <algorithm>

namespace brygga::engine {
namespace {

template <typename W>
class HopcroftKarp {
 public:
  HopcroftKarp(const Bipartite<W>& graph, Ticker& ticker)
      : graph_(graph), ticker_(ticker), seating_(graph.agent_count(), graph.seats), layer_(graph.agent_count()) {}

  std::optional<Coverage> Run() {
    SeatGreedily();
    while (BuildLayers()) {
      next_.assign(graph_.offset.begin(), graph_.offset.end() - 1);
      for (int32_t agent : FreeAgents()) {
        if (layer_[static_cast<size_t>(agent)] == 0 && Augment(agent)) ticker_.Advance(++size_);
        if (ticker_.stopped()) return std::nullopt;
      }
    }
    if (ticker_.stopped()) return std::nullopt;
    return Proof();
  }

 private:
  static constexpr int32_t kUnseen = -1;

  int64_t Begin(int32_t agent) const { return graph_.offset[static_cast<size_t>(agent)]; }
  int64_t End(int32_t agent) const { return graph_.offset[static_cast<size_t>(agent) + 1]; }
  int32_t agent_count() const { return static_cast<int32_t>(graph_.agent_count()); }

  std::vector<int32_t> FreeAgents() const {
    std::vector<int32_t> free;
    for (int32_t a = 0; a < agent_count(); ++a) {
      if (seating_.HostOf(a) == kNobody) free.push_back(a);
    }
    return free;
  }

  // Those with the fewest pairs choose first: most need no further search.
  void SeatGreedily() {
    std::vector<int32_t> order = FreeAgents();
    std::stable_sort(order.begin(), order.end(),
                     [&](int32_t a, int32_t b) { return End(a) - Begin(a) < End(b) - Begin(b); });
    for (const int32_t agent : order) {
      for (int64_t e = Begin(agent); e < End(agent); ++e) {
        if (seating_.IsFull(graph_.host[static_cast<size_t>(e)])) continue;
        seating_.Sit(agent, graph_.host[static_cast<size_t>(e)]);
        ++size_;
        break;
      }
      if (!ticker_.Step(End(agent) - Begin(agent))) return;
    }
    ticker_.Advance(size_);
  }

  // Layers of agents by their distance from a free one; true where some free
  // seat is reached. Leaves in `host_seen_` every host that is reached.
  bool BuildLayers() {
    std::fill(layer_.begin(), layer_.end(), kUnseen);
    host_seen_.assign(graph_.host_count(), 0);
    std::vector<int32_t> wave = FreeAgents(), next;
    for (const int32_t agent : wave) layer_[static_cast<size_t>(agent)] = 0;
    bool found = false;
    for (int32_t depth = 1; !wave.empty() && !found; ++depth) {
      next.clear();
      for (const int32_t agent : wave) {
        for (int64_t e = Begin(agent); e < End(agent); ++e) {
          const int32_t host = graph_.host[static_cast<size_t>(e)];
          if (host_seen_[static_cast<size_t>(host)]) continue;
          host_seen_[static_cast<size_t>(host)] = 1;
          found |= !seating_.IsFull(host);
          for (int32_t i = 0; i < seating_.Taken(host); ++i) {
            const int32_t other = seating_.Agent(host, i);
            if (layer_[static_cast<size_t>(other)] != kUnseen) continue;
            layer_[static_cast<size_t>(other)] = depth;
            next.push_back(other);
          }
        }
        if (!ticker_.Step(End(agent) - Begin(agent))) return false;
      }
      wave.swap(next);
    }
    return found;
  }

  // Seats `root` along a path through the layers, without recursion.
  bool Augment(int32_t root) {
    std::vector<int32_t> path = {root};
    while (!path.empty() && ticker_.Step(1)) {
      const int32_t agent = path.back();
      int64_t& e = next_[static_cast<size_t>(agent)];
      if (e == End(agent)) {
        layer_[static_cast<size_t>(agent)] = kUnseen;  // A dead end, for everyone in this phase.
        path.pop_back();
        continue;
      }
      const int32_t host = graph_.host[static_cast<size_t>(e)];
      if (!seating_.IsFull(host)) {
        ShiftAlong(path, host);
        return true;
      }
      const int32_t other = Deeper(host, layer_[static_cast<size_t>(agent)]);
      if (other == kNobody) ++e;
      if (other != kNobody) path.push_back(other);
    }
    return false;
  }

  // Someone at `host` who is one layer deeper and no dead end.
  int32_t Deeper(int32_t host, int32_t layer) const {
    for (int32_t i = 0; i < seating_.Taken(host); ++i) {
      const int32_t other = seating_.Agent(host, i);
      if (layer_[static_cast<size_t>(other)] == layer + 1) return other;
    }
    return kNobody;
  }

  // Everyone on the path takes the seat of the next one, the last a free one.
  void ShiftAlong(const std::vector<int32_t>& path, int32_t host) {
    for (size_t i = 0; i + 1 < path.size(); ++i) seating_.Replace(path[i + 1], path[i]);
    seating_.Sit(path.back(), host);
    for (const int32_t agent : path) layer_[static_cast<size_t>(agent)] = kUnseen;
  }

  Coverage Proof() const {
    Coverage coverage{.size = size_, .agent_cover = {}, .host_cover = host_seen_};
    for (const int32_t layer : layer_) coverage.agent_cover.push_back(layer == kUnseen ? 1 : 0);
    return coverage;
  }

  const Bipartite<W>& graph_;
  Ticker& ticker_;
  Seating seating_;
  std::vector<int32_t> layer_;
  std::vector<uint8_t> host_seen_;
  std::vector<int64_t> next_;
  int64_t size_ = 0;
};

}  // namespace

template <typename W>
std::optional<Coverage> LargestCoverage(const Bipartite<W>& graph, Ticker& ticker) {
  return HopcroftKarp<W>(graph, ticker).Run();
}

template std::optional<Coverage> LargestCoverage(const Bipartite<int32_t>& graph, Ticker& ticker);
template std::optional<Coverage> LargestCoverage(const Bipartite<int64_t>& graph, Ticker& ticker);

}  // namespace brygga::engine
