// Keeps what matching knows of people equal to what participant says.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_PROJECTION_H_
#define BRYGGA_SERVICES_MATCHING_WORK_PROJECTION_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/matching/store/cohort_store.h"
#include "services/matching/store/people_source.h"
#include "services/matching/work/default_policies.h"

namespace brygga::matching {

// Safe for concurrent use. Source and store outlive it.
class Projection {
 public:
  Projection(PeopleSource& source, CohortStore& store, DefaultPolicies policies)
      : source_(source), store_(store), policies_(std::move(policies)) {}

  // Reads the cohort from participant and keeps what it says.
  //
  // kNotFound: no such cohort. kUnavailable PEOPLE_UNAVAILABLE.
  absl::Status Refresh(const CohortKey& key, absl::Time deadline);

  // The cohort, read from participant first where it is not known here yet, or
  // was not open for matching the last time.
  //
  // As Refresh.
  absl::StatusOr<Cohort> Ensure(const CohortKey& key, absl::Time deadline);

  // Refreshes every cohort that is known and not over. What one of them answers
  // does not keep the others from being read; the first error is returned.
  absl::Status RefreshAll(absl::Duration timeout_each);

 private:
  PeopleSource& source_;
  CohortStore& store_;
  const DefaultPolicies policies_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_PROJECTION_H_
