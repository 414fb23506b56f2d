// Solves a problem without groups: hands the engine's fast graph solver what the
// locks leave, and breaks ties in their stated order.
#ifndef BRYGGA_ENGINE_PLAIN_H_
#define BRYGGA_ENGINE_PLAIN_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "engine/problem.h"
#include "engine/solve.h"

namespace brygga::engine {

// Solve (solve.h) with COVERAGE_THEN_SCORE or SCORE of a problem that is valid,
// not too large and has no groups, and no repair without a price. Its statistics
// are left for the caller.
//
// Ties: the best answers are those that use tight pairs alone (matching.h) and
// fill the seats that have a price. In the graph of tight pairs only those can
// differ between two best answers that lie in one strongly connected component
// (components.h); mostly these are a handful, and they alone are solved again,
// for rounds waited and then, among what stays tight, for lots.
//
// kCancelled: the control said so.
absl::StatusOr<Solution> SolvePlain(const Problem& problem, Objective objective, const SolveOptions& options);

// What SolvePlain needs beside the problem itself, at most: 40 bytes a pair (16
// are common, the others are for cohorts where all tie) and 1,024 a person.
int64_t PlainMemoryBound(const Problem& problem);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_PLAIN_H_
