#include "engine/fairest.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <set>

namespace brygga::engine {
namespace {

constexpr int32_t kNone = -1;

}  // namespace

FairestLevels::FairestLevels(const Network& network, FlowStart start) : network_(network), start_(std::move(start)) {
  const size_t nodes = At(network.nodes);
  matched_.resize(nodes);
  kept_.resize(nodes);
  links_.resize(nodes);
  label_.assign(nodes, 0);
  price_.assign(nodes, 0);
  is_touched_.assign(nodes, 0);
  mark_.assign(nodes, 0);
  for (Front& front : front_) {
    front.seen.assign(nodes, 0);
    front.from.assign(nodes, kNone);
    front.via.assign(nodes, 0);
  }
  for (size_t l = 0; l < network.links.size(); ++l) {
    if (start_.link_fixed[l]) continue;
    links_[At(network.links[l].tail)].push_back(l);
    links_[At(network.links[l].head)].push_back(l);
  }
}

// By counting: once by rank, and from there to both ends.
bool FairestLevels::SortPairs(const std::vector<int32_t>& rank, int32_t levels, Ticker& ticker) {
  constexpr int64_t kStepsOfAPair = 4;  // It goes to and fro in memory.
  const size_t count = start_.free.size();
  std::vector<size_t> place(At(levels) + 1, 0);
  for (const int32_t r : rank) {
    ++place[At(levels - r)];
    if (!ticker.Step(1)) return false;
  }
  std::partial_sum(place.begin(), place.end(), place.begin());
  const auto order = std::make_unique_for_overwrite<uint32_t[]>(count);
  for (size_t i = 0; i < count; ++i) {
    order[place[At(levels - 1 - rank[i])]++] = static_cast<uint32_t>(i);
    if (!ticker.Step(kStepsOfAPair)) return false;
  }

  const auto agent_of = std::make_unique_for_overwrite<int32_t[]>(count);
  begin_.assign(At(network_.nodes) + 1, 0);
  int32_t agent = 0;
  for (size_t i = 0; i < count; ++i) {
    while (network_.offset[At(agent) + 1] <= start_.free[i]) ++agent;
    agent_of[i] = agent;
    ++begin_[At(agent) + 1];
    ++begin_[At(network_.agents + network_.host[At(start_.free[i])]) + 1];
    if (!ticker.Step(kStepsOfAPair)) return false;
  }
  std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
  end_.assign(begin_.begin(), begin_.end() - 1);
  entry_ = std::make_unique_for_overwrite<Entry[]>(2 * count);
  for (size_t k = 0; k < count; ++k) {
    const uint32_t i = order[k];
    const int32_t a = agent_of[i], h = network_.agents + network_.host[At(start_.free[i])];
    entry_[end_[At(a)]++] = {h, rank[i]};
    entry_[end_[At(h)]++] = {a, rank[i]};
    if (!ticker.Step(kStepsOfAPair)) return false;
  }
  return true;
}

void FairestLevels::SeatPairs(const std::vector<int32_t>& rank) {
  int32_t agent = 0;
  for (size_t i = 0; i < start_.free.size(); ++i) {
    while (network_.offset[At(agent) + 1] <= start_.free[i]) ++agent;
    if (start_.carries[i]) Match(agent, network_.agents + network_.host[At(start_.free[i])], rank[i]);
  }
}

int64_t FairestLevels::ReducedCost(int32_t agent, int32_t host, int32_t rank) const {
  return (rank == level_ ? 1 : 0) - price_[At(agent)] + price_[At(host)];
}

const FairestLevels::Matched* FairestLevels::FindMatched(int32_t agent, int32_t host) const {
  for (const Matched& matched : matched_[At(agent)]) {
    if (matched.other == host) return &matched;
  }
  return nullptr;
}

void FairestLevels::Match(int32_t agent, int32_t host, int32_t rank) {
  matched_[At(agent)].push_back({.other = host, .rank = rank});
  matched_[At(host)].push_back({.other = agent, .rank = rank});
  if (rank != kNone) waiting_.push({rank, agent, host});
}

bool FairestLevels::Unmatch(int32_t agent, int32_t host) {
  const auto drop = [&](int32_t node, int32_t other) {
    auto& list = matched_[At(node)];
    const auto found =
        std::find_if(list.begin(), list.end(), [&](const Matched& matched) { return matched.other == other; });
    if (found == list.end()) return false;
    *found = list.back();
    list.pop_back();
    return true;
  };
  return drop(agent, host) && drop(host, agent);
}

bool FairestLevels::Run(const std::vector<int32_t>& rank, int32_t levels, Ticker& ticker) {
  if (!SortPairs(rank, levels, ticker)) return false;
  SeatPairs(rank);
  const int64_t all = static_cast<int64_t>(waiting_.size());
  while (!waiting_.empty()) {
    ticker.Advance(all - std::min<int64_t>(all, static_cast<int64_t>(waiting_.size())));
    if (!RunLevel(waiting_.top().rank, ticker)) return false;
  }
  return true;
}

bool FairestLevels::RunLevel(int32_t rank, Ticker& ticker) {
  level_ = rank;
  Pairs pairs;
  while (!waiting_.empty() && waiting_.top().rank == rank) {
    const auto [_, agent, host] = waiting_.top();
    waiting_.pop();
    const Matched* const matched = FindMatched(agent, host);
    if (!ticker.Step(static_cast<int64_t>(matched_[At(agent)].size()) + 1)) return false;
    if (matched == nullptr || matched->rank != rank) continue;
    if (ReducedCost(agent, host, rank) > 0 && Replace(agent, host, ticker)) continue;
    if (ticker.stopped()) return false;
    pairs.emplace_back(agent, host);
  }
  for (const int32_t node : touched_) {  // What the end of the level looks at.
    if (!ticker.Step(static_cast<int64_t>(matched_[At(node)].size() + kept_[At(node)].size()) + 1)) return false;
  }
  EndLevel(pairs);
  return true;
}

// Tries to take the pair out. Where it must stay, prices say so afterwards.
bool FairestLevels::Replace(int32_t agent, int32_t host, Ticker& ticker) {
  ++search_;
  for (const bool forward : {true, false}) {
    Front& front = front_[forward ? 0 : 1];
    const int32_t root = forward ? agent : host;
    front.queue.assign(1, root);
    front.seen[At(root)] = search_;
    front.from[At(root)] = kNone;
    front.next = 0;
    front.work = 0;
  }
  // A front is at its end, or the one goes on that will have looked at less.
  const auto is_over = [](const Front& front) { return front.next == front.queue.size(); };
  const auto cost = [&](const Front& front) {
    const size_t node = At(front.queue[front.next]);
    return front.work + static_cast<int64_t>(end_[node] - begin_[node] + matched_[node].size() + links_[node].size());
  };
  for (;;) {
    if (is_over(front_[0]) || is_over(front_[1])) {
      Raise(/*forward=*/is_over(front_[0]));
      return false;
    }
    const bool forward = cost(front_[0]) <= cost(front_[1]);
    Front& front = front_[forward ? 0 : 1];
    const int64_t before = front.work;
    const int32_t meeting = Expand(forward);
    if (!ticker.Step(front.work - before)) return false;
    if (meeting == kNone) continue;
    Shift(meeting);
    Unmatch(agent, host);
    return true;
  }
}

int32_t FairestLevels::Expand(bool forward) {
  Front& front = front_[forward ? 0 : 1];
  const int32_t node = front.queue[front.next++];
  ++front.work;
  if (forward ? IsAgent(node) : IsHost(node)) {
    if (const int32_t meeting = ScanPairs(forward, node); meeting != kNone) return meeting;
  }
  return ScanRest(forward, node);
}

bool FairestLevels::Reach(bool forward, int32_t from, int32_t node, int32_t via) {
  Front& front = front_[forward ? 0 : 1];
  if (front.seen[At(node)] == search_) return false;
  front.seen[At(node)] = search_;
  front.from[At(node)] = from;
  front.via[At(node)] = via;
  front.queue.push_back(node);
  return front_[forward ? 1 : 0].seen[At(node)] == search_;
}

// The pairs that `node` could have more of. Those that are gone for good leave
// the list on the way.
int32_t FairestLevels::ScanPairs(bool forward, int32_t node) {
  ++marks_;
  for (const Matched& matched : matched_[At(node)]) mark_[At(matched.other)] = marks_;
  const size_t begin = begin_[At(node)];
  size_t& end = end_[At(node)];
  while (end > begin && entry_[end - 1].rank < level_) --end;
  int32_t meeting = kNone;
  size_t kept = begin, i = begin;
  for (; i < end && meeting == kNone; ++i) {
    const Entry entry = entry_[i];
    if (label_[At(entry.other)] != label_[At(node)]) continue;
    entry_[kept++] = entry;
    if (mark_[At(entry.other)] == marks_) continue;
    const int32_t agent = forward ? node : entry.other, host = forward ? entry.other : node;
    if (ReducedCost(agent, host, entry.rank) > 0) continue;
    if (Reach(forward, node, entry.other, entry.rank)) meeting = entry.other;
  }
  front_[forward ? 0 : 1].work += static_cast<int64_t>(i - begin);
  if (kept < i) {
    std::copy(&entry_[i], &entry_[end], &entry_[kept]);
    end -= i - kept;
  }
  if (meeting != kNone) return meeting;
  for (const int32_t other : kept_[At(node)]) {
    if (mark_[At(other)] == marks_ || price_[At(other)] != price_[At(node)]) continue;
    if (Reach(forward, node, other, kNone)) return other;
  }
  return kNone;
}

// Pairs that could be taken away, and links.
int32_t FairestLevels::ScanRest(bool forward, int32_t node) {
  Front& front = front_[forward ? 0 : 1];
  if (forward ? IsHost(node) : IsAgent(node)) {
    front.work += static_cast<int64_t>(matched_[At(node)].size());
    for (const Matched& matched : matched_[At(node)]) {
      const int32_t agent = forward ? matched.other : node, host = forward ? node : matched.other;
      if (ReducedCost(agent, host, matched.rank) < 0) continue;
      if (Reach(forward, node, matched.other, matched.rank)) return matched.other;
    }
  }
  front.work += static_cast<int64_t>(links_[At(node)].size());
  std::erase_if(links_[At(node)], [this](size_t l) {  // Gone for good.
    return label_[At(network_.links[l].tail)] != label_[At(network_.links[l].head)];
  });
  for (const size_t l : links_[At(node)]) {
    const Link& link = network_.links[l];
    const bool is_tail = link.tail == node;
    const int32_t other = is_tail ? link.head : link.tail;
    if (price_[At(other)] != price_[At(node)]) continue;
    // From the agent on a unit leaves `node`; from the host back it comes to it.
    const bool more = is_tail == forward;
    if (more ? start_.link_flow[l] >= link.upper : start_.link_flow[l] <= link.lower) continue;
    if (Reach(forward, node, other, static_cast<int32_t>(l))) return other;
  }
  return kNone;
}

void FairestLevels::Shift(int32_t meeting) {
  for (int32_t to = meeting; front_[0].from[At(to)] != kNone; to = front_[0].from[At(to)]) {
    Move(front_[0].from[At(to)], to, front_[0].via[At(to)]);
  }
  for (int32_t from = meeting; front_[1].from[At(from)] != kNone; from = front_[1].from[At(from)]) {
    Move(from, front_[1].from[At(from)], front_[1].via[At(from)]);
  }
}

// One unit more from one node to the next.
void FairestLevels::Move(int32_t from, int32_t to, int32_t via) {
  if (IsAgent(from) && IsHost(to)) {
    Match(from, to, via);
  } else if (IsHost(from) && IsAgent(to)) {
    Unmatch(to, from);
  } else {
    start_.link_flow[At(via)] += network_.links[At(via)].tail == from ? 1 : -1;
  }
}

// The searched side is a cut: its price rises by one against the rest.
void FairestLevels::Raise(bool forward) {
  for (const int32_t node : front_[forward ? 0 : 1].queue) {
    price_[At(node)] += forward ? 1 : -1;
    if (!is_touched_[At(node)]) touched_.push_back(node);
    is_touched_[At(node)] = 1;
  }
}

void FairestLevels::Keep(int32_t agent, int32_t host) {
  kept_[At(agent)].push_back(host);
  kept_[At(host)].push_back(agent);
}

// Pairs of levels that are over are free no more where prices part them.
void FairestLevels::DropKept() {
  for (const int32_t node : touched_) {
    auto& kept = kept_[At(node)];
    for (const int32_t other : kept) {
      if (price_[At(other)] != price_[At(node)] && !is_touched_[At(other)]) std::erase(kept_[At(other)], node);
    }
    std::erase_if(kept, [&](int32_t other) { return price_[At(other)] != price_[At(node)]; });
  }
}

// The level's own pairs that the answer has not, but could have instead of others.
FairestLevels::Pairs FairestLevels::Alternatives() const {
  Pairs pairs;
  for (const int32_t node : touched_) {
    if (!IsAgent(node) && !IsHost(node)) continue;
    // They are the last of the list.
    for (size_t i = end_[At(node)]; i > begin_[At(node)] && entry_[i - 1].rank <= level_; --i) {
      const Entry& entry = entry_[i - 1];
      const int32_t agent = IsAgent(node) ? node : entry.other, host = IsAgent(node) ? entry.other : node;
      if (entry.rank < level_ || label_[At(agent)] != label_[At(host)]) continue;
      if (IsHost(node) && is_touched_[At(agent)]) continue;  // The agent's list has it.
      if (ReducedCost(agent, host, level_) == 0 && FindMatched(agent, host) == nullptr) pairs.emplace_back(agent, host);
    }
  }
  return pairs;
}

// Pairs of the answer whose reduced cost is 0 could still go if there were others
// of the level between the same two prices. Where there are none, the two prices
// are drawn one further apart, which says that those pairs must stay: otherwise
// later searches would run across them for nothing. Nodes of different labels have
// nothing to do with each other unless kept pairs join them.
void FairestLevels::DrawApart(const Pairs& in_answer, const Pairs& alternatives) {
  std::map<int32_t, int32_t> joined;  // A label to another one, at last to that which stands for all.
  const auto stands_for = [&joined](int32_t label) {
    int32_t last = label;
    for (auto found = joined.find(last); found != joined.end(); found = joined.find(last)) last = found->second;
    for (auto found = joined.find(label); found != joined.end(); found = joined.find(label)) {
      label = std::exchange(found->second, last);  // The next time it is one step.
    }
    return last;
  };
  for (const int32_t node : touched_) {
    for (const int32_t other : kept_[At(node)]) {
      const int32_t one = stands_for(label_[At(node)]), two = stands_for(label_[At(other)]);
      if (one != two && is_touched_[At(other)]) joined.emplace(std::max(one, two), std::min(one, two));
    }
  }
  const auto gap = [&](const std::pair<int32_t, int32_t>& pair) {
    return std::pair(stands_for(label_[At(pair.second)]), price_[At(pair.second)]);  // The agent's price is above.
  };
  std::set<std::pair<int32_t, int32_t>> crossed, drawn;
  for (const auto& pair : alternatives) crossed.insert(gap(pair));
  for (const auto& pair : in_answer) {
    if (ReducedCost(pair.first, pair.second, level_) == 0 && !crossed.contains(gap(pair))) drawn.insert(gap(pair));
  }
  if (drawn.empty()) return;
  for (const int32_t node : touched_) {
    const int32_t label = stands_for(label_[At(node)]), price = price_[At(node)];
    const auto below = drawn.lower_bound({label, std::min(price, 0)});
    const auto above = drawn.lower_bound({label, std::max(price, 0)});
    const int32_t gaps = static_cast<int32_t>(std::distance(below, above));
    price_[At(node)] += price > 0 ? gaps : -gaps;
  }
}

// Sorts out which pairs are free still: those whose reduced cost is 0.
void FairestLevels::EndLevel(Pairs pairs) {
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  std::erase_if(pairs, [this](const auto& pair) {  // Those that were taken out later on.
    const Matched* const matched = FindMatched(pair.first, pair.second);
    return matched == nullptr || matched->rank != level_;
  });
  const Pairs alternatives = Alternatives();
  DrawApart(pairs, alternatives);
  DropKept();
  for (const auto& [agent, host] : pairs) {
    if (ReducedCost(agent, host, level_) == 0) Keep(agent, host);
  }
  for (const auto& [agent, host] : alternatives) Keep(agent, host);
  Pairs parted;
  for (const int32_t node : touched_) {
    if (!IsAgent(node) && !IsHost(node)) continue;
    const auto agent_of = [&](int32_t other) { return IsAgent(node) ? node : other; };
    const auto host_of = [&](int32_t other) { return IsAgent(node) ? other : node; };
    for (const Matched& matched : matched_[At(node)]) {
      const int32_t agent = agent_of(matched.other), host = host_of(matched.other);
      if (ReducedCost(agent, host, matched.rank) != 0) parted.emplace_back(agent, host);
    }
  }
  for (const auto& [agent, host] : parted) {
    if (Unmatch(agent, host)) fixed_.emplace_back(agent, host);
  }
  Relabel();
}

void FairestLevels::Relabel() {
  Stage stage{.kind = StageKind::kLevel, .level = level_, .node = {}, .price = {}};
  std::sort(touched_.begin(), touched_.end());
  std::map<std::pair<int32_t, int32_t>, int32_t> label;
  for (const int32_t node : touched_) {
    if (price_[At(node)] == 0) continue;
    stage.node.push_back(node);
    stage.price.push_back(price_[At(node)]);
    const auto [found, is_new] = label.emplace(std::pair(label_[At(node)], price_[At(node)]), labels_);
    if (is_new) ++labels_;
    label_[At(node)] = found->second;
  }
  for (const int32_t node : touched_) {
    price_[At(node)] = 0;
    is_touched_[At(node)] = 0;
  }
  touched_.clear();
  if (!stage.node.empty()) stages_.push_back(std::move(stage));
}

FlowStart FairestLevels::End(Ticker& ticker) const {
  FlowStart end{
      .free = {}, .carries = {}, .fixed = start_.fixed, .link_flow = start_.link_flow, .link_fixed = start_.link_fixed};
  for (size_t l = 0; l < network_.links.size(); ++l) {
    if (label_[At(network_.links[l].tail)] != label_[At(network_.links[l].head)]) end.link_fixed[l] = 1;
  }
  enum Mark : uint8_t { kGone, kFree, kCarries, kFixed };
  std::vector<uint8_t> mark(At(network_.hosts), kGone);
  std::vector<std::vector<int32_t>> fixed(At(network_.agents));
  for (const auto& [agent, host] : fixed_) fixed[At(agent)].push_back(host);
  for (int32_t a = 0; a < network_.agents; ++a) {
    std::vector<int32_t> hosts;
    const auto set = [&](int32_t host, Mark to) {
      mark[At(host - network_.agents)] = to;
      hosts.push_back(host - network_.agents);
    };
    for (const int32_t host : kept_[At(a)]) set(host, kFree);
    for (const Matched& matched : matched_[At(a)]) set(matched.other, kCarries);
    for (const int32_t host : fixed[At(a)]) set(host, kFixed);
    if (hosts.empty()) continue;
    for (int64_t e = network_.offset[At(a)]; e < network_.offset[At(a) + 1]; ++e) {
      const uint8_t is = mark[At(network_.host[At(e)])];
      if (is == kFixed) end.fixed.push_back(e);
      if (is != kFree && is != kCarries) continue;
      end.free.push_back(e);
      end.carries.push_back(is == kCarries ? 1 : 0);
    }
    for (const int32_t host : hosts) mark[At(host)] = kGone;
    if (!ticker.Step(2 * (network_.offset[At(a) + 1] - network_.offset[At(a)]))) return end;
  }
  std::inplace_merge(end.fixed.begin(), end.fixed.begin() + static_cast<std::ptrdiff_t>(start_.fixed.size()),
                     end.fixed.end());
  return end;
}

}  // namespace brygga::engine
