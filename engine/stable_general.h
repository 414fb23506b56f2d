// Stable answers where people have several places, or groups have bounds: the
// path of stable.h that is not made for speed.
#ifndef BRYGGA_ENGINE_STABLE_GENERAL_H_
#define BRYGGA_ENGINE_STABLE_GENERAL_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "engine/bipartite.h"
#include "engine/blocking.h"

namespace brygga::engine {

// Bounds over the rows of one side.
struct LaminarBounds {
  static constexpr int64_t kUnbounded = std::numeric_limits<int64_t>::max();
  struct Set {
    std::vector<int32_t> members;
    int64_t at_most = kUnbounded;
    // Keeps `reserved` for itself. Such a set lies in no other.
    bool keeps = false;
    int64_t reserved = 0;
  };
  std::vector<Set> sets;  // Any two are disjoint, or one holds the other.
  // Pairs that are of no set that keeps, and those beyond a set's reserve, number
  // at most so many together.
  int64_t open = kUnbounded;

  bool Bind() const {
    for (const Set& set : sets) {
      if (set.at_most != kUnbounded || set.keeps) return true;
    }
    return open != kUnbounded;
  }
};

inline constexpr int64_t kGeneralBytesPerPair = 256;

// As SolveStable of a graph, within the bounds of both sides; ranks of a side that
// has bounds are compared across its people. (Such bounds are gammoids, which are
// base-orderable, as Yokoi's proof of the two thirds asks.) `graph` is valid.
// O(pairs × (log pairs + depth of groups + groups of a side)).
//
// Nullopt: `ticker` stopped it.
std::optional<std::vector<int64_t>> SolveStableWithin(const RankedGraph& graph, const LaminarBounds& agents,
                                                      const LaminarBounds& hosts, Ticker& ticker);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_STABLE_GENERAL_H_
