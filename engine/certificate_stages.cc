#include "engine/certificate_stages.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::engine {
namespace {

// Prices beyond this are nobody's; within it, sums stay far from overflow.
constexpr int64_t kMostPrice = int64_t{1} << 60;

size_t At(int64_t i) { return static_cast<size_t>(i); }

absl::Status Invalid(const std::string& what) {
  return MakeError(absl::StatusCode::kInvalidArgument, what, {.reason = "INVALID_CERTIFICATE"});
}

// One side as the rules see it: counts of pairs per person and group.
struct Side {
  GroupSide side;
  std::vector<int64_t> seats;   // Per person, what the locks leave.
  std::vector<int64_t> locked;  // Pairs per person.
  std::vector<int64_t> pairs;   // Per person, without the locked ones.
  int64_t all_locked = 0;
  int64_t all_pairs = 0;
};

class StageChecker {
 public:
  StageChecker(const Problem& problem, Objective objective, const Assignment& assignment,
               const std::vector<Stage>& stages)
      : problem_(problem),
        objective_(objective),
        stages_(stages),
        hub_(problem.adept_count() + problem.mentor_count() + static_cast<int32_t>(problem.groups.size())),
        price_of_(At(hub_) + 3),
        mentor_of_(problem.rounds_waited.size(), -1) {
    adepts_.side = GroupSide::kAdepts;
    mentors_.side = GroupSide::kMentors;
    adepts_.seats.assign(problem.rounds_waited.size(), 1);
    mentors_.seats.assign(problem.capacity.begin(), problem.capacity.end());
    for (Side* side : {&adepts_, &mentors_}) {
      side->locked.assign(side->seats.size(), 0);
      side->pairs.assign(side->seats.size(), 0);
    }
    for (const Lock& lock : problem.locks) {
      Count(adepts_, lock.adept);
      Count(mentors_, lock.mentor);
    }
    for (const MatchedPair& pair : assignment.pairs) {
      if (pair.locked) continue;
      mentor_of_[At(pair.adept)] = pair.mentor;
      ++adepts_.pairs[At(pair.adept)];
      ++mentors_.pairs[At(pair.mentor)];
      ++adepts_.all_pairs;
      ++mentors_.all_pairs;
    }
    if (!problem.repair) return;
    previous_.assign(problem.rounds_waited.size(), -1);
    for (const auto& [adept, mentor] : problem.repair->previous) previous_[At(adept)] = mentor;
  }

  absl::Status Run() {
    BRYGGA_RETURN_IF_ERROR(CheckOrder());
    BRYGGA_RETURN_IF_ERROR(ReadPrices());
    BRYGGA_RETURN_IF_ERROR(CheckSide(adepts_));
    BRYGGA_RETURN_IF_ERROR(CheckSide(mentors_));
    return CheckPairs();
  }

 private:
  using Costs = std::vector<std::pair<size_t, int64_t>>;  // Stage and cost, where it is not 0.

  static void Count(Side& side, int32_t person) {
    ++side.locked[At(person)];
    if (side.seats[At(person)] > 0) --side.seats[At(person)];
    ++side.all_locked;
  }

  bool HasPriceOfChanges() const { return problem_.repair && problem_.repair->price; }

  // The stages are those of the declared order, no more and no less.
  absl::Status CheckOrder() {
    for (const Group& group : problem_.groups) {
      const Side& side = group.side == GroupSide::kAdepts ? adepts_ : mentors_;
      const auto is_open = [&](int32_t row) { return side.seats[At(row)] > 0 && side.locked[At(row)] == 0; };
      has_guaranteed_ |= group.guaranteed && std::any_of(group.members.begin(), group.members.end(), is_open);
      has_reserved_ |= BoundsOf(side, group).reserved > 0;
    }
    size_t i = 0;
    // Stages without costs may stand anywhere: they only say less.
    const auto take = [&](StageKind kind) {
      while (i < stages_.size() && stages_[i].kind == StageKind::kBounds) ++i;
      if (i == stages_.size() || stages_[i].kind != kind) return false;
      stage_of_[At(static_cast<int64_t>(kind))] = i++;
      return true;
    };
    if (has_guaranteed_ && !take(StageKind::kGuaranteed)) return Invalid("the stage of guaranteed groups is missing");
    if (has_reserved_ && !take(StageKind::kReserved)) return Invalid("the stage of reserves is missing");
    if (objective_ != Objective::kScore && !take(StageKind::kCoverage))
      return Invalid("the stage of coverage is missing");
    if (objective_ != Objective::kFairest && !take(StageKind::kScore))
      return Invalid("the stage of the score is missing");
    first_level_ = i;
    if (objective_ == Objective::kFairest) {
      for (; i < stages_.size() && stages_[i].kind == StageKind::kLevel; ++i) {
        if (i > first_level_ && stages_[i].level <= stages_[i - 1].level) return Invalid("the levels do not ascend");
      }
    }
    last_level_ = i;
    has_changes_ = problem_.repair && !problem_.repair->price && !problem_.repair->previous.empty();
    if (has_changes_ && !take(StageKind::kChanges)) return Invalid("the stage of changes is missing");
    while (i < stages_.size() && stages_[i].kind == StageKind::kBounds) ++i;
    return i == stages_.size() ? absl::OkStatus() : Invalid("there is a stage that the declared order does not have");
  }

