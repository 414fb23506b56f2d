#include "services/participant/rpc/enquiry_handler.h"

#include <gmock/gmock.h>

#include <string>

#include "common/testing/matchers.h"
#include "services/participant/rpc/participant_rpc_testing.h"

namespace brygga::participant {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Property;

class EnquiryHandlerTest : public ParticipantRpcTest {
 protected:
  absl::StatusOr<v1::SubmitEnquiryResponse> Submit(const std::string& more = "") {
    return Call<v1::SubmitEnquiryRequest, v1::SubmitEnquiryResponse>(
        rpc::Anonymous(), "EnquiryService/SubmitEnquiry",
        "consent: true enquiry { display_name: 'Ali' email: 'ali@post.example' subject: 'Mentor' notice { version: "
        "'web-1' } " +
            more + " }");
  }
  absl::StatusOr<v1::ChangeEnquiryStateResponse> Move(const std::string& name, const std::string& state) {
    return Call<v1::ChangeEnquiryStateRequest, v1::ChangeEnquiryStateResponse>(
        coordinator_, "EnquiryService/ChangeEnquiryState", "name: '" + name + "' state: ENQUIRY_STATE_" + state);
  }
  absl::StatusOr<v1::GetEnquiryResponse> Get(const rpc::Identity& caller, const std::string& name) {
    return Call<v1::GetEnquiryRequest, v1::GetEnquiryResponse>(caller, "EnquiryService/GetEnquiry",
                                                               "name: '" + name + "'");
  }
};

TEST_F(EnquiryHandlerTest, GoesToTheCoordinatorsOfItsProgramme) {
  const auto named = Submit("programme: '" + programme_ + "'");
  const auto unnamed = Submit();
  ASSERT_THAT(named, IsOk());
  ASSERT_THAT(unnamed, IsOk());

  EXPECT_EQ(Get(coordinator_, named->enquiry())->enquiry().state(), v1::ENQUIRY_STATE_NEW);
  EXPECT_THAT(Get(coordinator_, unnamed->enquiry()), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Get(rpc::Anonymous(), named->enquiry()), StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(
      (Call<v1::ListEnquiriesRequest, v1::ListEnquiriesResponse>(coordinator_, "EnquiryService/ListEnquiries", ""))
          ->enquiries(),
      ElementsAre(Property(&v1::Enquiry::name, named->enquiry())));
}

TEST_F(EnquiryHandlerTest, IsAnsweredConvertedAndDeleted) {
  const std::string name = Submit("programme: '" + programme_ + "'")->enquiry();
  const std::string person = MakePerson("Ali");

  EXPECT_EQ(Move(name, "ANSWERED")->enquiry().state(), v1::ENQUIRY_STATE_ANSWERED);
  EXPECT_THAT(Move(name, "CONVERTED"), HasReason("INVALID_FIELDS"));
  EXPECT_EQ(Move(name, "CONVERTED participant: '" + person + "'")->enquiry().participant(), person);
  EXPECT_THAT(Move(name, "ANSWERED"), HasReason("ENQUIRY_STATE"));
  EXPECT_EQ(Move(name, "DELETED")->enquiry().email(), "");
}

TEST_F(EnquiryHandlerTest, ManyFromOneAddressAreRefusedWithATimeToComeBack) {
  for (int i = 0; i < kMostFromAddress; ++i) ASSERT_THAT(Submit(), IsOk());

  const auto refused = Submit();
  EXPECT_THAT(refused, HasReason("RATE_LIMITED"));
  EXPECT_EQ(DetailsOf(refused.status()).retry_after, kAddressWindow);
}

}  // namespace
}  // namespace brygga::participant
