// What an answer with groups would become with another pair in it: what_if.h for
// answers that are proven by stages.
//
// The prices of the stages, compared stage by stage, are potentials of the
// network's residual graph (certificate.h) in which no arc is below zero; the
// forced pair is one more unit on its arc, which the cheapest way back closes to
// a circulation.
//
// Time: O((pairs + people) × stages × log(nodes)) an answer. Memory: 8 bytes a
// node and stage beside problem, answer and network.
#ifndef BRYGGA_ENGINE_GROUP_WHAT_IF_H_
#define BRYGGA_ENGINE_GROUP_WHAT_IF_H_

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "engine/certificate.h"
#include "engine/network.h"
#include "engine/problem.h"
#include "engine/what_if.h"

namespace brygga::engine {

// Immutable, safe for concurrent use. Borrows the problem.
class GroupWhatIf {
 public:
  // COVERAGE_THEN_SCORE and SCORE, where the certificate has stages.
  static bool Handles(Objective objective, const Certificate& certificate);

  // Check says that `certificate` proves `assignment` best.
  GroupWhatIf(const Problem& problem, Objective objective, const Assignment& assignment,
              const Certificate& certificate);

  // What the answer would lose with this pair in it: exactly what a solve with
  // the pair locked loses, caps, minimum loads, reserves and guarantees kept. With
  // SCORE `change.pairs` is 0: the objective does not decide it. A price of changed
  // pairs is part of the score.
  //
  // Nullopt: a rule forbids the pair, the adept has a lock, locks hold every seat
  // of the mentor, or no answer that keeps the groups' rules has the pair (a lock
  // may exceed what reserves that stay empty leave; this does not).
  std::optional<Forced> Force(int32_t adept, int32_t mentor) const;

  // Where one more match could come from.
  struct Room {
    // Mentors, ascending, whom the adept may have and with whom one more seat would do.
    std::vector<int32_t> seats;
    // Per mentor: could take the adept in, if nothing else forbade it.
    std::vector<bool> mentors;
    // One more mentor, of no group, would do.
    bool new_mentor = false;
  };
  // What would make one more match possible, with this unmatched adept in it, while as
  // many of guaranteed groups have a pair and as many reserved seats are filled as
  // before, caps and minimum loads are kept, and nobody else who has a match loses it.
  // Groups are taken as they are: shares are not counted anew for the seat. There
  // may be more than what is found here. Needs COVERAGE_THEN_SCORE.
  //
  // By one search backwards from the adept over the residual graph, in which caps
  // that are no more than the sum of their members' seats do not bind.
  Room RoomFor(int32_t adept) const;

 private:
  static constexpr size_t kMostStages = 5;  // Guaranteed, reserved, pairs, score, changes.
  using Cost = std::array<int64_t, kMostStages>;

  // A residual arc; `pair` is a position in Edges, or -1 for a link.
  struct Arc {
    int32_t to;
    int64_t pair;
    Cost cost;  // Of sending one unit more this way.
  };
  struct Way;
  // Of a search backwards: for each node the cheapest way on to where it began.
  struct Back {
    std::vector<uint8_t> is_reached;
    std::vector<Cost> cost;        // Of the way.
    std::vector<int32_t> towards;  // The next node of it.
    std::vector<int64_t> pair;     // And the pair of that step; -1: a link.
  };

  static size_t At(int64_t i) { return static_cast<size_t>(i); }
  int32_t NodeOf(int32_t mentor) const { return network_.agents + mentor; }
  Cost PairCost(int32_t adept, int64_t pair) const;
  Cost LinkCost(const Link& link) const;
  void FillLinks();
  // Calls `take` with every residual arc that leaves `node`.
  template <typename Take>
  void ForEachArc(int32_t node, const Take& take) const;
  Way Search(int32_t from, int32_t to, int64_t without) const;
  Back SearchBack(int32_t to) const;
  // Above a mentor: where one more seat of theirs would hang.
  int32_t AboveHost(int32_t mentor) const;
  // Where mentors of no group hang.
  int32_t Top() const;
  // Whether a way that begins with a new pair at `cost` and goes on from `node` is one
  // more match that costs nobody theirs. `around`: a node that it may not pass.
  bool IsOneMore(const Back& back, const Cost& cost, int32_t node, int32_t around) const;

  const Problem& problem_;
  const Network network_;
  std::array<int, kStageKindCount> stage_of_;                   // -1: there is no such stage.
  std::vector<Cost> price_;                                     // Per node.
  std::vector<int32_t> mentor_of_;                              // Per adept without a lock; -1: none.
  std::vector<uint8_t> locked_;                                 // Per adept.
  std::vector<int32_t> previous_;                               // Per adept: the mentor before.
  std::vector<std::vector<std::pair<int32_t, int64_t>>> sits_;  // Per mentor: adept and pair.
  std::vector<int64_t> flow_;                                   // Per link.
  std::vector<std::vector<size_t>> links_of_;                   // Per node.
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_GROUP_WHAT_IF_H_
