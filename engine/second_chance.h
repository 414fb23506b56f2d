// Deferred acceptance by the second-chance rule where each agent has one place:
// the fast path of stable.h.
#ifndef BRYGGA_ENGINE_SECOND_CHANCE_H_
#define BRYGGA_ENGINE_SECOND_CHANCE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "engine/bipartite.h"
#include "engine/blocking.h"

namespace brygga::engine {

// How SecondChance reads a graph: both sides' ranks as they are given, or by weight.
struct GivenRanks {
  const RankedGraph& graph;
  int32_t Agents(size_t e) const { return graph.agents_rank[e]; }
  int32_t Hosts(size_t e) const { return graph.hosts_rank[e]; }
  void Fetch(size_t e) const {
    __builtin_prefetch(&graph.host[e]);
    __builtin_prefetch(&graph.agents_rank[e]);
    __builtin_prefetch(&graph.hosts_rank[e]);
  }
};
struct RanksByWeight {
  const Bipartite<int32_t>& graph;
  // A negative weight makes a negative rank, which is refused.
  int32_t Agents(size_t e) const { return static_cast<int32_t>(kLowest - static_cast<uint32_t>(graph.weight[e])); }
  int32_t Hosts(size_t e) const { return Agents(e); }
  void Fetch(size_t e) const {
    __builtin_prefetch(&graph.host[e]);
    __builtin_prefetch(&graph.weight[e]);
  }
  static constexpr uint32_t kLowest = std::numeric_limits<int32_t>::max();
};

// A proposal is a number: lower is better for the host. From the top: tentative or
// not; the agent's rank with the host; not on the second chance; the agent. The
// lowest refused number of a full host is all that a proposal has to beat. It only
// gets lower, so what a host has refused once it refuses for good, and the answer is
// the same in whichever order agents propose.
//
// Hence everybody proposes to a first host before anybody's pairs are put in order,
// which most need by then, but only of those hosts that would still take them on
// their second chance: on the average of half of them or fewer.
//
// Time: O(pairs) with ranks that are dense or spread, O(pairs log pairs) at worst.
template <typename Ranks>
class SecondChance {
 public:
  SecondChance(Ranks ranks, Ticker& ticker)
      : ranks_(ranks), offset_(ranks.graph.offset), host_(ranks.graph.host), ticker_(ticker) {}

  // Nullopt: `ticker` stopped it, or a pair is wrong.
  std::optional<std::vector<int64_t>> Run() {
    MakeRoom();
    for (size_t a = 0; a < agent_count(); ++a) {
      if (!ticker_.Step(2 * Degree(a) + 1) || !IsRight(a)) return std::nullopt;
      ticker_.Advance(static_cast<int64_t>(a) + 1);
      if (Degree(a) > 0) ProposeFirst(a);
    }
    PutRefusedInOrder();
    while (!refused_.empty()) {
      if (ticker_.stopped()) return std::nullopt;
      asking_.swap(refused_);
      refused_.clear();
      AskAgain();
    }
    return ticker_.stopped() ? std::nullopt : std::optional(Chosen());
  }

 private:
  // A pair in its agent's order, which is all that proposals look at.
  struct Listed {
    uint32_t host_and_tie;  // Twice the host, one more where the next of the list has the same rank.
    int32_t rank;           // The agent's with the host.
  };
  // An agent's list, and who of it has refused. Who stands before `at` refuses
  // whatever the agent has to propose on this chance; who stands before `tentative`
  // and ties with `at`, what is tentative.
  struct Turn {
    size_t begin = 0;  // In listed_.
    uint32_t count = 0, at = 0, tentative = 0;
    bool is_listed = false;
    bool on_second_chance = false;
  };
  static constexpr uint32_t kNone = ~uint32_t{0};
  static constexpr uint64_t kTentativeBit = uint64_t{1} << 63;
  static constexpr uint64_t kFirstChanceBit = uint64_t{1} << 31;
  static constexpr uint64_t kAgentBits = kFirstChanceBit - 1;
  static constexpr uint64_t kBeatsNothing = 0;
  static constexpr uint64_t kBeatsAll = ~uint64_t{0};
  static constexpr size_t kMovesByInsertion = 8;  // A pair.
  static constexpr size_t kMostExact = 1 << 22;   // Whole numbers that a float holds, with some to spare.
  static constexpr size_t kAhead = 4;
  static constexpr size_t kFetched = 16;  // Numbers at a time, or half as many of a list.

