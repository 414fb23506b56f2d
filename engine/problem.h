// A cohort to be solved, and an answer: what solver, certificate checker and
// explanations share.
#ifndef BRYGGA_ENGINE_PROBLEM_H_
#define BRYGGA_ENGINE_PROBLEM_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "engine/people.h"
#include "engine/score.h"

namespace brygga::engine {

// What the best answer is.
enum class Objective {
  kCoverageThenScore,  // As many pairs as there can be; among those answers the highest total score.
  kScore,              // The highest total score, be it with fewer pairs.
  kFairest,  // As many pairs as there can be; then the best worst pair, then the next (leximin of the scores).
  kStable,   // No two people would both rather have each other (stable.h).
};
inline constexpr int kObjectiveCount = 4;

// "COVERAGE_THEN_SCORE", "SCORE", "FAIREST", "STABLE", and back.
std::string_view ObjectiveName(Objective objective);
std::optional<Objective> ObjectiveOf(std::string_view name);

// A hand-picked pair that every answer keeps.
struct Lock {
  int32_t adept = 0;
  int32_t mentor = 0;
  // Keep the pair although a hard rule forbids it or the mentor's capacity is
  // used up; then its score counts 0. Never against a veto.
  bool override_rules = false;

  friend bool operator==(const Lock&, const Lock&) = default;
};

enum class GroupSide { kAdepts, kMentors };

// Who may have the reserved seats that a group does not fill.
enum class ReserveFallback {
  kOpenToAll,  // Everybody.
  kKeepEmpty,  // Nobody.
};

// People of one side with a rule of their own. The groups of a side are laminar:
// any two are disjoint or one holds the other. A pair is a group's where its
// adept (or mentor) is a member; locked pairs count.
struct Group {
  std::string name;  // Distinct on its side.
  GroupSide side = GroupSide::kMentors;
  std::vector<int32_t> members;  // Rows, ascending.

  // At most and at least so many pairs. Both are hard; an overriding lock may
  // exceed `at_most`, and then no other pair is added.
  std::optional<int64_t> at_most;
  int64_t at_least = 0;

  // So many pairs are the group's before the objective counts: the answer has
  // the highest sum over groups of min(reserved, pairs of the group). With
  // kKeepEmpty, moreover, everybody else gets what is left at the most: pairs
  // that are no such group's, and those beyond a group's reserve, number at most
  // ReserveBase less all such reserves of the side (locked pairs above that
  // stay). Such a group lies in no other that has a cap, a minimum or a reserve.
  int64_t reserved = 0;
  ReserveFallback fallback = ReserveFallback::kOpenToAll;

  // Its members come first: as many of them as possible have a pair before
  // anybody else counts. (All guaranteed groups together, as one.)
  bool guaranteed = false;

  friend bool operator==(const Group&, const Group&) = default;
};

// What was published, to be mended. A changed pair is one of `previous` that the
// answer does not have.
struct Repair {
  Pairs previous;  // By row, each adept once; forbidden ones (a decline, a veto) are changed in any case.
  // Nullopt: fewest changed pairs among the best answers. Otherwise the price of
  // a changed pair in micro-units, taken off the total score that
  // COVERAGE_THEN_SCORE and SCORE maximise.
  std::optional<int64_t> price;

  friend bool operator==(const Repair&, const Repair&) = default;
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
  std::vector<Group> groups;
  std::optional<Repair> repair;  // Nullopt: everything is new.

  int32_t adept_count() const { return edges.adept_count(); }
  int32_t mentor_count() const { return static_cast<int32_t>(capacity.size()); }
};

// The problem of a cohort; capacities, keys and rounds waited are the people's.
Problem MakeProblem(const People& adepts, const People& mentors, Edges edges, std::vector<Lock> locks, Pairs vetoes,
                    std::string seed);

// What a group's share is of, and what a reserve that stays empty is taken from:
// for adepts all seats, for mentors as many pairs as both sides have room for.
int64_t ReserveBase(const Problem& problem, GroupSide side);

// kInvalidArgument, reason INVALID_FIELDS: columns of different lengths, rows
// out of range or out of order, scores out of bounds, negative capacities or
// rounds, repeated keys, two locks of one adept, a lock against a veto or
// (without override) against a rule, a capacity or a group's cap; groups that
// cross (both are named), repeat a name, have rows out of order or negative
// numbers, a minimum above the cap, or reserves that stay empty inside another
// group's rule or above what there is; previous pairs with unknown rows or an
// adept twice, or a negative price; up to 100 are named.
absl::Status Validate(const Problem& problem);

// As above, and what `objective` does not take: STABLE no minimum loads, STABLE
// and FAIREST no price of changes.
absl::Status Validate(const Problem& problem, Objective objective);

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
