#include "services/partner/rpc/network_handler.h"

#include <gmock/gmock.h>

#include "common/testing/matchers.h"
#include "common/testing/proto_matchers.h"
#include "services/partner/rpc/partner_rpc_testing.h"

namespace brygga::partner {
namespace {

using ::brygga::testing::EqualsProto;
using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;

class NetworkHandlerTest : public PartnerRpcTest {
 protected:
  absl::StatusOr<v1::ListMembershipsResponse> List(const rpc::Identity& caller, const std::string& text) {
    return Call<v1::ListMembershipsRequest, v1::ListMembershipsResponse>(caller, "ListMemberships", text);
  }
  absl::StatusOr<v1::EndMembershipResponse> End(const std::string& name, const std::string& end_date,
                                                const std::string& etag = "") {
    return Call<v1::EndMembershipRequest, v1::EndMembershipResponse>(
        coordinator_, "EndMembership", "name: '" + name + "' end_date: '" + end_date + "' etag: '" + etag + "'");
  }
};

TEST_F(NetworkHandlerTest, NetworksAreListedByName) {
  MakeNetwork("Nationella nätverket för mångfald");
  MakeNetwork("Integrationspakten");

  const auto networks =
      Call<v1::ListNetworksRequest, v1::ListNetworksResponse>(coordinator_, "ListNetworks", "order_by: 'display_name'");

  ASSERT_THAT(networks, IsOk());
  EXPECT_EQ(networks->networks(0).display_name(), "Integrationspakten");
  EXPECT_THAT((Call<v1::CreateNetworkRequest, v1::CreateNetworkResponse>(
                  coordinator_, "CreateNetwork", "network { display_name: 'Integrationspakten' }")),
              HasReason("NETWORK_NAME_TAKEN"));
}

TEST_F(NetworkHandlerTest, EndingAMembershipKeepsItAsHistory) {
  const std::string organisation = MakeOrganisation("Linköpings kommun"), network = MakeNetwork("N");
  const auto joined = Join(network, organisation, "MEMBER", "2016-01-01");
  ASSERT_THAT(joined, IsOk());
  const std::string name = joined->membership().name();

  const auto ended = End(name, "2022-06-30", "1");

  ASSERT_THAT(ended, IsOk());
  EXPECT_EQ(ended->membership().end_date(), "2022-06-30");
  EXPECT_THAT(End(name, "2022-07-01"), HasReason("MEMBERSHIP_ENDED"));
  EXPECT_THAT(End(name, "2022-06-30", "1"), HasReason("ETAG_MISMATCH"));
  EXPECT_THAT(End(name, "2015-06-30"), HasReason("MEMBERSHIP_ENDED"));
  EXPECT_EQ(List(coordinator_, "parent: 'networks/-' as_of: '2022-07-01'")->memberships_size(), 0);
  EXPECT_THAT(List(coordinator_, "parent: 'networks/-' organisation: '" + organisation + "'")->memberships(0),
              EqualsProto(ended->membership()));
}

TEST_F(NetworkHandlerTest, AContactPersonSeesTheirOwnMemberships) {
  const std::string own = MakeOrganisation("Own"), other = MakeOrganisation("Other"), network = MakeNetwork("N");
  ASSERT_THAT(Join(network, own, "MEMBER", "2016-01-01"), IsOk());
  const rpc::Identity contact = rpc::ContactOf(own);

  const auto seen = List(contact, "parent: '" + network + "' organisation: '" + own + "'");

  ASSERT_THAT(seen, IsOk());
  EXPECT_EQ(seen->memberships_size(), 1);
  EXPECT_THAT(List(contact, "parent: '" + network + "' organisation: '" + other + "'"), HasReason("NOT_FOUND"));
  EXPECT_THAT(List(contact, "parent: '" + network + "'"), HasReason("NOT_FOUND"));
}

}  // namespace
}  // namespace brygga::partner
