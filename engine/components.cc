#include "engine/components.h"

#include <algorithm>
#include <numeric>

namespace brygga::engine {
namespace {

class Tarjan {
 public:
  Tarjan(const std::vector<int64_t>& offset, const std::vector<int32_t>& host, const std::vector<int32_t>& host_of,
         size_t host_count, Ticker& ticker)
      : offset_(offset), host_(host), ticker_(ticker), begin_(host_count + 1, 0) {
    for (const int32_t h : host_of) {
      if (h != kNobody) ++begin_[At(h) + 1];
    }
    std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
    agents_.resize(At(begin_.back()));
    std::vector<int32_t> next(begin_.begin(), begin_.end() - 1);
    for (size_t a = 0; a < host_of.size(); ++a) {
      if (host_of[a] != kNobody) agents_[At(next[At(host_of[a])]++)] = static_cast<int32_t>(a);
    }
  }

  std::vector<int32_t> Run() && {
    const size_t hosts = begin_.size() - 1;
    number_.assign(hosts, kUnseen);
    lowest_.assign(hosts, 0);
    component_.assign(hosts, kUnseen);
    for (size_t h = 0; h < hosts && !ticker_.stopped(); ++h) {
      if (number_[h] == kUnseen) SearchFrom(static_cast<int32_t>(h));
    }
    return std::move(component_);
  }

 private:
  static constexpr int32_t kUnseen = -1;

  // A host, and the pair that is looked at next: of which of its agents.
  struct Visit {
    int32_t host;
    int32_t place;
    int64_t pair;
  };

  static size_t At(int32_t i) { return static_cast<size_t>(i); }

  void Enter(int32_t host) {
    number_[At(host)] = lowest_[At(host)] = seen_++;
    open_.push_back(host);
    const int32_t place = begin_[At(host)];
    visits_.push_back({host, place, place < begin_[At(host) + 1] ? offset_[At(agents_[At(place)])] : 0});
  }

  void SearchFrom(int32_t root) {
    Enter(root);
    while (!visits_.empty() && ticker_.Step(1)) {
      const int32_t next = NextUnseen();
      if (next != kNobody) {
        Enter(next);
        continue;
      }
      const int32_t host = visits_.back().host;
      visits_.pop_back();
      if (!visits_.empty()) {
        int32_t& lowest = lowest_[At(visits_.back().host)];
        lowest = std::min(lowest, lowest_[At(host)]);
      }
      if (lowest_[At(host)] == number_[At(host)]) Close(host);
    }
  }

  // Goes on with the visit on top until it meets a host that nobody has seen.
  int32_t NextUnseen() {
    Visit& visit = visits_.back();
    int32_t& lowest = lowest_[At(visit.host)];
    const int32_t end = begin_[At(visit.host) + 1];
    while (visit.place < end) {
      const int32_t agent = agents_[At(visit.place)];
      while (visit.pair < offset_[At(agent) + 1]) {
        const int32_t host = host_[static_cast<size_t>(visit.pair++)];
        if (number_[At(host)] == kUnseen) return host;
        if (component_[At(host)] == kUnseen) lowest = std::min(lowest, number_[At(host)]);
      }
      ticker_.Step(offset_[At(agent) + 1] - offset_[At(agent)]);
      if (++visit.place < end) visit.pair = offset_[At(agents_[At(visit.place)])];
    }
    return kNobody;
  }

  void Close(int32_t root) {
    for (int32_t host = kNobody; host != root; open_.pop_back()) {
      host = open_.back();
      component_[At(host)] = components_;
    }
    ++components_;
  }

  const std::vector<int64_t>& offset_;
  const std::vector<int32_t>& host_;
  Ticker& ticker_;
  std::vector<int32_t> begin_, agents_;  // The agents of each host.
  std::vector<int32_t> number_, lowest_, component_, open_;
  std::vector<Visit> visits_;
  int32_t seen_ = 0, components_ = 0;
};

}  // namespace

std::vector<int32_t> StrongComponents(const std::vector<int64_t>& offset, const std::vector<int32_t>& host,
                                      const std::vector<int32_t>& host_of, size_t host_count, Ticker& ticker) {
  return Tarjan(offset, host, host_of, host_count, ticker).Run();
}

}  // namespace brygga::engine
