#include "engine/joining.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/check.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "engine/distance_queue.h"

namespace brygga::engine {
namespace {

// What a pair counts before its weight, where pairs come first: more than all
// weights of an answer together.
constexpr int64_t kPair = int64_t{1} << 58;
// Prices that an answer comes with, in weights, are nearer to nothing than
// this.
constexpr int64_t kMostPrice = kPair / 4;
constexpr int64_t kMostTogether = int64_t{1} << 50;  // Agents times the largest weight.
constexpr int64_t kFar = int64_t{1} << 62;

size_t At(int32_t i) { return static_cast<size_t>(i); }

absl::Status TooHeavy(std::string field) {
  return InvalidFields({{std::move(field), "times the number of agents reaches 2^50"}});
}

bool FitTogether(size_t agents, int32_t weight) {
  return weight == 0 || static_cast<int64_t>(agents) <= (kMostTogether - 1) / weight;
}

}  // namespace

// Everybody may stay out, which is worth nothing. `price` is what a host asks
// less what a pair counts, so that a pair is worth its weight less that; hosts
// with a free seat ask nothing.
class Joining::State {
 public:
  State(const Bipartite<int32_t>& graph, const PricedMatching& solved)
      : hosts_(graph.host_count()),
        asks_(graph.host_count() + 1),
        column_(graph.host_count()),
        named_(graph.host_count(), 0) {
    const bool coverage_first = !solved.host_cover.empty() || !solved.agent_cover.empty();
    pair_ = coverage_first ? kPair : 0;
    asks_.back() = {.price = kFar, .distance = -kFar};
    for (size_t h = 0; h < hosts_.size(); ++h) {
      const bool covers = coverage_first && solved.host_cover[h];
      const int64_t price = solved.host_price[h] - (covers ? solved.unmatched_price : 0);
      BRYGGA_CHECK(std::max(price, -price) < kMostPrice);
      hosts_[h].seats = graph.seats[h];
      asks_[h].price = covers ? price : price - pair_;
    }
    MakeRoom(graph, solved);
    for (size_t a = 0; a < graph.agent_count(); ++a) {
      for (size_t e = static_cast<size_t>(graph.offset[a]); e < static_cast<size_t>(graph.offset[a + 1]); ++e) {
        row_.push_back({graph.host[e], graph.weight[e]});
      }
      AddAgent(solved.host[a]);
    }
    for (const int32_t weight : graph.weight) heaviest_ = std::max(heaviest_, weight);
    AskTheMost();
    for (size_t a = 0; a < graph.agent_count(); ++a) BringForward(static_cast<int32_t>(a));
  }

  absl::StatusOr<int32_t> Join(const std::vector<std::pair<int32_t, int32_t>>& pairs) {
    const int32_t agent = static_cast<int32_t>(agents_.size());
    BRYGGA_RETURN_IF_ERROR(CheckPairs(pairs));
    for (const auto& [host, weight] : pairs) row_.push_back({host, weight});
    AddAgent(kNobody);
    const int64_t gain = std::max(BringForward(agent), int64_t{0});
    StartSearch(kFar);
    Relax(agent, gain, kNobody);
    SearchOn();
    gain_[At(agent)] = gain - nearest_;
    RaisePrices();
    MoveUp(agent, kNobody);
    EndSearch();
    return agent;
  }

  void Leave(int32_t agent) {
    BRYGGA_CHECK(agent >= 0 && At(agent) < agents_.size() && agents_[At(agent)].host != kGone);
    const int32_t host = agents_[At(agent)].host;
    if (host != kNobody) StandUp(agent);
    agents_[At(agent)].host = kGone;
    gain_[At(agent)] = limits_[At(agent)].bound = limits_[At(agent)].elsewhere = kFar;  // Wants nothing.
    if (host != kNobody) Fill(host);
  }

  void AddSeat(int32_t host) {
    BRYGGA_CHECK(host >= 0 && At(host) < hosts_.size());
    ++hosts_[At(host)].seats;
    Fill(host);
  }

  void RemoveSeat(int32_t host) {
    BRYGGA_CHECK(host >= 0 && At(host) < hosts_.size() && hosts_[At(host)].seats > 0);
    if (IsFull(host)) Clear(host);
    --hosts_[At(host)].seats;
  }

  int32_t HostOf(int32_t agent) const { return std::max(agents_[At(agent)].host, kNobody); }
  int64_t size() const { return size_; }
  int64_t total() const { return total_; }

