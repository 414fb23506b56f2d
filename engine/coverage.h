// How many people can be matched at all, the proof that it is no more, and which
// pairs can be in such an answer.
#ifndef BRYGGA_ENGINE_COVERAGE_H_
#define BRYGGA_ENGINE_COVERAGE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/bipartite.h"

namespace brygga::engine {

// Dulmage and Mendelsohn's decomposition. An answer with the most pairs has them
// within the parts alone.
enum class Part : uint8_t {
  kScarce,  // More agents than seats: every seat is taken, agents stay out. Agents here want hosts here alone.
  kEven,    // As many seats as agents: all are taken.
  kAmple,   // More seats than agents: every agent is seated. Only agents here want hosts here.
  kClosed,  // Hosts without seats.
};

struct Coverage {
  int64_t size = 0;  // The most agents that can be seated.
  // Scarce and closed hosts with all the agents elsewhere are a vertex cover of
  // that size (hosts count with their seats): König's proof.
  std::vector<Part> agent_part, host_part;
};

// Hopcroft and Karp's algorithm with seats: O(pairs × √people) time, some forty
// bytes an agent or host and four a seat. Weights are not looked at; W is int32_t
// or int64_t. Nullopt: `ticker` stopped it.
template <typename W>
std::optional<Coverage> LargestCoverage(const Bipartite<W>& graph, Ticker& ticker);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_COVERAGE_H_
