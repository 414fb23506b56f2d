#include "engine/stable.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "engine/solve.h"
#include "engine/stable_general.h"

namespace brygga::engine {
namespace {

constexpr size_t kMostViolations = 100;
constexpr int64_t kMostPeople = int64_t{1} << 30;  // A side; the keys of proposals are laid out for it.

absl::Status Cancelled() { return absl::CancelledError("the round was cancelled"); }

absl::Status TooLarge(std::string_view what) {
  return MakeError(absl::StatusCode::kResourceExhausted, what, {.reason = "COHORT_TOO_LARGE"});
}

// What can be said without a look at the pairs.
template <typename Graph>
std::vector<FieldViolation> WrongColumns(const Graph& graph) {
  std::vector<FieldViolation> wrong;
  if (graph.offset.empty() || graph.offset.front() != 0) {
    wrong.push_back({"offset", "does not start with 0"});
    return wrong;
  }
  if (!std::is_sorted(graph.offset.begin(), graph.offset.end())) wrong.push_back({"offset", "does not ascend"});
  if (graph.offset.back() != static_cast<int64_t>(graph.host.size())) {
    wrong.push_back({"offset", "does not end with the number of pairs"});
  }
  const auto check = [&](const char* column, const std::vector<int32_t>& values) {
    for (size_t i = 0; i < values.size() && wrong.size() < kMostViolations; ++i) {
      if (values[i] < 0) wrong.push_back({absl::StrCat(column, "[", i, "]"), "is negative"});
    }
  };
  check("seats", graph.seats);
  if constexpr (std::is_same_v<Graph, RankedGraph>) {
    if (graph.agents_rank.size() != graph.host.size() || graph.hosts_rank.size() != graph.host.size()) {
      wrong.push_back({"agents_rank", "or hosts_rank has another length than the pairs"});
    }
    if (!graph.places.empty() && graph.places.size() != graph.agent_count()) {
      wrong.push_back({"places", "has another length than the agents"});
    }
    check("places", graph.places);
  } else if (graph.weight.size() != graph.host.size()) {
    wrong.push_back({"weight", "has another length than the pairs"});
  }
  return wrong;
}

// Where the pairs are wrong, all of it.
template <typename Graph>
std::vector<FieldViolation> WrongPairs(const Graph& graph) {
  std::vector<FieldViolation> wrong;
  std::vector<int64_t> seen(graph.host_count(), -1);
  const auto check = [&](const char* column, const std::vector<int32_t>& values, size_t e) {
    if (values[e] < 0) wrong.push_back({absl::StrCat(column, "[", e, "]"), "is negative"});
  };
  for (size_t a = 0; a < graph.agent_count(); ++a) {
    for (size_t e = static_cast<size_t>(graph.offset[a]); e < static_cast<size_t>(graph.offset[a + 1]); ++e) {
      if (wrong.size() >= kMostViolations) return wrong;
      if constexpr (std::is_same_v<Graph, RankedGraph>) {
        check("agents_rank", graph.agents_rank, e);
        check("hosts_rank", graph.hosts_rank, e);
      } else {
        check("weight", graph.weight, e);
      }
      const int32_t host = graph.host[e];
      if (host < 0 || static_cast<size_t>(host) >= graph.host_count()) {
        wrong.push_back({absl::StrCat("host[", e, "]"), "is no row"});
      } else if (std::exchange(seen[static_cast<size_t>(host)], static_cast<int64_t>(a)) == static_cast<int64_t>(a)) {
        wrong.push_back({absl::StrCat("host[", e, "]"), "appears twice with one agent"});
      }
    }
  }
  return wrong;
}

// How SecondChance reads a graph: both sides' ranks as they are given, or by weight.
struct GivenRanks {
  const RankedGraph& graph;
  int32_t Agents(size_t e) const { return graph.agents_rank[e]; }
  int32_t Hosts(size_t e) const { return graph.hosts_rank[e]; }
};
struct RanksByWeight {
  const Bipartite<int32_t>& graph;
  // A negative weight makes a negative rank, which is refused.
  int32_t Agents(size_t e) const { return static_cast<int32_t>(kLowest - static_cast<uint32_t>(graph.weight[e])); }
  int32_t Hosts(size_t e) const { return Agents(e); }
  static constexpr uint32_t kLowest = std::numeric_limits<int32_t>::max();
};

// Deferred acceptance where each agent has one place.
//
// A proposal is a number: lower is better for the host. From the top: tentative or
// not; the agent's rank with the host; not on the second chance; the agent. The
// lowest refused number of a full host is all that a proposal has to beat.
template <typename Ranks>
class SecondChance {
 public:
  SecondChance(Ranks ranks, Ticker& ticker)
      : ranks_(ranks), offset_(ranks.graph.offset), host_(ranks.graph.host), ticker_(ticker) {}

