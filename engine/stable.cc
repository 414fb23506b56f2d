#include "engine/stable.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
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
std::vector<FieldViolation> WrongColumns(const RankedGraph& graph) {
  std::vector<FieldViolation> wrong;
  if (graph.offset.empty() || graph.offset.front() != 0) {
    wrong.push_back({"offset", "does not start with 0"});
    return wrong;
  }
  if (!std::is_sorted(graph.offset.begin(), graph.offset.end())) wrong.push_back({"offset", "does not ascend"});
  if (graph.offset.back() != static_cast<int64_t>(graph.host.size())) {
    wrong.push_back({"offset", "does not end with the number of pairs"});
  }
  if (graph.agents_rank.size() != graph.host.size() || graph.hosts_rank.size() != graph.host.size()) {
    wrong.push_back({"agents_rank", "or hosts_rank has another length than the pairs"});
  }
  if (!graph.places.empty() && graph.places.size() != graph.agent_count()) {
    wrong.push_back({"places", "has another length than the agents"});
  }
  const auto check = [&](const char* column, const std::vector<int32_t>& values) {
    for (size_t i = 0; i < values.size() && wrong.size() < kMostViolations; ++i) {
      if (values[i] < 0) wrong.push_back({absl::StrCat(column, "[", i, "]"), "is negative"});
    }
  };
  check("seats", graph.seats);
  check("places", graph.places);
  return wrong;
}

// Where the pairs are wrong, all of it.
std::vector<FieldViolation> WrongPairs(const RankedGraph& graph) {
  std::vector<FieldViolation> wrong;
  std::vector<int64_t> seen(graph.host_count(), -1);
  for (size_t a = 0; a < graph.agent_count(); ++a) {
    for (size_t e = static_cast<size_t>(graph.offset[a]); e < static_cast<size_t>(graph.offset[a + 1]); ++e) {
      if (wrong.size() >= kMostViolations) return wrong;
      const int32_t host = graph.host[e];
      if (graph.agents_rank[e] < 0) wrong.push_back({absl::StrCat("agents_rank[", e, "]"), "is negative"});
      if (graph.hosts_rank[e] < 0) wrong.push_back({absl::StrCat("hosts_rank[", e, "]"), "is negative"});
      if (host < 0 || static_cast<size_t>(host) >= graph.host_count()) {
        wrong.push_back({absl::StrCat("host[", e, "]"), "is no row"});
      } else if (std::exchange(seen[static_cast<size_t>(host)], static_cast<int64_t>(a)) == static_cast<int64_t>(a)) {
        wrong.push_back({absl::StrCat("host[", e, "]"), "appears twice with one agent"});
      }
    }
  }
  return wrong;
}

// Deferred acceptance where each agent has one place.
//
// A proposal is a number: lower is better for the host. From the top: tentative or
// not; the agent's rank with the host; not on the second chance; the agent. The
// lowest refused number of a full host is all that a proposal has to beat.
class SecondChance {
 public:
  SecondChance(const RankedGraph& graph, Ticker& ticker) : graph_(graph), ticker_(ticker) {}

