// Allocations and speed networking behind a real channel, for the tests of their
// methods.
#ifndef BRYGGA_SERVICES_MATCHING_RPC_PLACES_RPC_TESTING_H_
#define BRYGGA_SERVICES_MATCHING_RPC_PLACES_RPC_TESTING_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "brygga/matching/v1/allocation_service.pb.h"
#include "brygga/matching/v1/networking_service.pb.h"
#include "common/rpc/testing.h"
#include "common/status/check.h"
#include "common/testing/matchers.h"
#include "common/time/clock.h"
#include "services/matching/service.h"
#include "services/matching/store/fake_openings.h"
#include "services/matching/store/fake_people_source.h"

namespace brygga::matching {

// Over a temporary SQLite database; the clock stands at noon on 15 August 2022,
// UTC. Work is done when Work() is called, on the test's thread. The cohort
// programmes/p/cohorts/c is OPEN.
class PlacesRpcTest : public ::testing::Test {
 protected:
  static constexpr char kParent[] = "programmes/p/cohorts/c";

  PlacesRpcTest() {
    auto people = std::make_unique<FakePeopleSource>(clock_);
    people_ = people.get();
    auto openings = std::make_unique<FakeOpenings>();
    openings_ = openings.get();
    auto ages = std::make_unique<FakeAgeCheck>();
    ages_ = ages.get();
    Enrol({});
    service_ = MatchingService::Open("sqlite::memory:", {},
                                     Neighbours{.people = std::move(people),
                                                .places = {.openings = std::move(openings), .ages = std::move(ages)}},
                                     {.clock = &clock_})
                   .value();
    server_ = std::make_unique<rpc::TestServer>(service_->services());
  }

  void Enrol(std::vector<Person> people) {
    people_->Set({.cohort = {.key = ParseCohortName(kParent).value(), .kind = "VOCATIONAL", .state = "OPEN"},
                  .people = std::move(people)});
  }

  // Calls a method of either service; makes a request id where the request takes
  // one and has none.
  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(const rpc::Identity& caller, std::string_view method, const Request& request) {
    return server_->Call<Response>(caller, FullName(method), rpc::WithRequestId(request));
  }
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(const rpc::Identity& caller, std::string_view method, const std::string& text) {
    Request request;
    BRYGGA_CHECK(google::protobuf::TextFormat::ParseFromString(text, &request));
    return Call<Response>(caller, method, request);
  }
  static std::string FullName(std::string_view method) {
    const auto* networking =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName("brygga.matching.v1.NetworkingService");
    const bool is_networking = networking->FindMethodByName(std::string(method)) != nullptr;
    return std::string("brygga.matching.v1.")
        .append(is_networking ? "NetworkingService/" : "AllocationService/")
        .append(method);
  }
  void Work() { service_->places().worker().RunOnce(); }

  // An OPEN opening at partner, for 16 to 21 years on 12 June 2023.
  std::string MakeOpening(const std::string& id, int seats, std::vector<std::string> requirements = {}) {
    const std::string name = "organisations/o/openings/" + id;
    openings_->Set(name, {.state = OpeningState::kOpen,
                          .free_seats = seats,
                          .first_day = Date(2023, 6, 12),
                          .age_min = 16,
                          .age_max = 21,
                          .requirements = std::move(requirements)});
    return name;
  }
  // Somebody who is 17 on that day.
  std::string MakePerson(const std::string& id, Date born = Date(2006, 1, 1)) {
    ages_->Set("participants/" + id, born);
    return "participants/" + id;
  }

  const rpc::Identity coordinator_ = rpc::CoordinatorOf("programmes/p");
  ManualClock clock_{absl::FromCivil(absl::CivilHour(2022, 8, 15, 12), absl::UTCTimeZone())};
  FakePeopleSource* people_;  // The service owns these three.
  FakeOpenings* openings_;
  FakeAgeCheck* ages_;
  std::unique_ptr<MatchingService> service_;
  std::unique_ptr<rpc::TestServer> server_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_RPC_PLACES_RPC_TESTING_H_
