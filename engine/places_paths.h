// The best answer where agents and hosts both have several places.
//
// Method: the primal-dual method for circulations (L. R. Ford and D. R. Fulkerson,
// "Flows in Networks", 1962; R. K. Ahuja, T. L. Magnanti and J. B. Orlin, "Network
// Flows", 1993, section 9.8), from any prices: what contradicts them is taken out of
// the answer, or put in, and leaves places too many here and too few there. One
// search (Dijkstra's) from all that have too many finds how far the nearest too
// few are; prices move by that, and along the pairs that are then worth just
// their prices as much is moved as a search into the depth with looking ahead finds
// (A. Pothen and C.-J. Fan, "Computing the block triangular form of a sparse
// matrix", 1990), each pair looked at about twice. With few different weights
// there are few distances and so few such rounds, as in H. N. Gabow and R. E.
// Tarjan, "Faster scaling algorithms for network problems", 1989. Where distances
// are many, a round gains next to nothing: then each too many is searched from
// alone, which ends with the nearest too few. Both are tried, by turns, and the one
// that has gained more for its looks at pairs goes on.
//
// Time: O(places × (pairs + n log n)) at worst, O(rounds × pairs) in general. The
// nearer the prices are, the less is left to do. Memory: 100 bytes a person, 9 a
// pair of the answer beside the graph.
#ifndef BRYGGA_ENGINE_PLACES_PATHS_H_
#define BRYGGA_ENGINE_PLACES_PATHS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "engine/bipartite.h"
#include "engine/places.h"

namespace brygga::engine {

// Every pair's weight, or 1 for each.
template <typename W>
struct OwnWeight {
  const W* weight;
  int64_t operator()(size_t e) const { return static_cast<int64_t>(weight[e]); }
};
struct SameWeight {
  int64_t operator()(size_t) const { return 1; }
};

// Not thread-safe. Runs once.
template <typename W, typename Weight>
class PlacesPaths {
 public:
  // Starts from graph.chosen, which keeps to all places, and from `price` per host.
  PlacesPaths(PlacesGraph<W>& graph, const Weight& weight, std::vector<int64_t> price, Ticker& ticker)
      : graph_(graph),
        weight_(weight),
        ticker_(ticker),
        agents_(graph.agents()),
        hub_(graph.agents() + graph.hosts()),
        gain_(At(agents_), 0),
        price_(std::move(price)),
        wants_(At(agents_), 0),
        has_(At(agents_), 0),
        gives_(graph.seats.size(), 0),
        chosen_(graph.seats.size()),
        distance_(At(hub_) + 1, kFar),
        from_(At(hub_) + 1, kNobody),
        via_(At(hub_) + 1, 0),
        entered_(At(hub_) + 1, 0),
        closed_(At(hub_) + 1, 0),
        next_(At(hub_) + 1, 0),
        ahead_(At(agents_), 0) {}

  // Puts the best answer into graph.chosen. False: `ticker` stopped it, or it
  // would take some more than `most_looks` at pairs.
  bool Run(int64_t most_looks = kFar) {
    if (!Start()) return false;
    const int64_t last = ticker_.steps() + most_looks;
    const auto goes_on = [&] { return !waiting_.empty() && !ticker_.stopped() && ticker_.steps() < last; };
    while (goes_on()) {
      const int64_t before = ticker_.steps();
      const int64_t moved = MoveFromAll();
      if (moved == 0) return false;  // Stopped, as there is always a way.
      const int64_t looks = ticker_.steps() - before;
      while (goes_on() && MoveFromEach(looks) >= moved) {
      }
    }
    return waiting_.empty() && !ticker_.stopped();
  }

  PlacesPrices Prices() const {
    PlacesPrices prices{.gain = gain_, .price = price_};
    for (size_t a = 0; a < prices.gain.size(); ++a) {
      prices.gain[a] += hub_price_;
      if (!graph_.agent_due[a]) prices.gain[a] = std::max<int64_t>(0, prices.gain[a]);
    }
    for (size_t h = 0; h < prices.price.size(); ++h) {
      prices.price[h] -= hub_price_;
      if (!graph_.host_due[h]) prices.price[h] = std::max<int64_t>(0, prices.price[h]);
    }
    return prices;
  }

