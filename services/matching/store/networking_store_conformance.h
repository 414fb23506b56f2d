// What every NetworkingStore keeps its word on: the fake, SQLite and PostgreSQL.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_NETWORKING_STORE_CONFORMANCE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_NETWORKING_STORE_CONFORMANCE_H_

#include <gtest/gtest.h>

#include <string>

#include "absl/time/clock.h"
#include "common/testing/stores.h"
#include "common/time/clock.h"
#include "services/matching/store/networking_store.h"

namespace brygga::matching {

// Cohorts "c" and "d" of programme "p" are known to the store.
class NetworkingStoreConformance : public ::testing::TestWithParam<testing::MakeStore<NetworkingStore>> {
 protected:
  Mutation<NetworkingRecord> New() {
    Mutation<NetworkingRecord> mutation{{.actor = "test",
                                         .method = "Method",
                                         .request_id = "request-" + std::to_string(++requests_),
                                         .request_digest = "d"}};
    mutation.render = [](const NetworkingRecord&) { return std::string("answer"); };
    return mutation;
  }
  absl::Time Soon() const { return absl::Now() + absl::Seconds(20); }
  NetworkingRecord Make(const std::string& id);

  ManualClock clock_{absl::FromCivil(absl::CivilHour(2022, 8, 15, 12), absl::UTCTimeZone())};
  testing::StoreUnderTest<NetworkingStore> under_test_ = GetParam()(clock_);
  NetworkingStore& store_ = *under_test_.store;
  int requests_ = 0;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_NETWORKING_STORE_CONFORMANCE_H_