 private:
  static constexpr int32_t kGone = -2;
  static constexpr size_t kFront = 8;
  static constexpr size_t kTogether = 16;    // Visits.
  static constexpr size_t kAhead = 4;        // Of agents who look for another seat.
  static constexpr int64_t kNoMore = -kFar;  // A bound: there is no pair behind the front.

  struct Pair {
    int32_t host;
    int32_t weight;
  };
  // One of a host's column, or on one of its seats.
  struct Fan {
    int32_t agent;
    int32_t weight;
  };
  // Who looks for another seat than that at `own`, which is `base` away from nothing.
  struct Look {
    int32_t agent;
    int32_t own;
    int64_t base;
  };
  struct Agent {
    size_t row = 0;          // Where its pairs begin.
    int32_t count = 0;       // Of its pairs.
    int32_t host = kNobody;  // Where it is gone, kGone.
    int32_t place = 0;       // Among its host's seats.
  };
  struct Limits {
    int64_t bound = kNoMore;  // No pair behind the front is worth more.
    int64_t elsewhere = 0;    // No host but its own is worth more.
  };
  // The pairs that were worth most when the agent last looked through its row;
  // where it has fewer, pairs with no host, which are worth less than nothing.
  struct alignas(64) Front {
    std::array<Pair, kFront> pairs;
  };
  // What a host asks, and how far a search has found it.
  struct Ask {
    int64_t price = 0;
    int64_t distance = kFar;  // Of one search; kFar between searches.
  };
  struct Host {
    int32_t by = kNobody;  // Who would move on the best way so far: here or,
                           // where a seat is filled, from here
    int32_t to = kNobody;  // to there,
    int32_t weight = 0;    // by a pair of this weight.
    int32_t seats = 0, taken = 0;
    int32_t room = 0;  // For so many there is place in `seat_`
    size_t begin = 0;  // from here on.
  };

  int64_t Worth(const Pair& pair) const { return static_cast<int64_t>(pair.weight) - asks_[At(pair.host)].price; }
  int64_t Asks(int32_t host) const { return asks_[At(host)].price + pair_; }
  bool IsFull(int32_t host) const { return hosts_[At(host)].taken == hosts_[At(host)].seats; }

  void MakeRoom(const Bipartite<int32_t>& graph, const PricedMatching& solved) {
    std::vector<size_t> degree(hosts_.size(), 0);
    for (const int32_t host : graph.host) ++degree[At(host)];
    for (size_t h = 0; h < hosts_.size(); ++h) column_[h].reserve(degree[h] + degree[h] / 8);
    for (const int32_t host : solved.host) hosts_[At(std::max(host, 0))].room += host == kNobody ? 0 : 1;
    size_t begin = 0;
    for (Host& host : hosts_) host.begin = std::exchange(begin, begin + At(host.room));
    const size_t agents = graph.agent_count() + graph.agent_count() / 8;  // Few have to wait while all move.
    seat_.reserve(begin + agents);
    seat_.resize(begin);
    agents_.reserve(agents);
    gain_.reserve(agents);
    limits_.reserve(agents);
    front_.reserve(agents);
    row_.reserve(graph.host.size() + graph.host.size() / 8);
  }

  absl::Status CheckPairs(const std::vector<std::pair<int32_t, int32_t>>& pairs) {
    ++check_;
    int32_t heaviest = heaviest_;
    for (size_t i = 0; i < pairs.size(); ++i) {
      const auto [host, weight] = pairs[i];
      const auto wrong = [i](const char* what) { return InvalidFields({{absl::StrCat("pairs[", i, "]"), what}}); };
      if (host < 0 || At(host) >= hosts_.size()) return wrong("names a host that does not exist");
      if (std::exchange(named_[At(host)], check_) == check_) return wrong("names a host for the second time");
      if (weight < 0) return wrong("has a negative weight");
      heaviest = std::max(heaviest, weight);
    }
    if (!FitTogether(agents_.size() + 1, heaviest)) return TooHeavy("pairs");
    heaviest_ = heaviest;
    return absl::OkStatus();
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
      if (row_[i].host != host) continue;
      Sit(number, host, row_[i].weight);
      gain_.back() = Worth(row_[i]);
    }
  }

