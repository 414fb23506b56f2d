// The port for who is free: the epochs of a cohort and who of it is taken.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_AVAILABILITY_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_AVAILABILITY_STORE_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/matching/domain/availability.h"

namespace brygga::matching {

// As every port of this service (cohort_store.h).
class AvailabilityStore {
 public:
  virtual ~AvailabilityStore() = default;

  // One row, read by one statement, so that all replicas see the same.
  //
  // kNotFound: the cohort has never been read from participant.
  virtual absl::StatusOr<Standing> GetStanding(const CohortKey& key, absl::Time deadline) = 0;

  // Who is taken, and as of when, in one snapshot. Two that hold for the same
  // standing are equal.
  //
  // kNotFound, as above.
  virtual absl::StatusOr<Taken> ListTaken(const CohortKey& key, absl::Time deadline) = 0;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_AVAILABILITY_STORE_H_
