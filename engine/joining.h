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
// from the answer before, so that few people change seats.
//
// Successive shortest paths (Jonker and Volgenant 1987) with kept prices. Whoever
// joins, or has to leave a seat that is gone, searches forward over the agents'
// rows for the way of least loss to a free seat or out, and prices rise. A seat
// that gets free is filled backward over the hosts' columns, and prices fall, so
// that a search sees the part of the graph that changes and nothing is set up
// for it. Each agent keeps the eight pairs that were worth most to it apart and
// bounds the rest by one number, which falling prices keep true. A pair counts
// more than all weights together, exactly.
//
// Time: at most that of Dijkstra's search, O(m + n log n); mostly a person joins
// after a look at a few hundred people. Memory: 18 bytes a pair, about 200 a
// person. Not thread-safe.
class Joining {
 public:
  // `solved` is the answer of SolveCoverageThenScore or, without a cover, of
  // SolveScore to `graph`, whose pairs may be in any order and which is copied.
  // Agents times the largest weight, now and later, stay below 2^50.
  Joining(const Bipartite<int32_t>& graph, const PricedMatching& solved);
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
