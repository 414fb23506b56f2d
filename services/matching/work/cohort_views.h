// Whole cohorts made ready for the engine, for what plans with everybody at once.
// Rankings are made of CohortSnapshots.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_COHORT_VIEWS_H_
#define BRYGGA_SERVICES_MATCHING_WORK_COHORT_VIEWS_H_

#include <list>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/wait/mutex.h"
#include "engine/reference.h"
#include "services/matching/domain/cohort_view.h"
#include "services/matching/store/cohort_store.h"
#include "services/matching/work/projection.h"

namespace brygga::matching {

// Safe for concurrent use. What it is made from outlives it.
class CohortViews {
 public:
  CohortViews(CohortStore& store, Projection& projection, const engine::Reference& reference)
      : store_(store), projection_(projection), reference_(reference) {}

  // The cohort as of the last acknowledged write: its epoch is read from the
  // store each time, and the view is made anew where it has grown. A cohort that
  // is not known yet is read from participant first.
  //
  // kNotFound: no such cohort. kFailedPrecondition NO_POLICY. kUnavailable
  // PEOPLE_UNAVAILABLE.
  absl::StatusOr<std::shared_ptr<const CohortView>> Get(const CohortKey& key, absl::Time deadline);

  const engine::Reference& reference() const { return reference_; }

 private:
  using View = std::shared_ptr<const CohortView>;  // Shared with the rankings that run.

  View Find(const Cohort& cohort) ABSL_LOCKS_EXCLUDED(mutex_);
  void Keep(View view) ABSL_LOCKS_EXCLUDED(mutex_);

  CohortStore& store_;
  Projection& projection_;
  const engine::Reference& reference_;
  Mutex mutex_;
  std::list<View> views_ ABSL_GUARDED_BY(mutex_);  // One a cohort, the last used first.
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_COHORT_VIEWS_H_
