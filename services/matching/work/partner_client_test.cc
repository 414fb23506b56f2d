// The clients against the real services.
#include "services/matching/work/partner_client.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

#include "brygga/participant/v1/participant_service.pb.h"
#include "brygga/partner/v1/opening_service.pb.h"
#include "brygga/partner/v1/partner_service.pb.h"
#include "common/ids/uuid.h"
#include "common/rpc/testing.h"
#include "common/status/check.h"
#include "common/testing/matchers.h"
#include "services/partner/service.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::testing::ElementsAre;

namespace pb = ::brygga::partner::v1;

class PartnerClientTest : public ::testing::Test {
 protected:
  template <typename Request, typename Response>
  Response Call(const std::string& method, const std::string& text) {
    Request request;
    BRYGGA_CHECK(google::protobuf::TextFormat::ParseFromString(text, &request));
    request.set_request_id(NewUuid(absl::Now()));
    const auto response = server_.Call<Response>(rpc::Admin(), "brygga.partner.v1." + method, request);
    EXPECT_THAT(response, IsOk());
    return response.value_or(Response());
  }
  std::string MakeOpening(int seats) {
    const auto organisation = Call<pb::CreateOrganisationRequest, pb::CreateOrganisationResponse>(
        "PartnerService/CreateOrganisation",
        "organisation { display_name: 'o' sector: SECTOR_PRIVATE kind: ORGANISATION_KIND_COMPANY }");
    const auto opening = Call<pb::CreateOpeningRequest, pb::CreateOpeningResponse>(
        "OpeningService/CreateOpening",
        "parent: '" + organisation.organisation().name() +
            "' opening { display_name: 'x' kind: OPENING_KIND_INTERNSHIP seats: " + std::to_string(seats) +
            " start_date: '2023-06-12' age_min: 16 requirements: 'SWIMS' }");
    Call<pb::OpenOpeningRequest, pb::OpenOpeningResponse>("OpeningService/OpenOpening",
                                                          "name: '" + opening.opening().name() + "'");
    return opening.opening().name();
  }
  absl::Time Soon() const { return absl::Now() + absl::Seconds(20); }

  std::unique_ptr<brygga::partner::PartnerService> service_ =
      brygga::partner::PartnerService::Open("sqlite::memory:").value();
  rpc::TestServer server_{service_->services()};
  const std::unique_ptr<rpc::TokenSource> tokens_ = rpc::TestIssuer().ServiceTokens("matching");
  PartnerClient client_{server_.shared_channel(), *tokens_};
};

TEST_F(PartnerClientTest, ReadsWhatThereIsAndSkipsWhatThereIsNot) {
  const std::string opening = MakeOpening(3);

  const auto facts = client_.Read({"organisations/o/openings/no", opening}, Soon());

  ASSERT_THAT(facts, IsOk());
  EXPECT_FALSE((*facts)[0].has_value());
  ASSERT_TRUE((*facts)[1].has_value());
  EXPECT_EQ((*facts)[1]->state, OpeningState::kOpen);
  EXPECT_EQ((*facts)[1]->free_seats, 3);
  EXPECT_EQ((*facts)[1]->first_day, Date(2023, 6, 12));
  EXPECT_EQ((*facts)[1]->age_min, 16);
  EXPECT_FALSE((*facts)[1]->age_max.has_value());
  EXPECT_THAT((*facts)[1]->requirements, ElementsAre("SWIMS"));
}

TEST_F(PartnerClientTest, ListsTheOpeningsOfAllOrganisationsThatAreNotOver) {
  const std::string full = MakeOpening(1), closed = MakeOpening(1), cancelled = MakeOpening(1), open = MakeOpening(2);
  ASSERT_THAT(client_.Hold({{full, "programmes/p/cohorts/c/matches/1"}}, Soon()), IsOk());
  Call<pb::CloseOpeningRequest, pb::CloseOpeningResponse>("OpeningService/CloseOpening", "name: '" + closed + "'");
  Call<pb::CancelOpeningRequest, pb::CancelOpeningResponse>("OpeningService/CancelOpening",
                                                            "name: '" + cancelled + "'");

  const auto page = client_.ListLive("", Soon());

  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->next, "");
  ASSERT_EQ(page->openings.size(), 2U);
  for (const std::string& opening : {full, open}) {
    EXPECT_EQ(page->openings.at(opening), (*client_.Read({opening}, Soon()))[0]);
  }
}

TEST_F(PartnerClientTest, ManyOpeningsAreSeveralPages) {
  const std::string first = MakeOpening(1);
  const std::string parent = first.substr(0, first.find("/openings/"));
  for (int i = 1; i < 1001; ++i) {
    Call<pb::CreateOpeningRequest, pb::CreateOpeningResponse>(
        "OpeningService/CreateOpening",
        "parent: '" + parent +
            "' opening { display_name: 'x' kind: OPENING_KIND_INTERNSHIP seats: 1 start_date: '2023-06-12' }");
  }

  const auto one = client_.ListLive("", Soon());
  ASSERT_THAT(one, IsOk());
  const auto two = client_.ListLive(one->next, Soon());
  ASSERT_THAT(two, IsOk());

  EXPECT_EQ(one->openings.size(), 1000U);
  EXPECT_EQ(two->openings.size(), 1U);
  EXPECT_EQ(two->next, "");
}

TEST_F(PartnerClientTest, HoldsConfirmsAndReleasesSeats) {
  const std::string opening = MakeOpening(1);
  const SeatRef first{opening, "programmes/p/cohorts/c/matches/1"}, second{opening, "programmes/p/cohorts/c/matches/2"};

  EXPECT_THAT(client_.Hold({first}, Soon()), IsOk());
  EXPECT_THAT(client_.Hold({first}, Soon()), IsOk());
  EXPECT_THAT(client_.Hold({second}, Soon()), HasReason("OPENING_FULL"));
  EXPECT_THAT(client_.Confirm({first}, Soon()), IsOk());
  EXPECT_EQ((*client_.Read({opening}, Soon()))[0]->state, OpeningState::kFull);
  EXPECT_THAT(client_.Release({first}, Soon()), IsOk());
  EXPECT_THAT(client_.Hold({second}, Soon()), IsOk());
}

}  // namespace
}  // namespace brygga::matching
