#include "engine/blocking.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::engine {
namespace {

constexpr int32_t kNobodyWorse = -1;  // A rank that no pair is strictly better than.
constexpr int32_t kAnybody = std::numeric_limits<int32_t>::max();

absl::Status Invalid(const std::string& what) {
  return MakeError(absl::StatusCode::kInvalidArgument, what, {.reason = "INVALID_CERTIFICATE"});
}

void Report(BlockingPairs& found, size_t limit, int32_t agent, int32_t host) {
  ++found.count;
  if (found.pairs.size() < limit) found.pairs.push_back({.agent = agent, .host = host});
}

// A pair's place in the order that both sides of a cohort share: guaranteed
// adepts, then guaranteed mentors, then the score.
int32_t CommonRank(bool adept_first, bool mentor_first, int32_t score) {
  const int32_t level = (adept_first ? 0 : 2) + (mentor_first ? 0 : 1);
  return level * (kScoreOne + 1) + (kScoreOne - score);
}

// What the groups of one side let in: for each person the worst rank that it would
// have to beat for one pair more, from the answer as it is.
class SideOfCohort {
 public:
  SideOfCohort(const Problem& problem, GroupSide side, const std::vector<int64_t>& room)
      : problem_(problem), side_(side), room_(room), taken_(room.size(), 0), worst_(room.size(), kNobodyWorse) {
    for (const Group& group : problem.groups) {
      if (group.side == side) groups_.push_back({&group, 0, 0, kNobodyWorse});
    }
    groups_of_.resize(room.size());
    std::sort(groups_.begin(), groups_.end(),
              [](const InGroup& x, const InGroup& y) { return x.group->members.size() < y.group->members.size(); });
    for (size_t g = 0; g < groups_.size(); ++g) {
      for (const int32_t row : groups_[g].group->members) groups_of_[static_cast<size_t>(row)].push_back(g);
    }
  }

  void Add(int32_t row, int32_t rank, bool locked) {
    const size_t r = static_cast<size_t>(row);
    bool keeps = false;
    for (const size_t g : groups_of_[r]) {
      ++groups_[g].pairs;
      if (locked) ++groups_[g].locked;
      if (!locked) groups_[g].worst = std::max(groups_[g].worst, rank);
      keeps = keeps || Keeps(groups_[g]);
    }
    if (!keeps) {
      ++others_;
      if (locked) ++others_locked_;
      if (!locked) others_worst_ = std::max(others_worst_, rank);
    }
    if (locked) return;
    ++taken_[r];
    worst_[r] = std::max(worst_[r], rank);
  }

  // The first rule that the pairs break, or "".
  std::string Broken() const {
    for (size_t r = 0; r < room_.size(); ++r) {
      if (taken_[r] > room_[r]) return absl::StrCat(Who(), " ", r, " has more pairs than room");
    }
    for (const InGroup& in : groups_) {
      if (in.group->at_most && in.pairs > std::max(*in.group->at_most, in.locked)) {
        return absl::StrCat("the cap of ", in.group->name, " is broken");
      }
    }
    if (HasKept() && OpenUsed() > std::max(OpenBound(), OpenLocked())) {
      return absl::StrCat("the ", Who(), "s' reserves that stay empty are used");
    }
    return "";
  }

  // A pair of this person may come in if its rank is strictly lower than this.
  int32_t MustBeat(int32_t row) const {
    const size_t r = static_cast<size_t>(row);
    if (taken_[r] >= room_[r]) return worst_[r];
    const InGroup* own = nullptr;
    for (const size_t g : groups_of_[r]) {
      if (groups_[g].group->at_most && groups_[g].pairs >= *groups_[g].group->at_most) return groups_[g].worst;
      if (Keeps(groups_[g])) own = &groups_[g];
    }
    if (!HasKept() || (own != nullptr && own->pairs < own->group->reserved) || OpenUsed() < OpenBound()) {
      return kAnybody;
    }
    int32_t worst = std::max(others_worst_, own == nullptr ? kNobodyWorse : own->worst);
    for (const InGroup& in : groups_) {
      if (Keeps(in) && in.pairs > in.group->reserved) worst = std::max(worst, in.worst);
    }
    return worst;
  }

 private:
  struct InGroup {
    const Group* group;
    int64_t pairs, locked;
    int32_t worst;  // Rank of an unlocked pair.
  };

  static bool Keeps(const InGroup& in) {
    return in.group->reserved > 0 && in.group->fallback == ReserveFallback::kKeepEmpty;
  }
  const char* Who() const { return side_ == GroupSide::kAdepts ? "adept" : "mentor"; }
  bool HasKept() const { return std::any_of(groups_.begin(), groups_.end(), &Keeps); }
  int64_t OpenBound() const {
    int64_t open = ReserveBase(problem_, side_);
    for (const InGroup& in : groups_) open -= Keeps(in) ? in.group->reserved : 0;
    return open;
  }
  int64_t OpenUsed() const {
    int64_t used = others_;
    for (const InGroup& in : groups_) used += Keeps(in) ? std::max<int64_t>(0, in.pairs - in.group->reserved) : 0;
    return used;
  }
  int64_t OpenLocked() const {
    int64_t used = others_locked_;
    for (const InGroup& in : groups_) used += Keeps(in) ? std::max<int64_t>(0, in.locked - in.group->reserved) : 0;
    return used;
  }