  // Raises all prices to the most that the answer allows: what leads from a host
  // to a free seat or out costs nothing then. Dijkstra's search backwards.
  void AskTheMost() {
    StartSearch(kFar);
    for (size_t h = 0; h < hosts_.size(); ++h) {
      if (hosts_[h].taken < hosts_[h].seats || hosts_[h].seats == 0) ComeNear(static_cast<int32_t>(h), 0);
    }
    for (size_t a = 0; a < agents_.size(); ++a) {
      if (agents_[a].host != kNobody) ComeNear(agents_[a].host, gain_[a]);
    }
    while (!queue_.IsOver(kFar)) {
      const auto [distance, host] = queue_.Pop();
      if (distance != asks_[At(host)].distance) continue;
      done_.push_back(host);
      const int64_t base = distance + asks_[At(host)].price;
      for (const Fan& fan : column_[At(host)]) {
        const int32_t from = agents_[At(fan.agent)].host;
        if (from != kNobody) ComeNear(from, base + gain_[At(fan.agent)] - static_cast<int64_t>(fan.weight));
      }
    }
    for (const int32_t host : done_) ChangePrice(host, asks_[At(host)].distance);
    EndSearch();
  }

  // Whether that is nearer than before; queues the host if so.
  bool ComeNear(int32_t host, int64_t distance) {
    int64_t& nearest = asks_[At(host)].distance;
    if (distance >= nearest) return false;
    if (nearest == kFar) touched_.push_back(host);
    nearest = distance;
    queue_.Push(distance, host);
    return true;
  }

  // Looks through the row and puts the pairs that are worth most in front.
  // Returns what the first is worth.
  int64_t BringForward(int32_t agent) {
    Front& front = front_[At(agent)];
    std::array<int64_t, kFront> worths;  // Descending.
    worths.fill(kNoMore);
    front.pairs.fill({static_cast<int32_t>(hosts_.size()), 0});
    int64_t bound = kNoMore;
    const size_t end = agents_[At(agent)].row + At(agents_[At(agent)].count);
    for (size_t i = agents_[At(agent)].row; i < end; ++i) {
      const int64_t worth = Worth(row_[i]);
      if (worth <= worths[kFront - 1]) {
        bound = std::max(bound, worth);
        continue;
      }
      bound = std::max(bound, worths[kFront - 1]);
      size_t at = kFront - 1;
      for (; at > 0 && worths[at - 1] < worth; --at) {
        worths[at] = worths[at - 1];
        front.pairs[at] = front.pairs[at - 1];
      }
      worths[at] = worth;
      front.pairs[at] = row_[i];
    }
    limits_[At(agent)] = {.bound = bound, .elsewhere = worths[0]};
    return worths[0];
  }

  void StartSearch(int64_t most) {
    queue_.Clear();
    here_.clear();
    touched_.clear();
    done_.clear();
    nearest_ = most;
    now_ = 0;
    target_ = leaves_ = kNobody;
  }

  void EndSearch() {
    for (const int32_t host : touched_) asks_[At(host)].distance = kFar;
  }

  // Dijkstra's search to the nearest free seat or the first who would leave. Most
  // steps lead no further away, and need no queue.
  void SearchOn() {
    for (;;) {
      for (size_t i = 0; i < here_.size() && now_ < nearest_;) {
        for (const size_t end = std::min(here_.size(), i + kTogether); i < end; ++i) Visit(here_[i]);
        RelaxAll();
      }
      if (now_ >= nearest_) return;
      here_.clear();
      if (queue_.IsOver(nearest_)) return;
      const auto [distance, node] = queue_.Pop();
      now_ = std::max(now_, distance);  // A bound may promise more than there is.
      const int32_t agent = node - static_cast<int32_t>(hosts_.size());
      if (agent >= 0) {  // Behind its front there may be hosts as near as that.
        const int64_t base = distance + limits_[At(agent)].bound;
        BringForward(agent);
        RelaxRow(agent, base);
      } else if (distance == asks_[At(node)].distance) {  // Otherwise a shorter way was found since.
        Visit(node);
        RelaxAll();
      }
    }
  }

  // Whoever of the host may find another seat nearer than the nearest is put down,
  // without a branch: nobody could foretell it.
  void Visit(int32_t host) {
    done_.push_back(host);
    const int64_t before = now_ - asks_[At(host)].price;
    const Fan* const seat = seat_.data() + hosts_[At(host)].begin;
    const size_t taken = At(hosts_[At(host)].taken);
    if (looks_.size() < look_count_ + taken) looks_.resize(2 * (look_count_ + taken));
    Look* const looks = looks_.data();
    const int64_t nearest = nearest_;
    size_t count = look_count_;
    for (size_t i = 0; i < taken; ++i) {
      const int64_t base = before + static_cast<int64_t>(seat[i].weight);
      const int64_t least = base - std::max<int64_t>(0, limits_[At(seat[i].agent)].elsewhere);
      looks[count].agent = seat[i].agent;
      looks[count].own = host;
      looks[count].base = base;
      count += least < nearest ? 1 : 0;
    }
    look_count_ = count;
  }

