// The general exact solver of a graph without keys, locks or groups: agents and
// hosts that both have several places, and FAIREST. What it runs on is in
// places_paths.h (first for the number of pairs, where each is worth 1; then for
// their weights, from prices of rough_auction.h) and fairest.h; a plain graph under
// the other objectives is faster with matching.h.
#ifndef BRYGGA_ENGINE_GENERAL_H_
#define BRYGGA_ENGINE_GENERAL_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/bipartite.h"
#include "engine/certificate.h"
#include "engine/matching.h"
#include "engine/problem.h"

namespace brygga::engine {

struct GeneralAnswer {
  std::vector<int64_t> chosen;  // Positions in `graph.host` of the answer's pairs, ascending.
  int64_t total = 0;            // Of their weights.
  // The proof, as Certificate::stages; nodes are agents, then hosts, then the hub.
  std::vector<Stage> stages;
};

// Bytes that SolveGeneral needs beside the graph, at most.
template <typename W>
int64_t GeneralMemoryBound(const Bipartite<W>& graph);

// The best answer in which each pair is used at most once, agent a has at most
// `places[a]` hosts (empty: one each) and host h at most seats[h] agents.
// Objective: COVERAGE_THEN_SCORE (most pairs, then the highest total), SCORE or
// FAIREST (most pairs, then the leximin of the weights, whose order alone counts).
// Ties that are left fall by no stated rule, but always alike.
// W is int32_t or int64_t.
//
// kInvalidArgument: a host out of range or twice with one agent, a negative
// weight, place or number of seats, `places` of another length, a weight above
// the bound of matching.h, or STABLE. kResourceExhausted, reason COHORT_TOO_LARGE:
// GeneralMemoryBound is above the limit. kCancelled: the control said so.
template <typename W>
absl::StatusOr<GeneralAnswer> SolveGeneral(const Bipartite<W>& graph, const std::vector<int32_t>& places,
                                           Objective objective, const GraphOptions& options = {});

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_GENERAL_H_