  // Nullopt: `ticker` stopped it, or a pair is wrong.
  std::optional<std::vector<int64_t>> Run() {
    MakeRoom();
    const size_t agents = agent_count();
    listed_ = std::make_unique_for_overwrite<Listed[]>(host_.size());
    turn_.resize(agents);
    for (size_t a = 0; a < agents; ++a) {
      if (!ticker_.Step(3 * Degree(a) + 1) || !IsRight(a)) return std::nullopt;
      ticker_.Advance(static_cast<int64_t>(a) + 1);
      if (Degree(a) == 0) continue;
      List(a);
      turn_[a].phase = TiedWithNext(Begin(a)) ? Phase::kTentative : Phase::kEarnest;
      Propose(static_cast<uint32_t>(a));
    }
    while (!refused_.empty()) {
      if (ticker_.stopped()) return std::nullopt;
      asking_.swap(refused_);
      refused_.clear();
      AskAgain();
    }
    return ticker_.stopped() ? std::nullopt : std::optional(Chosen());
  }

 private:
  enum class Phase : uint8_t { kTentative, kEarnest, kSecondChance };
  // A pair in its agent's order, which is all that proposals look at.
  struct Listed {
    uint32_t host_and_tie;  // Twice the host, one more where the next of the list has the same rank.
    int32_t rank;           // The agent's with the host.
  };
  // What an agent proposes next, or has proposed.
  struct Turn {
    uint32_t at = 0;  // In its list.
    Phase phase = Phase::kEarnest;
  };
  static constexpr uint32_t kNone = ~uint32_t{0};
  static constexpr uint64_t kTentativeBit = uint64_t{1} << 63;
  static constexpr uint64_t kFirstChanceBit = uint64_t{1} << 31;
  static constexpr uint64_t kAgentBits = kFirstChanceBit - 1;
  static constexpr uint64_t kBeatsNothing = 0;
  static constexpr uint64_t kBeatsAll = ~uint64_t{0};
  static constexpr size_t kMovesByInsertion = 8;  // A pair.
  static constexpr size_t kMostExact = 1 << 22;   // Whole numbers that a float holds, with some to spare.
  static constexpr size_t kAhead = 12;

  size_t agent_count() const { return offset_.size() - 1; }
  size_t host_count() const { return ranks_.graph.seats.size(); }
  size_t Begin(size_t agent) const { return static_cast<size_t>(offset_[agent]); }
  int64_t Degree(size_t agent) const { return offset_[agent + 1] - offset_[agent]; }
  bool TiedWithNext(size_t at) const { return (listed_[at].host_and_tie & 1) != 0; }

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

