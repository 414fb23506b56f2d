#include "services/partner/store/fake_partner_store.h"

#include "services/partner/store/partner_store_conformance.h"

namespace brygga::partner {

INSTANTIATE_TEST_SUITE_P(Fake, PartnerStoreConformance,
                         ::testing::Values(&testing::Fake<PartnerStore, FakePartnerStore>));

}  // namespace brygga::partner
