#include "engine/network.h"

#include <algorithm>
#include <numeric>

namespace brygga::engine {
namespace {

constexpr int32_t kNone = -1;

size_t At(int64_t i) { return static_cast<size_t>(i); }

// Hangs one side of a problem on the hub.
class SideBuilder {
 public:
  SideBuilder(const Problem& problem, GroupSide side, Network& network)
      : problem_(problem),
        side_(side),
        network_(network),
        people_(side == GroupSide::kAdepts ? network.agents : network.hosts),
        locked_(At(people_), 0),
        inside_(At(people_), kNone),
        guaranteed_(At(people_), 0) {
    for (const Lock& lock : problem.locks) ++locked_[At(side == GroupSide::kAdepts ? lock.adept : lock.mentor)];
  }

  void Build() {
    top_ = network_.hub;
    int64_t kept = 0, in_open = static_cast<int64_t>(problem_.locks.size());
    for (const Group& group : problem_.groups) {
      if (!Keeps(group)) continue;
      kept += group.reserved;
      in_open -= std::min(group.reserved, Locked(group));
    }
    if (kept > 0) {
      top_ = network_.hub + (side_ == GroupSide::kAdepts ? 1 : 2);
      Add(network_.hub, top_, 0, std::max<int64_t>(0, ReserveBase(problem_, side_) - kept - in_open));
    }
    for (const size_t g : LargestFirst()) HangGroup(g);
    for (int32_t person = 0; person < people_; ++person) HangPerson(person);
  }

 private:
  bool Keeps(const Group& group) const {
    return group.side == side_ && group.reserved > 0 && group.fallback == ReserveFallback::kKeepEmpty;
  }

  int64_t Locked(const Group& group) const {
    int64_t locked = 0;
    for (const int32_t row : group.members) locked += locked_[At(row)];
    return locked;
  }

  std::vector<size_t> LargestFirst() const {
    std::vector<size_t> order;
    for (size_t g = 0; g < problem_.groups.size(); ++g) {
      if (problem_.groups[g].side == side_) order.push_back(g);
    }
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return problem_.groups[a].members.size() > problem_.groups[b].members.size();
    });
    return order;
  }

  // A link between a node and the one around it, directed as the flow is.
  void Add(int32_t around, int32_t node, int64_t lower, int64_t upper, LinkKind kind = LinkKind::kPlain) {
    const bool down = side_ == GroupSide::kAdepts;
    network_.links.push_back({.tail = down ? around : node,
                              .head = down ? node : around,
                              .lower = lower,
                              .upper = upper,
                              .hung = node,
                              .kind = kind});
  }

  void HangGroup(size_t g) {
    const Group& group = problem_.groups[g];
    for (const int32_t row : group.members) guaranteed_[At(row)] |= group.guaranteed ? 1 : 0;
    if (!group.at_most && group.at_least == 0 && group.reserved == 0) return;
    const int32_t node = network_.agents + network_.hosts + static_cast<int32_t>(g);
    const int32_t inside = group.members.empty() ? kNone : inside_[At(group.members[0])];
    const int32_t around = inside == kNone ? top_ : inside;
    for (const int32_t row : group.members) inside_[At(row)] = node;

    const int64_t locked = Locked(group), room = Room(group);
    const int64_t most = std::max<int64_t>(0, std::min(room, group.at_most.value_or(room + locked) - locked));
    // A minimum above what there is room for leaves a link that nothing can fill.
    const int64_t least = std::max<int64_t>(0, group.at_least - locked);
    const int64_t reserved = std::max<int64_t>(0, std::min(group.reserved - locked, std::max(most, least)));
    if (reserved > 0) {
      Add(Keeps(group) ? network_.hub : around, node, std::min(least, reserved),
          std::min(std::max(most, least), reserved), LinkKind::kReserved);
    }
    Add(around, node, std::max<int64_t>(0, least - reserved), std::max<int64_t>(0, std::max(most, least) - reserved));
  }

  int64_t Seats(int32_t person) const {
    if (side_ == GroupSide::kAdepts) return locked_[At(person)] > 0 ? 0 : 1;
    return std::max<int64_t>(0, problem_.capacity[At(person)] - locked_[At(person)]);
  }
  int64_t Room(const Group& group) const {
    int64_t room = 0;
    for (const int32_t row : group.members) room += Seats(row);
    return room;
  }

  void HangPerson(int32_t person) {
    const int64_t seats = Seats(person);
    (side_ == GroupSide::kAdepts ? network_.agent_open : network_.host_open).push_back(seats > 0 ? 1 : 0);
    if (seats == 0) return;
    const int32_t node = side_ == GroupSide::kAdepts ? person : network_.agents + person;
    const int32_t around = inside_[At(person)] == kNone ? top_ : inside_[At(person)];
    const bool first = guaranteed_[At(person)] && locked_[At(person)] == 0;
    if (first) Add(around, node, 0, 1, LinkKind::kGuaranteed);
    if (!first || seats > 1) Add(around, node, 0, seats - (first ? 1 : 0));
  }

  const Problem& problem_;
  const GroupSide side_;
  Network& network_;
  const int32_t people_;
  std::vector<int32_t> locked_;  // Pairs by person.
  std::vector<int32_t> inside_;  // The node of the innermost group with a rule.
  std::vector<uint8_t> guaranteed_;
  int32_t top_ = 0;
};

}  // namespace

Network NetworkOf(const Problem& problem) {
  const int32_t people = problem.adept_count() + problem.mentor_count();
  const int32_t groups = static_cast<int32_t>(problem.groups.size());
  Network network{.offset = problem.edges.offset,
                  .host = problem.edges.mentor,
                  .agents = problem.adept_count(),
                  .hosts = problem.mentor_count(),
                  .nodes = people + groups + 3,
                  .hub = people + groups};
  SideBuilder(problem, GroupSide::kAdepts, network).Build();
  SideBuilder(problem, GroupSide::kMentors, network).Build();
  return network;
}

Network NetworkOf(const std::vector<int64_t>& offset, const std::vector<int32_t>& host,
                  const std::vector<int32_t>& places, const std::vector<int32_t>& seats) {
  const int32_t agents = static_cast<int32_t>(offset.size()) - 1, hosts = static_cast<int32_t>(seats.size());
  Network network{.offset = offset,
                  .host = host,
                  .agents = agents,
                  .hosts = hosts,
                  .nodes = agents + hosts + 1,
                  .hub = agents + hosts};
  for (int32_t a = 0; a < agents; ++a) {
    const int32_t most = places.empty() ? 1 : places[At(a)];
    network.links.push_back({.tail = network.hub, .head = a, .upper = most, .hung = a});
    network.agent_open.push_back(most > 0 ? 1 : 0);
  }
  for (int32_t h = 0; h < hosts; ++h) {
    network.links.push_back({.tail = agents + h, .head = network.hub, .upper = seats[At(h)], .hung = agents + h});
    network.host_open.push_back(seats[At(h)] > 0 ? 1 : 0);
  }
  return network;
}

}  // namespace brygga::engine
