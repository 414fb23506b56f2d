// One solve of one cohort: from what is stored to a proposal, and back to check.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_SOLVE_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_SOLVE_H_

#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/certificate.h"
#include "engine/problem.h"
#include "engine/reference.h"
#include "services/matching/domain/cohort.h"
#include "services/matching/domain/cohort_view.h"
#include "services/matching/domain/round.h"

namespace brygga::matching {

// How a worker follows and stops a solve; both are called often and cheaply.
struct SolveControl {
  std::function<bool()> cancelled;
  std::function<void(RoundPhase, int permille)> progress;
};

// Pairs as many adepts as can be and, among those answers, the pairs of the
// highest total score; the answer's certificate has been checked. The same
// input and seed give the same pairs. `statistics.solve_us` is the caller's.
//
// kInvalidArgument: the input is not one that the engine takes.
// kFailedPrecondition LOCK_BROKEN: a lock breaks a rule or a capacity by now.
// kResourceExhausted: too large, with the bound. kCancelled: the control said so.
// kInternal: the certificate does not hold.
absl::StatusOr<Proposal> Solve(const engine::Reference& reference, CohortInput input, std::string_view seed,
                               const SolveControl& control = {});

// A stored proposal as the engine knew it.
struct Solved {
  std::shared_ptr<const CohortView> view;  // Shared with whoever reads on while others are opened.
  engine::Problem problem;
  engine::Assignment assignment;
  engine::Certificate certificate;
};

// `proposal`, as it was stored with a round of this seed, opened again. The
// certificate is read and not checked.
absl::StatusOr<Solved> Reopen(const engine::Reference& reference, const Proposal& proposal, std::string_view seed);

// OK where `proposal`, as it was stored with a round of this seed, is of the
// snapshot that its hash names, and its certificate proves its pairs best.
absl::Status CheckProposal(const engine::Reference& reference, const Proposal& proposal, std::string_view seed);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_SOLVE_H_
