#include "engine/closeness.h"

#include <algorithm>
#include <array>

namespace brygga::engine {

std::string_view RungCode(Rung rung) {
  static constexpr std::array<std::string_view, 11> kCodes = {
      "UNRELATED",  "SAME_OCCUPATION", "EDGE_75",       "SAME_SSYK4", "MANAGER_BRIDGE", "GROUP_EDGE_75",
      "SAME_SSYK3", "EDGE_25",         "GROUP_EDGE_25", "SAME_SSYK2", "SAME_FIELD"};
  return kCodes[static_cast<size_t>(rung)];
}

ClosenessTable::ClosenessTable(const Reference& reference, const ClosenessLadder& ladder)
    : reference_(reference), ladder_(ladder) {
  const int groups = reference.group_count();
  of_groups_.reserve(static_cast<size_t>(groups) * static_cast<size_t>(groups));
  for (int target = 0; target < groups; ++target) {
    for (int mentor = 0; mentor < groups; ++mentor) {
      of_groups_.push_back(OfGroups(reference.Relations(mentor, target)));
    }
  }
}

Closeness ClosenessTable::OfGroups(uint16_t relations) const {
  Closeness best;
  if (relations == 0) return best;
  const auto raise = [&](GroupRelation relation, double value, Rung rung) {
    if (relations & static_cast<uint16_t>(relation)) best.Raise(value, rung);
  };
  raise(GroupRelation::kSameGroup, ladder_.same_ssyk4, Rung::kSameSsyk4);
  raise(GroupRelation::kBridge, ladder_.manager_bridge, Rung::kManagerBridge);
  raise(GroupRelation::kBridgeReverse, ladder_.manager_bridge * ladder_.reverse_factor, Rung::kManagerBridge);
  raise(GroupRelation::kEdge75, ladder_.group_edge_75, Rung::kGroupEdge75);
  raise(GroupRelation::kEdge75Reverse, ladder_.group_edge_75 * ladder_.reverse_factor, Rung::kGroupEdge75);
  raise(GroupRelation::kSameSsyk3, ladder_.same_ssyk3, Rung::kSameSsyk3);
  raise(GroupRelation::kEdge25, ladder_.group_edge_25, Rung::kGroupEdge25);
  raise(GroupRelation::kEdge25Reverse, ladder_.group_edge_25 * ladder_.reverse_factor, Rung::kGroupEdge25);
  raise(GroupRelation::kSameSsyk2, ladder_.same_ssyk2, Rung::kSameSsyk2);
  raise(GroupRelation::kSameField, ladder_.same_field, Rung::kSameField);
  return best;
}

void ClosenessTable::RaiseToOccupation(int32_t target, std::vector<Closeness>& by_occupation,
                                       std::vector<int32_t>& raised) const {
  const auto raise = [&](int32_t occupation, double value, Rung rung) {
    by_occupation[static_cast<size_t>(occupation)].Raise(value, rung);
    raised.push_back(occupation);
  };
  raise(target, ladder_.same_occupation, Rung::kSameOccupation);
  for (const OccupationEdge& edge : reference_.EdgesTo(target)) {
    if (edge.percentage == 75) raise(edge.occupation, ladder_.edge_75, Rung::kEdge75);
    if (edge.percentage == 25) raise(edge.occupation, ladder_.edge_25, Rung::kEdge25);
  }
  for (const OccupationEdge& edge : reference_.EdgesFrom(target)) {
    if (edge.percentage == 75) raise(edge.occupation, ladder_.edge_75 * ladder_.reverse_factor, Rung::kEdge75);
    if (edge.percentage == 25) raise(edge.occupation, ladder_.edge_25 * ladder_.reverse_factor, Rung::kEdge25);
  }
}

void ClosenessTable::Spread(bool is_mentor, int32_t group, std::vector<double>& by_group) const {
  for (size_t other = 0; other < by_group.size(); ++other) {
    by_group[other] = is_mentor ? ToGroup(static_cast<int32_t>(other))[group].value : ToGroup(group)[other].value;
  }
}

void ClosenessTable::SpreadNames(bool is_mentor, int32_t occupation, std::vector<double>& by_occupation) const {
  const auto raise = [&](int32_t other, double value) {
    double& known = by_occupation[static_cast<size_t>(other)];
    known = std::max(known, value);
  };
  const auto of = [&](const OccupationEdge& edge) { return edge.percentage == 75 ? ladder_.edge_75 : ladder_.edge_25; };
  raise(occupation, ladder_.same_occupation);
  // An edge's direction is from the mentor's name to the adept's.
  for (const OccupationEdge& edge : reference_.EdgesTo(occupation)) {
    raise(edge.occupation, of(edge) * (is_mentor ? ladder_.reverse_factor : 1));
  }
  for (const OccupationEdge& edge : reference_.EdgesFrom(occupation)) {
    raise(edge.occupation, of(edge) * (is_mentor ? 1 : ladder_.reverse_factor));
  }
}

}  // namespace brygga::engine
