// Rounds opened for questions, kept as long as there is room.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_ROUND_VIEWS_H_
#define BRYGGA_SERVICES_MATCHING_WORK_ROUND_VIEWS_H_

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/wait/mutex.h"
#include "engine/explain.h"
#include "engine/force_again.h"
#include "engine/group_what_if.h"
#include "engine/reference.h"
#include "engine/what_if.h"
#include "services/matching/domain/solve.h"
#include "services/matching/store/round_store.h"

namespace brygga::matching {

// A round that has been PROPOSED, with what is asked of its answer. Immutable,
// safe for concurrent use.
struct RoundView {
  RoundId round;
  int64_t revision = 0;  // Of the round: another one may have lost its snapshot.
  engine::Objective objective = engine::Objective::kCoverageThenScore;
  Solved solved;
  std::vector<engine::Unmatched> unmatched;  // Ascending by row.
  // The first where the problem has no groups, the second where it has some (and
  // the objective is one that GroupWhatIf handles).
  std::optional<engine::WhatIf> what_if = {};
  std::optional<engine::GroupWhatIf> group_what_if = {};

  const CohortView& view() const { return *solved.view; }
  // The pair of an adept in the round, or null.
  const engine::MatchedPair* PairOf(int32_t adept) const;
  // Why an adept has none, or null.
  const engine::Unmatched* UnmatchedOf(int32_t adept) const;
  // Whether it can be said what would match one more: where the round matches as many
  // as can be, and with groups where it seeks the highest total among those.
  bool CanMatchMore() const {
    return (what_if && what_if->can_match_more()) ||
           (group_what_if && objective == engine::Objective::kCoverageThenScore);
  }
  // What a forced pair does to the answer; nothing where that cannot be said.
  // `counts_pairs`: whether the objective decides how many are matched.
  struct ForcedAnswer {
    engine::Forced forced;
    bool counts_pairs = true;
    std::optional<engine::ForcedAgain> again = {};  // FAIREST and STABLE: with all that a solve says.
  };
  // FAIREST and STABLE solve again. kCancelled: `cancelled` said so.
  absl::StatusOr<std::optional<ForcedAnswer>> Force(int32_t adept, int32_t mentor,
                                                    const std::function<bool()>& cancelled) const;
};

// Safe for concurrent use. What it is made from outlives it.
class RoundViews {
 public:
  RoundViews(RoundStore& store, const engine::Reference& reference) : store_(store), reference_(reference) {}

  // A round, and what it was solved as. What was proposed never changes, so that
  // a view is kept until newer ones take its place; state and statistics are read
  // each time.
  //
  // kNotFound: no such round. kFailedPrecondition ROUND_STATE: neither PROPOSED
  // nor PUBLISHED.
  struct Opened {
    Round round;
    std::shared_ptr<const RoundView> view;  // Shared with the questions that run.
  };
  absl::StatusOr<Opened> Get(const CohortKey& key, const RoundId& id, absl::Time deadline);

  const engine::Reference& reference() const { return reference_; }

 private:
  using View = std::shared_ptr<const RoundView>;

  View Find(const RoundId& id) ABSL_LOCKS_EXCLUDED(mutex_);
  void Keep(View view) ABSL_LOCKS_EXCLUDED(mutex_);

  RoundStore& store_;
  const engine::Reference& reference_;
  Mutex mutex_;
  std::list<View> views_ ABSL_GUARDED_BY(mutex_);  // The last used first.
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_ROUND_VIEWS_H_
