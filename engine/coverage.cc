#include "engine/coverage.h"

#include <algorithm>

#include "engine/components.h"

namespace brygga::engine {
namespace {

template <typename W>
class HopcroftKarp {
 public:
  HopcroftKarp(const Bipartite<W>& graph, Ticker& ticker)
      : graph_(graph), ticker_(ticker), seating_(graph.agent_count(), graph.seats), layer_(graph.agent_count()) {}

  std::optional<Coverage> Run() {
    SeatGreedily();
    next_.resize(graph_.agent_count());
    next_place_.resize(graph_.host_count());
    while (BuildLayers()) {
      std::vector<int32_t> still_free;
      for (const int32_t agent : free_) {
        if (!Augment(agent)) still_free.push_back(agent);
        if (ticker_.stopped()) return std::nullopt;
      }
      free_.swap(still_free);
      ticker_.Advance(agent_count() - static_cast<int64_t>(free_.size()));
    }
    if (ticker_.stopped()) return std::nullopt;
    return Decompose();
  }

 private:
  static constexpr int32_t kUnseen = -1;
  static constexpr int kSweeps = 4;

  static size_t At(int32_t i) { return static_cast<size_t>(i); }
  int64_t Begin(int32_t agent) const { return graph_.offset[At(agent)]; }
  int64_t End(int32_t agent) const { return graph_.offset[At(agent) + 1]; }
  int32_t Host(int64_t e) const { return graph_.host[static_cast<size_t>(e)]; }
  int32_t agent_count() const { return static_cast<int32_t>(graph_.agent_count()); }

  // Those with the fewest pairs choose first: most need no further search. They
  // start at different places, so that few meet the same full hosts.
  void SeatGreedily() {
    std::vector<int32_t> order;
    for (int32_t a = 0; a < agent_count(); ++a) order.push_back(a);
    std::stable_sort(order.begin(), order.end(),
                     [&](int32_t a, int32_t b) { return End(a) - Begin(a) < End(b) - Begin(b); });
    for (const int32_t agent : order) {
      const int64_t begin = Begin(agent), end = End(agent);
      const int64_t start = begin == end ? end : begin + static_cast<int64_t>(At(agent) * 2654435761u) % (end - begin);
      if (!SitBetween(agent, start, end) && !SitBetween(agent, begin, start)) free_.push_back(agent);
      if (ticker_.stopped()) return;
    }
    ticker_.Advance(agent_count() - static_cast<int64_t>(free_.size()));
  }

  bool SitBetween(int32_t agent, int64_t begin, int64_t end) {
    int64_t e = begin;
    while (e < end && seating_.IsFull(Host(e))) ++e;
    ticker_.Step(e - begin + 1);
    if (e == end) return false;
    seating_.Sit(agent, Host(e));
    return true;
  }

  // Layers of agents and hosts by their distance from a free agent, whose own is 0
  // and whose hosts' is 1, as is that of who sits there; true where some free seat is
  // reached. Nobody is looked at who is further away than that.
  bool BuildLayers() {
    std::fill(layer_.begin(), layer_.end(), kUnseen);
    host_layer_.assign(graph_.host_count(), kUnseen);
    wave_ = free_;
    for (const int32_t agent : wave_) layer_[At(agent)] = 0;
    bool found = false;
    for (int32_t depth = 1; !wave_.empty() && !found; ++depth) {
      next_wave_.clear();
      for (const int32_t agent : wave_) {
        next_[At(agent)] = Begin(agent);
        for (int64_t e = Begin(agent); e < End(agent); ++e) {
          const int32_t host = Host(e);
          if (host_layer_[At(host)] != kUnseen) continue;
          host_layer_[At(host)] = depth;
          next_place_[At(host)] = 0;
          found |= !seating_.IsFull(host);
          for (int32_t i = 0; i < seating_.Taken(host); ++i) {
            const int32_t other = seating_.Agent(host, i);
            if (layer_[At(other)] != kUnseen) continue;
            layer_[At(other)] = depth;
            next_[At(other)] = Begin(other);
            next_wave_.push_back(other);
          }
        }
        if (!ticker_.Step(End(agent) - Begin(agent))) return false;
      }
      wave_.swap(next_wave_);
    }
    return found;
  }

  // Seats `root` along a path through the layers, without recursion.
  bool Augment(int32_t root) {
    path_.assign(1, root);
    while (!path_.empty() && ticker_.Step(1)) {
      const int32_t agent = path_.back();
      int64_t& e = next_[At(agent)];
      const int64_t begin = e, end = End(agent);
      const int32_t deeper = layer_[At(agent)] + 1;
      while (e < end && host_layer_[At(Host(e))] != deeper) ++e;
      ticker_.Step(e - begin);
      if (e == end) {
        layer_[At(agent)] = kUnseen;  // A dead end, for everyone in this phase.
        path_.pop_back();
        continue;
      }
      const int32_t host = Host(e);
      if (!seating_.IsFull(host)) {
        ShiftAlongPath(host);
        return true;
      }
      const int32_t other = NotYetLeft(host);
      if (other == kNobody) host_layer_[At(host)] = kUnseen;  // A dead end, too.
      if (other != kNobody) path_.push_back(other);
    }
    return false;
  }

  // Someone at `host` who is no dead end. All there entered its layer, and whoever
  // has left that does not come back.
  int32_t NotYetLeft(int32_t host) {
    for (int32_t& i = next_place_[At(host)]; i < seating_.Taken(host); ++i) {
      const int32_t other = seating_.Agent(host, i);
      if (layer_[At(other)] != kUnseen) return other;
    }
    return kNobody;
  }

