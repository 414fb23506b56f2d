#include "services/matching/work/proposer.h"

#include <chrono>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "common/status/macros.h"
#include "services/matching/domain/cohort_view.h"
#include "services/matching/domain/errors.h"

namespace brygga::matching {
namespace {

constexpr absl::Duration kReadTimeout = absl::Seconds(20);

}  // namespace

absl::StatusOr<Proposal> Proposer::Propose(const Round& round, absl::Time people_by, const SolveControl& control) {
  if (control.progress) control.progress(RoundPhase::kPeople, 0);
  BRYGGA_RETURN_IF_ERROR(projection_.RefreshPatiently(round.cohort, people_by));
  BRYGGA_ASSIGN_OR_RETURN(CohortInput input,
                          cohorts_.LoadInput(round.cohort, round.policy_version, absl::Now() + kReadTimeout));
  if (!IsMatchable(input.cohort.state)) return CohortNotMatchable(input.cohort);
  std::vector<RoundPair> base;
  if (round.repair && !round.repair->base.empty()) {
    BRYGGA_ASSIGN_OR_RETURN(Proposal before,
                            rounds_.LoadProposal(round.cohort, round.repair->base, absl::Now() + kReadTimeout));
    base = std::move(before.pairs);
  }
  const auto begun = std::chrono::steady_clock::now();
  input = round.repair ? ForRepair(std::move(input), *round.repair, base) : ForRound(std::move(input));
  BRYGGA_ASSIGN_OR_RETURN(Proposal proposal, Solve(reference_, std::move(input), round.objective, round.seed, control));
  proposal.statistics.solve_us =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun).count();
  return proposal;
}

}  // namespace brygga::matching
