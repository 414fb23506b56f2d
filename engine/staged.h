// Solves any problem but STABLE by stages of a network's flow: groups, repairs,
// every objective.
#ifndef BRYGGA_ENGINE_STAGED_H_
#define BRYGGA_ENGINE_STAGED_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "engine/problem.h"
#include "engine/solve.h"

namespace brygga::engine {

// Bytes that SolveStaged needs beside the problem, at most.
int64_t StagedMemoryBound(const Problem& problem, Objective objective);

// Solve (solve.h) of a problem that is valid and not too large; its certificate
// has stages.
absl::StatusOr<Solution> SolveStaged(const Problem& problem, Objective objective, const SolveOptions& options);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_STAGED_H_
