#include "engine/joining.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "common/status/check.h"

namespace brygga::engine {
namespace {

// What a pair counts before its weight, where pairs come first: more than all
// weights of an answer together.
constexpr int64_t kPair = int64_t{1} << 58;
// Prices that an answer comes with, in weights, are nearer to nothing than
// this.
constexpr int64_t kMostPrice = kPair / 4;
constexpr int64_t kFar = int64_t{1} << 62;

size_t At(int32_t i) { return static_cast<size_t>(i); }

}  // namespace

// Everybody may stay out, which is worth nothing. `price` is what a host asks
// less what a pair counts, so that a pair is worth its weight less that; hosts
// with a free seat ask nothing.
class Joining::State {
 public:
  State(const Bipartite<int32_t>& graph, const PricedMatching& solved)
      : hosts_(graph.host_count()), price_(graph.host_count()), column_(graph.host_count()) {
    const bool coverage_first = !solved.host_cover.empty() || !solved.agent_cover.empty();
    pair_ = coverage_first ? kPair : 0;
    for (size_t h = 0; h < hosts_.size(); ++h) {
      const bool covers = coverage_first && solved.host_cover[h];
      const int64_t price = solved.host_price[h] - (covers ? solved.unmatched_price : 0);
      BRYGGA_CHECK(std::max(price, -price) < kMostPrice);
      hosts_[h].seats = graph.seats[h];
      price_[h] = covers ? price : price - pair_;
    }
    ReserveColumns(graph);
    const size_t agents = graph.agent_count() + graph.agent_count() / 8;  // Few have to wait while all move.
    agents_.reserve(agents);
    gain_.reserve(agents);
    limits_.reserve(agents);
    front_.reserve(agents);
    row_.reserve(graph.host.size() + graph.host.size() / 8);
    for (size_t a = 0; a < graph.agent_count(); ++a) {
      for (size_t e = static_cast<size_t>(graph.offset[a]); e < static_cast<size_t>(graph.offset[a + 1]); ++e) {
        row_.push_back({graph.host[e], graph.weight[e]});
      }
      AddAgent(solved.host[a]);
    }
  }

  int32_t Join(const std::vector<std::pair<int32_t, int32_t>>& pairs) {
    for (const auto& [host, weight] : pairs) row_.push_back({host, weight});
    AddAgent(kNobody);
    const int32_t agent = static_cast<int32_t>(agents_.size()) - 1;
    gain_[At(agent)] = std::max(limits_[At(agent)].elsewhere, int64_t{0});
    StartSearch(kFar);
    Relax(agent, gain_[At(agent)]);
    SearchOn();
    gain_[At(agent)] -= nearest_;
    RaisePrices();
    MoveUp(agent, kNobody);
    EndSearch();
    return agent;
  }

  void Leave(int32_t agent) {
    Agent& leaver = agents_[At(agent)];
    BRYGGA_CHECK(leaver.host != kGone);
    const int32_t host = leaver.host;
    if (host != kNobody) StandUp(agent);
    leaver.host = kGone;
    gain_[At(agent)] = limits_[At(agent)].bound = limits_[At(agent)].elsewhere = kFar;  // Wants nothing.
    if (host != kNobody) Fill(host);
  }

  void AddSeat(int32_t host) {
    ++hosts_[At(host)].seats;
    Fill(host);
  }

  void RemoveSeat(int32_t host) {
    Host& loser = hosts_[At(host)];
    BRYGGA_CHECK(loser.seats > 0);
    if (loser.taken == loser.seats) Clear(host);
    --loser.seats;
  }

  int32_t HostOf(int32_t agent) const { return std::max(agents_[At(agent)].host, kNobody); }
  int64_t size() const { return size_; }
  int64_t total() const { return total_; }

 private:
  static constexpr int32_t kGone = -2;
  static constexpr size_t kFront = 8;
  static constexpr int64_t kNoMore = -kFar;  // A bound: there is no pair behind the front.

  struct Pair {
    int32_t host;
    int32_t weight;
  };
  // One of a host's column.
  struct Fan {
    int32_t agent;
    int32_t weight;
  };
  struct Agent {
    size_t row = 0;                              // Where its pairs begin.
    int32_t count = 0;                           // Of its pairs.
    int32_t front = 0;                           // So many of them are in front.
    int32_t host = kNobody;                      // Where it is gone, kGone.
    int32_t weight = 0;                          // Of the pair that it holds.
    int32_t next = kNobody, previous = kNobody;  // Among its host's.
  };
  struct Limits {
    int64_t bound = kNoMore;  // No pair behind the front is worth more.
    int64_t elsewhere = 0;    // No host but its own is worth more.
  };
  // The pairs that were worth most when the agent last looked through its row.
  struct alignas(64) Front {
    std::array<Pair, kFront> pairs;
  };
  struct Host {
    int64_t distance = kFar;  // kFar between searches.
    int32_t by = kNobody;     // Who would move on the best way so far: here or,
                              // where a seat is filled, from here
    int32_t to = kNobody;     // to there,
    int32_t weight = 0;       // by a pair of this weight.
    int32_t seats = 0, taken = 0;
    int32_t first = kNobody;  // Of its agents.
  };

