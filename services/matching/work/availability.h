// Who of each cohort is free, in memory as long as it is true.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_AVAILABILITY_H_
#define BRYGGA_SERVICES_MATCHING_WORK_AVAILABILITY_H_

#include <map>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/wait/mutex.h"
#include "services/matching/domain/availability.h"
#include "services/matching/store/availability_store.h"

namespace brygga::matching {

// Safe for concurrent use. The store outlives it.
class Availability {
 public:
  // Shared with those who answer from it while a newer one takes its place.
  using View = std::shared_ptr<const Taken>;

  explicit Availability(AvailabilityStore& store) : store_(store) {}

  // As of `standing`, which the caller has just read, or later: then it names
  // another epoch or availability than `standing`. Reads the store where something
  // has changed since the last call, and never waits otherwise.
  //
  // As AvailabilityStore::ListTaken.
  absl::StatusOr<View> Get(const Standing& standing, absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  static constexpr size_t kMaxViews = 64;

  AvailabilityStore& store_;
  Mutex mutex_;
  std::map<CohortKey, View> views_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_AVAILABILITY_H_
