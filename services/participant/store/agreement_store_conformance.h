// The contract of AgreementStore as tests: the fake, SQLite and PostgreSQL run
// the same suite.
#ifndef BRYGGA_SERVICES_PARTICIPANT_STORE_AGREEMENT_STORE_CONFORMANCE_H_
#define BRYGGA_SERVICES_PARTICIPANT_STORE_AGREEMENT_STORE_CONFORMANCE_H_

#include <gtest/gtest.h>

#include "common/testing/stores.h"
#include "common/time/clock.h"
#include "services/participant/store/agreement_store.h"

namespace brygga::participant {

class AgreementStoreConformance : public ::testing::TestWithParam<testing::MakeStore<AgreementStore>> {
 protected:
  ManualClock clock_{absl::FromUnixSeconds(1660557600)};
  testing::StoreUnderTest<AgreementStore> under_test_ = GetParam()(clock_);
  AgreementStore& store_ = *under_test_.store;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_STORE_AGREEMENT_STORE_CONFORMANCE_H_
