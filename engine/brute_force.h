// The slow truth for tests: tries every answer of a small problem, and compares
// them by the declared order word for word (solve.h).
#ifndef BRYGGA_ENGINE_BRUTE_FORCE_H_
#define BRYGGA_ENGINE_BRUTE_FORCE_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "engine/problem.h"
#include "engine/solve.h"

namespace brygga::engine {

// Pairs by row, without the locked ones.
using PairsByAdept = std::map<int32_t, int32_t>;

// What an answer (pairs without the locked ones) is worth by the declared order.
class Order {
 public:
  using Value = std::vector<int64_t>;  // Compared position by position; higher is better.

  Order(const Problem& problem, Objective objective) : problem_(problem), objective_(objective) {
    for (const std::string& key : problem.adept_key) adept_ticket_.push_back(Ticket(problem.seed, key));
    for (const std::string& key : problem.mentor_key) mentor_ticket_.push_back(Ticket(problem.seed, key));
  }

  static bool IsOf(const Group& group, const std::pair<int32_t, int32_t>& pair) {
    const int32_t row = group.side == GroupSide::kAdepts ? pair.first : pair.second;
    return std::find(group.members.begin(), group.members.end(), row) != group.members.end();
  }
  static int64_t PairsOf(const Group& group, const Pairs& pairs) {
    return std::count_if(pairs.begin(), pairs.end(), [&](const auto& pair) { return IsOf(group, pair); });
  }
  static bool Keeps(const Group& group) { return group.reserved > 0 && group.fallback == ReserveFallback::kKeepEmpty; }

  // Pairs of a side that use no seat that is kept for some group.
  int64_t Outside(GroupSide side, const Pairs& pairs) const {
    int64_t outside = static_cast<int64_t>(pairs.size());
    for (const Group& group : problem_.groups) {
      if (group.side == side && Keeps(group)) outside -= std::min(group.reserved, PairsOf(group, pairs));
    }
    return outside;
  }

  // The hard rules of groups, for pairs that are allowed and keep capacities.
  bool KeepsGroups(const Pairs& pairs) const {
    if (problem_.groups.empty()) return true;
    const Pairs all = WithLocks(pairs);
    Pairs locked;
    for (const Lock& lock : problem_.locks) locked.emplace_back(lock.adept, lock.mentor);
    for (const Group& group : problem_.groups) {
      const int64_t pairs = PairsOf(group, all);
      if (pairs < group.at_least) return false;
      if (group.at_most && pairs > std::max(*group.at_most, PairsOf(group, locked))) return false;
    }
    for (const GroupSide side : {GroupSide::kAdepts, GroupSide::kMentors}) {
      int64_t kept = 0;
      for (const Group& group : problem_.groups) kept += group.side == side && Keeps(group) ? group.reserved : 0;
      if (kept == 0) continue;
      const int64_t room = ReserveBase(problem_, side) - kept;
      if (Outside(side, all) > std::max(room, Outside(side, locked))) return false;
    }
    return true;
  }

