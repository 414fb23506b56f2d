#include "services/matching/store/fake_matching_store.h"

#include "services/matching/store/matching_store_conformance.h"
#include "services/matching/store/people_conformance.h"

namespace brygga::matching {

INSTANTIATE_TEST_SUITE_P(Fake, MatchingStoreConformance,
                         ::testing::Values(&testing::Fake<MatchingStore, FakeMatchingStore>));
INSTANTIATE_TEST_SUITE_P(Fake, PeopleConformance, ::testing::Values(&testing::Fake<MatchingStore, FakeMatchingStore>));

}  // namespace brygga::matching
