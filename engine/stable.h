// Weakly stable answers that match many: no pair blocks (blocking.h), and at
// least two thirds as many pairs as the largest weakly stable answer has.
//
// Method. Ties are where stable answers differ in size, and the largest one is
// NP-hard. Z. Király's second-chance rule ("Linear time local approximation
// algorithm for maximum stable marriage", Algorithms 6, 2013) keeps to two
// thirds of it, with ties on both sides, in one run of deferred acceptance. Here
// it is in the form that Y. Yokoi gave it ("An approximation algorithm for maximum
// stable matching with ties and constraints", ISAAC 2021), where the rule is an
// order of three copies of each pair and all proofs carry over to laminar caps on
// both sides: in a tie an agent proposes once tentatively to each host, then once
// in earnest; a tentative proposal ranks below all others with the host; an agent
// whom all have refused proposes to all a second time, and then wins ties.
// (A host that stands alone at its rank gets no tentative proposal: nothing of the
// proof needs it.)
// With caps the choice of each side is the greedy one of a laminar matroid: T.
// Fleiner, "A fixed-point approach to stable matchings and some applications",
// Mathematics of Operations Research 28, 2003; C.-C. Huang, "Classified stable
// matching", SODA 2010.
//
// The guarantee is that of two thirds, never "optimal".
#ifndef BRYGGA_ENGINE_STABLE_H_
#define BRYGGA_ENGINE_STABLE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/bipartite.h"
#include "engine/blocking.h"
#include "engine/control.h"
#include "engine/problem.h"

namespace brygga::engine {

struct StableOptions {
  // A problem that would need more is refused before it is started.
  int64_t memory_limit_bytes = int64_t{2} << 30;
  Control control;  // Phases "order" and "stable".
};

// What SolveStable needs beside its input, at most: 12 bytes a pair and 64 an
// agent or seat; where agents have several places 128 a pair.
int64_t StableMemoryBound(const RankedGraph& graph);

// A weakly stable answer as positions in `graph.host`, ascending. Ties that are
// left after the second-chance rule fall to the earlier agent and to the pair that
// is listed earlier: a caller who wants lots lists people in the order of lots.
// O(pairs) with ranks that are dense or scores that spread; O(pairs log pairs) at
// worst. Agents with several places take a general path, O(pairs log pairs).
//
// kInvalidArgument, reason INVALID_FIELDS: columns of different lengths, hosts out
// of range, a host twice with one agent, negative ranks, seats or places.
// kCancelled: the control said so. kResourceExhausted, reason COHORT_TOO_LARGE:
// StableMemoryBound is above the limit; both are named.
absl::StatusOr<std::vector<int64_t>> SolveStable(const RankedGraph& graph, const StableOptions& options = {});

// The same where agents have one place each and both sides order by weight, the
// highest first: as SolveStable(RankByWeight(graph)), without a copy.
absl::StatusOr<std::vector<int64_t>> SolveStable(const Bipartite<int32_t>& graph, const StableOptions& options = {});

// STABLE for a cohort: both sides order by score, mentors take members of
// guaranteed groups before everybody else, locked pairs are in the answer and
// take no part. Ties that are left fall by rounds waited, then by the tickets of
// seed and tie key (solve.h), so that the order of rows does not matter.
//
// Groups: caps on both sides, and on the side of the adepts reserves that stay
// empty where the group does not fill them, both hard and laminar.
//
// kInvalidArgument: Validate refuses the problem. kInvalidArgument, reason
// NOT_WITH_STABLE: a group has a minimum load, a reserve that opens to all, or is
// one of mentors with a reserve or a guarantee; each is named. kCancelled and
// kResourceExhausted as above.
absl::StatusOr<Assignment> SolveStable(const Problem& problem, const StableOptions& options = {});
int64_t StableMemoryBound(const Problem& problem);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_STABLE_H_
