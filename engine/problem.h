// A cohort to be solved, and an answer: what solver, certificate checker and
// explanations share.
#ifndef BRYGGA_ENGINE_PROBLEM_H_
#define BRYGGA_ENGINE_PROBLEM_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "engine/people.h"
#include "engine/score.h"

namespace brygga::engine {

// A hand-picked pair that every answer keeps.
struct Lock {
  int32_t adept = 0;
  int32_t mentor = 0;
  // Keep the pair although a hard rule forbids it or the mentor's capacity is
  // used up; then its score counts 0. Never against a veto.
  bool override_rules = false;

  friend bool operator==(const Lock&, const Lock&) = default;
};

// Adepts and mentors by row.
struct Problem {
  Edges edges;                         // Allowed pairs; scores 0 to kScoreOne.
  std::vector<int32_t> capacity;       // Per mentor: seats left (running matches already taken off).
  std::vector<int32_t> rounds_waited;  // Per adept.
  std::vector<std::string> adept_key;  // Tie keys; each side's are distinct.
  std::vector<std::string> mentor_key;
  std::vector<Lock> locks;
  Pairs vetoes;
  std::string seed;  // Of the round.

  int32_t adept_count() const { return edges.adept_count(); }
  int32_t mentor_count() const { return static_cast<int32_t>(capacity.size()); }
};

// The problem of a cohort; capacities, keys and rounds waited are the people's.
Problem MakeProblem(const People& adepts, const People& mentors, Edges edges, std::vector<Lock> locks, Pairs vetoes,
                    std::string seed);

// kInvalidArgument, reason INVALID_FIELDS: columns of different lengths, rows
// out of range or out of order, scores out of bounds, negative capacities or
// rounds, repeated keys, two locks of one adept, a lock against a veto or
// (without override) against a rule or a capacity; up to 100 are named.
absl::Status Validate(const Problem& problem);

struct MatchedPair {
  int32_t adept = 0;
  int32_t mentor = 0;
  int32_t score = 0;
  bool locked = false;

  friend bool operator==(const MatchedPair&, const MatchedPair&) = default;
};

struct Assignment {
  std::vector<MatchedPair> pairs;  // Ascending by adept.
  int64_t total_score = 0;

  friend bool operator==(const Assignment&, const Assignment&) = default;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_PROBLEM_H_
