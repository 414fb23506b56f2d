// Nearly right prices, fast.
#ifndef BRYGGA_ENGINE_AUCTION_H_
#define BRYGGA_ENGINE_AUCTION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/bipartite.h"
#include "engine/market.h"
#include "engine/workers.h"

namespace brygga::engine {

// Bertsekas' auction with epsilon-scaling and similar objects (Bertsekas and
// Castañón, "The auction algorithm for the transportation problem", 1989): an
// agent without a seat bids for the host that is worth most to it, as much as
// leaves it content with its second choice, and epsilon more; the lowest bid of a
// full host gives way, and the host asks the lowest that is left. Epsilon starts
// coarse and is refined; whoever is still within epsilon of its best keeps its
// seat. What the seats that stay free ask is one floor, which rises until no free
// seat asks epsilon more than another: as if people without wishes bid for them.
//
// Agents at the head of the queue look at the same prices, a block at a time and
// on all threads, and then bid one after the other: the same bids at any number
// of threads.
//
// Among few people one phase is enough: shortest paths are as fast as a second one.
//
// Exactness is not asked of it (shortest_paths.h is exact from any prices), so it
// ends early where bids do not settle (after kMostBids an agent) or get too high.
template <typename W, typename P>
class Auction {
 public:
  Auction(Market<W, P>& market, Workers& workers, Ticker& ticker)
      : market_(market), workers_(workers), ticker_(ticker), bid_(market.who.size(), 0) {
    for (const W weight : market.graph.weight) most_ = std::max(most_, static_cast<P>(weight));
  }

  // Leaves everyone seated, or some without a seat where it ended early.
  void Run() {
    SetOut();
    for (size_t a = 0; a < market_.agent_count(); ++a) queue_.push_back(static_cast<int32_t>(a));
    const bool once = market_.agent_count() <= kFewAgents;
    const P last = std::max<P>(1, most_ / (once ? kOnly : kFinest));
    for (P epsilon = std::max<P>(1, most_ / (once ? kOnly : kCoarsest));; epsilon = std::max(last, epsilon / kRefine)) {
      epsilon = BidDown(epsilon);
      if (epsilon <= last || Waiting() > 0 || ticker_.stopped()) return;
      Unseat(std::max(last, epsilon / kRefine));
    }
  }

 private:
  using Choice = typename Market<W, P>::Choice;

  // Parts of the largest weight, the only one where agents are few; how much finer
  // each phase is, and how much coarser where bids do not settle.
  static constexpr int64_t kCoarsest = 120, kFinest = 50'000, kOnly = 250, kRefine = 8, kGrow = 5;
  static constexpr size_t kFewAgents = 256;
  static constexpr int64_t kPatience = 30, kMostBids = 400;  // Bids an agent, before epsilon grows and in all.
  static constexpr size_t kBlock = 256, kPiece = 16, kAhead = 4;

  size_t Waiting() const { return queue_.size() - head_; }

  // Where all seats are to be taken, it saves most bids that hosts ask about as
  // much as they will in the end: somewhat less than the most that anybody would
  // give. (Any prices would do.)
  void SetOut() {
    for (size_t a = 0; a < market_.agent_count(); ++a) {
      const int32_t* const host = market_.Hosts(a);
      const W* const weight = market_.Weights(a);
      for (int32_t i = 0; i < market_.count[a]; ++i) {
        P& price = market_.price[At(host[i])];
        price = std::max(price, static_cast<P>(weight[i]));
      }
      ticker_.Step(market_.count[a]);
    }
    for (size_t h = 0; h < market_.host_count(); ++h) {
      market_.price[h] = market_.spare[h] ? 0 : market_.price[h] - market_.price[h] / 5 * 2;
    }
  }

  // Bids until everyone is seated. Returns the epsilon that it took.
  P BidDown(P epsilon) {
    const int64_t agents = static_cast<int64_t>(market_.agent_count());
    int64_t patience = kPatience * agents;
    int64_t bids = 0;
    do {
      while (Waiting() > 0) {
        if (ticker_.stopped() || bids_ > kMostBids * agents || highest_ > market_.kFar / 4) return epsilon;
        if (bids > patience) {
          epsilon = std::min<P>(std::max<P>(1, most_), epsilon * kGrow);
          patience += kPatience * agents;
        }
        bids += BidBlock(epsilon);
      }
    } while (RaiseFloor(epsilon));
    return epsilon;
  }

  // Those at the head of the queue look, and then bid.
  int64_t BidBlock(P epsilon) {
    const size_t size = std::clamp<size_t>(Waiting() / 8, 1, kBlock);
    choices_.resize(size);
    workers_.For(size, kPiece, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        if (i + kAhead < end) market_.Prefetch(At(queue_[head_ + i + kAhead]));
        choices_[i] = market_.Look(At(queue_[head_ + i]), epsilon);
      }
    });
    for (size_t i = 0; i < size; ++i) {
      const int32_t agent = queue_[head_ + i];
      Choice& choice = choices_[i];
      ticker_.Step(choice.steps);
      const P worth = static_cast<P>(choice.weight) - market_.price[At(choice.host)];
      if (worth < choice.second) choice = market_.Look(At(agent), epsilon);  // Its host got dearer since.
      Bid(agent, choice, epsilon);
    }
    head_ += size;
    if (2 * head_ >= queue_.size()) {
      queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
    bids_ += static_cast<int64_t>(size);
    return static_cast<int64_t>(size);
  }

