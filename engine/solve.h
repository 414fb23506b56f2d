// The exact solver.
#ifndef BRYGGA_ENGINE_SOLVE_H_
#define BRYGGA_ENGINE_SOLVE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/certificate.h"
#include "engine/control.h"
#include "engine/problem.h"

namespace brygga::engine {

struct SolveOptions {
  // A problem that would need more is refused before it is started.
  int64_t memory_limit_bytes = int64_t{2} << 30;
  Control control;
};

struct Solution {
  Assignment assignment;
  Certificate certificate;
};

// What SolveCoverageThenScore needs beside the problem itself, at most: 64
// bytes a pair and 512 a person. (64 are used only where all answers tie; 16
// are common.)
int64_t SolveMemoryBound(const Problem& problem);

// COVERAGE_THEN_SCORE: as many pairs as there can be; among those answers the
// highest total score; among those the most rounds waited by the matched; among
// those the highest sum of lots. A pair's lot is drawn from the round's seed and
// both tie keys alone (Lot), so the answer does not depend on the order of rows.
// Locked pairs are in every answer.
//
// kInvalidArgument: Validate refuses the problem. kCancelled: the control said
// so. kResourceExhausted, reason COHORT_TOO_LARGE: SolveMemoryBound is above the
// limit; both are named.
absl::StatusOr<Solution> SolveCoverageThenScore(const Problem& problem, const SolveOptions& options = {});

// A person's ticket: the first eight bytes, big-endian, of SHA-256 over the
// seed, a line feed and the tie key.
uint64_t Ticket(std::string_view seed, std::string_view tie_key);
// The lot of a pair, 0 to 2^40 - 1: the upper 40 bits of SplitMix64's finaliser
// over the adept's ticket plus the mentor's ticket times an odd constant
// (data/policy/README.md states it in full).
int64_t Lot(uint64_t adept_ticket, uint64_t mentor_ticket);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_SOLVE_H_