  // Lists the agent's pairs by rank, those of a tie as the graph has them: a
  // counting sort over as many buckets as there are pairs, which dense ranks fill
  // one by one, and insertion for what shares a bucket.
  void List(size_t agent) {
    const size_t begin = Begin(agent), degree = static_cast<size_t>(Degree(agent));
    if (bucket_.size() < degree) {
      bucket_.resize(degree);
      keys_.resize(degree);
    }
    int32_t lowest = ranks_.Agents(begin), highest = lowest;
    for (size_t i = 1; i < degree; ++i) {
      lowest = std::min(lowest, ranks_.Agents(begin + i));
      highest = std::max(highest, ranks_.Agents(begin + i));
    }
    const uint32_t range = static_cast<uint32_t>(highest) - static_cast<uint32_t>(lowest);
    // Rounded or not, a higher rank never gets a lower bucket.
    const bool exact = range < degree && degree <= kMostExact;
    const float scale = range < degree ? 1.0F : static_cast<float>(degree - 1) / static_cast<float>(range);
    for (size_t i = 0; i < degree; ++i) {
      bucket_[i] = static_cast<int32_t>(static_cast<float>(ranks_.Agents(begin + i) - lowest) * scale);
    }
    if (degree > kMostExact) {
      for (int32_t& bucket : bucket_) bucket = std::min(bucket, static_cast<int32_t>(degree));
    }
    count_.assign(degree + 1, 0);
    for (size_t i = 0; i < degree; ++i) ++count_[static_cast<size_t>(bucket_[i])];
    uint32_t sum = 0;
    for (size_t b = 0; b <= degree; ++b) sum += std::exchange(count_[b], sum);
    for (size_t i = 0; i < degree; ++i) {
      keys_[count_[static_cast<size_t>(bucket_[i])]++] = static_cast<uint64_t>(ranks_.Agents(begin + i)) << 32 | i;
    }
    if (!exact) SortWithinBuckets(degree);
    Listed* const list = listed_.get() + begin;
    for (size_t i = 0; i < degree; ++i) {
      const uint64_t key = keys_[i];
      const bool tie = i + 1 < degree && key >> 32 == keys_[i + 1] >> 32;
      const size_t e = begin + static_cast<uint32_t>(key);
      list[i] = {static_cast<uint32_t>(host_[e]) << 1 | (tie ? 1 : 0), ranks_.Hosts(e)};
    }
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

  // Those who were pushed out; their lists are fetched ahead.
  void AskAgain() {
    for (size_t i = 0; i < asking_.size(); ++i) {
      if (i + kAhead < asking_.size()) {
        const uint32_t later = asking_[i + kAhead];
        __builtin_prefetch(listed_.get() + Begin(later) + turn_[later].at);
      }
      if (!ticker_.Step(8)) return;
      if (MoveOn(asking_[i])) Propose(asking_[i]);
    }
  }

  // Moves on from the proposal that was refused. False: the agent has asked all, twice.
  bool MoveOn(uint32_t agent) {
    Turn& turn = turn_[agent];
    const size_t begin = Begin(agent);
    const bool in_tie = TiedWithNext(begin + turn.at);
    if (turn.phase == Phase::kTentative && !in_tie) {
      while (turn.at > 0 && TiedWithNext(begin + turn.at - 1)) --turn.at;
      turn.phase = Phase::kEarnest;
      return true;
    }
    if (++turn.at < Degree(agent)) {
      if (turn.phase == Phase::kEarnest && !in_tie && TiedWithNext(begin + turn.at)) turn.phase = Phase::kTentative;
      return true;
    }
    return TurnBack(turn);
  }

  static bool TurnBack(Turn& turn) {
    if (turn.phase == Phase::kSecondChance) return false;
    turn = {.at = 0, .phase = Phase::kSecondChance};
    return true;
  }

  // The agent proposes from its turn on until somebody takes it.
  void Propose(uint32_t agent) {
    const Listed* const list = listed_.get() + Begin(agent);
    const uint32_t degree = static_cast<uint32_t>(Degree(agent));
    Turn turn = turn_[agent];
    const auto is_tied = [&] { return (list[turn.at].host_and_tie & 1) != 0; };
    const auto is_taken = [&](uint64_t chance) {
      const size_t host = list[turn.at].host_and_tie >> 1;
      const uint64_t proposal = chance | static_cast<uint64_t>(list[turn.at].rank) << 32 | agent;
      if (proposal >= to_beat_[host]) return false;
      turn_[agent] = turn;
      Take(host, proposal);
      return true;
    };
    while (turn.phase != Phase::kSecondChance) {
      if (turn.phase == Phase::kTentative) {
        for (; !is_taken(kTentativeBit | kFirstChanceBit); ++turn.at) {
          if (is_tied()) continue;
          turn.phase = Phase::kEarnest;
          break;
        }
        if (turn.phase == Phase::kTentative) return;
        while (turn.at > 0 && (list[turn.at - 1].host_and_tie & 1) != 0) --turn.at;
      }
      for (bool in_tie = true; in_tie || !is_tied(); ++turn.at) {
        if (is_taken(kFirstChanceBit)) return;
        in_tie = is_tied();
        if (turn.at + 1 == degree) {
          turn.phase = Phase::kSecondChance;
          break;
        }
      }
      if (turn.phase == Phase::kEarnest) turn.phase = Phase::kTentative;
      if (turn.phase == Phase::kSecondChance) turn.at = 0;
    }
    for (; turn.at < degree; ++turn.at) {
      if (is_taken(0)) return;
    }
    ticker_.Step(2 * degree);
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
      if (host_of[a] == kNone) continue;
      const auto first = host_.begin() + offset_[a], last = host_.begin() + offset_[a + 1];
      chosen.push_back(std::find(first, last, static_cast<int32_t>(host_of[a])) - host_.begin());
    }
    return chosen;
  }

