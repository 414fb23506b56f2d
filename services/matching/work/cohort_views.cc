#include "services/matching/work/cohort_views.h"

#include <algorithm>

#include "common/status/macros.h"

namespace brygga::matching {
namespace {

constexpr size_t kMaxViews = 2;

}  // namespace

absl::StatusOr<std::shared_ptr<const CohortView>> CohortViews::Get(const CohortKey& key, absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const Cohort cohort, projection_.Ensure(key, deadline));
  if (View known = Find(cohort)) return known;
  BRYGGA_ASSIGN_OR_RETURN(CohortInput input, store_.LoadInput(key, 0, deadline));
  BRYGGA_ASSIGN_OR_RETURN(View view, CohortView::Build(reference_, ForRanking(std::move(input))));
  Keep(view);
  return view;
}

CohortViews::View CohortViews::Find(const Cohort& cohort) {
  const MutexLock lock(&mutex_);
  for (auto view = views_.begin(); view != views_.end(); ++view) {
    if ((*view)->input().cohort.key != cohort.key) continue;
    if ((*view)->input().cohort.epoch != cohort.epoch) return nullptr;
    views_.splice(views_.begin(), views_, view);
    return views_.front();
  }
  return nullptr;
}

void CohortViews::Keep(View view) {
  const MutexLock lock(&mutex_);
  std::erase_if(views_, [&](const View& other) { return other->input().cohort.key == view->input().cohort.key; });
  views_.push_front(std::move(view));
  if (views_.size() > kMaxViews) views_.pop_back();
}

}  // namespace brygga::matching
