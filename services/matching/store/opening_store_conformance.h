// What every OpeningStore keeps its word on: the fake, SQLite and PostgreSQL.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_OPENING_STORE_CONFORMANCE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_OPENING_STORE_CONFORMANCE_H_

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "common/testing/stores.h"
#include "common/time/clock.h"
#include "services/matching/store/opening_store.h"

namespace brygga::matching {

class OpeningStoreConformance : public ::testing::TestWithParam<testing::MakeStore<OpeningStore>> {
 protected:
  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }
  static OpeningFacts Facts(OpeningState state, int free_seats) {
    return {.state = state, .free_seats = free_seats, .first_day = Date(2023, 6, 12)};
  }
  int64_t Mark() { return *store_.OpeningsMark(Soon()); }
  absl::Status Keep(const OpeningsSaid& said, const std::optional<feed::Step>& step = {}) {
    return store_.KeepOpenings({.actor = "test", .method = "work"}, said, step);
  }
  std::optional<OpeningFacts> Get(const std::string& name) { return store_.GetOpenings({name}, Soon())->front(); }
  static feed::Step StepTo(const std::string& token, std::optional<std::string> from) {
    return {.feed = "openings", .from = std::move(from), .to = {.token = token, .as_of = absl::FromUnixSeconds(9)}};
  }

  ManualClock clock_{absl::FromUnixSeconds(1'660'000'000)};
  testing::StoreUnderTest<OpeningStore> under_test_ = GetParam()(clock_);
  OpeningStore& store_ = *under_test_.store;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_OPENING_STORE_CONFORMANCE_H_
