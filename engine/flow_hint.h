// A good answer to a network whose groups do not bind, as a place to start from.
#ifndef BRYGGA_ENGINE_FLOW_HINT_H_
#define BRYGGA_ENGINE_FLOW_HINT_H_

#include <cstdint>
#include <vector>

#include "engine/matching.h"
#include "engine/network.h"

namespace brygga::engine {

// An answer that the places of all people allow, whatever groups say, and what
// people would lose by other pairs. The better both are, the sooner StagedFlow
// (flow.h) ends; what it finds is the same.
struct FlowHint {
  struct Pair {
    int64_t position;
    int64_t loss;  // At least 0.
  };
  std::vector<Pair> chosen;   // Ascending; what is lost where the pair is given up.
  std::vector<Pair> near;     // Ascending; of those not chosen some that lose least where they are taken.
  std::vector<int64_t> stay;  // Per agent: what it loses where it leaves a place empty.
};

// The fast solver's answer to `network` without its groups, as a hint. `score` by
// position; `coverage_first`: as many pairs as can be before the highest total.
//
// The errors of matching.h.
absl::StatusOr<FlowHint> HintWithoutGroups(const Network& network, const std::vector<int32_t>& score,
                                           bool coverage_first, const GraphOptions& options);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_FLOW_HINT_H_
