#include "services/partner/rpc/agreement_handler.h"

#include <gmock/gmock.h>

#include "common/status/error.h"
#include "common/testing/matchers.h"
#include "common/testing/proto_matchers.h"
#include "services/partner/rpc/partner_rpc_testing.h"

namespace brygga::partner {
namespace {

using ::brygga::testing::EqualsProto;
using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::testing::ElementsAre;

class AgreementHandlerTest : public PartnerRpcTest {
 protected:
  absl::StatusOr<v1::GetAgreementResponse> Get(const rpc::Identity& caller, const std::string& name,
                                               const std::string& more = "") {
    return Call<v1::GetAgreementRequest, v1::GetAgreementResponse>(caller, "GetAgreement",
                                                                   "name: '" + name + "' " + more);
  }
  absl::StatusOr<v1::ListAgreementsResponse> List(const rpc::Identity& caller, const std::string& text) {
    return Call<v1::ListAgreementsRequest, v1::ListAgreementsResponse>(caller, "ListAgreements", text);
  }

  const std::string operator_ = MakeOrganisation("Mitt Liv");
  const std::string partner_ = MakeOrganisation("Partner");
};

TEST_F(AgreementHandlerTest, StatusIsDerivedFromTheDayAskedAbout) {
  const auto created = Agree(partner_, operator_, "2022-08-15", "valid_to: '2022-08-16'");
  ASSERT_THAT(created, IsOk());
  const std::string name = created->agreement().name();

  EXPECT_EQ(created->agreement().status(), v1::AGREEMENT_STATUS_ACTIVE);
  EXPECT_EQ(Get(coordinator_, name, "as_of: '2022-08-14'")->agreement().status(), v1::AGREEMENT_STATUS_UPCOMING);
  EXPECT_EQ(Get(coordinator_, name, "as_of: '2022-08-16'")->agreement().status(), v1::AGREEMENT_STATUS_ACTIVE);
  clock_.Advance(absl::Hours(48));
  EXPECT_EQ(Get(coordinator_, name)->agreement().status(), v1::AGREEMENT_STATUS_ENDED);
}

TEST_F(AgreementHandlerTest, ACorrectionIsANewVersionAndTheOldOneStaysReadable) {
  const auto created = Agree(partner_, operator_, "2016-02-01");
  ASSERT_THAT(created, IsOk());
  const std::string name = created->agreement().name();
  clock_.Advance(absl::Hours(24));
  const auto correct = [&] {
    return Call<v1::CorrectAgreementRequest, v1::CorrectAgreementResponse>(
        coordinator_, "CorrectAgreement",
        "name: '" + name +
            "' etag: '1' reason: 'TYPING_ERROR' terms { kind: AGREEMENT_KIND_MENTOR_PARTNER valid_from: "
            "'2016-01-01' services: SERVICE_KIND_MENTORSHIP }");
  };

  const auto corrected = correct();

  ASSERT_THAT(corrected, IsOk());
  EXPECT_EQ(corrected->agreement().etag(), "2");
  EXPECT_EQ(corrected->agreement().reason(), "TYPING_ERROR");
  EXPECT_EQ(Get(coordinator_, name)->agreement().terms().valid_from(), "2016-01-01");
  const std::string before = std::to_string(absl::ToUnixSeconds(clock_.Now()) - 3600);
  EXPECT_THAT(Get(coordinator_, name, "known_at { seconds: " + before + " }")->agreement(),
              EqualsProto(created->agreement()));
  EXPECT_THAT(correct(), HasReason("ETAG_MISMATCH"));
}

TEST_F(AgreementHandlerTest, OverlapsAreRefusedAndTheOtherIsNamed) {
  const auto first = Agree(partner_, operator_, "2016-01-01");
  ASSERT_THAT(first, IsOk());

  const auto second = Agree(partner_, operator_, "2020-01-01");

  EXPECT_THAT(second, HasReason("AGREEMENT_OVERLAPS"));
  EXPECT_EQ(DetailsOf(second.status()).metadata["resource"], first->agreement().name());
  EXPECT_THAT(Agree(partner_, partner_, "2020-01-01"), HasReason("OPERATOR_UNUSABLE"));
  EXPECT_THAT(Agree("organisations/nobody", operator_, "2020-01-01"), HasReason("NOT_FOUND"));
}

TEST_F(AgreementHandlerTest, BothSidesSeeAnAgreementAndNobodyElse) {
  const auto created = Agree(partner_, operator_, "2016-01-01");
  ASSERT_THAT(created, IsOk());
  const std::string name = created->agreement().name();
  const rpc::Identity partner = rpc::ContactOf(partner_), with = rpc::ContactOf(operator_),
                      other = rpc::ContactOf(MakeOrganisation("Other"));

  EXPECT_THAT(Get(partner, name), IsOk());
  EXPECT_THAT(Get(with, name), IsOk());
  EXPECT_THAT(Get(other, name), HasReason("NOT_FOUND"));
  EXPECT_THAT(List(partner, "parent: '" + partner_ + "'"), IsOk());
  EXPECT_THAT(List(with, "parent: 'organisations/-' operator: '" + operator_ + "'"), IsOk());
  EXPECT_THAT(List(with, "parent: 'organisations/-'"), HasReason("NOT_FOUND"));
  EXPECT_THAT(List(other, "parent: '" + partner_ + "'"), HasReason("NOT_FOUND"));
}

TEST_F(AgreementHandlerTest, TheActiveAgreementsOfAnOperatorComePageByPage) {
  std::vector<std::string> names;
  for (const char* partner : {"A", "B", "C"}) {
    names.push_back(MakeOrganisation(partner));
    ASSERT_THAT(Agree(names.back(), operator_, "2016-01-01"), IsOk());
  }
  ASSERT_THAT(Agree(partner_, operator_, "2016-01-01", "valid_to: '2022-08-14'"), IsOk());
  auto request = Parse<v1::ListActiveAgreementsRequest>("operator: '" + operator_ + "' page_size: 2");
  const rpc::Identity service = rpc::ServiceNamed("matching");

  const auto first = Call<v1::ListActiveAgreementsResponse>(service, "ListActiveAgreements", request);
  ASSERT_THAT(first, IsOk());
  request.set_page_token(first->next_page_token());
  const auto second = Call<v1::ListActiveAgreementsResponse>(service, "ListActiveAgreements", request);

  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->agreements_size(), 2);
  EXPECT_EQ(second->agreements_size(), 1);
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_F(AgreementHandlerTest, AnAgreementThatEndedYesterdayDoesNotCountToday) {
  const std::string lasting = MakeOrganisation("Lasting"), ended = MakeOrganisation("Ended");
  ASSERT_THAT(Agree(lasting, operator_, "2016-01-01"), IsOk());
  ASSERT_THAT(Agree(ended, operator_, "2016-01-01", "valid_to: '2022-08-14'"), IsOk());
  const std::string request =
      "operator: '" + operator_ + "' organisations: '" + ended + "' organisations: '" + lasting + "'";
  const auto check = [&](const std::string& more) {
    return Call<v1::CheckAgreementsRequest, v1::CheckAgreementsResponse>(rpc::ServiceNamed("participant"),
                                                                         "CheckAgreements", request + more);
  };

  EXPECT_THAT(check("")->active_organisations(), ElementsAre(lasting));
  EXPECT_EQ(check(" as_of: '2022-08-14'")->active_organisations_size(), 2);
}

}  // namespace
}  // namespace brygga::partner
