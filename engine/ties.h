// Chooses among the best answers.
#ifndef BRYGGA_ENGINE_TIES_H_
#define BRYGGA_ENGINE_TIES_H_

#include <cstdint>
#include <functional>

#include "engine/bipartite.h"
#include "engine/matching.h"

namespace brygga::engine {

// What decides between two best answers: the more rounds waited by those who are
// not out, then the higher sum of lots.
struct TieOrder {
  bool anyone_may_stay_out = false;                         // SCORE: then also how many stay out may differ.
  std::function<int32_t(int32_t agent)> rounds_waited;      // 0 to 1,000.
  std::function<int64_t(int32_t agent, int32_t host)> lot;  // 0 to 2^40 - 1.
};

// Puts into `solved`, an answer to `graph` with its prices, the first of all best
// answers in the order: its hosts and size; prices and cover stay true of it.
// W is int32_t or int64_t.
//
// A best answer is one that has tight pairs alone and fills the seats that have a
// price. So a pair can be in one best answer and not in another only where both
// its ends lie in one strongly connected component of the tight pairs
// (components.h). Those alone are solved again (auction.h, shortest_paths.h).
//
// Time: a pass over the pairs, and a solve of what ties. Memory: 4 bytes a tight
// pair, and 24 a pair that ties. False: `ticker` stopped it.
template <typename W>
bool BreakTies(const Bipartite<W>& graph, PricedMatching& solved, const TieOrder& order, int threads, Ticker& ticker);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_TIES_H_
