// Makes nearly right prices exact, and keeps them so.
#ifndef BRYGGA_ENGINE_SHORTEST_PATHS_H_
#define BRYGGA_ENGINE_SHORTEST_PATHS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "common/status/check.h"
#include "engine/bipartite.h"
#include "engine/market.h"
#include "engine/workers.h"

namespace brygga::engine {

// Successive shortest paths (Jonker and Volgenant 1987): whoever does not sit on
// a seat that is worth most to it gets up; then each in turn is seated along the
// path of least loss, found by Dijkstra's search over reduced costs, to the
// nearest free seat. From an auction's prices free seats are near, so that a
// search sees a few people. An agent's pairs behind its front are looked at only
// when the search gets as far as their bound.
//
// Seats that stay free are seated as well, by people without wishes who may have
// any seat of a `spare` host: they too sit where it costs least.
//
// Where free seats are far after all (long chains of people whom little parts),
// one search sets out from all who wait at once, and as many of them are seated as
// there are paths without loss that do not cross, as Hopcroft and Karp do: Gabow
// and Tarjan, "Faster scaling algorithms for network problems", 1989.
//
// With a slack it seats people as an auction with that epsilon does: whoever has a
// seat keeps it that is worth as much as any, less the slack.
//
// At most n searches of O(m + n log n).
template <typename W, typename P>
class ShortestPaths {
 public:
  explicit ShortestPaths(Market<W, P>& market, P slack = 0) : market_(market), slack_(slack) {
    distance_.assign(market.host_count(), market_.kFar);
    from_.assign(market.host_count(), kNobody);
    from_weight_.assign(market.host_count(), 0);
    free_.assign(market.host_count(), 0);
    gain_.assign(market.agent_count(), 0);
    elsewhere_.assign(market.agent_count(), market_.kFar);
  }

  // Seats everyone. False: `ticker` stopped it, or it looks like more than `most_steps`;
  // prices and seats are as good as its slack even so.
  bool Run(Workers& workers, Ticker& ticker, int64_t most_steps = int64_t{1} << 60) {
    ticker_ = &ticker;
    const auto [agents, seats] = GetUp(workers);
    for (int64_t i = 0; i < seats && !ticker.stopped(); ++i) Seat(kNoWishes);
    const int64_t people = static_cast<int64_t>(market_.agent_count() + market_.host_count());
    const int64_t waiting = static_cast<int64_t>(agents.size());
    const int64_t begin = ticker.steps();
    int64_t patience = people, sweep_at = begin + patience, done = 0;
    for (int64_t i = 0; i < waiting; ++i) {
      if (ticker.stopped()) return false;
      if (market_.host_of[At(agents[static_cast<size_t>(i)])] != kNobody) continue;
      while (ticker.steps() > sweep_at) {
        const auto [from, seated] = SeatMany(agents, static_cast<size_t>(i));
        if (ticker.stopped()) return false;
        done += seated;
        if (seated == from) break;
        if (kWorthwhile * seated >= from) continue;
        patience *= 2;
        sweep_at = ticker.steps() + patience;
      }
      if (ticker.steps() - begin > most_steps / waiting * (1 + done + waiting / kHeadStart)) return false;
      if (market_.host_of[At(agents[static_cast<size_t>(i)])] != kNobody) continue;
      Seat(agents[static_cast<size_t>(i)]);
      ticker.Advance(static_cast<int64_t>(market_.agent_count()) - waiting + ++done);
    }
    return !ticker.stopped();
  }

  // What each agent's seat is worth to it: no host is worth more.
  const std::vector<P>& gain() const& { return gain_; }
  std::vector<P> gain() && { return std::move(gain_); }

 private:
  static constexpr int32_t kNoWishes = -2;
  static constexpr int32_t kLongFront = 512;
  static constexpr int32_t kSample = 64;
  static constexpr int64_t kHeadStart = 8;   // Part of the steps that may be spent before anybody is seated.
  static constexpr int64_t kWorthwhile = 8;  // A search for many that seats one in so many is followed by another.
  static constexpr size_t kMostEntries = 3;  // Of the heap, a person.

  static size_t At(int32_t i) { return static_cast<size_t>(i); }
  // Of agents and people without wishes.
  bool IsFull(size_t host) const { return market_.taken[host] + free_[host] == market_.seats[host]; }

