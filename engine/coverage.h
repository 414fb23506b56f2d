// How many people can be matched at all, and the proof that it is no more.
#ifndef BRYGGA_ENGINE_COVERAGE_H_
#define BRYGGA_ENGINE_COVERAGE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/bipartite.h"

namespace brygga::engine {

struct Coverage {
  int64_t size = 0;  // The most agents that can be seated.
  // A vertex cover of that size (hosts count with their seats): König's proof.
  std::vector<uint8_t> agent_cover, host_cover;
};

// Hopcroft and Karp's algorithm with seats: O(pairs × √people).
// Nullopt: `ticker` stopped it.
// W is int32_t or int64_t; weights are not looked at.
template <typename W>
std::optional<Coverage> LargestCoverage(const Bipartite<W>& graph, Ticker& ticker);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_COVERAGE_H_
