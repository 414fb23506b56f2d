// The exact solver: one door for every objective.
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
  // That work, the caller's included; the answer is the same at any number.
  int threads = 1;
  Control control;
};

// What there is to say of an answer, whoever made it; locked pairs count.
struct Statistics {
  int64_t matched = 0;      // Adepts.
  int64_t total_score = 0;  // Micro-units.
  int32_t worst_score = 0;  // Of a pair; 0 where there is none.
  int64_t guaranteed = 0;   // People of guaranteed groups who have a pair.
  int64_t reserved = 0;     // Reserved seats that their groups fill.
  int64_t kept_pairs = 0;   // Of Repair's previous ones.
  int64_t changed_pairs = 0;
  int64_t new_pairs = 0;  // That are not among the previous ones. Without Repair: 0.
  int64_t overrides = 0;  // Pairs that a lock forced against a rule or a capacity.

  friend bool operator==(const Statistics&, const Statistics&) = default;
};
Statistics StatisticsOf(const Problem& problem, const Assignment& assignment);

struct Solution {
  Assignment assignment;
  Certificate certificate;
  Statistics statistics = {};
};

// What Solve needs beside the problem itself, at most: 40 bytes a pair and 1,024 a
// person where it is plain (totals, no groups, no pairs to keep); 48 and 1,024
// with groups or pairs to keep, 72 for FAIREST, and 1,024 a membership in a
// group; of STABLE stable.h says.
int64_t SolveMemoryBound(const Problem& problem, Objective objective = Objective::kCoverageThenScore);

// The best answer to `problem`. In this order, each among the best answers to
// what stands before it:
//
//  1. the hard rules: pairs allowed, capacities, caps, minimum loads, locks;
//  2. the most people of guaranteed groups have a pair;
//  3. the most reserved seats are filled by their groups;
//  4. the objective; with Repair's price less the price of the changed pairs
//     from the total score;
//  5. without a price, the fewest changed pairs;
//  6. the most rounds waited by the matched, and then the highest sum of lots. A
//     pair's lot is drawn from the round's seed and both tie keys alone (Lot), so
//     the answer does not depend on the order of rows.
//
// SCORE has as many pairs of score 0 as 5 and 6 make of it: a pair that costs
// nothing is added where its lot is not 0. STABLE takes 1 to 3 as stable.h says,
// and does not look at previous pairs.
//
// kInvalidArgument: Validate refuses the problem, or STABLE its groups.
// kFailedPrecondition, reason MINIMUM_LOAD: no answer reaches the minimum loads;
// the groups that are short are named, with the most they can have together and
// who stands in the way. kCancelled: the control said so. kResourceExhausted,
// reason COHORT_TOO_LARGE: SolveMemoryBound is above the limit; both are named.
absl::StatusOr<Solution> Solve(const Problem& problem, Objective objective, const SolveOptions& options = {});

// Solve with COVERAGE_THEN_SCORE.
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
