// Nearly right prices, fast.
#ifndef BRYGGA_ENGINE_AUCTION_H_
#define BRYGGA_ENGINE_AUCTION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/bipartite.h"
#include "engine/market.h"
#include "engine/shortest_paths.h"
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
// Bids of a few people for whom seats are far go on for long, and paths are long
// where many people wait: so a phase seats most by bids and the rest along paths
// that keep within epsilon (shortest_paths.h; Gabow and Tarjan 1989), whichever
// ends first.
//
// Among few people one phase is enough: shortest paths are as fast as a second one.
//
// Exactness is not asked of it: shortest_paths.h is exact from any prices. Where
// that would take long, because prices are as rough as weights are fine, there is
// one more phase, in parts of a weight if need be; an epsilon below the n-th part
// of a weight leaves nothing to do.
template <typename W, typename P>
class Auction {
 public:
  Auction(Market<W, P>& market, Workers& workers, Ticker& ticker)
      : market_(market), workers_(workers), ticker_(ticker), bid_(market.who.size(), 0) {
    for (const W weight : market.graph.weight) most_ = std::max(most_, static_cast<P>(weight));
  }

  // Leaves everyone seated, and prices that say whole weights, unless `ticker`
  // stopped it.
  void Run() {
    if (most_ <= kCoarsest / kRefine) market_.Refine(kRefine);
    SetOut();
    const bool once = market_.agent_count() <= kFewAgents;
    const P last = std::max<P>(1, most_ * market_.unit / (once ? kOnly : kFinest));
    epsilon_ = std::max<P>(1, most_ * market_.unit / (once ? kOnly : kCoarsest));
    for (size_t a = 0; a < market_.agent_count(); ++a) queue_.push_back(static_cast<int32_t>(a));
    SeatAll();
    while (epsilon_ > last && !ticker_.stopped()) {
      epsilon_ = std::max(last, epsilon_ / kRefine);
      Unseat();
      SeatAll();
    }
    EndInWholes();
  }

  // One more phase, finer than the last, from whatever seats and prices there are
  // now. False: it was as fine as it gets.
  bool Refine() {
    if (epsilon_ > 1) {
      epsilon_ = std::max<P>(1, epsilon_ / kRefine);
    } else if (Fits(kRefine * parts_)) {
      parts_ *= kRefine;
    } else {
      return false;
    }
    market_.Refine(parts_);
    TakeUp();
    SeatAll();
    EndInWholes();
    return true;
  }

 private:
  using Choice = typename Market<W, P>::Choice;

  // Parts of the largest weight, the only one where agents are few; how much finer
  // each phase is.
  static constexpr int64_t kCoarsest = 120, kFinest = 50'000, kOnly = 250, kRefine = 8;
  static constexpr size_t kFewAgents = 256;
  static constexpr int64_t kPatience = 30;  // Bids an agent and phase.
  static constexpr size_t kBlock = 256, kPiece = 16, kAhead = 4;

