#include "services/matching/work/availability.h"

#include <utility>

#include "common/status/macros.h"

namespace brygga::matching {

absl::StatusOr<Availability::View> Availability::Get(const Standing& standing, absl::Time deadline) {
  const CohortKey& key = standing.cohort.key;
  {
    const MutexLock lock(&mutex_);
    const auto known = views_.find(key);
    if (known != views_.end() && known->second->Holds(standing)) return known->second;
  }
  BRYGGA_ASSIGN_OR_RETURN(Taken taken, store_.ListTaken(key, deadline));
  auto view = std::make_shared<const Taken>(std::move(taken));
  const MutexLock lock(&mutex_);
  if (views_.size() >= kMaxViews && !views_.contains(key)) views_.clear();  // Cheap to read again.
  View& kept = views_[key];
  // Two may have read at the same time: the later state stays.
  if (kept == nullptr || kept->availability < view->availability ||
      (kept->availability == view->availability && kept->epoch < view->epoch)) {
    kept = view;
  }
  return view;
}

}  // namespace brygga::matching
