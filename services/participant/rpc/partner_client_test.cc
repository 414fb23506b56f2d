#include "services/participant/rpc/partner_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/rpc/testing.h"
#include "common/testing/matchers.h"
#include "common/time/clock.h"
#include "services/partner/service.h"
#include "services/partner/store/fake_partner_store.h"

namespace brygga::participant {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Against the partner service itself, in this process.
class PartnerClientTest : public ::testing::Test {
 protected:
  PartnerClientTest() {
    Add("operator");
    Add("works-here");
    EXPECT_THAT(store_.CreateAgreement({}, {.id = partner::AgreementId("a"),
                                            .organisation = partner::OrganisationId("works-here"),
                                            .operator_id = partner::OrganisationId("operator"),
                                            .terms = {.period = {.from = Date(2014, 1, 1), .to = Date(2022, 8, 14)}}}),
                IsOk());
  }

  void Add(const std::string& id) {
    EXPECT_THAT(store_.CreateOrganisation({}, {.id = partner::OrganisationId(id), .display_name = id}), IsOk());
  }

  absl::StatusOr<std::set<std::string>> Ask(Date day, const std::set<std::string>& organisations = {
                                                          "organisations/works-here", "organisations/unknown"}) {
    const auto active =
        client_.WithActiveAgreement("organisations/operator", organisations, day, absl::Now() + absl::Seconds(20));
    if (!active.ok()) return active.status();
    return active->organisations;
  }

  ManualClock clock_{absl::FromUnixSeconds(1660557600)};
  partner::FakePartnerStore store_{clock_};
  partner::PartnerService service_{store_};
  rpc::TestServer server_{service_.services()};
  const std::unique_ptr<rpc::TokenSource> tokens_ = rpc::TestIssuer().ServiceTokens("participant");
  PartnerClient client_{server_.shared_channel(), *tokens_};
};

TEST_F(PartnerClientTest, AnAgreementCountsUntilItsLastDay) {
  EXPECT_THAT(Ask(Date(2022, 8, 14)), IsOkAndHolds(ElementsAre("organisations/works-here")));
  EXPECT_THAT(Ask(Date(2022, 8, 15)), IsOkAndHolds(IsEmpty()));
}

TEST_F(PartnerClientTest, NobodyIsAskedAboutNobody) {
  EXPECT_THAT(Ask(Date(2022, 8, 14), {}), IsOkAndHolds(IsEmpty()));
}

TEST_F(PartnerClientTest, MoreThanOneCallTakesAreAskedInParts) {
  std::set<std::string> many = {"organisations/works-here"};
  for (int i = 0; i < 1500; ++i) many.insert("organisations/x" + std::to_string(i));

  EXPECT_THAT(Ask(Date(2022, 8, 14), many), IsOkAndHolds(SizeIs(1)));
}

TEST_F(PartnerClientTest, ASilentPartnerIsSaidToBeUnreachable) {
  PartnerClient lonely(rpc::Channel::Connect("unix:/nowhere/partner.sock"), *tokens_);

  EXPECT_THAT(lonely.WithActiveAgreement("organisations/operator", {"organisations/works-here"}, Date(2022, 8, 14),
                                         absl::Now() + absl::Seconds(20)),
              HasReason("AGREEMENTS_UNREACHABLE"));
}

}  // namespace
}  // namespace brygga::participant