  // Whether prices and what they may still rise by can be told in such parts of a weight.
  bool Fits(P parts) const {
    P furthest = most_;
    for (const P price : market_.price) furthest = std::max(furthest, std::max(price, -price));
    const P people = static_cast<P>(market_.agent_count()) + static_cast<P>(market_.host_count());
    return furthest / kRefine + most_ * people <= market_.kFar / 64 / parts;
  }

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
        price = std::max(price, static_cast<P>(weight[i]) * market_.unit);
      }
      ticker_.Step(market_.count[a]);
    }
    for (size_t h = 0; h < market_.host_count(); ++h) {
      market_.price[h] = market_.spare[h] ? 0 : market_.price[h] - market_.price[h] / 5 * 2;
    }
  }

  // One phase: nearly all take their seats by bids, and whoever would still be at it
  // for long along paths that are as nearly the best; or the other way round where
  // paths are long. Neither gets more time than the other.
  void SeatAll() {
    int64_t patience = kPatience * static_cast<int64_t>(market_.agent_count());
    for (const int64_t begin = ticker_.steps(); !BidDown(patience) && !ticker_.stopped(); patience *= 2) {
      ShortestPaths<W, P>(market_, epsilon_).Run(workers_, ticker_, ticker_.steps() - begin);
      TakeUp();
    }
  }

  // Goes on from whatever seats and prices there are now.
  void TakeUp() {
    queue_.clear();
    head_ = 0;
    for (size_t a = 0; a < market_.agent_count(); ++a) {
      if (market_.host_of[a] == kNobody) queue_.push_back(static_cast<int32_t>(a));
    }
    floor_ = market_.Floor();
    Unseat();
  }

  void EndInWholes() {
    parts_ = market_.unit;
    market_.Round();
  }

  // Bids until everyone is seated. False: that takes more bids than `patience`.
  bool BidDown(int64_t patience) {
    int64_t bids = 0;
    do {
      while (Waiting() > 0) {
        if (ticker_.stopped() || bids > patience || highest_ > market_.kFar / 4) return false;
        bids += BidBlock();
      }
    } while (RaiseFloor());
    return true;
  }

  // Those at the head of the queue look, and then bid.
  int64_t BidBlock() {
    const size_t size = std::clamp<size_t>(Waiting() / 8, 1, kBlock);
    choices_.resize(size);
    workers_.For(size, kPiece, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        if (i + kAhead < end) market_.Prefetch(At(queue_[head_ + i + kAhead]));
        choices_[i] = market_.Look(At(queue_[head_ + i]), epsilon_);
      }
    });
    for (size_t i = 0; i < size; ++i) {
      const int32_t agent = queue_[head_ + i];
      Choice& choice = choices_[i];
      ticker_.Step(choice.steps);
      const P worth = market_.Worth(choice.weight, choice.host);
      if (worth < choice.second) choice = market_.Look(At(agent), epsilon_);  // Its host got dearer since.
      Bid(agent, choice);
    }
    head_ += size;
    if (2 * head_ >= queue_.size()) {
      queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
    return static_cast<int64_t>(size);
  }

  void Bid(int32_t agent, const Choice& choice) {
    const P rise =
        choice.second > market_.kLow ? market_.Worth(choice.weight, choice.host) - choice.second : most_ * market_.unit;
    const P bid = market_.price[At(choice.host)] + rise + epsilon_;
    highest_ = std::max(highest_, bid);
    const size_t host = At(choice.host);
    market_.weight_of[At(agent)] = choice.weight;
    market_.host_of[At(agent)] = choice.host;
    if (market_.IsFull(choice.host)) {
      const int32_t other = market_.Who(host)[0];
      market_.Prefetch(At(other));  // Bids soon.
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
  void Unseat() {
    keeps_.resize(market_.agent_count());
    ForAgents(market_, workers_, ticker_, [&](size_t a) {
      if (market_.host_of[a] == kNobody) return;
      keeps_[a] =
          market_.Worth(market_.weight_of[a], market_.host_of[a]) >= market_.Look(a, 0).worth - epsilon_ ? 1 : 0;
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
  bool RaiseFloor() {
    P highest = floor_, next = market_.kFar;
    for (size_t h = 0; h < market_.host_count(); ++h) {
      if (!market_.spare[h] || market_.seats[h] == 0) continue;
      const P price = market_.price[h];
      if (price > floor_) next = std::min(next, price);
      if (market_.taken[h] == market_.seats[h]) continue;
      highest = std::max(highest, price);
      for (int32_t i = 0; i < market_.taken[h]; ++i) next = std::min(next, bid_[market_.begin[h] + At(i)]);
    }
    if (highest <= floor_ + epsilon_) return false;
    floor_ = std::min(highest, std::max(floor_ + epsilon_, next));
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
  P epsilon_ = 1;
  P parts_ = 1;    // Of a weight, that prices counted in the last phase.
  P most_ = 0;     // Weight.
  P highest_ = 0;  // Bid.
  P floor_ = 0;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_AUCTION_H_