  void Bid(int32_t agent, const Choice& choice, P epsilon) {
    const bool has_second = choice.second > market_.kLow;
    const P bid =
        (has_second ? static_cast<P>(choice.weight) - choice.second : market_.price[At(choice.host)] + most_) + epsilon;
    highest_ = std::max(highest_, bid);
    const size_t host = At(choice.host);
    market_.weight_of[At(agent)] = choice.weight;
    market_.host_of[At(agent)] = choice.host;
    if (market_.IsFull(choice.host)) {
      const int32_t other = market_.Who(host)[0];
      market_.host_of[At(other)] = kNobody;
      queue_.push_back(other);
      Settle(host, 0, agent, bid);
    } else {
      Take(host, agent, bid);
    }
  }

  // Puts the agent on a free seat; a host that gets full orders its bids.
  void Take(size_t host, int32_t agent, P bid) {
    const int32_t seat = market_.taken[host]++;
    market_.Who(host)[seat] = agent;
    bid_[market_.begin[host] + At(seat)] = bid;
    if (market_.taken[host] < market_.seats[host]) return;
    for (int32_t i = market_.seats[host] / 2; i-- > 0;) {
      Settle(host, i, market_.Who(host)[i], bid_[market_.begin[host] + At(i)]);
    }
    market_.price[host] = bid_[market_.begin[host]];
  }

  // The bids of a full host are a heap, the lowest on top. Puts a bid in at `i`
  // or below.
  void Settle(size_t host, int32_t i, int32_t agent, P bid) {
    int32_t* const who = market_.Who(host);
    P* const bids = bid_.data() + market_.begin[host];
    for (int32_t child; (child = 2 * i + 1) < market_.seats[host]; i = child) {
      if (child + 1 < market_.seats[host] && bids[child + 1] < bids[child]) ++child;
      if (bids[child] >= bid) break;
      who[i] = who[child];
      bids[i] = bids[child];
    }
    who[i] = agent;
    bids[i] = bid;
    market_.price[host] = bids[0];
  }

  // At the start of a phase: only who is within epsilon of its best keeps its seat.
  void Unseat(P epsilon) {
    keeps_.resize(market_.agent_count());
    ForAgents(market_, workers_, ticker_, [&](size_t a) {
      const P worth = static_cast<P>(market_.weight_of[a]) - market_.price[At(market_.host_of[a])];
      keeps_[a] = worth >= market_.Look(a, 0).worth - epsilon ? 1 : 0;
    });
    for (size_t h = 0; h < market_.host_count(); ++h) {
      const P price = market_.price[h];
      const int32_t taken = market_.taken[h];
      market_.taken[h] = 0;
      for (int32_t i = 0; i < taken; ++i) {
        const int32_t agent = market_.Who(h)[i];
        if (keeps_[At(agent)]) {
          Take(h, agent, price);
        } else {
          market_.host_of[At(agent)] = kNobody;
          queue_.push_back(agent);
        }
      }
    }
  }

  // Where some free seat asks epsilon more than the floor: raises the floor, and
  // whoever paid less for a seat than it is now bids again. False: there is none.
  bool RaiseFloor(P epsilon) {
    P highest = floor_, next = market_.kFar;
    for (size_t h = 0; h < market_.host_count(); ++h) {
      if (!market_.spare[h] || market_.seats[h] == 0) continue;
      const P price = market_.price[h];
      if (price > floor_) next = std::min(next, price);
      if (market_.taken[h] == market_.seats[h]) continue;
      highest = std::max(highest, price);
      for (int32_t i = 0; i < market_.taken[h]; ++i) next = std::min(next, bid_[market_.begin[h] + At(i)]);
    }
    if (highest <= floor_ + epsilon) return false;
    floor_ = std::min(highest, std::max(floor_ + epsilon, next));
    for (size_t h = 0; h < market_.host_count(); ++h) {
      if (!market_.spare[h]) continue;
      if (market_.taken[h] == market_.seats[h] && market_.price[h] >= floor_) continue;
      LeaveBelowFloor(h);
      market_.price[h] = std::max(market_.price[h], floor_);
    }
    ticker_.Step(static_cast<int64_t>(market_.agent_count() + market_.host_count()));
    return true;
  }

  void LeaveBelowFloor(size_t host) {
    int32_t* const who = market_.Who(host);
    P* const bids = bid_.data() + market_.begin[host];
    int32_t stay = 0;
    for (int32_t i = 0; i < market_.taken[host]; ++i) {
      if (bids[i] >= floor_) {
        who[stay] = who[i];
        bids[stay++] = bids[i];
      } else {
        market_.host_of[At(who[i])] = kNobody;
        queue_.push_back(who[i]);
      }
    }
    market_.taken[host] = stay;
  }

  static size_t At(int32_t i) { return static_cast<size_t>(i); }

  Market<W, P>& market_;
  Workers& workers_;
  Ticker& ticker_;
  std::vector<P> bid_;          // Per seat.
  std::vector<int32_t> queue_;  // Agents without a seat, from `head_` on.
  size_t head_ = 0;
  std::vector<Choice> choices_;
  std::vector<uint8_t> keeps_;
  P most_ = 0;     // Weight.
  P highest_ = 0;  // Bid.
  P floor_ = 0;
  int64_t bids_ = 0;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_AUCTION_H_