  // Works out what everybody's best is worth, and who has it. Returns those who
  // have not, and how many people without wishes have no seat at the floor.
  std::pair<std::vector<int32_t>, int64_t> GetUp(Workers& workers) {
    ForAgents(market_, workers, *ticker_, [&](size_t a) { gain_[a] = market_.Look(a, 0).worth; });
    floor_ = market_.Floor();
    std::vector<int32_t> agents;
    for (size_t a = 0; a < market_.agent_count(); ++a) {
      if (market_.host_of[a] == kNobody) agents.push_back(static_cast<int32_t>(a));
    }
    int64_t wishless = static_cast<int64_t>(market_.who.size()) - static_cast<int64_t>(market_.agent_count());
    for (size_t h = 0; h < market_.host_count(); ++h) {
      if (market_.spare[h] && market_.price[h] <= floor_ + slack_) {
        free_[h] = static_cast<int32_t>(std::min<int64_t>(wishless, market_.seats[h] - market_.taken[h]));
        wishless -= free_[h];
      }
      for (int32_t i = market_.taken[h]; i-- > 0;) {
        const int32_t agent = market_.Who(h)[i];
        const P most = market_.Worth(market_.weight_of[At(agent)], static_cast<int32_t>(h)) + slack_;
        if (most >= gain_[At(agent)]) {
          gain_[At(agent)] = most;
          market_.place[At(agent)] = i;
          continue;
        }
        agents.push_back(agent);
        market_.host_of[At(agent)] = kNobody;
        const int32_t last = market_.Who(h)[--market_.taken[h]];
        market_.Who(h)[i] = last;
        market_.place[At(last)] = i;
      }
    }
    std::sort(agents.begin(), agents.end());
    return {std::move(agents), wishless};
  }

  void Seat(int32_t source) {
    Begin();
    if (source == kNoWishes) {
      RelaxWishless(0);
    } else {
      Relax(source, gain_[At(source)]);
    }
    if (Search()) {
      if (source >= 0) gain_[At(source)] -= nearest_;
      MovePrices();
      MoveUp(source);
    }
    Forget();
  }

  // Seats one of agents[i], agents[i + 1], … who have no seat, and more of them
  // where there are ways. Gives how many there were, and how many were seated.
  std::pair<int64_t, int64_t> SeatMany(const std::vector<int32_t>& agents, size_t i) {
    std::vector<int32_t> sources;
    for (; i < agents.size(); ++i) {
      if (market_.host_of[At(agents[i])] == kNobody) sources.push_back(agents[i]);
    }
    Begin();
    for (const int32_t agent : sources) Relax(agent, gain_[At(agent)]);
    const bool found = Search();
    int64_t seated = 0;
    if (found) {
      for (const int32_t agent : sources) gain_[At(agent)] -= nearest_;
      MovePrices();
      MoveUp(SourceOfPath());
      ++seated;
    }
    Forget();
    if (!found) return {0, 0};
    seen_.assign(market_.host_count(), 0);
    for (const int32_t agent : sources) {
      if (market_.host_of[At(agent)] != kNobody || !FindWayWithoutLoss(agent)) continue;
      MoveUp(agent);
      ++seated;
    }
    return {static_cast<int64_t>(sources.size()), seated};
  }

  // Depth first, over hosts that nobody has seen since `seen_` was cleared.
  bool FindWayWithoutLoss(int32_t source) {
    way_.assign(1, {source, 0});
    while (!way_.empty()) {
      auto& [node, next] = way_.back();
      const bool is_agent = node >= 0;
      if (is_agent && next < market_.front[At(node)] + market_.waits[At(node)]) {
        if (StepWithoutLoss(node, next++)) return true;
      } else if (!is_agent && next < market_.taken[At(-1 - node)]) {
        const int32_t agent = market_.Who(At(-1 - node))[next++];
        way_.emplace_back(agent, 0);
      } else {
        way_.pop_back();
      }
    }
    return false;
  }

  // Goes on to the agent's pair `i`, or to the room. True: a seat is free there.
  bool StepWithoutLoss(int32_t agent, int32_t i) {
    const size_t a = At(agent);
    const bool is_room = i == market_.front[a];
    const int32_t host = is_room ? market_.room : market_.Hosts(a)[i];
    const W weight = is_room ? 0 : market_.Weights(a)[i];
    const P worth = market_.Worth(weight, host);
    ticker_->Step(1);
    if (worth != gain_[a] || seen_[At(host)] != 0) return false;
    seen_[At(host)] = 1;
    from_[At(host)] = agent;
    from_weight_[At(host)] = weight;
    target_ = host;
    if (!IsFull(At(host))) return true;
    way_.emplace_back(-1 - host, 0);
    return false;
  }

