#include "services/matching/store/allocation_store_conformance.h"
#include "services/matching/store/fake_allocation_store.h"
#include "services/matching/store/fake_networking_store.h"
#include "services/matching/store/fake_opening_store.h"
#include "services/matching/store/networking_store_conformance.h"
#include "services/matching/store/opening_store_conformance.h"

namespace brygga::matching {

INSTANTIATE_TEST_SUITE_P(Fake, AllocationStoreConformance,
                         ::testing::Values(&testing::Fake<AllocationStore, FakeAllocationStore>));
INSTANTIATE_TEST_SUITE_P(Fake, NetworkingStoreConformance,
                         ::testing::Values(&testing::Fake<NetworkingStore, FakeNetworkingStore>));
INSTANTIATE_TEST_SUITE_P(Fake, OpeningStoreConformance,
                         ::testing::Values(&testing::Fake<OpeningStore, FakeOpeningStore>));

}  // namespace brygga::matching
