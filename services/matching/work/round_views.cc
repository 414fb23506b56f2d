#include "services/matching/work/round_views.h"

#include <algorithm>
#include <utility>

#include "common/status/macros.h"
#include "services/matching/domain/errors.h"

namespace brygga::matching {
namespace {

constexpr size_t kMaxViews = 4;

}  // namespace

const engine::MatchedPair* RoundView::PairOf(int32_t adept) const {
  const auto& pairs = solved.assignment.pairs;
  const auto found = std::lower_bound(pairs.begin(), pairs.end(), adept,
                                      [](const engine::MatchedPair& pair, int32_t row) { return pair.adept < row; });
  return found == pairs.end() || found->adept != adept ? nullptr : &*found;
}

const engine::Unmatched* RoundView::UnmatchedOf(int32_t adept) const {
  const auto found = std::lower_bound(unmatched.begin(), unmatched.end(), adept,
                                      [](const engine::Unmatched& one, int32_t row) { return one.adept < row; });
  return found == unmatched.end() || found->adept != adept ? nullptr : &*found;
}

absl::StatusOr<std::optional<RoundView::ForcedAnswer>> RoundView::Force(int32_t adept, int32_t mentor,
                                                                        const std::function<bool()>& cancelled) const {
  const std::optional<ForcedAnswer> unknown;
  if (objective == engine::Objective::kFairest || objective == engine::Objective::kStable) {
    const auto again = engine::ForceAgain(solved.problem, objective, solved.assignment, adept, mentor,
                                          {.control = {.cancelled = cancelled}});
    if (absl::IsResourceExhausted(again.status())) return unknown;
    BRYGGA_RETURN_IF_ERROR(again.status());
    if (!*again) return unknown;
    return std::optional(ForcedAnswer{.forced = (*again)->forced, .again = *again});
  }
  std::optional<engine::Forced> forced;
  if (what_if && what_if->can_force()) {
    forced = what_if->Force(adept, mentor);
  } else if (group_what_if) {
    forced = group_what_if->Force(adept, mentor);
  }
  if (!forced) return unknown;
  return std::optional(
      ForcedAnswer{.forced = *std::move(forced), .counts_pairs = objective != engine::Objective::kScore});
}

absl::StatusOr<RoundViews::Opened> RoundViews::Get(const CohortKey& key, const RoundId& id, absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(Round round, store_.GetRound(key, id, deadline));
  if (round.state != RoundState::kProposed && round.state != RoundState::kPublished) {
    return WrongRoundState(round, {"PROPOSED", "PUBLISHED"});
  }
  if (View known = Find(id); known && known->revision == round.revision) {
    return Opened{std::move(round), std::move(known)};
  }
  BRYGGA_ASSIGN_OR_RETURN(const Proposal proposal, store_.LoadProposal(key, id, deadline));
  BRYGGA_ASSIGN_OR_RETURN(Solved solved, Reopen(reference_, proposal, round.seed));
  // Shared: a question goes on with the view it began with while newer ones take its place.
  auto view = std::make_shared<RoundView>(
      RoundView{.round = id, .revision = round.revision, .objective = round.objective, .solved = std::move(solved)});
  const auto& [cohort, problem, assignment, certificate] = view->solved;
  view->unmatched =
      engine::ExplainUnmatched(cohort->scorer(), cohort->adepts(), cohort->mentors(), problem, assignment);
  if (problem.groups.empty()) view->what_if.emplace(problem, view->objective, assignment, certificate);
  if (engine::GroupWhatIf::Handles(view->objective, certificate)) {
    view->group_what_if.emplace(problem, view->objective, assignment, certificate);
  }
  Keep(view);
  return Opened{std::move(round), std::move(view)};
}

RoundViews::View RoundViews::Find(const RoundId& id) {
  const MutexLock lock(&mutex_);
  for (auto view = views_.begin(); view != views_.end(); ++view) {
    if ((*view)->round != id) continue;
    views_.splice(views_.begin(), views_, view);
    return views_.front();
  }
  return nullptr;
}

void RoundViews::Keep(View view) {
  const MutexLock lock(&mutex_);
  std::erase_if(views_, [&](const View& other) { return other->round == view->round; });
  views_.push_front(std::move(view));
  if (views_.size() > kMaxViews) views_.pop_back();
}

}  // namespace brygga::matching