  void Begin() {
    nearest_ = market_.kFar;
    target_ = kNobody;
    wishless_distance_ = market_.kFar;
    wishless_from_ = kNobody;
    heap_.clear();
    touched_.clear();
    done_.clear();
  }

  void Forget() {
    for (const int32_t host : touched_) distance_[At(host)] = market_.kFar;
  }

  // Finds the nearest free seat. False: `ticker_` stopped it.
  bool Search() {
    while (!heap_.empty() && heap_.front().first < nearest_) {
      std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
      const auto [distance, node] = heap_.back();
      heap_.pop_back();
      if (node < 0) {  // Behind this agent's front there may be hosts as near as that.
        const P base = distance + market_.bound[At(-1 - node)];
        LookFurther(-1 - node);
        Relax(-1 - node, base);
      } else if (distance == distance_[At(node)]) {  // Otherwise a shorter way was found since.
        Visit(node, distance);
      }
      if (ticker_->stopped()) return false;
    }
    BRYGGA_CHECK(target_ != kNobody);
    return true;
  }

  void Visit(int32_t host, P distance) {
    done_.push_back(host);
    const size_t h = At(host);
    const int32_t* const who = market_.Who(h);
    for (int32_t i = 0; i < market_.taken[h]; ++i) {
      const P base = distance + gain_[At(who[i])];
      if (base - elsewhere_[At(who[i])] < nearest_) Relax(who[i], base);
    }
    ticker_->Step(market_.taken[h]);
    if (free_[h] > 0 && wishless_distance_ == market_.kFar) {
      wishless_from_ = host;
      RelaxWishless(distance);
    }
  }

  // The agent, whose best is `base` away from nothing, looks for another seat.
  void Relax(int32_t agent, P base) {
    const size_t a = At(agent);
    const int32_t* const host = market_.Hosts(a);
    const W* const weight = market_.Weights(a);
    const int32_t own = market_.host_of[a];
    P elsewhere = market_.bound[a];
    for (int32_t i = 0; i < market_.front[a]; ++i) {
      if (host[i] == own) continue;
      const P worth = market_.Worth(weight[i], host[i]);
      elsewhere = std::max(elsewhere, worth);
      Reach(host[i], base - worth, agent, weight[i]);
    }
    if (market_.waits[a] && own != market_.room) {
      const P worth = -market_.price[At(market_.room)];
      elsewhere = std::max(elsewhere, worth);
      Reach(market_.room, base - worth, agent, 0);
    }
    elsewhere_[a] = elsewhere;
    if (market_.front[a] < market_.count[a] && base - market_.bound[a] < nearest_)
      Push(base - market_.bound[a], -1 - agent);
    ticker_->Step(market_.front[a]);
  }

  void RelaxWishless(P distance) {
    wishless_distance_ = distance;
    for (size_t h = 0; h < market_.host_count(); ++h) {
      if (!market_.spare[h] || market_.seats[h] == 0) continue;
      Reach(static_cast<int32_t>(h), distance + market_.price[h] - floor_, kNoWishes, 0);
    }
    ticker_->Step(static_cast<int64_t>(market_.host_count()));
  }

  void Reach(int32_t host, P distance, int32_t from, W weight) {
    const size_t h = At(host);
    if (distance >= nearest_ || distance >= distance_[h]) return;
    if (distance_[h] == market_.kFar) touched_.push_back(host);
    distance_[h] = distance;
    from_[h] = from;
    from_weight_[h] = weight;
    if (IsFull(h)) {
      Push(distance, host);
    } else {
      nearest_ = distance;
      target_ = host;
    }
  }

  void Push(P distance, int32_t node) {
    if (heap_.size() >= kMostEntries * (distance_.size() + gain_.size())) DropOldEntries();
    heap_.emplace_back(distance, node);
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  }

  // Keeps the heap within its share of memory.
  void DropOldEntries() {
    std::erase_if(heap_,
                  [&](const auto& entry) { return entry.second >= 0 && distance_[At(entry.second)] != entry.first; });
    std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
  }

