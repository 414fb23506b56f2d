// What every AllocationStore keeps its word on: the fake, SQLite and PostgreSQL.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_ALLOCATION_STORE_CONFORMANCE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_ALLOCATION_STORE_CONFORMANCE_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/testing/stores.h"
#include "common/time/clock.h"
#include "services/matching/store/allocation_store.h"

namespace brygga::matching {

// Cohorts "c" and "d" of programme "p" are known to the store.
class AllocationStoreConformance : public ::testing::TestWithParam<testing::MakeStore<AllocationStore>> {
 protected:
  template <typename T>
  Mutation<T> New(const std::string& request_id = "") {
    Mutation<T> mutation{{.actor = "test",
                          .method = "Method",
                          .request_id = request_id.empty() ? "request-" + std::to_string(++requests_) : request_id,
                          .request_digest = "d"}};
    mutation.render = [](const T&) { return std::string("answer"); };
    return mutation;
  }
  Origin Work() const { return {.actor = "test", .method = "work"}; }
  absl::Time Soon() const { return absl::Now() + absl::Seconds(20); }

  Allocation Make(const std::string& id, const std::string& cohort = "c");
  absl::StatusOr<std::vector<ApplicationResult>> Apply(const Allocation& allocation,
                                                       const std::vector<std::string>& people);
  // With one application each of `people`, RUNNING and claimed.
  Allocation MakeClaimed(const std::string& id, const std::vector<std::string>& people,
                         const std::string& cohort = "c");
  // PROPOSED: the first of `people` has a placement, the others wait.
  Allocation MakeProposed(const std::string& id, const std::vector<std::string>& people,
                          const std::string& cohort = "c");
  // PUBLISHING and claimed.
  Allocation MakePublishing(const std::string& id, const std::vector<std::string>& people,
                            const std::string& cohort = "c");
  // PUBLISHED, and the seat of the first of `people` is back at partner.
  Allocation MakeFreed(const std::string& id, const std::vector<std::string>& people);
  Allocation Get(const Allocation& allocation);
  Application GetApplication(const Allocation& allocation, const std::string& person);
  // How many were decided; the one offer that is under way.
  int OfferFreed();
  Offer UnderWay();

  ManualClock clock_{absl::FromCivil(absl::CivilHour(2022, 8, 15, 12), absl::UTCTimeZone())};
  testing::StoreUnderTest<AllocationStore> under_test_ = GetParam()(clock_);
  AllocationStore& store_ = *under_test_.store;
  int requests_ = 0;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_ALLOCATION_STORE_CONFORMANCE_H_
