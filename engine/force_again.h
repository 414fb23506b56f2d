// What an answer would become with another pair in it, for objectives whose
// certificate has no prices that could say so (what_if.h): FAIREST and STABLE. The
// problem is solved again with the pair as a lock.
//
// Time and memory: those of a solve.
#ifndef BRYGGA_ENGINE_FORCE_AGAIN_H_
#define BRYGGA_ENGINE_FORCE_AGAIN_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "engine/problem.h"
#include "engine/solve.h"
#include "engine/what_if.h"

namespace brygga::engine {

struct ForcedAgain {
  // Everybody who sits elsewhere: the pair's own adept first, then who loses most.
  Forced forced;
  // Of the scores of both answers, each listed from the lowest up: by how much the
  // lowest differs, the first place (from 1) where they differ and by how much.
  // Both of those 0 where one list begins with the other.
  int32_t worst_change = 0;
  int32_t first_difference = 0;
  int32_t difference = 0;
  // Pairs who would rather have each other, the forced pair's people among those
  // who might.
  int64_t blocking_pairs = 0;

  friend bool operator==(const ForcedAgain&, const ForcedAgain&) = default;
};

// `assignment` is the answer to `problem` and `objective`.
//
// Nullopt: the adept is locked to another mentor, or no answer that keeps the
// groups' rules has the pair. kInvalidArgument: a veto forbids it. kCancelled,
// kResourceExhausted: as Solve.
absl::StatusOr<std::optional<ForcedAgain>> ForceAgain(const Problem& problem, Objective objective,
                                                      const Assignment& assignment, int32_t adept, int32_t mentor,
                                                      const SolveOptions& options = {});

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_FORCE_AGAIN_H_