  // Doubles the agent's front at least about, with all pairs that are worth as
  // much as the last of them, or ends with all its pairs in it.
  void LookFurther(int32_t agent) {
    const size_t a = At(agent);
    const int32_t all = market_.count[a];
    const int32_t size = 2 * market_.front[a];
    ticker_->Step(2 * all);
    if (size > kLongFront || size >= all) {
      market_.front[a] = all;
      market_.bound[a] = market_.kLow;
      return;
    }
    int32_t* const host = market_.Hosts(a);
    W* const weight = market_.Weights(a);
    const auto worth = [&](int32_t i) { return market_.Worth(weight[i], host[i]); };
    // What is worth as much as the last of those to come, as far as a sample tells.
    sample_.clear();
    const int32_t front = market_.front[a];
    const int32_t step = std::max(1, (all - front) / kSample);
    for (int32_t i = front + (all - front) % step / 2; i < all; i += step) sample_.push_back(worth(i));
    const size_t place = At(static_cast<int32_t>(static_cast<int64_t>(size - front) *
                                                 static_cast<int64_t>(sample_.size()) / (all - front)));
    std::nth_element(sample_.begin(), sample_.begin() + static_cast<std::ptrdiff_t>(place), sample_.end(),
                     std::greater<>());
    const P enough = sample_[place];
    P rest = market_.kLow;
    int32_t next = front;
    for (int32_t i = front; i < all; ++i) {
      const P is = worth(i);
      if (is < enough) {
        rest = std::max(rest, is);
        continue;
      }
      std::swap(host[i], host[next]);
      std::swap(weight[i], weight[next++]);
    }
    market_.front[a] = next;
    market_.bound[a] = rest;
  }

  void MovePrices() {
    for (const int32_t host : done_) {
      const size_t h = At(host);
      const P by = nearest_ - distance_[h];
      market_.price[h] += by;
      const int32_t* const who = market_.Who(h);
      for (int32_t i = 0; i < market_.taken[h]; ++i) gain_[At(who[i])] -= by;
    }
    if (wishless_distance_ < nearest_) floor_ += nearest_ - wishless_distance_;
  }

  // Who stands at the beginning of the path: nobody's seat is given up there.
  int32_t SourceOfPath() const {
    for (int32_t host = target_;;) {
      const int32_t agent = from_[At(host)];
      if (agent != kNoWishes && market_.host_of[At(agent)] == kNobody) return agent;
      host = agent == kNoWishes ? wishless_from_ : market_.host_of[At(agent)];
    }
  }

  // Everyone on the path takes the next one's seat, the last a free one.
  void MoveUp(int32_t source) {
    for (int32_t host = target_;;) {
      const int32_t agent = from_[At(host)];
      int32_t left = wishless_from_;
      if (agent == kNoWishes) {
        ++free_[At(host)];
        if (left != kNobody) --free_[At(left)];
      } else {
        left = market_.host_of[At(agent)];
        if (left != kNobody) StandUp(agent);
        Sit(agent, host, from_weight_[At(host)]);
      }
      if (agent == source) return;
      host = left;
    }
  }

  void StandUp(int32_t agent) {
    const size_t h = At(market_.host_of[At(agent)]);
    const int32_t last = market_.Who(h)[--market_.taken[h]];
    market_.Who(h)[market_.place[At(agent)]] = last;
    market_.place[At(last)] = market_.place[At(agent)];
    market_.host_of[At(agent)] = kNobody;
  }

  void Sit(int32_t agent, int32_t host, W weight) {
    const size_t a = At(agent), h = At(host);
    market_.place[a] = market_.taken[h]++;
    market_.Who(h)[market_.place[a]] = agent;
    market_.host_of[a] = host;
    market_.weight_of[a] = weight;
    elsewhere_[a] = market_.kFar;
  }

  Market<W, P>& market_;
  const P slack_;
  Ticker* ticker_ = nullptr;  // Of this Run.
  std::vector<P> distance_;   // Per host; kFar between searches.
  std::vector<int32_t> from_;
  std::vector<W> from_weight_;
  std::vector<int32_t> free_;  // Per host: people without wishes.
  std::vector<P> gain_;        // Per agent.
  std::vector<P> elsewhere_;   // Per agent: no seat but its own is worth more.
  std::vector<int32_t> touched_, done_;
  std::vector<uint8_t> seen_;                     // Per host, in a search for many.
  std::vector<std::pair<int32_t, int32_t>> way_;  // An agent or, as -1 - host, a host; and what is next there.
  std::vector<std::pair<P, int32_t>> heap_;       // Distances of hosts and, as -1 - agent, of agents' bounds.
  std::vector<P> sample_;
  P nearest_ = 0, floor_ = 0, wishless_distance_ = 0;
  int32_t target_ = kNobody, wishless_from_ = kNobody;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_SHORTEST_PATHS_H_