  const Ranks ranks_;
  const std::vector<int64_t>& offset_;
  const std::vector<int32_t>& host_;
  Ticker& ticker_;
  std::unique_ptr<Listed[]> listed_;    // Each agent's pairs in its order, as offset_ lays them out.
  std::vector<Turn> turn_;              // Per agent.
  std::vector<int32_t> seats_, taken_;  // Per host.
  std::vector<int64_t> begin_;
  std::vector<uint64_t> held_;     // Proposals, host by host; a heap where all seats are taken.
  std::vector<uint64_t> to_beat_;  // Per host.
  std::vector<uint32_t> stamp_;    // Per host: whom it was seen with.
  std::vector<uint32_t> asking_, refused_;
  std::vector<int32_t> bucket_;
  std::vector<uint32_t> count_;
  std::vector<uint64_t> keys_;
};

bool HasSeveralPlaces(const RankedGraph& graph) {
  return std::any_of(graph.places.begin(), graph.places.end(), [](int32_t places) { return places != 1; });
}

template <typename Graph>
int64_t SumOfSeats(const Graph& graph) {
  int64_t sum = 0;
  for (const int32_t seats : graph.seats) {
    sum += std::clamp<int64_t>(seats, 0, static_cast<int64_t>(graph.agent_count()));
  }
  return std::min(sum, static_cast<int64_t>(graph.host.size()));
}

// The cohort as a graph: people in the order in which ties fall.
class Cohort {
 public:
  explicit Cohort(const Problem& problem) : problem_(problem) {}

  // False: `ticker` stopped it.
  bool Build(Ticker& ticker) {
    TakeLocks();
    if (!Order(problem_.adept_key, takes_part_, /*by_waiting=*/true, adepts_, ticker)) return false;
    std::vector<uint8_t> has_seats(problem_.capacity.size());
    for (size_t m = 0; m < has_seats.size(); ++m) has_seats[m] = graph_.seats[m] > 0 ? 1 : 0;
    std::vector<int32_t> mentors;
    if (!Order(problem_.mentor_key, has_seats, /*by_waiting=*/false, mentors, ticker)) return false;
    return AddPairs(mentors, ticker);
  }

  const RankedGraph& graph() const { return graph_; }
  const std::vector<int32_t>& adepts() const { return adepts_; }

