// What a ranking reads of a cohort, as far as it has changed.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_COHORT_CHANGES_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_COHORT_CHANGES_H_

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "services/matching/domain/cohort.h"

namespace brygga::matching {

// Since an epoch, read in one snapshot of the store.
struct CohortChanges {
  // What stands beside the people.
  struct Context {
    std::map<ParticipantId, int> waited;  // As that of CohortInput.
    std::vector<Lock> locks;
    std::vector<Veto> vetoes;
  };

  Cohort cohort;          // As it is now.
  MatchingPolicy policy;  // In force.
  // True where `people` are all there are: what is not known of removals goes back
  // further than the epoch asked about.
  bool whole = false;
  std::vector<Person> people;                        // New, or changed.
  std::vector<std::pair<Side, ParticipantId>> gone;  // Were there, and have not come back.
  std::optional<Context> context;                    // Nothing: as before. Always there with `whole`.
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_COHORT_CHANGES_H_
