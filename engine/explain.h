// Why an answer is as it is, as codes with arguments; the words are the
// caller's. Why this pair, and which rules forbid that one, is
// Scorer::ScorePair.
#ifndef BRYGGA_ENGINE_EXPLAIN_H_
#define BRYGGA_ENGINE_EXPLAIN_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/people.h"
#include "engine/problem.h"
#include "engine/score.h"

namespace brygga::engine {

enum class UnmatchedReason {
  kNoFeasibleMentor,  // Every mentor with a seat is forbidden by some hard rule.
  kBottleneck,        // A group of adepts shares fewer seats than it has members.
  kNoSeats,           // No mentor has a seat left.
  // One more could be matched, and the objective (one that does not count pairs
  // first) or a rule of a group says otherwise.
  kObjective,
};

// "NO_FEASIBLE_MENTOR", "BOTTLENECK", "NO_SEATS", "OBJECTIVE".
std::string_view UnmatchedReasonCode(UnmatchedReason reason);

// How many mentors (with a seat) one hard rule forbids.
struct RuleCount {
  HardRule rule;
  int32_t mentors = 0;  // Forbidden by this rule, perhaps by others too.
  int32_t alone = 0;    // Forbidden by this rule and no other: what relaxing it alone would open.

  friend bool operator==(const RuleCount&, const RuleCount&) = default;
};

struct Unmatched {
  int32_t adept = 0;
  UnmatchedReason reason = UnmatchedReason::kNoSeats;
  std::vector<RuleCount> rules;  // kNoFeasibleMentor: most mentors first.
  // kBottleneck: the Hall set. All mentors (with a seat) that anyone of `group`
  // may have are `mentors`, who together have `seats` seats, fewer than the
  // group has members. Unmatched adepts whose sets meet share one group.
  // Ascending rows; `adept` is one of the group.
  std::vector<int32_t> group;
  std::vector<int32_t> mentors;
  int64_t seats = 0;
};

// Why each adept that `assignment` leaves out is left out, ascending by row.
// `problem` is the one of these people under `scorer`'s policy.
std::vector<Unmatched> ExplainUnmatched(const Scorer& scorer, const People& adepts, const People& mentors,
                                        const Problem& problem, const Assignment& assignment);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_EXPLAIN_H_
