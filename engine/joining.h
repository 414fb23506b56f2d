// Keeps a solved graph solved while people and seats come and go.
#ifndef BRYGGA_ENGINE_JOINING_H_
#define BRYGGA_ENGINE_JOINING_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "engine/bipartite.h"
#include "engine/matching.h"

namespace brygga::engine {

// A graph and its best answer, by COVERAGE_THEN_SCORE or SCORE. Each call below
// ends with a best answer to the graph as it then is, found by one shortest path
// from the answer before (shortest_paths.h), so that few people change seats.
//
// Prices are kept in two parts, pairs before weights: the upper and the lower
// half of 128 bits. (So a pair more is worth more than any weights, exactly.)
//
// Time: at most that of Dijkstra's search, O(m + n log n); mostly a person joins
// after a look at a few hundred pairs. Memory: 8 bytes a pair, about 150 a person.
// Not thread-safe.
class Joining {
 public:
  // `solved` is the answer of SolveCoverageThenScore or, without a cover, of
  // SolveScore to `graph`, whose pairs may be in any order.
  Joining(Bipartite<int32_t> graph, const PricedMatching& solved);
  ~Joining();
  Joining(Joining&&) noexcept;
  Joining& operator=(Joining&&) noexcept;

  // One more agent, with its pairs (host and weight, not negative, each host at
  // most once). Returns the agent's number: one more than the last one's.
  int32_t Join(const std::vector<std::pair<int32_t, int32_t>>& pairs);
  // Takes the agent out for good; its number is not used again.
  void Leave(int32_t agent);
  // One seat more or less at the host, which must have one to take away.
  void AddSeat(int32_t host);
  void RemoveSeat(int32_t host);

  // kNobody: out, or gone.
  int32_t HostOf(int32_t agent) const;
  int64_t size() const;
  int64_t total() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_JOINING_H_