  // The groups as bounds over agents and hosts of the graph.
  LaminarBounds BoundsOf(GroupSide side) const {
    const bool of_adepts = side == GroupSide::kAdepts;
    std::vector<int64_t> locked(of_adepts ? problem_.rounds_waited.size() : problem_.capacity.size());
    for (const Lock& lock : problem_.locks) ++locked[static_cast<size_t>(of_adepts ? lock.adept : lock.mentor)];
    LaminarBounds bounds{.open = LaminarBounds::kUnbounded};
    int64_t kept = 0, open_locked = static_cast<int64_t>(problem_.locks.size());
    for (const Group& group : problem_.groups) {
      if (group.side != side) continue;
      int64_t in_locks = 0;
      for (const int32_t row : group.members) in_locks += locked[static_cast<size_t>(row)];
      LaminarBounds::Set set{.members = group.members};
      if (group.at_most) set.at_most = std::max<int64_t>(0, *group.at_most - in_locks);
      if (group.reserved > 0 && group.fallback == ReserveFallback::kKeepEmpty) {
        set.reserved = std::max<int64_t>(0, group.reserved - in_locks);
        set.keeps = true;
        kept += group.reserved;
        open_locked -= std::min(group.reserved, in_locks);
      }
      bounds.sets.push_back(std::move(set));
    }
    if (kept > 0) bounds.open = std::max<int64_t>(0, ReserveBase(problem_, side) - kept - open_locked);
    if (of_adepts) RenumberAdepts(bounds);
    return bounds;
  }

  Assignment Answer(const std::vector<int64_t>& chosen) const {
    Assignment assignment;
    for (const int64_t e : chosen) {
      const size_t agent = static_cast<size_t>(std::upper_bound(graph_.offset.begin(), graph_.offset.end(), e) -
                                               graph_.offset.begin() - 1);
      Add(adepts_[agent], graph_.host[static_cast<size_t>(e)], /*locked=*/false, assignment);
    }
    for (const Lock& lock : problem_.locks) Add(lock.adept, lock.mentor, /*locked=*/true, assignment);
    std::sort(assignment.pairs.begin(), assignment.pairs.end(),
              [](const MatchedPair& x, const MatchedPair& y) { return x.adept < y.adept; });
    return assignment;
  }

 private:
  void TakeLocks() {
    takes_part_.assign(problem_.rounds_waited.size(), 1);
    graph_.seats = problem_.capacity;
    for (const Lock& lock : problem_.locks) {
      takes_part_[static_cast<size_t>(lock.adept)] = 0;
      int32_t& seats = graph_.seats[static_cast<size_t>(lock.mentor)];
      seats = std::max(0, seats - 1);
    }
  }

  bool Order(const std::vector<std::string>& keys, const std::vector<uint8_t>& plays, bool by_waiting,
             std::vector<int32_t>& rows, Ticker& ticker) const {
    constexpr int64_t kStepsOfATicket = 200;
    std::vector<uint64_t> ticket(keys.size());
    for (size_t i = 0; i < keys.size(); ++i) {
      ticket[i] = Ticket(problem_.seed, keys[i]);
      if (plays[i] != 0) rows.push_back(static_cast<int32_t>(i));
      if (!ticker.Step(kStepsOfATicket)) return false;
    }
    std::sort(rows.begin(), rows.end(), [&](int32_t x, int32_t y) {
      const size_t i = static_cast<size_t>(x), j = static_cast<size_t>(y);
      if (by_waiting && problem_.rounds_waited[i] != problem_.rounds_waited[j]) {
        return problem_.rounds_waited[i] > problem_.rounds_waited[j];
      }
      return ticket[i] != ticket[j] ? ticket[i] < ticket[j] : keys[i] < keys[j];
    });
    return true;
  }