  // Everyone on the path takes the seat of the next one, the last a free one.
  void ShiftAlongPath(int32_t host) {
    for (size_t i = 0; i + 1 < path_.size(); ++i) seating_.Replace(path_[i + 1], path_[i]);
    seating_.Sit(path_.back(), host);
    for (const int32_t agent : path_) layer_[At(agent)] = kUnseen;
  }

  // The last, vain search has reached what is scarce.
  Coverage Decompose() {
    Coverage coverage{.size = agent_count() - static_cast<int64_t>(free_.size()),
                      .agent_part = std::vector<Part>(graph_.agent_count(), Part::kEven),
                      .host_part = std::vector<Part>(graph_.host_count(), Part::kEven)};
    bool any_ample = false;
    for (size_t a = 0; a < layer_.size(); ++a) {
      if (layer_[a] != kUnseen) coverage.agent_part[a] = Part::kScarce;
    }
    for (size_t h = 0; h < host_layer_.size(); ++h) {
      const bool full = seating_.IsFull(static_cast<int32_t>(h));
      if (host_layer_[h] != kUnseen) coverage.host_part[h] = Part::kScarce;
      if (!full) coverage.host_part[h] = Part::kAmple;
      if (graph_.seats[h] == 0) coverage.host_part[h] = Part::kClosed;
      any_ample |= !full;
    }
    if (any_ample) FindAmple(coverage);
    return coverage;
  }

  // Ample is every agent from whom others can move up to a free seat. A few
  // sweeps find nearly all of them; where they do not settle, one search does.
  void FindAmple(Coverage& coverage) {
    bool settled = false;
    for (int sweep = 0; sweep < kSweeps && !settled; ++sweep) {
      settled = true;
      for (int32_t a = 0; a < agent_count(); ++a) {
        const int32_t agent = sweep % 2 == 0 ? a : agent_count() - 1 - a;
        if (coverage.agent_part[At(agent)] != Part::kEven || !WantsAmple(agent, coverage)) continue;
        coverage.agent_part[At(agent)] = Part::kAmple;
        Part& part = coverage.host_part[At(seating_.HostOf(agent))];
        settled &= part == Part::kAmple;
        part = Part::kAmple;
      }
    }
    if (!settled) FindAmpleByComponents(coverage);
  }

  bool WantsAmple(int32_t agent, const Coverage& coverage) {
    int64_t e = Begin(agent);
    while (e < End(agent) && coverage.host_part[At(Host(e))] != Part::kAmple) ++e;
    ticker_.Step(e - Begin(agent) + 1);
    return e < End(agent);
  }

  // Components come after all that can be reached from them.
  void FindAmpleByComponents(Coverage& coverage) {
    std::vector<int32_t> host_of;
    for (int32_t a = 0; a < agent_count(); ++a) host_of.push_back(seating_.HostOf(a));
    const std::vector<int32_t> component =
        StrongComponents(graph_.offset, graph_.host, host_of, graph_.host_count(), ticker_);
    std::vector<int32_t> hosts;
    for (size_t h = 0; h < component.size(); ++h) hosts.push_back(static_cast<int32_t>(h));
    std::stable_sort(hosts.begin(), hosts.end(),
                     [&](int32_t x, int32_t y) { return component[At(x)] < component[At(y)]; });
    for (size_t begin = 0, end; begin < hosts.size() && !ticker_.stopped(); begin = end) {
      end = begin;
      bool ample = false;
      for (; end < hosts.size() && component[At(hosts[end])] == component[At(hosts[begin])]; ++end) {
        ample = ample || coverage.host_part[At(hosts[end])] == Part::kAmple || LeadsToAmple(hosts[end], coverage);
      }
      for (size_t i = begin; i < end && ample; ++i) MakeAmple(hosts[i], coverage);
    }
  }

  bool LeadsToAmple(int32_t host, const Coverage& coverage) {
    if (coverage.host_part[At(host)] != Part::kEven) return false;
    for (int32_t i = 0; i < seating_.Taken(host); ++i) {
      if (WantsAmple(seating_.Agent(host, i), coverage)) return true;
    }
    return false;
  }

  void MakeAmple(int32_t host, Coverage& coverage) {
    coverage.host_part[At(host)] = Part::kAmple;
    for (int32_t i = 0; i < seating_.Taken(host); ++i) {
      coverage.agent_part[At(seating_.Agent(host, i))] = Part::kAmple;
    }
  }

  const Bipartite<W>& graph_;
  Ticker& ticker_;
  Seating seating_;
  std::vector<int32_t> free_;  // Agents without a seat.
  std::vector<int32_t> layer_, host_layer_;
  std::vector<int32_t> next_place_;  // Per host: whom to look at next.
  std::vector<int64_t> next_;        // Per agent: its next pair.
  std::vector<int32_t> wave_, next_wave_, path_;
};

}  // namespace

template <typename W>
std::optional<Coverage> LargestCoverage(const Bipartite<W>& graph, Ticker& ticker) {
  return HopcroftKarp<W>(graph, ticker).Run();
}

template std::optional<Coverage> LargestCoverage(const Bipartite<int32_t>& graph, Ticker& ticker);
template std::optional<Coverage> LargestCoverage(const Bipartite<int64_t>& graph, Ticker& ticker);

}  // namespace brygga::engine