  // Those who were put down look.
  void RelaxAll() {
    const size_t count = std::exchange(look_count_, 0);
    for (size_t i = 0; i < std::min(count, kAhead); ++i) __builtin_prefetch(&front_[At(looks_[i].agent)]);
    for (size_t i = 0; i < count; ++i) {
      if (i + kAhead < count) __builtin_prefetch(&front_[At(looks_[i + kAhead].agent)]);
      Relax(looks_[i].agent, looks_[i].base, looks_[i].own);
    }
  }

  // The agent, whose seat at `own` is `base` away from nothing, looks for another
  // one or leaves.
  void Relax(int32_t agent, int64_t base, int32_t own) {
    if (base < nearest_) {
      nearest_ = base;
      target_ = kNobody;
      leaves_ = agent;
    }
    const Front& front = front_[At(agent)];
    const int64_t bound = limits_[At(agent)].bound;
    const int64_t nearest = nearest_;
    int64_t elsewhere = bound;
    uint32_t reached = 0;
#pragma GCC unroll 8
    for (size_t i = 0; i < kFront; ++i) {
      const Pair& pair = front.pairs[i];
      const Ask& ask = asks_[At(pair.host)];
      const int64_t worth = static_cast<int64_t>(pair.weight) - ask.price;
      elsewhere = std::max(elsewhere, pair.host == own ? kNoMore : worth);
      reached |= static_cast<uint32_t>(base - worth < std::min(ask.distance, nearest)) << i;
    }
    limits_[At(agent)].elsewhere = elsewhere;
    for (; reached != 0; reached &= reached - 1) {
      const Pair& pair = front.pairs[static_cast<size_t>(std::countr_zero(reached))];
      Reach(pair, base - Worth(pair), agent);
    }
    if (bound != kNoMore && base - bound < nearest_) {
      queue_.Push(base - bound, agent + static_cast<int32_t>(hosts_.size()));
    }
  }

  void RelaxRow(int32_t agent, int64_t base) {
    const size_t end = agents_[At(agent)].row + At(agents_[At(agent)].count);
    for (size_t i = agents_[At(agent)].row; i < end; ++i) Reach(row_[i], base - Worth(row_[i]), agent);
  }

  void Reach(const Pair& pair, int64_t distance, int32_t by) {
    if (distance >= nearest_) return;
    int64_t& nearest = asks_[At(pair.host)].distance;
    if (distance >= nearest) return;
    if (nearest == kFar) touched_.push_back(pair.host);
    nearest = distance;
    Host& host = hosts_[At(pair.host)];
    host.by = by;
    host.weight = pair.weight;
    if (host.taken < host.seats) {
      nearest_ = distance;
      target_ = pair.host;
    } else if (distance == now_) {
      __builtin_prefetch(seat_.data() + host.begin);
      here_.push_back(pair.host);
    } else {
      queue_.Push(distance, pair.host);
    }
  }

  void RaisePrices() {
    for (const int32_t host : done_) ChangePrice(host, nearest_ - asks_[At(host)].distance);
  }

  void ChangePrice(int32_t host, int64_t by) {
    asks_[At(host)].price += by;
    const Fan* const first = seat_.data() + hosts_[At(host)].begin;
    const Fan* const last = first + hosts_[At(host)].taken;
    for (const Fan* seat = first; seat < last; ++seat) gain_[At(seat->agent)] -= by;
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
    asks_[At(host)].distance = 0;
    touched_.push_back(host);
    Visit(host);
    RelaxAll();
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
    asks_[At(host)].distance = 0;
    touched_.push_back(host);
    VisitBack(host, 0);
    while (!queue_.IsOver(nearest_)) {
      const auto [distance, next] = queue_.Pop();
      if (distance == asks_[At(next)].distance) VisitBack(next, distance);
    }
    for (const int32_t done : done_) ChangePrice(done, asks_[At(done)].distance - nearest_);
    MoveBack(host);
    for (const int32_t done : done_) TellFans(done);
    EndSearch();
  }

  void VisitBack(int32_t host, int64_t distance) {
    done_.push_back(host);
    const int64_t base = distance + asks_[At(host)].price;
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
    if (!ComeNear(from, distance)) return;
    Host& host = hosts_[At(from)];
    host.by = fan.agent;
    host.to = to;
    host.weight = fan.weight;
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
    const int64_t price = asks_[At(host)].price;
    for (const Fan& fan : column_[At(host)]) {
      const int64_t worth = static_cast<int64_t>(fan.weight) - price;
      Limits& limits = limits_[At(fan.agent)];
      limits.elsewhere = std::max(limits.elsewhere, worth);
      if (worth > limits.bound) PutInFront(fan.agent, {host, fan.weight});
    }
  }