  absl::Status ReadPrices() {
    for (size_t i = 0; i < stages_.size(); ++i) {
      const Stage& stage = stages_[i];
      if (stage.node.size() != stage.price.size()) return Invalid("a stage has more nodes than prices, or fewer");
      for (size_t n = 0; n < stage.node.size(); ++n) {
        const int32_t node = stage.node[n];
        if (node < 0 || At(node) >= price_of_.size()) return Invalid("a price is of no node");
        if (n > 0 && node <= stage.node[n - 1]) return Invalid("the nodes of a stage do not ascend");
        if (stage.price[n] > kMostPrice || stage.price[n] < -kMostPrice) return Invalid("a price is out of bounds");
        price_of_[At(node)].emplace_back(i, stage.price[n]);
      }
    }
    return absl::OkStatus();
  }

  // The first reduced cost (cost − price of tail + price of head) before stage
  // `end` that is not 0.
  int64_t FirstReducedCost(int32_t tail, int32_t head, const Costs& costs, size_t end) const {
    const Costs& from = price_of_[At(tail)];
    const Costs& to = price_of_[At(head)];
    size_t i = 0, j = 0, k = 0;
    for (;;) {
      size_t stage = end;
      if (i < from.size()) stage = std::min(stage, from[i].first);
      if (j < to.size()) stage = std::min(stage, to[j].first);
      if (k < costs.size()) stage = std::min(stage, costs[k].first);
      if (stage == end) return 0;
      int64_t reduced = 0;
      if (i < from.size() && from[i].first == stage) reduced -= from[i++].second;
      if (j < to.size() && to[j].first == stage) reduced += to[j++].second;
      if (k < costs.size() && costs[k].first == stage) reduced += costs[k++].second;
      if (reduced != 0) return reduced;
    }
  }

  absl::Status CheckArc(const std::string& name, int32_t tail, int32_t head, int64_t lower, int64_t upper, int64_t flow,
                        const Costs& costs) const {
    if (flow < lower) return Invalid(absl::StrCat(name, " has ", flow, " pairs, fewer than its minimum of ", lower));
    if (flow > upper) return Invalid(absl::StrCat(name, " has ", flow, " pairs, more than its ", upper));
    const int64_t reduced = FirstReducedCost(tail, head, costs, stages_.size());
    if (reduced > 0 && flow > lower) return Invalid(absl::StrCat(name, " has a pair too many for its prices"));
    if (reduced < 0 && flow < upper) return Invalid(absl::StrCat(name, " could have a pair more for its prices"));
    return absl::OkStatus();
  }

  // The same with the end that is nearer to the hub named first.
  absl::Status CheckLink(const Side& side, const std::string& name, int32_t around, int32_t node, int64_t lower,
                         int64_t upper, int64_t flow, const Costs& costs = {}) const {
    if (side.side == GroupSide::kAdepts) return CheckArc(name, around, node, lower, upper, flow, costs);
    return CheckArc(name, node, around, lower, upper, flow, costs);
  }

  static bool HasRule(const Group& group) { return group.at_most || group.at_least > 0 || group.reserved > 0; }
  static bool Keeps(const Group& group) { return group.reserved > 0 && group.fallback == ReserveFallback::kKeepEmpty; }
  static int64_t Sum(const std::vector<int64_t>& of_person, const Group& group) {
    int64_t sum = 0;
    for (const int32_t row : group.members) sum += of_person[At(row)];
    return sum;
  }

  // The bounds of a group's two links.
  struct Bounds {
    int64_t least, most, reserved;
  };
  static Bounds BoundsOf(const Side& side, const Group& group) {
    const int64_t locked = Sum(side.locked, group);
    Bounds bounds{
        .least = std::max<int64_t>(0, group.at_least - locked), .most = Sum(side.seats, group), .reserved = 0};
    if (group.at_most) bounds.most = std::max<int64_t>(0, std::min(bounds.most, *group.at_most - locked));
    bounds.reserved = std::max<int64_t>(0, std::min(group.reserved - locked, bounds.most));
    return bounds;
  }

