// One solve of one cohort: from what is stored to a proposal, and back to check.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_SOLVE_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_SOLVE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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

// More allowed pairs than this, and what other objectives would cost is not
// computed.
inline constexpr int64_t kMostComparedPairs = 5'000'000;

// The best answer to `objective` over what ForRound or ForRepair made; its
// certificate has been checked. The same input, objective and seed give the same
// pairs and figures. `statistics.solve_us` is the caller's.
//
// kInvalidArgument: the input is not one that the engine takes; NOT_WITH_STABLE.
// kFailedPrecondition LOCK_BROKEN: a lock breaks a rule or a capacity by now;
// MINIMUM_LOAD. kResourceExhausted: too large, with the bound. kCancelled: the
// control said so. kInternal: the certificate does not hold.
absl::StatusOr<Proposal> Solve(const engine::Reference& reference, CohortInput input, engine::Objective objective,
                               std::string_view seed, const SolveControl& control = {});

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

// OK where `proposal`, as it was stored with a round of this objective and seed, is
// of the snapshot that its hash names, and its certificate proves its pairs best.
absl::Status CheckProposal(const engine::Reference& reference, const Proposal& proposal, engine::Objective objective,
                           std::string_view seed);

// One thing that two proposals do not have in common: kind PAIR (the adept, and
// the mentors), STATISTIC (the figure) or SNAPSHOT.
struct Difference {
  std::string kind;
  std::string subject;
  std::string stored;
  std::string computed;

  friend bool operator==(const Difference&, const Difference&) = default;
};
// What differs, the first `limit`, pairs by adept before figures.
std::vector<Difference> Compare(const Proposal& stored, const Proposal& computed, size_t limit);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_SOLVE_H_