 private:
  static constexpr int64_t kFar = std::numeric_limits<int64_t>::max() / 4;
  // Nodes: agents, hosts, and the hub, whence places come and where seats go. A
  // unit goes from the hub by an agent and a host back to it: `wants_` units come
  // to an agent, who has `has_` pairs; `gives_` go from a host.
  struct Chosen {
    int32_t agent;
    uint32_t pair;
  };
  struct Entry {
    int64_t distance;
    int32_t node;
    bool operator>(const Entry& other) const { return distance > other.distance; }
  };

  static size_t At(int64_t i) { return static_cast<size_t>(i); }
  size_t Host(int32_t node) const { return At(node - agents_); }
  size_t Begin(int32_t agent) const { return At(graph_.offset[At(agent)]); }
  size_t End(int32_t agent) const { return At(graph_.offset[At(agent) + 1]); }
  bool IsAgent(int32_t node) const { return node < agents_; }

  // What is between the bounds of a place or seat may change.
  bool CanWantLess(int32_t a) const { return !graph_.agent_due[At(a)] && wants_[At(a)] > 0; }
  bool CanWantMore(int32_t a) const { return !graph_.agent_due[At(a)] && wants_[At(a)] < graph_.places[At(a)]; }
  bool CanGiveLess(size_t h) const { return !graph_.host_due[h] && gives_[h] > 0; }
  bool CanGiveMore(size_t h) const { return !graph_.host_due[h] && gives_[h] < graph_.seats[h]; }
  bool HasTooMany(int32_t node) const {
    if (node == hub_) return hub_has_ > 0;
    return IsAgent(node) && wants_[At(node)] > has_[At(node)];
  }
  bool HasTooFew(int32_t node) const {
    if (node == hub_) return hub_has_ < 0;
    return !IsAgent(node) && gives_[Host(node)] > static_cast<int32_t>(chosen_[Host(node)].size());
  }

  // Makes gains and the answer fit the prices.
  bool Start() {
    for (size_t h = 0; h < price_.size(); ++h) {
      if (!graph_.host_due[h]) price_[h] = std::max<int64_t>(0, price_[h]);
    }
    for (int32_t a = 0; a < agents_; ++a) {
      if (!ticker_.Step(2 * static_cast<int64_t>(End(a) - Begin(a)) + 1)) return false;
      StartAgent(a);
    }
    PriceClosed();
    for (size_t h = 0; h < price_.size(); ++h) {
      const bool all = graph_.host_due[h] || price_[h] > 0;
      gives_[h] = all ? graph_.seats[h] : static_cast<int32_t>(chosen_[h].size());
      hub_has_ += gives_[h];
    }
    for (int32_t a = 0; a < agents_; ++a) {
      hub_has_ -= wants_[At(a)];
      if (HasTooMany(a)) waiting_.push_back(a);
    }
    if (HasTooMany(hub_)) waiting_.push_back(hub_);
    return true;
  }

  void StartAgent(int32_t a) {
    const bool due = graph_.agent_due[At(a)] != 0;
    int64_t others = due ? -kFar : 0, own = kFar;
    for (size_t e = Begin(a); e < End(a); ++e) {
      const size_t h = At(graph_.host[e]);
      const int64_t worth = weight_(e) - price_[h];
      if (graph_.seats[h] == 0) {
        has_closed_ = true;
      } else if (graph_.chosen[e]) {
        own = std::min(own, worth);
      } else {
        others = std::max(others, worth);
      }
    }
    if (others == -kFar) others = own == kFar ? 0 : own;
    gain_[At(a)] = others;
    for (size_t e = Begin(a); e < End(a); ++e) {
      if (!graph_.chosen[e]) continue;
      const size_t h = At(graph_.host[e]);
      if (weight_(e) - price_[h] < others) {
        graph_.chosen[e] = 0;
      } else {
        chosen_[h].push_back({a, static_cast<uint32_t>(e)});
        ++has_[At(a)];
      }
    }
    wants_[At(a)] = due || others > 0 ? graph_.places[At(a)] : has_[At(a)];
  }