  const Problem& problem_;
  const GroupSide side_;
  const std::vector<int64_t>& room_;
  std::vector<int64_t> taken_;  // Per row, without locked pairs.
  std::vector<int32_t> worst_;
  std::vector<InGroup> groups_;  // The smallest first.
  std::vector<std::vector<size_t>> groups_of_;
  int64_t others_ = 0, others_locked_ = 0;  // Pairs of nobody who has a kept reserve.
  int32_t others_worst_ = kNobodyWorse;
};

std::vector<uint8_t> FirstOf(const Problem& problem, GroupSide side, size_t people) {
  std::vector<uint8_t> first(people, 0);
  for (const Group& group : problem.groups) {
    if (group.side != side || !group.guaranteed) continue;
    for (const int32_t row : group.members) first[static_cast<size_t>(row)] = 1;
  }
  return first;
}

// One cohort and one answer to it.
class CohortScan {
 public:
  CohortScan(const Problem& problem, const Assignment& assignment)
      : problem_(problem),
        assignment_(assignment),
        adept_first_(FirstOf(problem, GroupSide::kAdepts, problem.rounds_waited.size())),
        mentor_first_(FirstOf(problem, GroupSide::kMentors, problem.capacity.size())),
        adept_room_(problem.rounds_waited.size(), 1),
        mentor_room_(problem.capacity.begin(), problem.capacity.end()) {
    for (const Lock& lock : problem.locks) {
      adept_room_[static_cast<size_t>(lock.adept)] = 0;
      int64_t& room = mentor_room_[static_cast<size_t>(lock.mentor)];
      room = std::max<int64_t>(0, room - 1);
    }
  }

  absl::StatusOr<BlockingPairs> Run(size_t limit) {
    SideOfCohort adepts(problem_, GroupSide::kAdepts, adept_room_);
    SideOfCohort mentors(problem_, GroupSide::kMentors, mentor_room_);
    BRYGGA_RETURN_IF_ERROR(AddPairs(adepts, mentors));
    for (const SideOfCohort* side : {&adepts, &mentors}) {
      if (const std::string broken = side->Broken(); !broken.empty()) return Invalid(broken);
    }
    std::vector<int32_t> must_beat;
    for (int32_t m = 0; m < problem_.mentor_count(); ++m) must_beat.push_back(mentors.MustBeat(m));
    BlockingPairs found;
    for (int32_t a = 0; a < problem_.adept_count(); ++a) {
      if (adept_room_[static_cast<size_t>(a)] == 0) continue;
      const int32_t own = adepts.MustBeat(a);
      for (int64_t e = problem_.edges.offset[static_cast<size_t>(a)];
           e < problem_.edges.offset[static_cast<size_t>(a) + 1]; ++e) {
        const int32_t mentor = problem_.edges.mentor[static_cast<size_t>(e)];
        const int32_t rank = Rank(a, mentor, problem_.edges.score[static_cast<size_t>(e)]);
        if (rank < own && rank < must_beat[static_cast<size_t>(mentor)]) Report(found, limit, a, mentor);
      }
    }
    return found;
  }

 private:
  int32_t Rank(int32_t adept, int32_t mentor, int32_t score) const {
    return CommonRank(adept_first_[static_cast<size_t>(adept)] != 0, mentor_first_[static_cast<size_t>(mentor)] != 0,
                      score);
  }

  absl::Status AddPairs(SideOfCohort& adepts, SideOfCohort& mentors) const {
    std::set<std::pair<int32_t, int32_t>> locks;
    for (const Lock& lock : problem_.locks) locks.emplace(lock.adept, lock.mentor);
    int64_t total = 0;
    for (const MatchedPair& pair : assignment_.pairs) {
      const std::string name = absl::StrCat("pair (", pair.adept, ", ", pair.mentor, ")");
      if (pair.adept < 0 || pair.adept >= problem_.adept_count() || pair.mentor < 0 ||
          pair.mentor >= problem_.mentor_count()) {
        return Invalid(absl::StrCat(name, " names a row that does not exist"));
      }
      const bool locked = locks.erase({pair.adept, pair.mentor}) > 0;
      const int64_t e = problem_.edges.Find(pair.adept, pair.mentor);
      const int32_t score = e < 0 ? 0 : problem_.edges.score[static_cast<size_t>(e)];
      if (locked != pair.locked) return Invalid(absl::StrCat(name, " is wrong about being locked"));
      if (e < 0 && !locked) return Invalid(absl::StrCat(name, " is forbidden"));
      if (pair.score != score) return Invalid(absl::StrCat(name, " has another score"));
      adepts.Add(pair.adept, Rank(pair.adept, pair.mentor, score), locked);
      mentors.Add(pair.mentor, Rank(pair.adept, pair.mentor, score), locked);
      total += score;
    }
    if (!locks.empty()) return Invalid("a locked pair is missing");
    if (total != assignment_.total_score) return Invalid("the total is not the sum of the scores");
    return absl::OkStatus();
  }

