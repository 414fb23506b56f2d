#include "services/events/store/fake_event_store.h"

#include "services/events/store/event_store_conformance.h"

namespace brygga::events {

INSTANTIATE_TEST_SUITE_P(Fake, EventStoreConformance, ::testing::Values(&testing::Fake<EventStore, FakeEventStore>));

}  // namespace brygga::events