  // Nullopt: `ticker` stopped it, or a pair is wrong.
  std::optional<std::vector<int64_t>> Run() {
    MakeRoom();
    lists_.resize(graph_.host.size());
    position_.assign(graph_.agent_count(), 0);
    phase_.assign(graph_.agent_count(), Phase::kEarnest);
    stamp_.assign(graph_.host_count(), -1);
    for (size_t a = 0; a < graph_.agent_count(); ++a) {
      if (!ticker_.Step(3 * Degree(a) + 1) || !Sort(a)) return std::nullopt;
      if (Degree(a) == 0) continue;
      phase_[a] = TiedWithNext(Begin(a)) ? Phase::kTentative : Phase::kEarnest;
      for (uint32_t agent = static_cast<uint32_t>(a); agent != kNone;) agent = Propose(agent);
      ticker_.Advance(static_cast<int64_t>(a) + 1);
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
  struct Ranked {
    int32_t agents_rank;
    uint32_t host;
    int32_t hosts_rank;
  };
  static constexpr uint32_t kNone = ~uint32_t{0};
  static constexpr uint64_t kTentativeBit = uint64_t{1} << 63;
  static constexpr uint64_t kFirstChanceBit = uint64_t{1} << 31;
  static constexpr uint64_t kAgentBits = kFirstChanceBit - 1;
  static constexpr uint64_t kBeatsNothing = 0;
  static constexpr uint64_t kBeatsAll = ~uint64_t{0};

  size_t Begin(size_t agent) const { return static_cast<size_t>(graph_.offset[agent]); }
  int64_t Degree(size_t agent) const { return graph_.offset[agent + 1] - graph_.offset[agent]; }
  bool TiedWithNext(size_t at) const { return (lists_[at].host_and_tie & 1) != 0; }

  // Room for as many proposals as a host can hold: never more than agents.
  void MakeRoom() {
    const size_t hosts = graph_.host_count();
    seats_ = graph_.seats;
    int64_t sum = 0;
    for (int32_t& seats : seats_) {
      seats = std::min<int32_t>(seats, static_cast<int32_t>(graph_.agent_count()));
      sum += seats;
    }
    if (sum > static_cast<int64_t>(graph_.host.size())) LowerSeatsToDegrees();
    begin_.assign(hosts + 1, 0);
    for (size_t h = 0; h < hosts; ++h) begin_[h + 1] = begin_[h] + seats_[h];
    held_.resize(static_cast<size_t>(begin_[hosts]));
    taken_.assign(hosts, 0);
    to_beat_.resize(hosts);
    for (size_t h = 0; h < hosts; ++h) to_beat_[h] = seats_[h] > 0 ? kBeatsAll : kBeatsNothing;
  }

  void LowerSeatsToDegrees() {
    std::vector<int32_t> degree(graph_.host_count(), 0);
    for (const int32_t host : graph_.host) {
      if (host >= 0 && static_cast<size_t>(host) < degree.size()) ++degree[static_cast<size_t>(host)];
    }
    for (size_t h = 0; h < seats_.size(); ++h) seats_[h] = std::min(seats_[h], degree[h]);
  }

  // Lists the agent's pairs by rank, those of a tie as the graph has them: a
  // counting sort over as many buckets as there are pairs, which dense ranks fill
  // one by one, and insertion for what shares a bucket. False: a pair is wrong.
  bool Sort(size_t agent) {
    const size_t begin = Begin(agent), degree = static_cast<size_t>(Degree(agent));
    if (degree == 0) return true;
    const int32_t* const rank = graph_.agents_rank.data() + begin;
    const int32_t* const host = graph_.host.data() + begin;
    const int32_t* const hosts_rank = graph_.hosts_rank.data() + begin;
    int32_t lowest = rank[0], highest = rank[0], sign = 0;
    uint32_t highest_host = 0;
    for (size_t i = 0; i < degree; ++i) {
      lowest = std::min(lowest, rank[i]);
      highest = std::max(highest, rank[i]);
      highest_host = std::max(highest_host, static_cast<uint32_t>(host[i]));
      sign |= hosts_rank[i];
    }
    if (lowest < 0 || sign < 0 || highest_host >= graph_.host_count()) return false;
    for (size_t i = 0; i < degree; ++i) {
      const int64_t before = std::exchange(stamp_[static_cast<size_t>(host[i])], static_cast<int64_t>(agent));
      if (before == static_cast<int64_t>(agent)) return false;
    }

    const uint64_t range = static_cast<uint64_t>(highest) - static_cast<uint64_t>(lowest) + 1;
    // bucket = floor((rank - lowest) × degree / range), but without a division each.
    const uint64_t scale = range <= degree ? uint64_t{1} << 32 : (static_cast<uint64_t>(degree) << 32) / range;
    const auto bucket = [&](int32_t r) {
      return static_cast<size_t>((static_cast<uint64_t>(r - lowest) * scale) >> 32);
    };
    count_.assign(degree + 1, 0);
    for (size_t i = 0; i < degree; ++i) ++count_[bucket(rank[i])];
    uint32_t sum = 0, most = 0;
    for (size_t b = 0; b <= degree; ++b) {
      most = std::max(most, count_[b]);
      sum += std::exchange(count_[b], sum);
    }
    if (ranked_.size() < degree) ranked_.resize(degree);
    for (size_t i = 0; i < degree; ++i) {
      ranked_[count_[bucket(rank[i])]++] = {rank[i], static_cast<uint32_t>(host[i]), hosts_rank[i]};
    }
    if (range > degree) SortBuckets(degree, most);
    Listed* const list = lists_.data() + begin;
    for (size_t i = 0; i + 1 < degree; ++i) {
      const uint32_t tie = ranked_[i].agents_rank == ranked_[i + 1].agents_rank ? 1 : 0;
      list[i] = {ranked_[i].host << 1 | tie, ranked_[i].hosts_rank};
    }
    list[degree - 1] = {ranked_[degree - 1].host << 1, ranked_[degree - 1].hosts_rank};
    return true;
  }

  // Buckets are in order; within them pairs are as the graph has them.
  void SortBuckets(size_t degree, uint32_t fullest) {
    const auto before = [](const Ranked& x, const Ranked& y) { return x.agents_rank < y.agents_rank; };
    if (fullest > kMostByInsertion) {
      std::stable_sort(ranked_.begin(), ranked_.begin() + static_cast<std::ptrdiff_t>(degree), before);
      return;
    }
    for (size_t i = 1; i < degree; ++i) {
      if (!before(ranked_[i], ranked_[i - 1])) continue;
      const Ranked moved = ranked_[i];
      size_t to = i;
      for (; to > 0 && before(moved, ranked_[to - 1]); --to) ranked_[to] = ranked_[to - 1];
      ranked_[to] = moved;
    }
  }

  // The agent proposes from where it stands until somebody takes it. Returns whom
  // it pushed out, or kNone.
  uint32_t Propose(uint32_t agent) {
    const size_t begin = Begin(agent), end = begin + static_cast<size_t>(Degree(agent));
    size_t at = begin + position_[agent];
    Phase phase = phase_[agent];
    for (;;) {
      const size_t host = lists_[at].host_and_tie >> 1;
      const uint64_t proposal = Number(agent, at, phase);
      if (proposal < to_beat_[host]) {
        position_[agent] = static_cast<uint32_t>(at - begin);
        phase_[agent] = phase;
        return Take(host, proposal);
      }
      if (!Next(begin, end, at, phase)) break;
    }
    ticker_.Step(2 * Degree(agent));
    return kNone;
  }

  uint64_t Number(uint32_t agent, size_t at, Phase phase) const {
    return (phase == Phase::kTentative ? kTentativeBit : 0) | static_cast<uint64_t>(lists_[at].rank) << 32 |
           (phase == Phase::kSecondChance ? 0 : kFirstChanceBit) | agent;
  }

  // Moves on from a refusal. False: the agent has asked all, twice.
  bool Next(size_t begin, size_t end, size_t& at, Phase& phase) const {
    if (phase == Phase::kTentative) {
      if (TiedWithNext(at)) {
        ++at;
        return true;
      }
      while (at > begin && TiedWithNext(at - 1)) --at;
      phase = Phase::kEarnest;
      return true;
    }
    const bool in_tie = TiedWithNext(at);
    if (++at < end) {
      if (phase == Phase::kEarnest && !in_tie && TiedWithNext(at)) phase = Phase::kTentative;
      return true;
    }
    if (phase == Phase::kSecondChance) return false;
    at = begin;
    phase = Phase::kSecondChance;
    return true;
  }

  // The host takes `proposal`, the better of it and the worst that it holds.
  uint32_t Take(size_t host, uint64_t proposal) {
    uint64_t* const first = held_.data() + begin_[host];
    if (taken_[host] < seats_[host]) {
      first[taken_[host]++] = proposal;
      if (taken_[host] < seats_[host]) return kNone;
      std::make_heap(first, first + taken_[host]);
      to_beat_[host] = first[0];
      return kNone;
    }
    const uint64_t out = first[0];
    SiftDown(first, static_cast<size_t>(seats_[host]), proposal);
    to_beat_[host] = first[0];
    ticker_.Step(8);
    const uint32_t agent = static_cast<uint32_t>(out & kAgentBits);
    // It goes on behind the proposal that was refused now.
    const size_t begin = Begin(agent), end = begin + static_cast<size_t>(Degree(agent));
    size_t at = begin + position_[agent];
    if (!Next(begin, end, at, phase_[agent])) return kNone;
    position_[agent] = static_cast<uint32_t>(at - begin);
    return agent;
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
    std::vector<uint32_t> host_of(graph_.agent_count(), kNone);
    for (size_t h = 0; h < graph_.host_count(); ++h) {
      for (int32_t i = 0; i < taken_[h]; ++i) {
        host_of[held_[static_cast<size_t>(begin_[h] + i)] & kAgentBits] = static_cast<uint32_t>(h);
      }
    }
    std::vector<int64_t> chosen;
    chosen.reserve(held_.size());
    for (size_t a = 0; a < host_of.size(); ++a) {
      if (host_of[a] == kNone) continue;
      const auto first = graph_.host.begin() + graph_.offset[a], last = graph_.host.begin() + graph_.offset[a + 1];
      chosen.push_back(std::find(first, last, static_cast<int32_t>(host_of[a])) - graph_.host.begin());
    }
    return chosen;
  }

  static constexpr uint32_t kMostByInsertion = 24;  // In one bucket.

  const RankedGraph& graph_;
  Ticker& ticker_;
  std::vector<Listed> lists_;  // As graph_.offset lays them out.
  std::vector<uint32_t> position_;
  std::vector<Phase> phase_;
  std::vector<int32_t> seats_, taken_;  // Per host.
  std::vector<int64_t> begin_;
  std::vector<uint64_t> held_;     // Proposals, host by host; a heap where all seats are taken.
  std::vector<uint64_t> to_beat_;  // Per host.
  std::vector<int64_t> stamp_;     // Per host: whom it was seen with.
  std::vector<uint32_t> count_;
  std::vector<Ranked> ranked_;
};

bool HasSeveralPlaces(const RankedGraph& graph) {
  return std::any_of(graph.places.begin(), graph.places.end(), [](int32_t places) { return places != 1; });
}

int64_t SumOfSeats(const RankedGraph& graph) {
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

}  // namespace

int64_t StableMemoryBound(const RankedGraph& graph) {
  const int64_t pairs = static_cast<int64_t>(graph.host.size());
  const int64_t people = static_cast<int64_t>(graph.agent_count() + graph.host_count());
  return (HasSeveralPlaces(graph) ? kGeneralBytesPerPair : 12) * pairs + 64 * (people + SumOfSeats(graph));
}

absl::StatusOr<std::vector<int64_t>> SolveStable(const RankedGraph& graph, const StableOptions& options) {
  if (std::vector<FieldViolation> wrong = WrongColumns(graph); !wrong.empty()) return InvalidFields(std::move(wrong));
  if (const int64_t bound = StableMemoryBound(graph); bound > options.memory_limit_bytes) {
    return TooLarge(absl::StrCat("solving ", graph.host.size(), " pairs needs up to ", bound, " bytes; the limit is ",
                                 options.memory_limit_bytes));
  }
  if (static_cast<int64_t>(std::max(graph.agent_count(), graph.host_count())) > kMostPeople) {
    return TooLarge(absl::StrCat("a side has more than ", kMostPeople, " people"));
  }
  Ticker ticker(options.control, "stable", static_cast<int64_t>(graph.agent_count()));
  std::optional<std::vector<int64_t>> chosen;
  if (HasSeveralPlaces(graph)) {
    if (std::vector<FieldViolation> wrong = WrongPairs(graph); !wrong.empty()) return InvalidFields(std::move(wrong));
    chosen = SolveStableWithin(graph, {}, {}, ticker);
  } else {
    chosen = SecondChance(graph, ticker).Run();
  }
  if (ticker.stopped()) return Cancelled();
  if (!chosen) return InvalidFields(WrongPairs(graph));
  return *std::move(chosen);
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
                                                         : SecondChance(cohort.graph(), ticker).Run();
  if (!chosen) return Cancelled();
  return cohort.Answer(*chosen);
}

}  // namespace brygga::engine
