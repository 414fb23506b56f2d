// All ports of the service: what one adapter, one fake and one conformance suite
// stand behind, because publication crosses them.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_MATCHING_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_MATCHING_STORE_H_

#include "services/matching/store/availability_store.h"
#include "services/matching/store/cohort_store.h"
#include "services/matching/store/match_store.h"
#include "services/matching/store/meeting_store.h"
#include "services/matching/store/round_store.h"

namespace brygga::matching {

class MatchingStore : public CohortStore,
                      public PolicyStore,
                      public PairStore,
                      public RoundStore,
                      public MatchStore,
                      public MeetingStore,
                      public AvailabilityStore {};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_MATCHING_STORE_H_