  // Whose seats all went to pairs that are fixed asks what nobody pays.
  void PriceClosed() {
    for (int32_t a = 0; a < agents_ && has_closed_; ++a) {
      for (size_t e = Begin(a); e < End(a); ++e) {
        const size_t h = At(graph_.host[e]);
        if (graph_.seats[h] == 0) price_[h] = std::max(price_[h], weight_(e) - gain_[At(a)]);
      }
      ticker_.Step(static_cast<int64_t>(End(a) - Begin(a)) + 1);
    }
  }

  // Searches from all that have too many; then moves what can be at that distance.
  // Returns how much.
  int64_t MoveFromAll() {
    BeginSearch();
    for (const int32_t node : waiting_) Offer(node, 0, kNobody, 0);
    if (Search() == kNobody) return 0;
    MovePrices();
    ++round_;
    int64_t moved = 0;
    for (const int32_t node : waiting_) {
      while (HasTooMany(node) && MoveAlongTight(node)) ++moved;
      if (ticker_.stopped()) return 0;
    }
    DropDone();
    return moved;
  }

  // Searches from single ones until that took `budget` looks. Returns how much was moved.
  int64_t MoveFromEach(int64_t budget) {
    const int64_t last = ticker_.steps() + budget;
    int64_t moved = 0;
    while (!waiting_.empty() && ticker_.steps() < last) {
      const int32_t source = waiting_.back();
      if (!HasTooMany(source)) {
        waiting_.pop_back();
        continue;
      }
      BeginSearch();
      Offer(source, 0, kNobody, 0);
      const int32_t end = Search();
      if (end == kNobody) break;
      MovePrices();
      for (int32_t node = end; node != source; node = from_[At(node)]) path_.push_back(node);
      MoveAlong();
      ++moved;
    }
    DropDone();
    return moved;
  }

  void DropDone() {
    std::erase_if(waiting_, [&](int32_t node) { return !HasTooMany(node); });
  }

  void BeginSearch() {
    for (const int32_t node : touched_) distance_[At(node)] = kFar;
    touched_.clear();
    heap_.clear();
    at_once_.clear();
    path_.clear();
    here_ = 0;
    nearest_ = kFar;
    end_ = kNobody;
  }

  // `node` is so far away over `from`, by the pair `via`.
  void Offer(int32_t node, int64_t distance, int32_t from, uint32_t via) {
    int64_t& known = distance_[At(node)];
    if (distance >= known || distance >= nearest_) return;
    if (known == kFar) touched_.push_back(node);
    known = distance;
    from_[At(node)] = from;
    via_[At(node)] = via;
    if (HasTooFew(node)) {
      nearest_ = distance;
      end_ = node;
    } else if (distance == here_) {
      at_once_.push_back(node);
    } else {
      heap_.push_back({distance, node});
      std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
    }
  }

  // The nearest node that has too few, and how far away what is nearer is.
  int32_t Search() {
    while (!ticker_.stopped()) {
      int32_t node;
      if (!at_once_.empty()) {
        node = at_once_.back();
        at_once_.pop_back();
        if (here_ >= nearest_) continue;
        if (distance_[At(node)] != here_) continue;
      } else {
        if (heap_.empty() || heap_.front().distance >= nearest_) break;
        std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
        const Entry entry = heap_.back();
        heap_.pop_back();
        if (entry.distance != distance_[At(entry.node)]) continue;
        here_ = entry.distance;
        node = entry.node;
      }
      if (node == hub_) {
        GoOnFromHub();
      } else if (IsAgent(node)) {
        GoOnFromAgent(node);
      } else {
        GoOnFromHost(node);
      }
    }
    return ticker_.stopped() ? kNobody : end_;
  }

  void GoOnFromAgent(int32_t agent) {
    const int64_t base = here_ + gain_[At(agent)];
    const size_t end = End(agent);
    for (size_t e = Begin(agent); e < end; ++e) {
      const int32_t node = agents_ + graph_.host[e];
      const int64_t distance = base + price_[At(graph_.host[e])] - weight_(e);
      if (distance < distance_[At(node)] && distance < nearest_ && !graph_.chosen[e]) {
        Offer(node, distance, agent, static_cast<uint32_t>(e));
      }
    }
    if (CanWantLess(agent)) Offer(hub_, base + hub_price_, agent, 0);
    ticker_.Step(static_cast<int64_t>(end - Begin(agent)) + 1);
  }