  // Hosts keep their rows; each agent lists them in the order of `mentors`.
  bool AddPairs(const std::vector<int32_t>& mentors, Ticker& ticker) {
    const std::vector<uint8_t> adept_first = Guaranteed(GroupSide::kAdepts, problem_.rounds_waited.size());
    const std::vector<uint8_t> mentor_first = Guaranteed(GroupSide::kMentors, problem_.capacity.size());
    std::vector<int32_t> place(problem_.capacity.size(), -1);
    for (size_t i = 0; i < mentors.size(); ++i) place[static_cast<size_t>(mentors[i])] = static_cast<int32_t>(i);
    std::vector<std::pair<int32_t, int32_t>> list;  // Place and rank.
    for (const int32_t row : adepts_) {
      const size_t a = static_cast<size_t>(row);
      list.clear();
      for (size_t e = static_cast<size_t>(problem_.edges.offset[a]);
           e < static_cast<size_t>(problem_.edges.offset[a + 1]); ++e) {
        const size_t m = static_cast<size_t>(problem_.edges.mentor[e]);
        if (place[m] < 0) continue;
        const int32_t behind = (adept_first[a] != 0 ? 0 : 2) + (mentor_first[m] != 0 ? 0 : 1);
        list.emplace_back(place[m], behind * (kScoreOne + 1) + kScoreOne - problem_.edges.score[e]);
      }
      std::sort(list.begin(), list.end());
      for (const auto& [at, rank] : list) {
        graph_.host.push_back(mentors[static_cast<size_t>(at)]);
        graph_.agents_rank.push_back(rank);
        graph_.hosts_rank.push_back(rank);
      }
      graph_.offset.push_back(static_cast<int64_t>(graph_.host.size()));
      if (!ticker.Step(8 * static_cast<int64_t>(list.size()) + 1)) return false;
    }
    return true;
  }

  std::vector<uint8_t> Guaranteed(GroupSide side, size_t people) const {
    std::vector<uint8_t> first(people, 0);
    for (const Group& group : problem_.groups) {
      if (group.side != side || !group.guaranteed) continue;
      for (const int32_t row : group.members) first[static_cast<size_t>(row)] = 1;
    }
    return first;
  }

  void RenumberAdepts(LaminarBounds& bounds) const {
    std::vector<int32_t> agent(problem_.rounds_waited.size(), -1);
    for (size_t i = 0; i < adepts_.size(); ++i) agent[static_cast<size_t>(adepts_[i])] = static_cast<int32_t>(i);
    for (LaminarBounds::Set& set : bounds.sets) {
      std::vector<int32_t> members;
      for (const int32_t row : set.members) {
        if (agent[static_cast<size_t>(row)] >= 0) members.push_back(agent[static_cast<size_t>(row)]);
      }
      set.members = std::move(members);
    }
  }

  void Add(int32_t adept, int32_t mentor, bool locked, Assignment& assignment) const {
    const int64_t e = problem_.edges.Find(adept, mentor);
    const int32_t score = e < 0 ? 0 : problem_.edges.score[static_cast<size_t>(e)];
    assignment.pairs.push_back({.adept = adept, .mentor = mentor, .score = score, .locked = locked});
    assignment.total_score += score;
  }

