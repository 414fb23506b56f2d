#include "services/partner/rpc/convert.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace brygga::partner {
namespace {

// The words of a proto enum without their prefix and without UNSPECIFIED.
std::vector<std::string> Words(const google::protobuf::EnumDescriptor& type) {
  const std::string unspecified = "UNSPECIFIED";
  const std::string zero = type.FindValueByNumber(0)->name();
  std::vector<std::string> words;
  for (int i = 1; i < type.value_count(); ++i) {
    EXPECT_EQ(type.value(i)->number(), i) << type.full_name();
    words.push_back(type.value(i)->name().substr(zero.size() - unspecified.size()));
  }
  return words;
}

TEST(ConvertTest, DomainAndProtoEnumsHaveTheSameWordsAndNumbers) {
  EXPECT_EQ(AllNames<Sector>(), Words(*v1::Sector_descriptor()));
  EXPECT_EQ(AllNames<OrganisationKind>(), Words(*v1::OrganisationKind_descriptor()));
  EXPECT_EQ(AllNames<MembershipKind>(), Words(*v1::MembershipKind_descriptor()));
  EXPECT_EQ(AllNames<AgreementKind>(), Words(*v1::AgreementKind_descriptor()));
  EXPECT_EQ(AllNames<AgreementStatus>(), Words(*v1::AgreementStatus_descriptor()));
  EXPECT_EQ(AllNames<ServiceKind>(), Words(*v1::ServiceKind_descriptor()));
  EXPECT_EQ(AllNames<ContactRole>(), Words(*v1::ContactRole_descriptor()));
  EXPECT_EQ(static_cast<int>(ImportOutcome::kAmbiguous), static_cast<int>(v1::IMPORT_OUTCOME_AMBIGUOUS));
}

TEST(ConvertTest, AnOrganisationComesBack) {
  const Organisation organisation = {.external_ref = ExternalRef{"sample", "P1"},
                                     .display_name = "Region Ekfors",
                                     .organisation_number = "2999990365",
                                     .sector = Sector::kPublic,
                                     .kind = OrganisationKind::kRegion,
                                     .industry = "Q",
                                     .municipality_code = "0180",
                                     .employees = 2717,
                                     .parent = OrganisationId("p")};

  EXPECT_EQ(ToDomain(ToProto(organisation)), organisation);
  EXPECT_EQ(ToProto(organisation).organisation_number(), "299999-0365");
}

TEST(ConvertTest, TermsComeBackAndNoEndIsEmpty) {
  const Agreement agreement = {.terms = {.kind = AgreementKind::kNetwork,
                                         .period = {.from = Date(2014, 1, 1)},
                                         .mentor_seats = 12,
                                         .openings = 3,
                                         .services = {ServiceKind::kTraining, ServiceKind::kMarketing}}};

  const v1::Agreement message = ToProto(agreement, Date(2022, 8, 15));

  EXPECT_EQ(ToDomain(message.terms()), agreement.terms);
  EXPECT_EQ(message.terms().valid_to(), "");
  EXPECT_EQ(message.status(), v1::AGREEMENT_STATUS_ACTIVE);
}

TEST(ConvertTest, ADashMeansAll) {
  EXPECT_TRUE(ToOrganisationId("organisations/-").empty());
  EXPECT_EQ(ToOrganisationId("organisations/o"), OrganisationId("o"));
}

}  // namespace
}  // namespace brygga::partner