  size_t agent_count() const { return offset_.size() - 1; }
  size_t host_count() const { return ranks_.graph.seats.size(); }
  size_t Begin(size_t agent) const { return static_cast<size_t>(offset_[agent]); }
  int64_t Degree(size_t agent) const { return offset_[agent + 1] - offset_[agent]; }

  // Room for as many proposals as a host can hold: never more than agents.
  void MakeRoom() {
    const size_t hosts = host_count();
    seats_ = ranks_.graph.seats;
    int64_t sum = 0;
    for (int32_t& seats : seats_) {
      seats = std::min<int32_t>(seats, static_cast<int32_t>(agent_count()));
      sum += seats;
    }
    if (sum > static_cast<int64_t>(host_.size())) LowerSeatsToDegrees();
    begin_.assign(hosts + 1, 0);
    for (size_t h = 0; h < hosts; ++h) begin_[h + 1] = begin_[h] + seats_[h];
    held_.resize(static_cast<size_t>(begin_[hosts]));
    taken_.assign(hosts, 0);
    to_beat_.resize(hosts);
    for (size_t h = 0; h < hosts; ++h) to_beat_[h] = seats_[h] > 0 ? kBeatsAll : kBeatsNothing;
    listed_ = std::make_unique_for_overwrite<Listed[]>(host_.size());
    turn_.resize(agent_count());
  }

  void LowerSeatsToDegrees() {
    std::vector<int32_t> degree(host_count(), 0);
    for (const int32_t host : host_) {
      if (host >= 0 && static_cast<size_t>(host) < degree.size()) ++degree[static_cast<size_t>(host)];
    }
    for (size_t h = 0; h < seats_.size(); ++h) seats_[h] = std::min(seats_[h], degree[h]);
  }

  // Whether hosts and ranks are in bounds and no host is there twice.
  bool IsRight(size_t agent) {
    const size_t begin = Begin(agent), end = Begin(agent + 1);
    int32_t sign = 0, descends = 0;
    uint32_t highest_host = 0;
    for (size_t e = begin; e < end; ++e) {
      highest_host = std::max(highest_host, static_cast<uint32_t>(host_[e]));
      sign |= ranks_.Hosts(e) | ranks_.Agents(e);
    }
    if (sign < 0 || (begin < end && highest_host >= host_count())) return false;
    for (size_t e = begin; e + 1 < end; ++e) descends |= host_[e] >= host_[e + 1] ? 1 : 0;
    if (descends == 0) return true;
    stamp_.resize(host_count(), kNone);
    for (size_t e = begin; e < end; ++e) {
      uint32_t& stamp = stamp_[static_cast<size_t>(host_[e])];
      if (std::exchange(stamp, static_cast<uint32_t>(agent)) == static_cast<uint32_t>(agent)) return false;
    }
    return true;
  }

  // To the first of those whom the agent likes best.
  void ProposeFirst(size_t agent) {
    const size_t begin = Begin(agent), end = Begin(agent + 1);
    int32_t lowest = ranks_.Agents(begin);
    for (size_t e = begin; e < end; ++e) lowest = std::min(lowest, ranks_.Agents(e));
    uint32_t tied = 0;
    for (size_t e = begin; e < end; ++e) tied += ranks_.Agents(e) == lowest ? 1 : 0;
    size_t first = begin;
    while (ranks_.Agents(first) != lowest) ++first;
    const uint64_t chance = kFirstChanceBit | (tied > 1 ? kTentativeBit : 0);
    const size_t host = static_cast<size_t>(host_[first]);
    if (!IsTaken(host, Proposal(agent, ranks_.Hosts(first), chance))) refused_.push_back(static_cast<uint32_t>(agent));
  }

