#include "engine/stable.h"

#include <algorithm>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "engine/second_chance.h"
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