  // The smallest group with a rule that holds a person (of equal ones the last
  // that is named), or that holds group `inner` and is not itself.
  std::optional<size_t> GroupAround(const Side& side, int32_t person, std::optional<size_t> inner) const {
    std::optional<size_t> around;
    for (size_t g = 0; g < problem_.groups.size(); ++g) {
      const Group& group = problem_.groups[g];
      if (group.side != side.side || !HasRule(group) || inner == g) continue;
      if (!std::binary_search(group.members.begin(), group.members.end(), person)) continue;
      if (inner) {
        const size_t size = problem_.groups[*inner].members.size();
        if (group.members.size() < size || (group.members.size() == size && g > *inner)) continue;
      }
      if (!around || group.members.size() <= problem_.groups[*around].members.size()) around = g;
    }
    return around;
  }

  int32_t NodeOf(size_t group) const {
    return problem_.adept_count() + problem_.mentor_count() + static_cast<int32_t>(group);
  }

  absl::Status CheckSide(const Side& side) const {
    int64_t kept = 0, in_open = side.all_pairs, locked_in_open = side.all_locked;
    bool has_open = false;
    for (const Group& group : problem_.groups) {
      if (group.side != side.side || !Keeps(group)) continue;
      has_open = true;
      kept += group.reserved;
      in_open -= std::min(BoundsOf(side, group).reserved, Sum(side.pairs, group));
      locked_in_open -= std::min(group.reserved, Sum(side.locked, group));
    }
    const int32_t top = !has_open ? hub_ : hub_ + (side.side == GroupSide::kAdepts ? 1 : 2);
    if (has_open) {
      const int64_t upper = std::max<int64_t>(0, ReserveBase(problem_, side.side) - kept - locked_in_open);
      BRYGGA_RETURN_IF_ERROR(CheckLink(side, "what the reserves leave", hub_, top, 0, upper, in_open));
    }
    for (size_t g = 0; g < problem_.groups.size(); ++g) {
      if (problem_.groups[g].side == side.side && HasRule(problem_.groups[g])) {
        BRYGGA_RETURN_IF_ERROR(CheckGroup(side, g, top));
      }
    }
    return CheckPeople(side, top);
  }

  absl::Status CheckGroup(const Side& side, size_t g, int32_t top) const {
    const Group& group = problem_.groups[g];
    const std::string name = absl::StrCat("group '", group.name, "'");
    const Bounds bounds = BoundsOf(side, group);
    const int64_t pairs = Sum(side.pairs, group), in_reserve = std::min(bounds.reserved, pairs);
    if (pairs < bounds.least)
      return Invalid(absl::StrCat(name, " has fewer pairs than its minimum of ", group.at_least));
    std::optional<size_t> outer;
    if (!group.members.empty()) outer = GroupAround(side, group.members[0], g);
    const int32_t around = outer ? NodeOf(*outer) : top;
    if (bounds.reserved > 0) {
      Costs costs;
      if (has_reserved_) costs.emplace_back(stage_of_[At(static_cast<int64_t>(StageKind::kReserved))], -1);
      BRYGGA_RETURN_IF_ERROR(CheckLink(side, name + " with its reserve", Keeps(group) ? hub_ : around, NodeOf(g),
                                       std::min(bounds.least, bounds.reserved), std::min(bounds.most, bounds.reserved),
                                       in_reserve, costs));
    }
    return CheckLink(side, name, around, NodeOf(g), std::max<int64_t>(0, bounds.least - bounds.reserved),
                     bounds.most - bounds.reserved, pairs - in_reserve);
  }

