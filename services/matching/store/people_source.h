// The port for participant: who may be matched.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_PEOPLE_SOURCE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_PEOPLE_SOURCE_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/matching/domain/cohort.h"

namespace brygga::matching {

// Reads cohorts from participant. Safe for concurrent use; calls block until the
// deadline at most.
class PeopleSource {
 public:
  virtual ~PeopleSource() = default;

  // Everybody who is enrolled, available and covered by a live legal basis for
  // MATCHING, as of the moment the reading began.
  //
  // kNotFound: no such cohort. kUnavailable PEOPLE_UNAVAILABLE: no answer.
  virtual absl::StatusOr<CohortPeople> Read(const CohortKey& key, absl::Time deadline) = 0;

  // Key, kind and state of a cohort, without its people. As Read.
  virtual absl::StatusOr<Cohort> ReadCohort(const CohortKey& key, absl::Time deadline) = 0;

  // Those of `enrolments` (resource names), and of all enrolments of
  // `participants`, who may be matched.
  //
  // kUnavailable PEOPLE_UNAVAILABLE: no answer.
  virtual absl::StatusOr<std::vector<PeopleChange::Found>> ReadNamed(const std::set<ParticipantId>& participants,
                                                                     const std::set<std::string>& enrolments,
                                                                     absl::Time deadline) = 0;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_PEOPLE_SOURCE_H_