  // So that rows are read one after the other.
  void PutRefusedInOrder() {
    std::vector<uint8_t> is_refused(agent_count(), 0);
    for (const uint32_t agent : refused_) is_refused[agent] = 1;
    refused_.clear();
    for (size_t a = 0; a < agent_count(); ++a) {
      if (is_refused[a] != 0) refused_.push_back(static_cast<uint32_t>(a));
    }
  }

  // Those who were refused or pushed out; what they will look at is fetched ahead.
  void AskAgain() {
    for (size_t i = 0; i < asking_.size(); ++i) {
      if (i + 2 * kAhead < asking_.size()) __builtin_prefetch(&turn_[asking_[i + 2 * kAhead]]);
      if (i + kAhead < asking_.size()) Fetch(asking_[i + kAhead]);
      const uint32_t agent = asking_[i];
      const bool is_listed = std::exchange(turn_[agent].is_listed, true);
      if (!ticker_.Step(8 + (is_listed ? 0 : 2 * Degree(agent)))) return;
      if (!is_listed) List(agent);
      Propose(agent);
    }
  }

  void Fetch(uint32_t agent) const {
    const Turn& turn = turn_[agent];
    if (turn.is_listed) {
      const Listed* const next = listed_.get() + turn.begin + turn.at;
      __builtin_prefetch(next);
      __builtin_prefetch(next + kFetched / 2);
      return;
    }
    for (size_t e = Begin(agent); e < Begin(agent + 1); e += kFetched) ranks_.Fetch(e);
  }

  // Lists the agent's pairs by rank, those of a tie as the graph has them, but not
  // where it has no chance: a counting sort over as many buckets as there are
  // pairs, which dense ranks fill one by one, and insertion for what shares a bucket.
  void List(size_t agent) {
    const size_t size = KeepChances(agent), begin = Begin(agent);
    turn_[agent].begin = listed_size_;
    turn_[agent].count = static_cast<uint32_t>(size);
    Listed* const list = listed_.get() + listed_size_;
    listed_size_ += size;
    if (size > 0) Sort(size);
    for (size_t i = 0; i < size; ++i) {
      const uint64_t key = keys_[i];
      const bool tie = i + 1 < size && key >> 32 == keys_[i + 1] >> 32;
      const size_t e = begin + static_cast<uint32_t>(key);
      list[i] = {static_cast<uint32_t>(host_[e]) << 1 | (tie ? 1 : 0), ranks_.Hosts(e)};
    }
  }

  // Ranks and places of the pairs where the agent's best proposal may be taken.
  // Gives their number.
  size_t KeepChances(size_t agent) {
    const size_t begin = Begin(agent), degree = static_cast<size_t>(Degree(agent));
    if (rank_.size() < degree) {
      rank_.resize(degree);
      place_.resize(degree);
      bucket_.resize(degree);
      keys_.resize(degree);
    }
    size_t kept = 0;
    for (size_t i = 0; i < degree; ++i) {
      rank_[kept] = ranks_.Agents(begin + i);
      place_[kept] = static_cast<uint32_t>(i);
      const uint64_t best = Proposal(agent, ranks_.Hosts(begin + i), 0);
      kept += best < to_beat_[static_cast<size_t>(host_[begin + i])] ? 1 : 0;
    }
    return kept;
  }

