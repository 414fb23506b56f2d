// MAX_PLACED: the assignment behind allocation.h.
#ifndef BRYGGA_ENGINE_MAX_PLACED_H_
#define BRYGGA_ENGINE_MAX_PLACED_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/allocation.h"
#include "engine/control.h"

namespace brygga::engine {

// What is known of each applicant before anybody is placed.
struct Standing {
  std::vector<uint8_t> guaranteed;      // Per applicant.
  std::vector<int32_t> priority_class;  // 0 first.
  std::vector<int32_t> lottery_place;   // 0 first.
  std::vector<int32_t> place;           // In the order of all, 0 first.
};

struct MostPlaced {
  std::vector<Placement> placements;
  std::vector<AllocationPrices> prices;  // Two.
};

// Whether the layers of MAX_PLACED fit in the numbers that it is solved with.
bool LayersFit(const AllocationProblem& problem);

// Nullopt: `control` stopped it. Two assignments by successive shortest paths
// (assignment.h), the second among the pairs that the first one's prices leave.
std::optional<MostPlaced> PlaceMost(const AllocationProblem& problem, const std::vector<SeatPlan>& seats,
                                    const Standing& standing, const Control& control);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_MAX_PLACED_H_
