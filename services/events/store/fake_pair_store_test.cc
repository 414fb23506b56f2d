#include "services/events/store/fake_pair_store.h"

#include "services/events/store/pair_store_conformance.h"

namespace brygga::events {

INSTANTIATE_TEST_SUITE_P(Fake, PairStoreConformance, ::testing::Values(&testing::Fake<PairStore, FakePairStore>));

}  // namespace brygga::events