  int64_t Worth(const Pair& pair) const { return static_cast<int64_t>(pair.weight) - price_[At(pair.host)]; }
  int64_t Asks(int32_t host) const { return price_[At(host)] + pair_; }

  void ReserveColumns(const Bipartite<int32_t>& graph) {
    std::vector<size_t> degree(hosts_.size(), 0);
    for (const int32_t host : graph.host) ++degree[At(host)];
    for (size_t h = 0; h < hosts_.size(); ++h) column_[h].reserve(degree[h] + degree[h] / 8);
  }

  // The agent whose pairs are the last in `row_`.
  void AddAgent(int32_t host) {
    const int32_t number = static_cast<int32_t>(agents_.size());
    const size_t row = number == 0 ? 0 : agents_.back().row + At(agents_.back().count);
    agents_.push_back({.row = row, .count = static_cast<int32_t>(row_.size() - row)});
    gain_.push_back(0);
    limits_.emplace_back();
    front_.emplace_back();
    for (size_t i = row; i < row_.size(); ++i) {
      column_[At(row_[i].host)].push_back({number, row_[i].weight});
      if (row_[i].host == host) Sit(number, host, row_[i].weight);
    }
    if (host != kNobody) gain_.back() = Worth({host, agents_.back().weight});
    BringForward(number);
    Limits& limits = limits_.back();
    limits.elsewhere = limits.bound;
    for (size_t i = 0; i < At(agents_.back().front); ++i) {
      limits.elsewhere = std::max(limits.elsewhere, Worth(front_.back().pairs[i]));
    }
  }

  // Looks through the row and puts the pairs that are worth most in front.
  void BringForward(int32_t agent) {
    Front& front = front_[At(agent)];
    std::array<int64_t, kFront> worths;  // Descending.
    size_t size = 0;
    int64_t bound = kNoMore;
    const size_t end = agents_[At(agent)].row + At(agents_[At(agent)].count);
    for (size_t i = agents_[At(agent)].row; i < end; ++i) {
      const int64_t worth = Worth(row_[i]);
      size_t at = size;
      if (size == kFront) {
        bound = std::max(bound, std::min(worth, worths[kFront - 1]));
        if (worth <= worths[kFront - 1]) continue;
        --at;
      } else {
        ++size;
      }
      for (; at > 0 && worths[at - 1] < worth; --at) {
        worths[at] = worths[at - 1];
        front.pairs[at] = front.pairs[at - 1];
      }
      worths[at] = worth;
      front.pairs[at] = row_[i];
    }
    agents_[At(agent)].front = static_cast<int32_t>(size);
    limits_[At(agent)].bound = bound;
  }

  void StartSearch(int64_t most) {
    heap_.clear();
    touched_.clear();
    done_.clear();
    nearest_ = most;
    target_ = leaves_ = kNobody;
  }

  void EndSearch() {
    for (const int32_t host : touched_) hosts_[At(host)].distance = kFar;
  }

  // Dijkstra's search to the nearest free seat or the first who would leave.
  void SearchOn() {
    while (!heap_.empty() && heap_.front().first < nearest_) {
      const auto [distance, node] = Pop();
      FetchNext();
      const int32_t agent = node - static_cast<int32_t>(hosts_.size());
      if (agent >= 0) {  // Behind its front there may be hosts as near as that.
        const int64_t base = distance + limits_[At(agent)].bound;
        BringForward(agent);
        RelaxRow(agent, base);
      } else if (distance == hosts_[At(node)].distance) {  // Otherwise a shorter way was found since.
        Visit(node, distance);
      }
    }
  }

  // Has what the next step will mostly read brought nearer.
  void FetchNext() const {
    if (heap_.empty() || At(heap_.front().second) >= hosts_.size()) return;
    const int32_t agent = hosts_[At(heap_.front().second)].first;
    if (agent == kNobody) return;
    __builtin_prefetch(&front_[At(agent)]);
    __builtin_prefetch(&limits_[At(agent)]);
    __builtin_prefetch(&agents_[At(agent)]);
  }

