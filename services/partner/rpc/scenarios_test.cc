// Scenarios of the domain's description, with their numbers, through a real
// channel and a real database.
#include <gmock/gmock.h>

#include "common/testing/matchers.h"
#include "services/partner/rpc/partner_rpc_testing.h"

namespace brygga::partner {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::testing::ElementsAre;

constexpr char kMunicipality[] = "sector: SECTOR_PUBLIC kind: ORGANISATION_KIND_MUNICIPALITY";
constexpr char kAgency[] = "sector: SECTOR_PUBLIC kind: ORGANISATION_KIND_AGENCY";
constexpr char kCompany[] = "sector: SECTOR_PRIVATE kind: ORGANISATION_KIND_COMPANY";
constexpr char kAssociation[] = "sector: SECTOR_CIVIL_SOCIETY kind: ORGANISATION_KIND_ASSOCIATION";

class ScenarioTest : public PartnerRpcTest {
 protected:
  ScenarioTest()
      : PartnerRpcTest(
            [](const Clock& clock) { return PartnerService::Open("sqlite::memory:", {.clock = &clock}).value(); }) {}
};

// 1. Norrköping is a partner since 2014, Linköping since 2016-01: municipal
// partners by start date list Norrköping first; duration at any as-of date is
// right; a correction recorded later changes today's answer and not the answer
// as of last year.
TEST_F(ScenarioTest, PartnersByStartDateWithDurationAndCorrections) {
  const std::string with = MakeOrganisation("Mitt Liv", kAssociation);
  const std::string linkoping = MakeOrganisation("Linköpings kommun", kMunicipality);
  const std::string norrkoping = MakeOrganisation("Norrköpings kommun", kMunicipality);
  const std::string nordea = MakeOrganisation("Nordea", kCompany);
  clock_.Set(absl::FromCivil(absl::CivilDay(2021, 3, 1), absl::UTCTimeZone()));
  ASSERT_THAT(Agree(linkoping, with, "2016-01-01"), IsOk());
  const auto recorded = Agree(norrkoping, with, "2014-06-01");
  ASSERT_THAT(recorded, IsOk());
  ASSERT_THAT(Agree(nordea, with, "2010-01-01"), IsOk());
  clock_.Set(absl::FromCivil(absl::CivilDay(2022, 8, 15), absl::UTCTimeZone()));
  ASSERT_THAT((Call<v1::CorrectAgreementRequest, v1::CorrectAgreementResponse>(
                  coordinator_, "CorrectAgreement",
                  "name: '" + recorded->agreement().name() +
                      "' reason: 'TYPING_ERROR' terms { kind: AGREEMENT_KIND_MENTOR_PARTNER valid_from: "
                      "'2014-01-01' }")),
              IsOk());
  const auto list = [&](const std::string& more) {
    return Call<v1::ListPartnershipsRequest, v1::ListPartnershipsResponse>(
        coordinator_, "ListPartnerships", "operator: '" + with + "' filter: 'kind = MUNICIPALITY' " + more);
  };

  const auto today = list("");

  ASSERT_THAT(today, IsOk());
  ASSERT_EQ(today->partnerships_size(), 2);
  EXPECT_EQ(today->partnerships(0).display_name(), "Norrköpings kommun");
  EXPECT_EQ(today->partnerships(0).start_date(), "2014-01-01");
  EXPECT_EQ(today->partnerships(0).months(), 8 * 12 + 7);
  EXPECT_TRUE(today->partnerships(0).active());
  EXPECT_EQ(today->partnerships(1).display_name(), "Linköpings kommun");
  EXPECT_EQ(today->partnerships(1).months(), 6 * 12 + 7);
  EXPECT_EQ(list("as_of: '2016-02-01'")->partnerships(1).months(), 1);
  EXPECT_EQ(list("as_of: '2015-12-31'")->partnerships_size(), 1);

  const std::string last_year =
      std::to_string(absl::ToUnixSeconds(absl::FromCivil(absl::CivilDay(2021, 8, 15), absl::UTCTimeZone())));
  const auto believed = list("as_of: '2022-08-15' known_at { seconds: " + last_year + " }");
  ASSERT_THAT(believed, IsOk());
  EXPECT_EQ(believed->partnerships(0).start_date(), "2014-06-01");
  EXPECT_EQ(believed->partnerships(0).months(), 8 * 12 + 2);
}

// 3. Integration Pact: an organisation without a sector is refused; the counts of
// the three sectors sum to the total. Systembolaget is MEMBER and JOB_PARTNER at
// once. The directory of more than 50 partners filtered to sector public returns
// Försvarsmakten and Stockholms stad and not Nordea; an anonymous caller gets
// names and sectors only.
TEST_F(ScenarioTest, TheIntegrationPactAndItsDirectory) {
  const std::string pact = MakeNetwork("Integrationspakten");
  std::vector<std::string> members = {
      MakeOrganisation("Försvarsmakten", kAgency), MakeOrganisation("Stockholms stad", kMunicipality),
      MakeOrganisation("Nordea", kCompany), MakeOrganisation("Röda Korset", kAssociation)};
  for (int i = 0; i < 50; ++i) members.push_back(MakeOrganisation("Partner " + std::to_string(i), kCompany));
  const std::string systembolaget = MakeOrganisation("Systembolaget", kCompany);
  members.push_back(systembolaget);
  for (const std::string& member : members) ASSERT_THAT(Join(pact, member, "MEMBER", "2017-01-01"), IsOk());
  ASSERT_THAT(Join(pact, systembolaget, "JOB_PARTNER", "2018-01-01"), IsOk());

  EXPECT_THAT((Call<v1::CreateOrganisationRequest, v1::CreateOrganisationResponse>(
                  coordinator_, "CreateOrganisation",
                  "organisation { display_name: 'No sector' kind: ORGANISATION_KIND_COMPANY }")),
              HasReason("INVALID_FIELDS"));

  const auto counts =
      Call<v1::CountSectorsRequest, v1::CountSectorsResponse>(coordinator_, "CountSectors", "network: '" + pact + "'");
  ASSERT_THAT(counts, IsOk());
  ASSERT_EQ(counts->sectors_size(), 3);
  EXPECT_EQ(counts->total(), 55);
  EXPECT_EQ(counts->sectors(0).count() + counts->sectors(1).count() + counts->sectors(2).count(), 55);

  const auto job_partners = Call<v1::ListOrganisationsRequest, v1::ListOrganisationsResponse>(
      coordinator_, "ListOrganisations", "network: '" + pact + "' membership_kind: MEMBERSHIP_KIND_JOB_PARTNER");
  ASSERT_THAT(job_partners, IsOk());
  ASSERT_EQ(job_partners->organisations_size(), 1);
  EXPECT_EQ(job_partners->organisations(0).name(), systembolaget);

  const auto directory = Call<v1::ListDirectoryRequest, v1::ListDirectoryResponse>(rpc::Anonymous(), "ListDirectory",
                                                                                   "sector: SECTOR_PUBLIC");
  ASSERT_THAT(directory, IsOk());
  std::vector<std::string> names;
  for (const v1::DirectoryEntry& entry : directory->entries()) names.push_back(entry.display_name());
  EXPECT_THAT(names, ElementsAre("Försvarsmakten", "Stockholms stad"));
  EXPECT_EQ(v1::DirectoryEntry::descriptor()->field_count(), 2) << "names and sectors only";
  const auto whole =
      Call<v1::ListDirectoryRequest, v1::ListDirectoryResponse>(rpc::Anonymous(), "ListDirectory", "page_size: 200");
  EXPECT_EQ(whole->entries_size(), 55);
}

// 4, first part. Networks of Linköping: four memberships with dates; removing one
// keeps history.
TEST_F(ScenarioTest, TheNetworksOfLinkoping) {
  const std::string linkoping = MakeOrganisation("Linköpings kommun", kMunicipality);
  std::vector<v1::Membership> memberships;
  for (const int year : {2013, 2014, 2016, 2018}) {
    const auto joined =
        Join(MakeNetwork("Network of " + std::to_string(year)), linkoping, "MEMBER", std::to_string(year) + "-01-01");
    ASSERT_THAT(joined, IsOk());
    memberships.push_back(joined->membership());
  }
  ASSERT_THAT((Call<v1::EndMembershipRequest, v1::EndMembershipResponse>(
                  coordinator_, "EndMembership", "name: '" + memberships[1].name() + "' end_date: '2021-12-31'")),
              IsOk());
  const auto list = [&](const std::string& more) {
    return Call<v1::ListMembershipsRequest, v1::ListMembershipsResponse>(
        coordinator_, "ListMemberships",
        "parent: 'networks/-' order_by: 'start_date' organisation: '" + linkoping + "' " + more);
  };

  const auto history = list("");

  ASSERT_THAT(history, IsOk());
  ASSERT_EQ(history->memberships_size(), 4);
  EXPECT_EQ(history->memberships(1).start_date(), "2014-01-01");
  EXPECT_EQ(history->memberships(1).end_date(), "2021-12-31");
  EXPECT_EQ(list("as_of: '2022-08-15'")->memberships_size(), 3);
  EXPECT_EQ(list("as_of: '2021-12-31'")->memberships_size(), 4);
  EXPECT_EQ(list("as_of: '2015-01-01'")->memberships_size(), 2);
}

// 5. Openings: a partner opens 3 internships, the fourth acceptance is refused. A
// 14-day work-experience place is accepted, 15 days refused. Holiday-job hosts:
// municipal unit, city contractor, non-profit; any other kind refused.
TEST_F(ScenarioTest, OpeningsAreNeverOversoldAndTheirKindsHaveRules) {
  const std::string partner = MakeOrganisation("Nordea", kCompany);
  const std::string internships = MakeOpening(partner, 3);
  for (const char* match : {"m1", "m2", "m3"}) EXPECT_THAT(Hold(internships, match), IsOk());
  EXPECT_THAT(Hold(internships, "m4"), HasReason("OPENING_FULL"));

  EXPECT_THAT(CreateOpening(partner, "WORK_EXPERIENCE", 1, "start_date: '2023-03-06' end_date: '2023-03-19'"), IsOk());
  EXPECT_THAT(CreateOpening(partner, "WORK_EXPERIENCE", 1, "start_date: '2023-03-06' end_date: '2023-03-20'"),
              HasReason("INVALID_FIELDS"));

  const std::string city = MakeOrganisation("Stockholms stad", kMunicipality);
  const std::string parks = MakeOrganisation("Trafikkontoret", kMunicipality + (" parent: '" + city + "'"));
  const std::string agency = MakeOrganisation("Försvarsmakten", kAgency);
  const std::string club = MakeOrganisation("Hammarby IF", kAssociation);
  EXPECT_THAT(CreateOpening(parks, "HOLIDAY_JOB", 10, "host: OPENING_HOST_MUNICIPAL_UNIT"), IsOk());
  EXPECT_THAT(CreateOpening(partner, "HOLIDAY_JOB", 10, "host: OPENING_HOST_CONTRACTOR contract: 'KS 2022/114'"),
              IsOk());
  EXPECT_THAT(CreateOpening(club, "HOLIDAY_JOB", 10, "host: OPENING_HOST_NON_PROFIT"), IsOk());
  EXPECT_THAT(CreateOpening(partner, "HOLIDAY_JOB", 10), HasReason("INVALID_FIELDS"));
  EXPECT_THAT(CreateOpening(partner, "HOLIDAY_JOB", 10, "host: OPENING_HOST_NON_PROFIT"),
              HasReason("HOST_NOT_ALLOWED"));
  EXPECT_THAT(CreateOpening(agency, "HOLIDAY_JOB", 10, "host: OPENING_HOST_MUNICIPAL_UNIT"),
              HasReason("HOST_NOT_ALLOWED"));
}

}  // namespace
}  // namespace brygga::partner