  const Problem& problem_;
  std::vector<uint8_t> takes_part_;  // Per adept.
  std::vector<int32_t> adepts_;      // Per agent: its row.
  RankedGraph graph_;
};

// The groups that STABLE does not take.
absl::Status CheckGroups(const Problem& problem) {
  std::vector<FieldViolation> wrong;
  for (size_t i = 0; i < problem.groups.size() && wrong.size() < kMostViolations; ++i) {
    const Group& group = problem.groups[i];
    const std::string field = absl::StrCat("groups[", i, "]");
    if (group.at_least > 0) {
      wrong.push_back({field, absl::StrCat("(", group.name, ") has a minimum load, which STABLE does not take")});
    }
    if (group.reserved > 0 && group.fallback == ReserveFallback::kOpenToAll) {
      wrong.push_back({field, absl::StrCat("(", group.name,
                                           ") has a reserve that opens to all; STABLE takes reserves that stay empty "
                                           "(KEEP_EMPTY) and guaranteed groups")});
    }
  }
  if (wrong.empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, "STABLE does not take these groups",
                   {.reason = "NOT_WITH_STABLE", .fields = std::move(wrong)});
}

template <typename Graph>
int64_t BytesFor(const Graph& graph, int64_t a_pair) {
  const int64_t people = static_cast<int64_t>(graph.agent_count() + graph.host_count());
  return a_pair * static_cast<int64_t>(graph.host.size()) + 64 * (people + SumOfSeats(graph));
}

template <typename Graph>
absl::Status CheckGraph(const Graph& graph, const StableOptions& options, const auto& memory_bound) {
  if (std::vector<FieldViolation> wrong = WrongColumns(graph); !wrong.empty()) return InvalidFields(std::move(wrong));
  if (const int64_t bound = memory_bound(); bound > options.memory_limit_bytes) {
    return TooLarge(absl::StrCat("solving ", graph.host.size(), " pairs needs up to ", bound, " bytes; the limit is ",
                                 options.memory_limit_bytes));
  }
  if (static_cast<int64_t>(std::max(graph.agent_count(), graph.host_count())) > kMostPeople) {
    return TooLarge(absl::StrCat("a side has more than ", kMostPeople, " people"));
  }
  return absl::OkStatus();
}

template <typename Graph>
absl::StatusOr<std::vector<int64_t>> Finish(const Graph& graph, std::optional<std::vector<int64_t>> chosen,
                                            const Ticker& ticker) {
  if (ticker.stopped()) return Cancelled();
  if (!chosen) return InvalidFields(WrongPairs(graph));
  return *std::move(chosen);
}

}  // namespace

int64_t StableMemoryBound(const RankedGraph& graph) {
  return BytesFor(graph, HasSeveralPlaces(graph) ? kGeneralBytesPerPair : 12);
}

absl::StatusOr<std::vector<int64_t>> SolveStable(const RankedGraph& graph, const StableOptions& options) {
  BRYGGA_RETURN_IF_ERROR(CheckGraph(graph, options, [&] { return StableMemoryBound(graph); }));
  Ticker ticker(options.control, "stable", static_cast<int64_t>(graph.agent_count()));
  if (!HasSeveralPlaces(graph)) return Finish(graph, SecondChance(GivenRanks{graph}, ticker).Run(), ticker);
  if (std::vector<FieldViolation> wrong = WrongPairs(graph); !wrong.empty()) return InvalidFields(std::move(wrong));
  return Finish(graph, SolveStableWithin(graph, {}, {}, ticker), ticker);
}

absl::StatusOr<std::vector<int64_t>> SolveStable(const Bipartite<int32_t>& graph, const StableOptions& options) {
  BRYGGA_RETURN_IF_ERROR(CheckGraph(graph, options, [&] { return BytesFor(graph, 12); }));
  Ticker ticker(options.control, "stable", static_cast<int64_t>(graph.agent_count()));
  return Finish(graph, SecondChance(RanksByWeight{graph}, ticker).Run(), ticker);
}

int64_t StableMemoryBound(const Problem& problem) {
  const int64_t people = static_cast<int64_t>(problem.rounds_waited.size() + problem.capacity.size());
  return (24 + (problem.groups.empty() ? 12 : kGeneralBytesPerPair)) * problem.edges.size() + 256 * people;
}

absl::StatusOr<Assignment> SolveStable(const Problem& problem, const StableOptions& options) {
  BRYGGA_RETURN_IF_ERROR(Validate(problem));
  BRYGGA_RETURN_IF_ERROR(CheckGroups(problem));
  if (const int64_t bound = StableMemoryBound(problem); bound > options.memory_limit_bytes) {
    return TooLarge(absl::StrCat("solving ", problem.edges.size(), " pairs of ", problem.adept_count(), " adepts and ",
                                 problem.mentor_count(), " mentors needs up to ", bound, " bytes; the limit is ",
                                 options.memory_limit_bytes));
  }
  Cohort cohort(problem);
  Ticker order_ticker(options.control, "order", problem.adept_count());
  if (!cohort.Build(order_ticker)) return Cancelled();
  Ticker ticker(options.control, "stable", problem.adept_count());
  const LaminarBounds adepts = cohort.BoundsOf(GroupSide::kAdepts), mentors = cohort.BoundsOf(GroupSide::kMentors);
  const std::optional<std::vector<int64_t>> chosen = adepts.Bind() || mentors.Bind()
                                                         ? SolveStableWithin(cohort.graph(), adepts, mentors, ticker)
                                                         : SecondChance(GivenRanks{cohort.graph()}, ticker).Run();
  if (!chosen) return Cancelled();
  return cohort.Answer(*chosen);
}

}  // namespace brygga::engine