  void Visit(int32_t host, int64_t distance) {
    done_.push_back(host);
    for (int32_t agent = hosts_[At(host)].first; agent != kNobody; agent = agents_[At(agent)].next) {
      const int64_t base = distance + gain_[At(agent)];
      if (base < nearest_ || base - limits_[At(agent)].elsewhere < nearest_) Relax(agent, base);
    }
  }

  // The agent, whose seat is `base` away from nothing, looks for another one or
  // leaves.
  void Relax(int32_t agent, int64_t base) {
    if (base < nearest_) {
      nearest_ = base;
      target_ = kNobody;
      leaves_ = agent;
    }
    const Front& front = front_[At(agent)];
    const int32_t own = agents_[At(agent)].host;
    const int64_t bound = limits_[At(agent)].bound;
    int64_t elsewhere = bound;
    for (size_t i = 0; i < At(agents_[At(agent)].front); ++i) {
      const Pair& pair = front.pairs[i];
      if (pair.host == own) continue;
      const int64_t worth = Worth(pair);
      elsewhere = std::max(elsewhere, worth);
      Reach(pair, base - worth, agent);
    }
    limits_[At(agent)].elsewhere = elsewhere;
    if (bound != kNoMore && base - bound < nearest_) {
      Push(base - bound, agent + static_cast<int32_t>(hosts_.size()));
    }
  }

  void RelaxRow(int32_t agent, int64_t base) {
    const size_t end = agents_[At(agent)].row + At(agents_[At(agent)].count);
    for (size_t i = agents_[At(agent)].row; i < end; ++i) Reach(row_[i], base - Worth(row_[i]), agent);
  }

  void Reach(const Pair& pair, int64_t distance, int32_t by) {
    if (distance >= nearest_) return;
    Host& host = hosts_[At(pair.host)];
    if (distance >= host.distance) return;
    if (host.distance == kFar) touched_.push_back(pair.host);
    host.distance = distance;
    host.by = by;
    host.weight = pair.weight;
    if (host.taken < host.seats) {
      nearest_ = distance;
      target_ = pair.host;
    } else {
      Push(distance, pair.host);
    }
  }

  void Push(int64_t distance, int32_t node) {
    heap_.emplace_back(distance, node);
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  }

  std::pair<int64_t, int32_t> Pop() {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    const auto top = heap_.back();
    heap_.pop_back();
    return top;
  }

  void RaisePrices() {
    for (const int32_t host : done_) ChangePrice(host, nearest_ - hosts_[At(host)].distance);
  }

  void ChangePrice(int32_t host, int64_t by) {
    price_[At(host)] += by;
    for (int32_t agent = hosts_[At(host)].first; agent != kNobody; agent = agents_[At(agent)].next) {
      gain_[At(agent)] -= by;
    }
  }

  // Everyone on the way takes the next one's seat, the last a free one or none:
  // from the agent `source`, or from anybody at `start`.
  void MoveUp(int32_t source, int32_t start) {
    int32_t free = target_;
    if (free == kNobody) {
      if (leaves_ == source) return;
      free = agents_[At(leaves_)].host;
      StandUp(leaves_);
      if (free == start) return;
    }
    for (;;) {
      const Host& host = hosts_[At(free)];
      const int32_t agent = host.by, left = agents_[At(agent)].host;
      if (left != kNobody) StandUp(agent);
      Sit(agent, free, host.weight);
      if (left == start) return;
      free = left;
    }
  }

  // Somebody of this full host has to give a seat up.
  void Clear(int32_t host) {
    StartSearch(kFar);
    hosts_[At(host)].distance = 0;
    touched_.push_back(host);
    Visit(host, 0);
    SearchOn();
    RaisePrices();
    MoveUp(kGone, host);
    EndSearch();
  }

  // The host has a free seat, for which it asks something: it comes down until
  // somebody wants it or it asks nothing. Who moves there leaves a free seat
  // that asks something, and so on: Dijkstra's search backwards, over columns.
  void Fill(int32_t host) {
    if (Asks(host) == 0) return;
    StartSearch(Asks(host));
    target_ = host;
    hosts_[At(host)].distance = 0;
    touched_.push_back(host);
    VisitBack(host, 0);
    while (!heap_.empty() && heap_.front().first < nearest_) {
      const auto [distance, next] = Pop();
      if (distance == hosts_[At(next)].distance) VisitBack(next, distance);
    }
    for (const int32_t done : done_) ChangePrice(done, hosts_[At(done)].distance - nearest_);
    MoveBack(host);
    for (const int32_t done : done_) TellFans(done);
    EndSearch();
  }