  // Without `ties`: only what a certificate proves.
  Value ValueOf(const Pairs& pairs, bool ties) const {
    const Pairs all = WithLocks(pairs);
    std::set<std::pair<GroupSide, int32_t>> guaranteed;
    int64_t reserved = 0, total = 0, changed = 0, waited = 0, lots = 0;
    for (const Group& group : problem_.groups) {
      reserved += std::min(group.reserved, PairsOf(group, all));
      for (const auto& pair : all) {
        if (!group.guaranteed || !IsOf(group, pair)) continue;
        guaranteed.emplace(group.side, group.side == GroupSide::kAdepts ? pair.first : pair.second);
      }
    }
    std::vector<int64_t> scores;
    for (const auto& pair : pairs) {
      scores.push_back(ScoreOf(pair));
      total += scores.back();
      waited += problem_.rounds_waited[static_cast<size_t>(pair.first)];
      lots += Lot(adept_ticket_[static_cast<size_t>(pair.first)], mentor_ticket_[static_cast<size_t>(pair.second)]);
    }
    if (problem_.repair) {
      for (const auto& pair : problem_.repair->previous) changed += std::count(all.begin(), all.end(), pair) == 0;
    }
    const bool has_price = problem_.repair && problem_.repair->price;

    Value value = {static_cast<int64_t>(guaranteed.size()), reserved};
    if (objective_ != Objective::kScore) value.push_back(static_cast<int64_t>(pairs.size()));
    if (objective_ == Objective::kFairest) {
      std::sort(scores.begin(), scores.end());
      value.insert(value.end(), scores.begin(), scores.end());
    } else {
      value.push_back(total - (has_price ? *problem_.repair->price * changed : 0));
    }
    if (!has_price) value.push_back(-changed);
    if (ties) value.push_back(waited);
    if (ties) value.push_back(lots);
    return value;
  }

 private:
  Pairs WithLocks(Pairs pairs) const {
    for (const Lock& lock : problem_.locks) pairs.emplace_back(lock.adept, lock.mentor);
    return pairs;
  }

  int64_t ScoreOf(const std::pair<int32_t, int32_t>& pair) const {
    const int64_t e = problem_.edges.Find(pair.first, pair.second);
    return e < 0 ? 0 : problem_.edges.score[static_cast<size_t>(e)];
  }

  const Problem& problem_;
  const Objective objective_;
  std::vector<uint64_t> adept_ticket_, mentor_ticket_;
};

class BruteForce {
 public:
  BruteForce(const Problem& problem, Objective objective)
      : problem_(problem),
        order_(problem, objective),
        seats_(problem.capacity.begin(), problem.capacity.end()),
        mentor_of_(problem.rounds_waited.size(), -1) {
    for (const Lock& lock : problem.locks) {
      locked_.insert(lock.adept);
      int64_t& seats = seats_[static_cast<size_t>(lock.mentor)];
      seats = std::max<int64_t>(0, seats - 1);
    }
    Try(0);
  }

  // False where no answer keeps the hard rules.
  bool feasible() const { return best_value_.has_value(); }
  const PairsByAdept& pairs() const { return best_; }

 private:
  void Try(int32_t adept) {
    if (adept == problem_.adept_count()) {
      Look();
      return;
    }
    const size_t a = static_cast<size_t>(adept);
    mentor_of_[a] = -1;
    Try(adept + 1);
    if (locked_.contains(adept)) return;
    for (int64_t e = problem_.edges.offset[a]; e < problem_.edges.offset[a + 1]; ++e) {
      const int32_t mentor = problem_.edges.mentor[static_cast<size_t>(e)];
      int64_t& seats = seats_[static_cast<size_t>(mentor)];
      if (seats == 0) continue;
      --seats;
      mentor_of_[a] = mentor;
      Try(adept + 1);
      mentor_of_[a] = -1;
      ++seats;
    }
  }

  void Look() {
    pairs_.clear();
    for (int32_t a = 0; a < problem_.adept_count(); ++a) {
      if (mentor_of_[static_cast<size_t>(a)] >= 0) pairs_.emplace_back(a, mentor_of_[static_cast<size_t>(a)]);
    }
    if (!order_.KeepsGroups(pairs_)) return;
    Order::Value value = order_.ValueOf(pairs_, /*ties=*/true);
    if (best_value_ && value <= *best_value_) return;
    best_value_ = std::move(value);
    best_ = PairsByAdept(pairs_.begin(), pairs_.end());
  }

  const Problem& problem_;
  const Order order_;
  std::vector<int64_t> seats_;
  std::set<int32_t> locked_;
  std::vector<int32_t> mentor_of_;
  Pairs pairs_;
  std::optional<Order::Value> best_value_;
  PairsByAdept best_;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_BRUTE_FORCE_H_