  const Problem& problem_;
  const Assignment& assignment_;
  const std::vector<uint8_t> adept_first_, mentor_first_;
  std::vector<int64_t> adept_room_, mentor_room_;  // After the locks.
};

int32_t Part(int64_t part, int64_t whole) {
  if (whole <= 0) return 0;
  return static_cast<int32_t>(static_cast<__int128>(part) * 1'000'000 / whole);
}

}  // namespace

RankedGraph RankByWeight(const Bipartite<int32_t>& graph) {
  RankedGraph ranked{.offset = graph.offset, .host = graph.host, .seats = graph.seats};
  ranked.agents_rank.reserve(graph.weight.size());
  for (const int32_t weight : graph.weight) ranked.agents_rank.push_back(std::numeric_limits<int32_t>::max() - weight);
  ranked.hosts_rank = ranked.agents_rank;
  return ranked;
}

absl::StatusOr<BlockingPairs> FindBlockingPairs(const RankedGraph& graph, const std::vector<int64_t>& chosen,
                                                size_t limit) {
  const size_t agents = graph.agent_count(), hosts = graph.host_count();
  std::vector<uint8_t> is_chosen(graph.host.size(), 0);
  for (const int64_t e : chosen) {
    if (e < 0 || static_cast<size_t>(e) >= graph.host.size())
      return Invalid(absl::StrCat("position ", e, " is no pair"));
    if (std::exchange(is_chosen[static_cast<size_t>(e)], uint8_t{1}) != 0) {
      return Invalid(absl::StrCat("position ", e, " is chosen twice"));
    }
  }
  // The rank that each side has to beat: that of its worst, or any.
  std::vector<int32_t> agent_beats(agents, kNobodyWorse), host_beats(hosts, kNobodyWorse);
  std::vector<int32_t> agent_room(agents, 1), host_room = graph.seats;
  if (!graph.places.empty()) agent_room = graph.places;
  for (size_t a = 0; a < agents; ++a) {
    for (size_t e = static_cast<size_t>(graph.offset[a]); e < static_cast<size_t>(graph.offset[a + 1]); ++e) {
      if (is_chosen[e] == 0) continue;
      const size_t h = static_cast<size_t>(graph.host[e]);
      if (--agent_room[a] < 0) return Invalid(absl::StrCat("agent ", a, " has more pairs than places"));
      if (--host_room[h] < 0) return Invalid(absl::StrCat("host ", h, " has more pairs than seats"));
      agent_beats[a] = std::max(agent_beats[a], graph.agents_rank[e]);
      host_beats[h] = std::max(host_beats[h], graph.hosts_rank[e]);
    }
  }
  for (size_t a = 0; a < agents; ++a) {
    if (agent_room[a] > 0) agent_beats[a] = kAnybody;
  }
  for (size_t h = 0; h < hosts; ++h) {
    if (host_room[h] > 0) host_beats[h] = kAnybody;
  }
  BlockingPairs found;
  for (size_t a = 0; a < agents; ++a) {
    for (size_t e = static_cast<size_t>(graph.offset[a]); e < static_cast<size_t>(graph.offset[a + 1]); ++e) {
      const bool agent_wants = graph.agents_rank[e] < agent_beats[a] || agent_beats[a] == kAnybody;
      const int32_t beats = host_beats[static_cast<size_t>(graph.host[e])];
      if (!agent_wants || (graph.hosts_rank[e] >= beats && beats != kAnybody) || is_chosen[e] != 0) continue;
      Report(found, limit, static_cast<int32_t>(a), graph.host[e]);
    }
  }
  return found;
}

absl::StatusOr<BlockingPairs> FindBlockingPairs(const Problem& problem, const Assignment& assignment, size_t limit) {
  BRYGGA_RETURN_IF_ERROR(Validate(problem));
  return CohortScan(problem, assignment).Run(limit);
}

absl::StatusOr<Worth> WorthOf(const Problem& problem, const Assignment& assignment) {
  BRYGGA_ASSIGN_OR_RETURN(const BlockingPairs blocking, FindBlockingPairs(problem, assignment, 0));
  Worth worth{.pairs = static_cast<int64_t>(assignment.pairs.size()),
              .total_score = assignment.total_score,
              .blocking_pairs = blocking.count};
  int32_t worst = kAnybody;
  for (const MatchedPair& pair : assignment.pairs) {
    if (!pair.locked) worst = std::min(worst, pair.score);
  }
  if (worst != kAnybody) worth.worst_score = worst;
  return worth;
}

Price PriceOf(const Worth& answer, const Worth& best) {
  Price price{.pairs = best.pairs - answer.pairs,
              .total_score = best.total_score - answer.total_score,
              .worst_score_gain = answer.worst_score - best.worst_score,
              .blocking_pairs_fewer = best.blocking_pairs - answer.blocking_pairs};
  price.pairs_part = Part(price.pairs, best.pairs);
  price.total_part = Part(price.total_score, best.total_score);
  return price;
}

}  // namespace brygga::engine