  absl::Status CheckPeople(const Side& side, int32_t top) const {
    const int32_t first_node = side.side == GroupSide::kAdepts ? 0 : problem_.adept_count();
    std::vector<int32_t> around(side.seats.size(), top);
    std::vector<uint8_t> guaranteed(side.seats.size(), 0);
    std::vector<size_t> order;
    for (size_t g = 0; g < problem_.groups.size(); ++g) {
      if (problem_.groups[g].side == side.side) order.push_back(g);
    }
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      const size_t x = problem_.groups[a].members.size(), y = problem_.groups[b].members.size();
      return x != y ? x > y : a < b;
    });
    for (const size_t g : order) {
      for (const int32_t row : problem_.groups[g].members) {
        if (HasRule(problem_.groups[g])) around[At(row)] = NodeOf(g);
        guaranteed[At(row)] |= problem_.groups[g].guaranteed ? 1 : 0;
      }
    }
    for (size_t person = 0; person < side.seats.size(); ++person) {
      if (side.seats[person] == 0) continue;
      const std::string name = absl::StrCat(side.side == GroupSide::kAdepts ? "adept " : "mentor ", person);
      const int32_t node = first_node + static_cast<int32_t>(person);
      int64_t seats = side.seats[person], pairs = side.pairs[person];
      if (guaranteed[person] && side.locked[person] == 0) {
        Costs costs;
        if (has_guaranteed_) costs.emplace_back(stage_of_[At(static_cast<int64_t>(StageKind::kGuaranteed))], -1);
        const int64_t first = std::min<int64_t>(pairs, 1);
        BRYGGA_RETURN_IF_ERROR(
            CheckLink(side, name + " of a guaranteed group", around[person], node, 0, 1, first, costs));
        pairs -= first;
        if (--seats == 0) continue;
      }
      BRYGGA_RETURN_IF_ERROR(CheckLink(side, name, around[person], node, 0, seats, pairs));
    }
    return absl::OkStatus();
  }

  absl::Status CheckPairs() const {
    const Edges& edges = problem_.edges;
    Costs costs;
    for (int32_t a = 0; a < problem_.adept_count(); ++a) {
      if (adepts_.seats[At(a)] == 0) continue;
      for (int64_t e = edges.offset[At(a)]; e < edges.offset[At(a) + 1]; ++e) {
        const int32_t m = edges.mentor[At(e)];
        if (mentors_.seats[At(m)] == 0) continue;
        const bool is_in = mentor_of_[At(a)] == m;
        const int64_t reduced = PairsReducedCost(a, m, edges.score[At(e)], costs);
        if (reduced > 0 && is_in)
          return Invalid(absl::StrCat("pair (", a, ", ", m, ") makes the answer worse for its prices"));
        if (reduced < 0 && !is_in) {
          return Invalid(absl::StrCat("pair (", a, ", ", m, ") would make the answer better for its prices"));
        }
      }
    }
    return absl::OkStatus();
  }

  int64_t PairsReducedCost(int32_t adept, int32_t mentor, int32_t score, Costs& costs) const {
    const int32_t head = problem_.adept_count() + mentor;
    const bool is_previous = !previous_.empty() && previous_[At(adept)] == mentor;
    costs.clear();
    if (objective_ != Objective::kScore)
      costs.emplace_back(stage_of_[At(static_cast<int64_t>(StageKind::kCoverage))], -1);
    if (objective_ != Objective::kFairest) {
      const int64_t price = HasPriceOfChanges() && is_previous ? *problem_.repair->price : 0;
      costs.emplace_back(stage_of_[At(static_cast<int64_t>(StageKind::kScore))], -(score + price));
    } else {
      const auto first = stages_.begin() + static_cast<std::ptrdiff_t>(first_level_);
      const auto last = stages_.begin() + static_cast<std::ptrdiff_t>(last_level_);
      const auto level = std::lower_bound(first, last, score, [](const Stage& s, int64_t v) { return s.level < v; });
      const size_t at = static_cast<size_t>(level - stages_.begin());
      if (level == last || level->level != score) {
        // No stage accepts a pair of this score, so there must be none.
        const int64_t before = FirstReducedCost(adept, head, costs, at);
        return before != 0 ? before : 1;
      }
      costs.emplace_back(at, 1);
    }
    if (has_changes_ && is_previous) costs.emplace_back(stage_of_[At(static_cast<int64_t>(StageKind::kChanges))], -1);
    return FirstReducedCost(adept, head, costs, stages_.size());
  }

  const Problem& problem_;
  const Objective objective_;
  const std::vector<Stage>& stages_;
  const int32_t hub_;
  std::vector<Costs> price_of_;  // Per node, by stage.
  std::vector<int32_t> mentor_of_;
  Side adepts_, mentors_;
  std::vector<int32_t> previous_;  // Mentor per adept, where it is a repair.
  bool has_guaranteed_ = false, has_reserved_ = false, has_changes_ = false;
  size_t stage_of_[kStageKindCount] = {};
  size_t first_level_ = 0, last_level_ = 0;
};

}  // namespace

absl::Status CheckStages(const Problem& problem, Objective objective, const Assignment& assignment,
                         const std::vector<Stage>& stages) {
  return StageChecker(problem, objective, assignment, stages).Run();
}

}  // namespace brygga::engine
