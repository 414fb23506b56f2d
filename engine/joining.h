// Keeps a solved graph solved while people and seats come and go.
#ifndef BRYGGA_ENGINE_JOINING_H_
#define BRYGGA_ENGINE_JOINING_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
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
// for it. Prices start at the most that the answer allows, where ways out are
// short; what is as near as the search has come is visited without a queue. Each
// agent keeps the eight pairs that were worth most to it apart and bounds the
// rest by one number, which falling prices keep true. A pair counts more than all
// weights together, exactly.
//
// Time: at most that of Dijkstra's search, O(m + n log n); mostly a person joins
// after a look at a few hundred people. Memory: 18 bytes a pair, about 200 a
// person. Not thread-safe.
class Joining {
 public:
  // `solved` is the answer of SolveCoverageThenScore or, without a cover, of
  // SolveScore to `graph`, whose pairs may be in any order and which is copied.
  //
  // kInvalidArgument, reason INVALID_FIELDS: agents times the largest weight is
  // 2^50 or more.
  static absl::StatusOr<Joining> Start(const Bipartite<int32_t>& graph, const PricedMatching& solved);
  ~Joining();
  Joining(Joining&&) noexcept;
  Joining& operator=(Joining&&) noexcept;

  // One more agent, with its pairs (host and weight). Returns the agent's number:
  // one more than the last one's.
  //
  // kInvalidArgument, reason INVALID_FIELDS: a host that does not exist or is
  // there twice, a negative weight, or agents (those who left among them) times
  // the largest weight would be 2^50 or more. Nobody has joined then.
  absl::StatusOr<int32_t> Join(const std::vector<std::pair<int32_t, int32_t>>& pairs);

  // The calls below ask for an agent or a host that there is; where it is not as
  // they say, the process ends (BRYGGA_CHECK).

  // Takes the agent, who must not have left before, out for good; its number is
  // not used again.
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
  explicit Joining(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_JOINING_H_
