// The contract of PairStore as tests: the fake, SQLite and PostgreSQL run the
// same suite.
#ifndef BRYGGA_SERVICES_EVENTS_STORE_PAIR_STORE_CONFORMANCE_H_
#define BRYGGA_SERVICES_EVENTS_STORE_PAIR_STORE_CONFORMANCE_H_

#include <gtest/gtest.h>

#include "common/testing/stores.h"
#include "services/events/domain/testing.h"
#include "services/events/store/pair_store.h"

namespace brygga::events {

class PairStoreConformance : public ::testing::TestWithParam<testing::MakeStore<PairStore>> {
 protected:
  ManualClock clock_{kNow};
  testing::StoreUnderTest<PairStore> under_test_ = GetParam()(clock_);
  PairStore& store_ = *under_test_.store;
};

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_STORE_PAIR_STORE_CONFORMANCE_H_