  void GoOnFromHost(int32_t node) {
    const size_t h = Host(node);
    for (const Chosen& one : chosen_[h]) {
      Offer(one.agent, here_ + weight_(one.pair) - gain_[At(one.agent)] - price_[h], node, one.pair);
    }
    if (CanGiveMore(h)) Offer(hub_, here_ + hub_price_ - price_[h], node, 0);
    ticker_.Step(static_cast<int64_t>(chosen_[h].size()) + 1);
  }

  void GoOnFromHub() {
    for (int32_t a = 0; a < agents_; ++a) {
      if (CanWantMore(a)) Offer(a, here_ - gain_[At(a)] - hub_price_, hub_, 0);
    }
    for (size_t h = 0; h < price_.size(); ++h) {
      if (CanGiveLess(h)) Offer(agents_ + static_cast<int32_t>(h), here_ + price_[h] - hub_price_, hub_, 0);
    }
    ticker_.Step(hub_);
  }

  void MovePrices() {
    for (const int32_t node : touched_) {
      const int64_t by = nearest_ - distance_[At(node)];
      if (by <= 0) continue;
      if (node == hub_) {
        hub_price_ += by;
      } else if (IsAgent(node)) {
        gain_[At(node)] -= by;
      } else {
        price_[Host(node)] += by;
      }
    }
  }

  // Finds a way from `source` to what has too few along pairs that are worth just
  // their prices, and moves one unit. Nobody from whom it went in vain is gone to
  // again in this round.
  bool MoveAlongTight(int32_t source) {
    if (IsClosed(source)) return false;
    path_.clear();
    way_.clear();
    Enter(source);
    while (!way_.empty() && !ticker_.stopped()) {
      const int32_t node = way_.back(), other = Next(node);
      if (other == kNobody) {
        way_.pop_back();
        continue;
      }
      from_[At(other)] = node;
      if (!HasTooFew(other)) {
        Enter(other);
        continue;
      }
      path_.push_back(other);
      for (size_t i = way_.size() - 1; i > 0; --i) path_.push_back(way_[i]);
      for (const int32_t gone : way_) closed_[At(gone)] = 0;
      MoveAlong();
      return true;
    }
    return false;
  }

  bool IsClosed(int32_t node) const { return closed_[At(node)] == round_; }

  void Enter(int32_t node) {
    way_.push_back(node);
    closed_[At(node)] = round_;
    if (entered_[At(node)] == round_) return;
    entered_[At(node)] = round_;
    next_[At(node)] = 0;
    if (IsAgent(node)) ahead_[At(node)] = Begin(node);
    if (IsAgent(node)) next_[At(node)] = Begin(node);
  }

  // Whom to go to next from there; leaves the pair in via_.
  int32_t Next(int32_t node) {
    if (node == hub_) return NextFromHub();
    return IsAgent(node) ? NextFromAgent(node) : NextFromHost(node);
  }

  bool IsTight(int32_t agent, size_t e) const {
    return !graph_.chosen[e] && gain_[At(agent)] + price_[At(graph_.host[e])] == weight_(e);
  }
  bool LeadsToHub(size_t h) const { return CanGiveMore(h) && price_[h] == hub_price_; }

  // Hosts where the way ends come first.
  int32_t NextFromAgent(int32_t agent) {
    const size_t first_ahead = ahead_[At(agent)], first = next_[At(agent)], end = End(agent);
    int32_t found = kNobody;
    for (size_t& e = ahead_[At(agent)]; e < end && found == kNobody; ++e) {
      const int32_t node = agents_ + graph_.host[e];
      if (!IsTight(agent, e) || IsClosed(node)) continue;
      if (HasTooFew(node) || (hub_has_ < 0 && LeadsToHub(Host(node)))) found = Take(node, e);
    }
    for (size_t& e = next_[At(agent)]; e < end && found == kNobody; ++e) {
      const int32_t node = agents_ + graph_.host[e];
      if (IsTight(agent, e) && !IsClosed(node)) found = Take(node, e);
    }
    ticker_.Step(static_cast<int64_t>(ahead_[At(agent)] - first_ahead + next_[At(agent)] - first) + 1);
    if (found != kNobody || IsClosed(hub_)) return found;
    return CanWantLess(agent) && gain_[At(agent)] + hub_price_ == 0 ? hub_ : kNobody;
  }

