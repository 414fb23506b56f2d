// The fast exact solver of a graph without keys, locks or groups: agents who
// take one seat each, and hosts with seats.
//
// Source: Hopcroft and Karp (1973) for the number of pairs and Dulmage and
// Mendelsohn's decomposition for the pairs that can be in such an answer;
// inside it Bertsekas' auction with epsilon-scaling and similar objects
// (Bertsekas and Castañón 1989) for prices that are nearly right, then
// successive shortest paths (Jonker and Volgenant 1987) until they are exact;
// where one of the two gets slow, the other goes on from where it is.
// Every agent keeps the pairs that are worth most to it in front and bounds the
// rest by one number: prices only rise, so most steps look at a few pairs alone.
// Up to 256 agents are solved in one go, pairs before weights (few.h).
//
// Time: O(n (m + n log n)) at worst for n people and m pairs; in practice a
// few dozen passes over the pairs. Memory: 8 bytes a pair (W = int32_t; the
// graph itself, whose pairs are put in another order and, where no best answer
// can hold them, at the end of their agent's) and GraphMemoryBound's share a
// person and a seat.
#ifndef BRYGGA_ENGINE_MATCHING_H_
#define BRYGGA_ENGINE_MATCHING_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/bipartite.h"
#include "engine/control.h"

namespace brygga::engine {

struct GraphOptions {
  // Threads that work, this one included. The answer is the same at any number.
  int threads = 1;
  // A graph that would need more beside itself is refused before it is started.
  int64_t memory_limit_bytes = int64_t{2} << 30;
  Control control;
};

// An answer and its proof.
struct PricedMatching {
  std::vector<int32_t> host;  // Per agent; kNobody: stays out.
  int64_t size = 0;           // Agents that do not.
  int64_t total = 0;          // Of the chosen pairs' weights.

  // agent_price[a] + host_price[h] >= weight for every pair, = for the chosen
  // ones; host_price >= 0, and 0 where a seat stays free; agent_price[a] +
  // unmatched_price >= 0, and = for those who stay out. (SCORE: the
  // unmatched_price is 0.) So no answer of that size (SCORE: none at all) totals more.
  std::vector<int64_t> agent_price, host_price;
  int64_t unmatched_price = 0;

  // COVERAGE_THEN_SCORE: a vertex cover (0 or 1) of `size` agents and seats:
  // König's proof that no answer has more pairs. SCORE: empty.
  std::vector<uint8_t> agent_cover, host_cover;

  int64_t looks = 0;  // At pairs, on the way: what the solve cost, in a unit that is the same everywhere.
};

// Bytes that a solve needs beside the graph, at most.
template <typename W>
int64_t GraphMemoryBound(const Bipartite<W>& graph);

// As many pairs as there can be; among those answers the highest total weight.
// Weights are not negative. W is int32_t or int64_t. Puts the pairs of each
// agent into another order.
//
// Weights go up to 2^60; where 64 (agents + hosts) times the largest passes that,
// the solve is slower, and refused if prices or total in the end do.
//
// kInvalidArgument: a host out of range, a negative weight or number of seats,
// or too large a weight. kResourceExhausted, reason COHORT_TOO_LARGE.
// kCancelled: the control said so.
template <typename W>
absl::StatusOr<PricedMatching> SolveCoverageThenScore(Bipartite<W>& graph, const GraphOptions& options = {});

// The highest total weight; anybody may stay out. The rest as above.
template <typename W>
absl::StatusOr<PricedMatching> SolveScore(Bipartite<W>& graph, const GraphOptions& options = {});

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_MATCHING_H_
