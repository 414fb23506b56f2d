// How near two occupations are, as a policy's ladder values their relations.
#ifndef BRYGGA_ENGINE_CLOSENESS_H_
#define BRYGGA_ENGINE_CLOSENESS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/policy.h"
#include "engine/reference.h"

namespace brygga::engine {

// The relation that a closeness comes from.
enum class Rung : uint8_t {
  kUnrelated,
  kSameOccupation,
  kEdge75,
  kSameSsyk4,
  kManagerBridge,
  kGroupEdge75,
  kSameSsyk3,
  kEdge25,
  kGroupEdge25,
  kSameSsyk2,
  kSameField,
};

// The rung's code: "SAME_SSYK4".
std::string_view RungCode(Rung rung);

// A closeness, 0 to 1, and what it comes from.
struct Closeness {
  double value = 0;
  Rung rung = Rung::kUnrelated;

  void Raise(double other, Rung from) {
    if (other > value) *this = {other, from};
  }
};

// The closeness of every two occupation groups. Immutable. `reference` must
// outlive it.
class ClosenessTable {
 public:
  ClosenessTable(const Reference& reference, const ClosenessLadder& ladder);

  // The closeness of every mentor's group to an adept's target group.
  const Closeness* ToGroup(int32_t target_group) const {
    return &of_groups_[static_cast<size_t>(target_group) * static_cast<size_t>(reference_.group_count())];
  }
  // Raises, by the mentor's occupation, what is nearer to the target occupation
  // than groups say, and notes in `raised` where.
  void RaiseToOccupation(int32_t target, std::vector<Closeness>& by_occupation, std::vector<int32_t>& raised) const;

  // The same for ranking.h, values alone: those of every counterpart's group to
  // one person's, a mentor's if `is_mentor`, and by the counterpart's occupation
  // name where names are nearer than groups (0 elsewhere; `by_occupation` is 0
  // throughout before).
  void Spread(bool is_mentor, int32_t group, std::vector<double>& by_group) const;
  void SpreadNames(bool is_mentor, int32_t occupation, std::vector<double>& by_occupation) const;

 private:
  Closeness OfGroups(uint16_t relations) const;

  const Reference& reference_;
  const ClosenessLadder ladder_;
  std::vector<Closeness> of_groups_;  // [target group][mentor's group]
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_CLOSENESS_H_