  int32_t Take(int32_t node, size_t e) {
    via_[At(node)] = static_cast<uint32_t>(e);
    return node;
  }

  int32_t NextFromHost(int32_t node) {
    const size_t h = Host(node);
    if (!IsClosed(hub_) && LeadsToHub(h)) return hub_;
    size_t& i = next_[At(node)];
    for (; i < chosen_[h].size(); ++i) {
      const auto [agent, e] = chosen_[h][i];
      if (!IsClosed(agent) && gain_[At(agent)] + price_[h] == weight_(e)) return Take(agent, e);
    }
    return kNobody;
  }

  int32_t NextFromHub() {
    size_t& i = next_[At(hub_)];
    ticker_.Step(1);
    for (; i < At(hub_); ++i) {
      const int32_t node = static_cast<int32_t>(i);
      if (IsClosed(node)) continue;
      if (IsAgent(node) ? CanWantMore(node) && gain_[i] + hub_price_ == 0
                        : CanGiveLess(Host(node)) && price_[Host(node)] == hub_price_) {
        return node;
      }
    }
    return kNobody;
  }

  // Moves one unit along `path_`, which leads from its end back to its begin.
  void MoveAlong() {
    for (const int32_t node : path_) {
      const int32_t from = from_[At(node)];
      if (from == hub_ || node == hub_) {
        MoveByHub(from, node);
      } else if (IsAgent(from)) {
        const uint32_t e = via_[At(node)];
        graph_.chosen[e] = 1;
        chosen_[Host(node)].push_back({from, e});
        ++has_[At(from)];
      } else {
        const uint32_t e = via_[At(node)];
        std::vector<Chosen>& chosen = chosen_[Host(from)];
        graph_.chosen[e] = 0;
        *std::find_if(chosen.begin(), chosen.end(), [e](const Chosen& one) { return one.pair == e; }) = chosen.back();
        chosen.pop_back();
        --has_[At(node)];
      }
    }
    ticker_.Step(static_cast<int64_t>(path_.size()));
    ticker_.Advance(++moved_);
  }

  void MoveByHub(int32_t from, int32_t to) {
    if (from == hub_) {
      --hub_has_;
      if (IsAgent(to)) {
        ++wants_[At(to)];
      } else {
        --gives_[Host(to)];
      }
      return;
    }
    ++hub_has_;
    if (IsAgent(from)) {
      --wants_[At(from)];
    } else {
      ++gives_[Host(from)];
    }
  }

  PlacesGraph<W>& graph_;
  const Weight weight_;
  Ticker& ticker_;
  const int32_t agents_, hub_;
  std::vector<int64_t> gain_, price_;  // With hub_price_ above and below what they are for the hub.
  int64_t hub_price_ = 0;
  std::vector<int32_t> wants_, has_, gives_;
  std::vector<std::vector<Chosen>> chosen_;  // Per host.
  bool has_closed_ = false;                  // Some hosts have no seats.
  int64_t hub_has_ = 0;                      // What comes to the hub, less what goes from it.
  std::vector<int32_t> waiting_;             // Who has too many.
  int64_t moved_ = 0;

  // A search: by node, how far it is, and over whom and what.
  std::vector<int64_t> distance_;
  std::vector<int32_t> from_;
  std::vector<uint32_t> via_;
  std::vector<int32_t> touched_, at_once_;
  std::vector<Entry> heap_;
  int64_t here_ = 0, nearest_ = kFar;
  int32_t end_ = kNobody;

  // A round: by node, the last round in which it was gone to, and is gone to no
  // more; where its search goes on.
  int32_t round_ = 0;
  std::vector<int32_t> entered_, closed_;
  std::vector<size_t> next_, ahead_;
  std::vector<int32_t> way_, path_;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_PLACES_PATHS_H_
