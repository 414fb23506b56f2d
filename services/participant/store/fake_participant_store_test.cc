#include "services/participant/store/fake_participant_store.h"

#include "services/participant/store/agreement_store_conformance.h"
#include "services/participant/store/fake_agreement_store.h"
#include "services/participant/store/participant_store_conformance.h"

namespace brygga::participant {

INSTANTIATE_TEST_SUITE_P(Fake, ParticipantStoreConformance,
                         ::testing::Values(&testing::Fake<ParticipantStore, FakeParticipantStore>));
INSTANTIATE_TEST_SUITE_P(Fake, AgreementStoreConformance,
                         ::testing::Values(&testing::Fake<AgreementStore, FakeAgreementStore>));

}  // namespace brygga::participant
