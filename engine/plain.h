// Solves a problem without groups: hands the engine's fast graph solver what the
// locks leave, and breaks ties in their stated order.
#ifndef BRYGGA_ENGINE_PLAIN_H_
#define BRYGGA_ENGINE_PLAIN_H_

#include "absl/status/statusor.h"
#include "engine/problem.h"
#include "engine/solve.h"

namespace brygga::engine {

// SolveCoverageThenScore (solve.h) of a problem that is valid, not too large
// and has no groups.
//
// kCancelled: the control said so.
absl::StatusOr<Solution> SolvePlainCoverageThenScore(const Problem& problem, const SolveOptions& options);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_PLAIN_H_
