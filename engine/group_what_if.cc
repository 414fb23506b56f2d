#include "engine/group_what_if.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>

namespace brygga::engine {
namespace {

constexpr int32_t kNone = -1;

template <size_t N>
std::array<int64_t, N> operator+(const std::array<int64_t, N>& a, const std::array<int64_t, N>& b) {
  std::array<int64_t, N> sum;
  for (size_t i = 0; i < N; ++i) sum[i] = a[i] + b[i];
  return sum;
}
template <size_t N>
std::array<int64_t, N> operator-(const std::array<int64_t, N>& a, const std::array<int64_t, N>& b) {
  std::array<int64_t, N> difference;
  for (size_t i = 0; i < N; ++i) difference[i] = a[i] - b[i];
  return difference;
}

}  // namespace

// The cheapest way, from its end to its beginning.
struct GroupWhatIf::Way {
  struct Step {
    int32_t from, to;
    int64_t pair;
    Cost cost;
  };
  bool found = false;
  std::vector<Step> steps;
};

bool GroupWhatIf::Handles(Objective objective, const Certificate& certificate) {
  return (objective == Objective::kCoverageThenScore || objective == Objective::kScore) &&
         !certificate.stages.empty() && certificate.stages.size() <= kMostStages && certificate.adept_price.empty();
}

GroupWhatIf::GroupWhatIf(const Problem& problem, Objective, const Assignment& assignment,
                         const Certificate& certificate)
    : problem_(problem),
      network_(NetworkOf(problem)),
      price_(At(network_.nodes), Cost{}),
      mentor_of_(problem.rounds_waited.size(), kNone),
      locked_(problem.rounds_waited.size(), 0),
      previous_(problem.rounds_waited.size(), kNone),
      sits_(problem.capacity.size()),
      flow_(network_.links.size(), 0),
      links_of_(At(network_.nodes)) {
  stage_of_.fill(-1);
  for (size_t s = 0; s < certificate.stages.size(); ++s) {
    const Stage& stage = certificate.stages[s];
    stage_of_[static_cast<size_t>(stage.kind)] = static_cast<int>(s);
    for (size_t i = 0; i < stage.node.size(); ++i) price_[At(stage.node[i])][s] = stage.price[i];
  }
  for (const Lock& lock : problem.locks) locked_[At(lock.adept)] = 1;
  if (problem.repair) {
    for (const auto& [adept, mentor] : problem.repair->previous) previous_[At(adept)] = mentor;
  }
  for (const MatchedPair& pair : assignment.pairs) {
    if (pair.locked) continue;
    mentor_of_[At(pair.adept)] = pair.mentor;
    sits_[At(pair.mentor)].emplace_back(pair.adept, problem.edges.Find(pair.adept, pair.mentor));
  }
  for (size_t l = 0; l < network_.links.size(); ++l) {
    links_of_[At(network_.links[l].tail)].push_back(l);
    links_of_[At(network_.links[l].head)].push_back(l);
  }
  FillLinks();
}

// What passes a node is known once all that hang on it are: people, then groups
// from the innermost out. Links of one node fill in the order that their stages
// ask for: guaranteed and reserved units first.
void GroupWhatIf::FillLinks() {
  std::vector<int64_t> through(At(network_.nodes), 0);
  for (int32_t a = 0; a < network_.agents; ++a) through[At(a)] = mentor_of_[At(a)] == kNone ? 0 : 1;
  for (int32_t m = 0; m < network_.hosts; ++m) through[At(NodeOf(m))] = static_cast<int64_t>(sits_[At(m)].size());
  std::vector<std::vector<size_t>> up(At(network_.nodes));  // The links by which a node hangs.
  std::vector<int> below(At(network_.nodes), 0);            // How many links hang on a node, not yet filled.
  const auto around = [&](const Link& link) { return link.hung == link.tail ? link.head : link.tail; };
  for (size_t l = 0; l < network_.links.size(); ++l) {
    up[At(network_.links[l].hung)].push_back(l);
    ++below[At(around(network_.links[l]))];
  }
  std::vector<int32_t> ready;
  for (int32_t node = 0; node < network_.nodes; ++node) {
    if (below[At(node)] == 0) ready.push_back(node);
  }
  for (size_t i = 0; i < ready.size(); ++i) {
    const size_t node = At(ready[i]);
    std::stable_sort(up[node].begin(), up[node].end(), [&](size_t a, size_t b) {
      return (network_.links[a].kind != LinkKind::kPlain) > (network_.links[b].kind != LinkKind::kPlain);
    });
    int64_t left = through[node];
    for (const size_t l : up[node]) {
      const Link& link = network_.links[l];
      flow_[l] = std::min(left, link.upper);
      left -= flow_[l];
      through[At(around(link))] += flow_[l];
      if (--below[At(around(link))] == 0) ready.push_back(around(link));
    }
  }
}

GroupWhatIf::Cost GroupWhatIf::PairCost(int32_t adept, int64_t pair) const {
  Cost cost = {};
  const auto add = [&](StageKind kind, int64_t by) {
    const int stage = stage_of_[static_cast<size_t>(kind)];
    if (stage >= 0) cost[static_cast<size_t>(stage)] = by;
  };
  const bool is_previous = previous_[At(adept)] == problem_.edges.mentor[At(pair)];
  const int64_t price = is_previous && problem_.repair && problem_.repair->price ? *problem_.repair->price : 0;
  add(StageKind::kCoverage, -1);
  add(StageKind::kScore, -(problem_.edges.score[At(pair)] + price));
  if (is_previous) add(StageKind::kChanges, -1);
  return cost;
}

GroupWhatIf::Cost GroupWhatIf::LinkCost(const Link& link) const {
  Cost cost = {};
  if (link.kind == LinkKind::kPlain) return cost;
  const StageKind kind = link.kind == LinkKind::kGuaranteed ? StageKind::kGuaranteed : StageKind::kReserved;
  const int stage = stage_of_[static_cast<size_t>(kind)];
  if (stage >= 0) cost[static_cast<size_t>(stage)] = -1;
  return cost;
}

template <typename Take>
void GroupWhatIf::ForEachArc(int32_t node, const Take& take) const {
  for (const size_t l : links_of_[At(node)]) {
    const Link& link = network_.links[l];
    if (link.tail == node && flow_[l] < link.upper) take(Arc{link.head, -1, LinkCost(link)});
    if (link.head == node && flow_[l] > link.lower) take(Arc{link.tail, -1, Cost{} - LinkCost(link)});
  }
  if (node < network_.agents) {
    if (!network_.agent_open[At(node)]) return;
    for (int64_t e = problem_.edges.offset[At(node)]; e < problem_.edges.offset[At(node) + 1]; ++e) {
      const int32_t mentor = problem_.edges.mentor[At(e)];
      if (mentor == mentor_of_[At(node)] || !network_.host_open[At(mentor)]) continue;
      take(Arc{NodeOf(mentor), e, PairCost(node, e)});
    }
  } else if (node < network_.agents + network_.hosts) {
    for (const auto& [adept, pair] : sits_[At(node - network_.agents)]) {
      take(Arc{adept, pair, Cost{} - PairCost(adept, pair)});
    }
  }
}

// Dijkstra's search over reduced costs, compared stage by stage.
GroupWhatIf::Way GroupWhatIf::Search(int32_t from, int32_t to, int64_t without) const {
  struct Reached {
    bool is_reached = false;
    Cost distance = {};
    typename Way::Step step = {};
  };
  std::vector<Reached> reached(At(network_.nodes));
  using Entry = std::pair<Cost, int32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
  reached[At(from)].is_reached = true;
  queue.emplace(Cost{}, from);
  while (!queue.empty() && queue.top().second != to) {
    const auto [distance, node] = queue.top();
    queue.pop();
    if (distance != reached[At(node)].distance) continue;
    ForEachArc(node, [&, base = distance, tail = node](const Arc& arc) {
      if (arc.pair >= 0 && arc.pair == without) return;
      Reached& head = reached[At(arc.to)];
      const Cost at = base + arc.cost - price_[At(tail)] + price_[At(arc.to)];
      if (head.is_reached && at >= head.distance) return;
      head = {
          .is_reached = true, .distance = at, .step = {.from = tail, .to = arc.to, .pair = arc.pair, .cost = arc.cost}};
      queue.emplace(at, arc.to);
    });
  }
  Way way{.found = reached[At(to)].is_reached, .steps = {}};
  for (int32_t node = to; way.found && node != from; node = way.steps.back().from) {
    way.steps.push_back(reached[At(node)].step);
  }
  return way;
}

// Label-correcting: links whose caps do not bind are left open, and arcs over them may
// cost less than nothing by the certificate's prices (never a whole cycle).
GroupWhatIf::Back GroupWhatIf::SearchBack(int32_t to) const {
  // Who may go where, by mentor.
  std::vector<int64_t> begin(At(network_.hosts) + 1, 0);
  for (const int32_t mentor : problem_.edges.mentor) ++begin[At(mentor) + 1];
  for (size_t m = 0; m < At(network_.hosts); ++m) begin[m + 1] += begin[m];
  std::vector<std::pair<int32_t, int64_t>> wishes(problem_.edges.mentor.size());
  std::vector<int64_t> next(begin.begin(), begin.end() - 1);
  for (int32_t a = 0; a < network_.agents; ++a) {
    for (int64_t e = problem_.edges.offset[At(a)]; e < problem_.edges.offset[At(a) + 1]; ++e) {
      wishes[At(next[At(problem_.edges.mentor[At(e)])]++)] = {a, e};
    }
  }
  const auto binds = [&](const Link& link) {
    const int32_t group = link.hung - network_.agents - network_.hosts;
    if (link.kind != LinkKind::kPlain || group < 0 || group >= static_cast<int32_t>(problem_.groups.size()))
      return true;
    return problem_.groups[At(group)].at_most.has_value();
  };

  Back back{.is_reached = std::vector<uint8_t>(At(network_.nodes), 0),
            .cost = std::vector<Cost>(At(network_.nodes), Cost{}),
            .towards = std::vector<int32_t>(At(network_.nodes), kNone),
            .pair = std::vector<int64_t>(At(network_.nodes), -1)};
  const auto reduced = [&](int32_t node) { return back.cost[At(node)] - price_[At(node)] + price_[At(to)]; };
  using Entry = std::pair<Cost, int32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
  const auto reach = [&](int32_t node, int32_t head, int64_t pair, const Cost& arc) {
    if (node == to) return;
    const Cost cost = arc + back.cost[At(head)];
    if (back.is_reached[At(node)] && cost >= back.cost[At(node)]) return;
    back.is_reached[At(node)] = 1;
    back.cost[At(node)] = cost;
    back.towards[At(node)] = head;
    back.pair[At(node)] = pair;
    queue.emplace(reduced(node), node);
  };
  back.is_reached[At(to)] = 1;
  queue.emplace(Cost{}, to);
  // Each node settles once where prices hold, and seldom again where they do not.
  for (int64_t left = 50 * int64_t{network_.nodes}; !queue.empty() && left > 0; --left) {
    const auto [distance, head] = queue.top();
    queue.pop();
    if (distance != reduced(head)) continue;
    for (const size_t l : links_of_[At(head)]) {
      const Link& link = network_.links[l];
      if (link.head == head && (flow_[l] < link.upper || !binds(link))) reach(link.tail, head, -1, LinkCost(link));
      if (link.tail == head && flow_[l] > link.lower) reach(link.head, head, -1, Cost{} - LinkCost(link));
    }
    if (head < network_.agents) {
      const int32_t mentor = mentor_of_[At(head)];
      if (mentor == kNone) continue;
      const int64_t pair = problem_.edges.Find(head, mentor);
      reach(NodeOf(mentor), head, pair, Cost{} - PairCost(head, pair));
    } else if (head < network_.agents + network_.hosts && network_.host_open[At(head - network_.agents)]) {
      const int32_t mentor = head - network_.agents;
      for (int64_t i = begin[At(mentor)]; i < begin[At(mentor) + 1]; ++i) {
        const auto& [adept, pair] = wishes[At(i)];
        if (mentor_of_[At(adept)] == mentor || !network_.agent_open[At(adept)]) continue;
        reach(adept, head, pair, PairCost(adept, pair));
      }
    }
  }
  return back;
}

int32_t GroupWhatIf::AboveHost(int32_t mentor) const {
  for (const size_t l : links_of_[At(NodeOf(mentor))]) {
    if (network_.links[l].hung == NodeOf(mentor)) return network_.links[l].head;
  }
  // Has no seats, and hangs nowhere: it would in the innermost group with a rule, of
  // equal ones the later (network.cc).
  size_t innermost = problem_.groups.size(), fewest = problem_.capacity.size() + 1;
  for (size_t g = 0; g < problem_.groups.size(); ++g) {
    const Group& group = problem_.groups[g];
    const bool has_rule = group.at_most || group.at_least > 0 || group.reserved > 0;
    if (group.side != GroupSide::kMentors || !has_rule || group.members.size() > fewest) continue;
    if (!std::binary_search(group.members.begin(), group.members.end(), mentor)) continue;
    innermost = g;
    fewest = group.members.size();
  }
  return innermost == problem_.groups.size() ? Top()
                                             : network_.agents + network_.hosts + static_cast<int32_t>(innermost);
}

int32_t GroupWhatIf::Top() const {
  const bool keeps = std::any_of(problem_.groups.begin(), problem_.groups.end(), [](const Group& group) {
    return group.side == GroupSide::kMentors && group.reserved > 0 && group.fallback == ReserveFallback::kKeepEmpty;
  });
  return network_.hub + (keeps ? 2 : 0);
}

bool GroupWhatIf::IsOneMore(const Back& back, const Cost& cost, int32_t node, int32_t around) const {
  if (node == kNone || !back.is_reached[At(node)]) return false;
  const Cost whole = cost + back.cost[At(node)];
  const auto at = [&](StageKind kind) {
    const int stage = stage_of_[static_cast<size_t>(kind)];
    return stage < 0 ? 0 : whole[static_cast<size_t>(stage)];
  };
  if (at(StageKind::kCoverage) != -1 || at(StageKind::kGuaranteed) > 0 || at(StageKind::kReserved) > 0) return false;
  // Nobody is left without a match on the way, nor gets one but the adept.
  for (int32_t step = node, count = 0; back.towards[At(step)] != kNone; step = back.towards[At(step)]) {
    const int32_t next = back.towards[At(step)];
    const bool is_last = back.towards[At(next)] == kNone;
    if (step == around || next == around || ++count > network_.nodes) return false;
    const bool by_link = back.pair[At(step)] < 0;
    if (by_link && !is_last && (step < network_.agents || next < network_.agents)) return false;
  }
  return true;
}

GroupWhatIf::Room GroupWhatIf::RoomFor(int32_t adept) const {
  Room room{.seats = {}, .mentors = std::vector<bool>(At(network_.hosts), false)};
  if (locked_[At(adept)] || mentor_of_[At(adept)] != kNone || !network_.agent_open[At(adept)]) return room;
  const Back back = SearchBack(adept);
  Cost pair = {};
  const int coverage = stage_of_[static_cast<size_t>(StageKind::kCoverage)];
  if (coverage < 0) return room;
  pair[static_cast<size_t>(coverage)] = -1;
  for (int32_t m = 0; m < network_.hosts; ++m) {
    room.mentors[At(m)] = network_.host_open[At(m)] && IsOneMore(back, pair, NodeOf(m), kNone);
  }
  // Where overriding locks take more seats than there are, one more is theirs.
  std::vector<int32_t> left = problem_.capacity;
  for (const Lock& lock : problem_.locks) --left[At(lock.mentor)];
  for (int64_t e = problem_.edges.offset[At(adept)]; e < problem_.edges.offset[At(adept) + 1]; ++e) {
    const int32_t m = problem_.edges.mentor[At(e)];
    if (left[At(m)] >= 0 && IsOneMore(back, pair, AboveHost(m), NodeOf(m))) room.seats.push_back(m);
  }
  std::sort(room.seats.begin(), room.seats.end());
  room.new_mentor = IsOneMore(back, pair, Top(), kNone);
  return room;
}

std::optional<Forced> GroupWhatIf::Force(int32_t adept, int32_t mentor) const {
  const int64_t pair = problem_.edges.Find(adept, mentor);
  if (pair < 0 || !network_.agent_open[At(adept)] || !network_.host_open[At(mentor)]) return std::nullopt;
  if (mentor_of_[At(adept)] == mentor) return Forced();
  const Way way = Search(NodeOf(mentor), adept, pair);
  if (!way.found) return std::nullopt;

  Cost cost = PairCost(adept, pair);
  for (const auto& step : way.steps) cost = cost + step.cost;
  const auto change_of = [&](StageKind kind) {
    const int stage = stage_of_[static_cast<size_t>(kind)];
    return stage < 0 ? 0 : -cost[static_cast<size_t>(stage)];
  };
  Forced forced{.change = {.pairs = change_of(StageKind::kCoverage), .score = change_of(StageKind::kScore)},
                .moves = {}};

  // Steps run back from the adept; each adept on the way leaves the mentor before
  // it (or was outside) for the mentor after it (or goes outside).
  const auto mentor_at = [&](int32_t node) {
    return node >= network_.agents && node < network_.agents + network_.hosts ? node - network_.agents : kNone;
  };
  std::vector<Move> moves = {{.adept = adept, .from = mentor_at(way.steps.front().from), .to = mentor}};
  for (size_t i = way.steps.size(); i-- > 1;) {
    const int32_t node = way.steps[i].to;
    if (node >= network_.agents) continue;
    moves.push_back({.adept = node, .from = mentor_at(way.steps[i].from), .to = mentor_at(way.steps[i - 1].to)});
  }
  forced.moves = std::move(moves);
  return forced;
}

}  // namespace brygga::engine