  void PutInFront(int32_t agent, const Pair& pair) {
    Front& front = front_[At(agent)];
    const auto is_it = [&](const Pair& other) { return other.host == pair.host; };
    if (std::any_of(front.pairs.begin(), front.pairs.end(), is_it)) return;
    const auto least = std::min_element(front.pairs.begin(), front.pairs.end(),
                                        [this](const Pair& x, const Pair& y) { return Worth(x) < Worth(y); });
    int64_t& bound = limits_[At(agent)].bound;
    bound = std::max(bound, std::min(Worth(pair), Worth(*least)));
    if (Worth(*least) < Worth(pair)) *least = pair;
  }

  void Sit(int32_t number, int32_t host, int32_t weight) {
    Host& at = hosts_[At(host)];
    if (at.taken == at.room) MoveToMoreRoom(at);
    seat_[at.begin + At(at.taken)] = {number, weight};
    agents_[At(number)].host = host;
    agents_[At(number)].place = at.taken++;
    limits_[At(number)].elsewhere = kFar;  // Not known.
    ++size_;
    total_ += weight;
  }

  void MoveToMoreRoom(Host& host) {
    const size_t begin = seat_.size();
    host.room = 2 * host.room + 1;
    seat_.resize(begin + At(host.room));
    std::copy_n(seat_.begin() + static_cast<std::ptrdiff_t>(host.begin), host.taken,
                seat_.begin() + static_cast<std::ptrdiff_t>(begin));
    host.begin = begin;
  }

  void StandUp(int32_t number) {
    Agent& agent = agents_[At(number)];
    Host& host = hosts_[At(agent.host)];
    const Fan& last = seat_[host.begin + At(--host.taken)];
    Fan& seat = seat_[host.begin + At(agent.place)];
    --size_;
    total_ -= seat.weight;
    agents_[At(last.agent)].place = agent.place;
    seat = last;
    agent.host = kNobody;
  }

  int64_t pair_ = 0;      // What a pair counts before its weight.
  int32_t heaviest_ = 0;  // Of all weights so far.
  std::vector<Host> hosts_;
  std::vector<Ask> asks_;                 // Per host, and one more, of no host: it asks kFar and is never reached.
  std::vector<std::vector<Fan>> column_;  // Per host.
  std::vector<Fan> seat_;                 // Where hosts have their agents.
  std::vector<Pair> row_;                 // Agent by agent.
  std::vector<Agent> agents_;
  std::vector<int64_t> gain_;  // Per agent: what its seat is worth to it. No
                               // other host is worth more.
  std::vector<Limits> limits_;
  std::vector<Front> front_;
  int64_t size_ = 0, total_ = 0;

  // Of one search.
  DistanceQueue queue_;        // Hosts and, numbered after all hosts, agents' bounds.
  std::vector<int32_t> here_;  // Hosts as near as `now_`, where the search is.
  std::vector<Look> looks_;    // The first `look_count_` have still to look.
  size_t look_count_ = 0;
  std::vector<int32_t> touched_, done_;
  int64_t now_ = 0, nearest_ = 0;
  int32_t target_ = kNobody, leaves_ = kNobody, leaves_weight_ = 0;

  std::vector<int64_t> named_;  // Per host: in which check it last was.
  int64_t check_ = 0;
};

absl::StatusOr<Joining> Joining::Start(const Bipartite<int32_t>& graph, const PricedMatching& solved) {
  const auto heaviest = std::max_element(graph.weight.begin(), graph.weight.end());
  if (heaviest != graph.weight.end() && !FitTogether(graph.agent_count(), *heaviest)) return TooHeavy("weight");
  return Joining(std::make_unique<State>(graph, solved));
}

Joining::Joining(std::unique_ptr<State> state) : state_(std::move(state)) {}
Joining::~Joining() = default;
Joining::Joining(Joining&&) noexcept = default;
Joining& Joining::operator=(Joining&&) noexcept = default;

absl::StatusOr<int32_t> Joining::Join(const std::vector<std::pair<int32_t, int32_t>>& pairs) {
  return state_->Join(pairs);
}
void Joining::Leave(int32_t agent) { state_->Leave(agent); }
void Joining::AddSeat(int32_t host) { state_->AddSeat(host); }
void Joining::RemoveSeat(int32_t host) { state_->RemoveSeat(host); }
int32_t Joining::HostOf(int32_t agent) const { return state_->HostOf(agent); }
int64_t Joining::size() const { return state_->size(); }
int64_t Joining::total() const { return state_->total(); }

}  // namespace brygga::engine