  // Makes the first `size` of rank_ and place_ keys_ in order.
  void Sort(size_t size) {
    int32_t lowest = rank_[0], highest = lowest;
    for (size_t i = 1; i < size; ++i) {
      lowest = std::min(lowest, rank_[i]);
      highest = std::max(highest, rank_[i]);
    }
    const uint32_t range = static_cast<uint32_t>(highest) - static_cast<uint32_t>(lowest);
    // Rounded or not, a higher rank never gets a lower bucket.
    const bool exact = range < size && size <= kMostExact;
    const float scale = range < size ? 1.0F : static_cast<float>(size - 1) / static_cast<float>(range);
    for (size_t i = 0; i < size; ++i) bucket_[i] = static_cast<int32_t>(static_cast<float>(rank_[i] - lowest) * scale);
    if (size > kMostExact) {
      for (size_t i = 0; i < size; ++i) bucket_[i] = std::min(bucket_[i], static_cast<int32_t>(size));
    }
    count_.assign(size + 1, 0);
    for (size_t i = 0; i < size; ++i) ++count_[static_cast<size_t>(bucket_[i])];
    uint32_t sum = 0;
    for (size_t b = 0; b <= size; ++b) sum += std::exchange(count_[b], sum);
    for (size_t i = 0; i < size; ++i) {
      keys_[count_[static_cast<size_t>(bucket_[i])]++] = static_cast<uint64_t>(rank_[i]) << 32 | place_[i];
    }
    if (!exact) SortWithinBuckets(size);
  }

  // Pairs of one rank are in order already, so few have far to go.
  void SortWithinBuckets(size_t size) {
    size_t moves_left = kMovesByInsertion * size;
    for (size_t i = 1; i < size; ++i) {
      const uint64_t key = keys_[i];
      if (key > keys_[i - 1]) continue;
      size_t to = i;
      for (; to > 0 && key < keys_[to - 1]; --to) keys_[to] = keys_[to - 1];
      keys_[to] = key;
      if (i - to > moves_left) {
        std::sort(keys_.begin(), keys_.begin() + static_cast<std::ptrdiff_t>(size));
        return;
      }
      moves_left -= i - to;
    }
  }

  // The agent proposes from its turn on until somebody takes it.
  void Propose(uint32_t agent) {
    Turn& turn = turn_[agent];
    const Listed* const list = listed_.get() + turn.begin;
    if (!turn.on_second_chance) {
      turn.at = FirstToTake(list, turn.at, turn.count, agent, kFirstChanceBit);
      if (turn.at < turn.count) return ProposeWithinTie(agent);
      turn.on_second_chance = true;
      turn.at = 0;
      ticker_.Step(turn.count);
    }
    turn.at = FirstToTake(list, turn.at, turn.count, agent, 0);
    if (turn.at < turn.count) IsTaken(Host(list[turn.at]), Proposal(agent, list[turn.at].rank, 0));
    ticker_.Step(turn.count - turn.at);
  }

  // The first of the list, from `at` on, who takes the agent, `count` if nobody does.
  uint32_t FirstToTake(const Listed* list, uint32_t at, uint32_t count, uint32_t agent, uint64_t chance) const {
    while (at < count && Proposal(agent, list[at].rank, chance) >= to_beat_[Host(list[at])]) ++at;
    return at;
  }

  // Somebody takes the agent in earnest who ties with others: all of them are asked
  // tentatively before, those in front of it in vain.
  void ProposeWithinTie(uint32_t agent) {
    Turn& turn = turn_[agent];
    const Listed* const list = listed_.get() + turn.begin;
    const bool stands_alone = !IsTied(list[turn.at]) && (turn.at == 0 || !IsTied(list[turn.at - 1]));
    for (turn.tentative = std::max(turn.tentative, turn.at); !stands_alone; ++turn.tentative) {
      const Listed& pair = list[turn.tentative];
      if (IsTaken(Host(pair), Proposal(agent, pair.rank, kTentativeBit | kFirstChanceBit))) return;
      if (!IsTied(pair)) break;
    }
    IsTaken(Host(list[turn.at]), Proposal(agent, list[turn.at].rank, kFirstChanceBit));
  }

