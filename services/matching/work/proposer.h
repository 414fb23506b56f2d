// From the wish for a round to its proposal.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_PROPOSER_H_
#define BRYGGA_SERVICES_MATCHING_WORK_PROPOSER_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/reference.h"
#include "services/matching/domain/round.h"
#include "services/matching/domain/solve.h"
#include "services/matching/store/cohort_store.h"
#include "services/matching/store/round_store.h"
#include "services/matching/work/projection.h"

namespace brygga::matching {

// Safe for concurrent use. What it is made from outlives it.
class Proposer {
 public:
  Proposer(CohortStore& cohorts, RoundStore& rounds, Projection& projection, const engine::Reference& reference)
      : cohorts_(cohorts), rounds_(rounds), projection_(projection), reference_(reference) {}

  // Reads the cohort's people from participant until `people_by`, and solves what
  // `round` asks for. Nothing is stored but what participant says.
  //
  // What Projection::Refresh, LoadInput and Solve answer; kFailedPrecondition
  // COHORT_NOT_MATCHABLE.
  absl::StatusOr<Proposal> Propose(const Round& round, absl::Time people_by, const SolveControl& control);

 private:
  CohortStore& cohorts_;
  RoundStore& rounds_;
  Projection& projection_;
  const engine::Reference& reference_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_PROPOSER_H_
