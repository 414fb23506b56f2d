// Blocking pairs of any answer, and what stability and fairness cost.
//
// Shares no code with the solvers: it is the certificate of a stable answer,
// and a figure beside every other one.
#ifndef BRYGGA_ENGINE_BLOCKING_H_
#define BRYGGA_ENGINE_BLOCKING_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/bipartite.h"
#include "engine/problem.h"

namespace brygga::engine {

// Agents and hosts with both sides' orders: the pairs of agent a are
// offset[a] .. offset[a + 1). Lower ranks are better, equal ranks are ties;
// ranks need not be dense. 12 bytes a pair.
struct RankedGraph {
  std::vector<int64_t> offset = {0};
  std::vector<int32_t> host;
  std::vector<int32_t> agents_rank;  // The host's rank in the agent's order; not negative.
  std::vector<int32_t> hosts_rank;   // The agent's rank in the host's order; not negative.
  std::vector<int32_t> seats;        // Per host.
  std::vector<int32_t> places;       // Per agent: so many hosts it may have. Empty: one each.

  size_t agent_count() const { return offset.size() - 1; }
  size_t host_count() const { return seats.size(); }
};

// Both sides order by the pair's weight, the highest first. `graph.weight` holds
// numbers from 0 to 2^31 - 1.
RankedGraph RankByWeight(const Bipartite<int32_t>& graph);

// Agents and hosts, or adepts and mentors, by row.
struct BlockingPair {
  int32_t agent = 0;
  int32_t host = 0;

  friend bool operator==(const BlockingPair&, const BlockingPair&) = default;
};

struct BlockingPairs {
  int64_t count = 0;
  std::vector<BlockingPair> pairs;  // The first of them, by agent, then as the graph lists them.
};

// A pair blocks an answer that it is not in where both would rather have it: the
// agent has a place left or a host that it ranks strictly lower, and the host a
// seat left or an agent whom it ranks strictly lower. An answer without one is
// weakly stable. One pass over the pairs, O(pairs); 32 bytes a person.
//
// `chosen`: the positions in `graph.host` of the pairs of the answer.
//
// kInvalidArgument, reason INVALID_CERTIFICATE: `chosen` holds a position twice or
// out of range, or exceeds seats or places.
absl::StatusOr<BlockingPairs> FindBlockingPairs(const RankedGraph& graph, const std::vector<int64_t>& chosen,
                                                size_t limit = 100);

// The same for a cohort, whose two sides order by the pair's score: members of
// guaranteed groups come before everybody else with every mentor. Locked pairs
// are there before anybody chooses: locked adepts and their seats take no part.
//
// Where groups bind, a pair (a, m) blocks if each side may have it:
// - the side of the adepts, if a is not matched and no cap or reserve of a group
//   of adepts is in the way; or else if there is a matched adept b (a itself, if a
//   is matched) with a strictly lower score, whose leaving would clear the way for a;
// - the side of the mentors likewise: seats and groups of mentors have room, or
//   there is a pair that the mentors rank strictly lower and that stands in the way.
// So a cap is never broken, and may be an answer to "why not me" only where nobody
// that it let in is worth less.
//
// kInvalidArgument: Validate refuses the problem. kInvalidArgument, reason
// INVALID_CERTIFICATE: the answer breaks a rule, a capacity, a cap or a reserve
// itself.
absl::StatusOr<BlockingPairs> FindBlockingPairs(const Problem& problem, const Assignment& assignment,
                                                size_t limit = 100);

// What an answer is worth: all that the prices below compare.
struct Worth {
  int64_t pairs = 0;
  int64_t total_score = 0;
  int32_t worst_score = 0;  // Of a pair that is matched without a lock; 0: there is none.
  int64_t blocking_pairs = 0;
};

// What `answer` gives up against `best`: the price of stability, where `answer`
// is the STABLE and `best` the COVERAGE_THEN_SCORE one; the price of fairness,
// where it is the FAIREST one.
struct Price {
  int64_t pairs = 0;        // So many people fewer are matched.
  int64_t total_score = 0;  // Micro-units; negative where the answer totals more (with fewer pairs, say).
  // Parts of the best in millionths, rounded down; 0 where the best has none.
  int32_t pairs_part = 0;
  int32_t total_part = 0;
  // What it gains: the lowest score rises, and so many pairs cease to block.
  int32_t worst_score_gain = 0;
  int64_t blocking_pairs_fewer = 0;
};

// kInvalidArgument: as FindBlockingPairs.
absl::StatusOr<Worth> WorthOf(const Problem& problem, const Assignment& assignment);
Price PriceOf(const Worth& answer, const Worth& best);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_BLOCKING_H_