  static uint64_t Proposal(size_t agent, int32_t rank, uint64_t chance) {
    return chance | static_cast<uint64_t>(rank) << 32 | agent;
  }
  static size_t Host(const Listed& pair) { return pair.host_and_tie >> 1; }
  static bool IsTied(const Listed& pair) { return (pair.host_and_tie & 1) != 0; }

  bool IsTaken(size_t host, uint64_t proposal) {
    if (proposal >= to_beat_[host]) return false;
    Take(host, proposal);
    return true;
  }

  // The host takes `proposal`, and refuses the worst that it held where it is full.
  void Take(size_t host, uint64_t proposal) {
    uint64_t* const first = held_.data() + begin_[host];
    if (taken_[host] < seats_[host]) {
      first[taken_[host]++] = proposal;
      if (taken_[host] < seats_[host]) return;
      std::make_heap(first, first + taken_[host]);
    } else {
      refused_.push_back(static_cast<uint32_t>(first[0] & kAgentBits));
      SiftDown(first, static_cast<size_t>(seats_[host]), proposal);
    }
    to_beat_[host] = first[0];
  }

  static void SiftDown(uint64_t* heap, size_t size, uint64_t value) {
    size_t at = 0;
    for (size_t child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && heap[child + 1] > heap[child]) ++child;
      if (heap[child] <= value) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = value;
  }

  std::vector<int64_t> Chosen() const {
    std::vector<uint32_t> host_of(agent_count(), kNone);
    for (size_t h = 0; h < host_count(); ++h) {
      for (int32_t i = 0; i < taken_[h]; ++i) {
        host_of[held_[static_cast<size_t>(begin_[h] + i)] & kAgentBits] = static_cast<uint32_t>(h);
      }
    }
    std::vector<int64_t> chosen;
    chosen.reserve(held_.size());
    for (size_t a = 0; a < host_of.size(); ++a) {
      const size_t later = a + 2 * kAhead;
      if (later < host_of.size() && host_of[later] != kNone) __builtin_prefetch(&host_[Guess(later, host_of[later])]);
      if (host_of[a] != kNone) chosen.push_back(Find(a, static_cast<int32_t>(host_of[a])));
    }
    return chosen;
  }

  // Where the pair would be if hosts were spread evenly over the agent's row.
  size_t Guess(size_t agent, uint32_t host) const {
    return Begin(agent) + static_cast<size_t>(static_cast<uint64_t>(Degree(agent)) * host / host_count());
  }

  // Rows mostly ascend; where this one does not, all of it is looked through.
  int64_t Find(size_t agent, int32_t host) const {
    size_t e = Guess(agent, static_cast<uint32_t>(host));
    while (host_[e] < host && e + 1 < Begin(agent + 1)) ++e;
    while (host_[e] > host && e > Begin(agent)) --e;
    if (host_[e] == host) return static_cast<int64_t>(e);
    const auto first = host_.begin() + offset_[agent], last = host_.begin() + offset_[agent + 1];
    return std::find(first, last, host) - host_.begin();
  }

  const Ranks ranks_;
  const std::vector<int64_t>& offset_;
  const std::vector<int32_t>& host_;
  Ticker& ticker_;
  std::unique_ptr<Listed[]> listed_;  // The lists of those who needed one.
  size_t listed_size_ = 0;
  std::vector<Turn> turn_;              // Per agent.
  std::vector<int32_t> seats_, taken_;  // Per host.
  std::vector<int64_t> begin_;
  std::vector<uint64_t> held_;     // Proposals, host by host; a heap where all seats are taken.
  std::vector<uint64_t> to_beat_;  // Per host.
  std::vector<uint32_t> stamp_;    // Per host: whom it was seen with.
  std::vector<uint32_t> asking_, refused_;
  std::vector<int32_t> rank_, bucket_;  // Of the list that is being made, as is what follows.
  std::vector<uint32_t> place_, count_;
  std::vector<uint64_t> keys_;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_SECOND_CHANCE_H_
