#include "services/suite/suite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "brygga/gateway/v1/gateway_service.pb.h"
#include "brygga/partner/v1/partner_service.pb.h"
#include "common/rpc/client.h"
#include "common/rpc/testing.h"
#include "services/suite/ports.h"
#include "services/suite/testing.h"

namespace brygga::suite {
namespace {

namespace gv1 = ::brygga::gateway::v1;
namespace v1 = ::brygga::partner::v1;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kCreate[] = "brygga.partner.v1.PartnerService/CreateOrganisation";
constexpr char kGet[] = "brygga.partner.v1.PartnerService/GetOrganisation";

class WholeSuiteTest : public SuiteTest {
 protected:
  std::string CreateOrganisation() {
    v1::CreateOrganisationRequest request;
    request.mutable_organisation()->set_display_name("Operatören");
    request.mutable_organisation()->set_sector(v1::SECTOR_PUBLIC);
    request.mutable_organisation()->set_kind(v1::ORGANISATION_KIND_MUNICIPALITY);
    request.set_request_id("018f0000-0000-7000-8000-000000000001");
    const auto response = Call<v1::CreateOrganisationResponse>(rpc::Admin(), kCreate, request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->organisation().name() : "";
  }

  absl::StatusOr<v1::GetOrganisationResponse> GetOrganisation(const std::string& name) {
    v1::GetOrganisationRequest request;
    request.set_name(name);
    return Call<v1::GetOrganisationResponse>(rpc::Admin(), kGet, request);
  }
};

TEST_F(WholeSuiteTest, FiveServicesAreReady) {
  const auto response = Call<gv1::GetSuiteStatusResponse>(
      rpc::Anonymous(), "brygga.gateway.v1.GatewayService/GetSuiteStatus", gv1::GetSuiteStatusRequest());

  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_THAT(response->services(), SizeIs(5));
  for (const gv1::ServiceStatus& service : response->services()) {
    EXPECT_EQ(service.state(), gv1::SERVICE_STATE_READY) << service.service();
  }
}

TEST_F(WholeSuiteTest, EachServiceListensOnAPortOfItsOwn) {
  std::set<int> ports;
  for (const rpc::Server* server : suite().servers()) ports.insert(server->port());

  EXPECT_THAT(ports, SizeIs(5));
  EXPECT_FALSE(ports.contains(0));
}

TEST_F(WholeSuiteTest, WhatWasAcknowledgedIsThereAfterARestart) {
  const std::string name = CreateOrganisation();

  Restart();

  EXPECT_EQ(GetOrganisation(name)->organisation().display_name(), "Operatören");
  EXPECT_EQ(CreateOrganisation(), name) << "a repeated request gets the first answer";
}

TEST_F(WholeSuiteTest, AfterADrainNobodyAnswers) {
  const auto channel = rpc::Channel::Connect(suite().server("gateway").address());
  const auto ask = [&] {
    return channel->Call<gv1::GetSuiteStatusResponse>(rpc::CallOptions::Within(absl::Seconds(5)),
                                                      "brygga.gateway.v1.GatewayService/GetSuiteStatus",
                                                      gv1::GetSuiteStatusRequest());
  };
  ASSERT_TRUE(ask().ok());

  suite().Drain();
  suite().Drain();

  EXPECT_TRUE(absl::IsUnavailable(ask().status()));
}

TEST_F(WholeSuiteTest, ThePortsFileSaysWhoListensWhere) {
  const std::string path = File("ports");
  ASSERT_TRUE(WriteWhole(path, PortsText({{"gateway", &suite().server("gateway")}})).ok());

  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), absl::StrCat("gateway 127.0.0.1:", suite().server("gateway").port(), " 0 0\n"));
}

TEST(PortsTest, AFileThatCannotBeWrittenIsSaid) {
  EXPECT_THAT(std::string(WriteWhole("/nonexistent/ports", "x").message()), HasSubstr("cannot be written"));
}

}  // namespace
}  // namespace brygga::suite