  void VisitBack(int32_t host, int64_t distance) {
    done_.push_back(host);
    const int64_t base = distance + price_[At(host)];
    for (const Fan& fan : column_[At(host)]) {
      const int64_t way = base + gain_[At(fan.agent)] - static_cast<int64_t>(fan.weight);
      if (way < nearest_) ReachBack(fan, host, way);
    }
  }

  // The fan of `to` might move there.
  void ReachBack(const Fan& fan, int32_t to, int64_t distance) {
    const int32_t from = agents_[At(fan.agent)].host;
    if (from == kNobody) {
      nearest_ = distance;
      leaves_ = fan.agent;
      target_ = to;
      leaves_weight_ = fan.weight;
      return;
    }
    Host& host = hosts_[At(from)];
    if (distance >= host.distance) return;
    if (host.distance == kFar) touched_.push_back(from);
    host.distance = distance;
    host.by = fan.agent;
    host.to = to;
    host.weight = fan.weight;
    Push(distance, from);
    if (distance + Asks(from) >= nearest_) return;
    nearest_ = distance + Asks(from);
    leaves_ = kNobody;
    target_ = from;
  }

  // Who was out takes a seat, or a seat is left for nothing; others move on to
  // `hole`.
  void MoveBack(int32_t hole) {
    for (int32_t left = target_; left != hole; left = hosts_[At(left)].to) {
      StandUp(hosts_[At(left)].by);
      Sit(hosts_[At(left)].by, hosts_[At(left)].to, hosts_[At(left)].weight);
    }
    if (leaves_ != kNobody) Sit(leaves_, target_, leaves_weight_);
  }

  // The host has become cheaper: its pairs may be worth more than bounds say.
  void TellFans(int32_t host) {
    const int64_t price = price_[At(host)];
    for (const Fan& fan : column_[At(host)]) {
      const int64_t worth = static_cast<int64_t>(fan.weight) - price;
      Limits& limits = limits_[At(fan.agent)];
      limits.elsewhere = std::max(limits.elsewhere, worth);
      if (worth > limits.bound) PutInFront(fan.agent, {host, fan.weight});
    }
  }

  void PutInFront(int32_t agent, const Pair& pair) {
    Front& front = front_[At(agent)];
    const auto end = front.pairs.begin() + agents_[At(agent)].front;
    if (std::any_of(front.pairs.begin(), end, [&](const Pair& other) { return other.host == pair.host; })) return;
    const auto least = std::min_element(front.pairs.begin(), end,
                                        [this](const Pair& x, const Pair& y) { return Worth(x) < Worth(y); });
    int64_t& bound = limits_[At(agent)].bound;
    bound = std::max(bound, std::min(Worth(pair), Worth(*least)));
    if (Worth(*least) < Worth(pair)) *least = pair;
  }

  void Sit(int32_t number, int32_t host, int32_t weight) {
    Agent& agent = agents_[At(number)];
    Host& at = hosts_[At(host)];
    agent.host = host;
    agent.weight = weight;
    agent.previous = kNobody;
    agent.next = std::exchange(at.first, number);
    if (agent.next != kNobody) agents_[At(agent.next)].previous = number;
    ++at.taken;
    limits_[At(number)].elsewhere = kFar;  // Not known.
    ++size_;
    total_ += weight;
  }

  void StandUp(int32_t number) {
    Agent& agent = agents_[At(number)];
    Host& at = hosts_[At(agent.host)];
    (agent.previous == kNobody ? at.first : agents_[At(agent.previous)].next) = agent.next;
    if (agent.next != kNobody) agents_[At(agent.next)].previous = agent.previous;
    --at.taken;
    agent.host = kNobody;
    --size_;
    total_ -= agent.weight;
  }

  int64_t pair_ = 0;  // What a pair counts before its weight.
  std::vector<Host> hosts_;
  std::vector<int64_t> price_;            // Per host.
  std::vector<std::vector<Fan>> column_;  // Per host.
  std::vector<Pair> row_;                 // Agent by agent.
  std::vector<Agent> agents_;
  std::vector<int64_t> gain_;  // Per agent: what its seat is worth to it. No
                               // other host is worth more.
  std::vector<Limits> limits_;
  std::vector<Front> front_;
  int64_t size_ = 0, total_ = 0;

  // Of one search.
  std::vector<std::pair<int64_t, int32_t>> heap_;  // Distances of hosts and, after all hosts, of agents' bounds.
  std::vector<int32_t> touched_, done_;
  int64_t nearest_ = 0;
  int32_t target_ = kNobody, leaves_ = kNobody, leaves_weight_ = 0;
};

Joining::Joining(const Bipartite<int32_t>& graph, const PricedMatching& solved)
    : state_(std::make_unique<State>(graph, solved)) {}
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
