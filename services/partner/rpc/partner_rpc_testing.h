// The partner service behind a real channel, for the tests of its methods.
#ifndef BRYGGA_SERVICES_PARTNER_RPC_PARTNER_RPC_TESTING_H_
#define BRYGGA_SERVICES_PARTNER_RPC_PARTNER_RPC_TESTING_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "brygga/partner/v1/opening_service.pb.h"
#include "brygga/partner/v1/partner_service.pb.h"
#include "common/rpc/testing.h"
#include "common/status/check.h"
#include "common/time/clock.h"
#include "services/partner/service.h"
#include "services/partner/store/fake_partner_store.h"

namespace brygga::partner {

// A request in text format.
template <typename Request>
Request Parse(const std::string& text) {
  Request request;
  BRYGGA_CHECK(google::protobuf::TextFormat::ParseFromString(text, &request));
  return request;
}

// Over the fake store; the clock stands at noon on 15 August 2022, UTC.
class PartnerRpcTest : public ::testing::Test {
 protected:
  PartnerRpcTest() : service_(std::make_unique<PartnerService>(store_)) {}
  // Over what `open` makes, with the clock.
  explicit PartnerRpcTest(absl::FunctionRef<std::unique_ptr<PartnerService>(const Clock&)> open)
      : service_(open(clock_)) {}

  // Calls `method` of the service; makes a request id where the request takes
  // one and has none.
  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(const rpc::Identity& caller, std::string_view method, const Request& request) {
    return server_.Call<Response>(caller, FullName(method), rpc::WithRequestId(request));
  }
  // Methods are told apart by their names, whatever service they belong to.
  static std::string FullName(std::string_view method) {
    const auto* openings =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName("brygga.partner.v1.OpeningService");
    const bool is_opening = openings->FindMethodByName(std::string(method)) != nullptr;
    return std::string("brygga.partner.v1.").append(is_opening ? "OpeningService/" : "PartnerService/").append(method);
  }
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(const rpc::Identity& caller, std::string_view method, const std::string& text) {
    return Call<Response>(caller, method, Parse<Request>(text));
  }

  // Makes things as a coordinator and gives their names; the test fails where
  // that fails.
  std::string MakeOrganisation(const std::string& display_name, const std::string& more = "") {
    const auto created = Call<v1::CreateOrganisationRequest, v1::CreateOrganisationResponse>(
        coordinator_, "CreateOrganisation",
        "organisation { display_name: '" + display_name + "' " +
            (more.empty() ? "sector: SECTOR_PRIVATE kind: ORGANISATION_KIND_COMPANY" : more) + " }");
    EXPECT_TRUE(created.ok()) << created.status();
    return created.ok() ? created->organisation().name() : "";
  }
  std::string MakeNetwork(const std::string& display_name) {
    const auto created = Call<v1::CreateNetworkRequest, v1::CreateNetworkResponse>(
        coordinator_, "CreateNetwork", "network { display_name: '" + display_name + "' }");
    EXPECT_TRUE(created.ok()) << created.status();
    return created.ok() ? created->network().name() : "";
  }
  absl::StatusOr<v1::CreateMembershipResponse> Join(const std::string& network, const std::string& organisation,
                                                    const std::string& kind, const std::string& start_date) {
    return Call<v1::CreateMembershipRequest, v1::CreateMembershipResponse>(
        coordinator_, "CreateMembership",
        "parent: '" + network + "' membership { organisation: '" + organisation + "' kind: MEMBERSHIP_KIND_" + kind +
            " start_date: '" + start_date + "' }");
  }
  absl::StatusOr<v1::CreateAgreementResponse> Agree(const std::string& organisation, const std::string& with,
                                                    const std::string& valid_from, const std::string& more = "") {
    return Call<v1::CreateAgreementRequest, v1::CreateAgreementResponse>(
        coordinator_, "CreateAgreement",
        "parent: '" + organisation + "' agreement { operator: '" + with +
            "' terms { kind: AGREEMENT_KIND_MENTOR_PARTNER valid_from: '" + valid_from + "' " + more + " } }");
  }
  std::string MakeContact(const std::string& organisation, const std::string& email) {
    const auto created = Call<v1::CreateContactPersonRequest, v1::CreateContactPersonResponse>(
        coordinator_, "CreateContactPerson",
        "parent: '" + organisation + "' contact_person { role: CONTACT_ROLE_GENERAL email: '" + email + "' }");
    EXPECT_TRUE(created.ok()) << created.status();
    return created.ok() ? created->contact_person().name() : "";
  }

  // An opening of `kind` at `organisation`, from 1 to 31 August 2022 unless `more`
  // says other.
  absl::StatusOr<v1::CreateOpeningResponse> CreateOpening(const std::string& organisation, const std::string& kind,
                                                          int seats, const std::string& more = "") {
    const std::string dates =
        more.find("start_date") == std::string::npos ? "start_date: '2022-08-01' end_date: '2022-08-31' " : "";
    return Call<v1::CreateOpeningRequest, v1::CreateOpeningResponse>(
        coordinator_, "CreateOpening",
        "parent: '" + organisation + "' opening { display_name: 'Park keeper' kind: OPENING_KIND_" + kind +
            " seats: " + std::to_string(seats) + " " + dates + more + " }");
  }
  // One that is OPEN.
  std::string MakeOpening(const std::string& organisation, int seats, const std::string& kind = "INTERNSHIP") {
    const auto created = CreateOpening(organisation, kind, seats);
    EXPECT_TRUE(created.ok()) << created.status();
    if (!created.ok()) return "";
    EXPECT_TRUE((Call<v1::OpenOpeningRequest, v1::OpenOpeningResponse>(coordinator_, "OpenOpening",
                                                                       "name: '" + created->opening().name() + "'")
                     .ok()));
    return created->opening().name();
  }
  absl::StatusOr<v1::HoldOpeningSeatResponse> Hold(const std::string& opening, const std::string& match) {
    return Call<v1::HoldOpeningSeatRequest, v1::HoldOpeningSeatResponse>(
        rpc::ServiceNamed("matching"), "HoldOpeningSeat",
        "name: '" + opening + "' match: 'programmes/p/cohorts/c/matches/" + match + "'");
  }

  const rpc::Identity coordinator_ = rpc::CoordinatorOf("programmes/p");
  ManualClock clock_{absl::FromCivil(absl::CivilHour(2022, 8, 15, 12), absl::UTCTimeZone())};
  FakePartnerStore store_{clock_};
  const std::unique_ptr<PartnerService> service_;
  rpc::TestServer server_{service_->services()};
};

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_RPC_PARTNER_RPC_TESTING_H_
