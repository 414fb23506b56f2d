#include "services/partner/rpc/organisation_handler.h"

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
using ::brygga::testing::IsOkAndHolds;
using ::brygga::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OrganisationHandlerTest : public PartnerRpcTest {
 protected:
  absl::StatusOr<v1::Organisation> Get(const rpc::Identity& caller, const std::string& name) {
    v1::GetOrganisationRequest request;
    request.set_name(name);
    auto response = Call<v1::GetOrganisationResponse>(caller, "GetOrganisation", request);
    if (!response.ok()) return response.status();
    return response->organisation();
  }
};

constexpr char kCreate[] = R"pb(
  organisation {
    display_name: "Norrköpings kommun"
    organisation_number: "2999990340"
    sector: SECTOR_PUBLIC
    kind: ORGANISATION_KIND_MUNICIPALITY
    industry: "84"
    municipality_code: "0581"
    employees: 9000
    external_ref { source: "sample" key: "P1" }
  }
  request_id: "01890a5d-ac96-774b-bcce-b302099a8057"
)pb";

TEST_F(OrganisationHandlerTest, WhatIsCreatedCanBeRead) {
  const auto created =
      Call<v1::CreateOrganisationRequest, v1::CreateOrganisationResponse>(coordinator_, "CreateOrganisation", kCreate);

  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->organisation().organisation_number(), "299999-0340");
  EXPECT_EQ(created->organisation().etag(), "1");
  EXPECT_EQ(created->organisation().create_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
  EXPECT_THAT(Get(coordinator_, created->organisation().name()), IsOkAndHolds(EqualsProto(created->organisation())));
}

TEST_F(OrganisationHandlerTest, ARepeatedRequestGetsTheFirstAnswer) {
  const auto request = Parse<v1::CreateOrganisationRequest>(kCreate);
  const auto first = Call<v1::CreateOrganisationResponse>(coordinator_, "CreateOrganisation", request);
  ASSERT_THAT(first, IsOk());
  clock_.Advance(absl::Hours(1));

  const auto again = Call<v1::CreateOrganisationResponse>(coordinator_, "CreateOrganisation", request);
  auto other = request;
  other.mutable_organisation()->set_employees(1);

  EXPECT_THAT(again, IsOkAndHolds(EqualsProto(*first)));
  EXPECT_THAT(Call<v1::CreateOrganisationResponse>(coordinator_, "CreateOrganisation", other),
              HasReason("REQUEST_ID_REUSED"));
}

TEST_F(OrganisationHandlerTest, AnUpdateTakesWhatTheMaskNames) {
  const std::string name = MakeOrganisation("Ljungholm Bank AB");
  const auto update = [&](const std::string& etag) {
    return Call<v1::UpdateOrganisationRequest, v1::UpdateOrganisationResponse>(
        coordinator_, "UpdateOrganisation",
        "organisation { name: '" + name + "' etag: '" + etag +
            "' display_name: 'ignored' employees: 135 } update_mask { paths: 'employees' }");
  };

  const auto updated = update("1");

  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->organisation().display_name(), "Ljungholm Bank AB");
  EXPECT_EQ(updated->organisation().employees(), 135);
  EXPECT_EQ(updated->organisation().etag(), "2");
  EXPECT_THAT(update("1"), HasReason("ETAG_MISMATCH"));
}

TEST_F(OrganisationHandlerTest, AContactPersonSeesTheirOwnAndItsUnitsOnly) {
  const std::string own = MakeOrganisation("Own"), other = MakeOrganisation("Other");
  const std::string unit =
      MakeOrganisation("Unit", "sector: SECTOR_PUBLIC kind: ORGANISATION_KIND_AGENCY parent: '" + own + "'");
  const rpc::Identity contact = rpc::ContactOf(own);

  EXPECT_THAT(Get(contact, own), IsOk());
  EXPECT_THAT(Get(contact, unit), IsOk());
  const auto hidden = Get(contact, other);
  const auto missing = Get(contact, "organisations/nobody");
  EXPECT_THAT(hidden, HasReason("NOT_FOUND"));
  EXPECT_THAT(missing, HasReason("NOT_FOUND"));
  EXPECT_EQ(std::string(hidden.status().message()).substr(other.size()),
            std::string(missing.status().message()).substr(std::string("organisations/nobody").size()))
      << "the same words for what is hidden and what is not there";
}

TEST_F(OrganisationHandlerTest, PagesGoOnWhereTheLastOneEnded) {
  for (const char* name : {"Delta", "Alfa", "Cesar", "Bertil"}) MakeOrganisation(name);
  auto request =
      Parse<v1::ListOrganisationsRequest>("page_size: 3 order_by: 'display_name' filter: 'sector = PRIVATE'");

  const auto first = Call<v1::ListOrganisationsResponse>(coordinator_, "ListOrganisations", request);
  ASSERT_THAT(first, IsOk());
  request.set_page_token(first->next_page_token());
  const auto second = Call<v1::ListOrganisationsResponse>(coordinator_, "ListOrganisations", request);
  request.set_filter("");

  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->organisations(2).display_name(), "Cesar");
  ASSERT_EQ(second->organisations_size(), 1);
  EXPECT_EQ(second->organisations(0).display_name(), "Delta");
  EXPECT_EQ(second->next_page_token(), "");
  EXPECT_THAT(Call<v1::ListOrganisationsResponse>(coordinator_, "ListOrganisations", request),
              HasReason("PAGE_TOKEN_MISMATCH"));
}

TEST_F(OrganisationHandlerTest, AWrongFilterIsNamedWithWhatWouldDo) {
  const auto response = Call<v1::ListOrganisationsRequest, v1::ListOrganisationsResponse>(
      coordinator_, "ListOrganisations", "filter: 'colour = RED' order_by: 'sector'");

  EXPECT_THAT(response, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("display_name")));
  EXPECT_EQ(DetailsOf(response.status()).fields.size(), 2u);
}

TEST_F(OrganisationHandlerTest, BatchesComeInTheOrderAskedFor) {
  const std::string a = MakeOrganisation("A"), b = MakeOrganisation("B");

  const auto response = Call<v1::BatchGetOrganisationsRequest, v1::BatchGetOrganisationsResponse>(
      rpc::ServiceNamed("participant"), "BatchGetOrganisations", "names: '" + b + "' names: '" + a + "'");

  ASSERT_THAT(response, IsOk());
  ASSERT_EQ(response->organisations_size(), 2);
  EXPECT_EQ(response->organisations(0).name(), b);
}

TEST_F(OrganisationHandlerTest, KeysOfASourceAreLookedUp) {
  ASSERT_THAT((Call<v1::CreateOrganisationRequest, v1::CreateOrganisationResponse>(coordinator_, "CreateOrganisation",
                                                                                   kCreate)),
              IsOk());

  const auto response = Call<v1::LookupOrganisationsRequest, v1::LookupOrganisationsResponse>(
      coordinator_, "LookupOrganisations", "source: 'sample' keys: 'P1' keys: 'P2'");

  ASSERT_THAT(response, IsOk());
  ASSERT_EQ(response->organisations_size(), 1);
  EXPECT_EQ(response->organisations(0).key(), "P1");
}

// --- Import ---

constexpr char kRow[] = R"pb(
  organisation {
    external_ref { key: "P0003" }
    display_name: "Ljungholm Bank AB"
    organisation_number: "559999-0107"
    sector: SECTOR_PRIVATE
    kind: ORGANISATION_KIND_COMPANY
    industry: "K"
    municipality_code: "0115"
    employees: 135
  }
  terms { kind: AGREEMENT_KIND_NETWORK valid_from: "2014-09-21" mentor_seats: 11 }
  contact_email: "kontakt@ljungholm.example"
)pb";

class ImportTest : public OrganisationHandlerTest {
 protected:
  absl::StatusOr<v1::ImportOrganisationsResponse> Import(const std::vector<std::string>& rows,
                                                         const std::string& more = "") {
    std::string text = "source: 'sample' operator: '" + operator_ + "' " + more;
    for (const std::string& row : rows) text += " rows { " + row + " }";
    return Call<v1::ImportOrganisationsRequest, v1::ImportOrganisationsResponse>(coordinator_, "ImportOrganisations",
                                                                                 text);
  }

  const std::string operator_ = MakeOrganisation("Mitt Liv");
};

TEST_F(ImportTest, ARowBecomesAnOrganisationWithAgreementAndContact) {
  const auto response = Import({kRow});

  ASSERT_THAT(response, IsOk());
  ASSERT_EQ(response->results(0).outcome(), v1::IMPORT_OUTCOME_CREATED);
  const std::string name = response->results(0).organisation();
  const auto organisation = Get(coordinator_, name);
  ASSERT_THAT(organisation, IsOk());
  EXPECT_EQ(organisation->external_ref().source(), "sample");
  const auto agreements = Call<v1::ListAgreementsRequest, v1::ListAgreementsResponse>(coordinator_, "ListAgreements",
                                                                                      "parent: '" + name + "'");
  ASSERT_THAT(agreements, IsOk());
  ASSERT_EQ(agreements->agreements_size(), 1);
  EXPECT_EQ(agreements->agreements(0).terms().mentor_seats(), 11);
  EXPECT_EQ(agreements->agreements(0).operator_(), operator_);
  const auto contacts = Call<v1::ListContactPersonsRequest, v1::ListContactPersonsResponse>(
      coordinator_, "ListContactPersons", "parent: '" + name + "'");
  ASSERT_THAT(contacts, IsOk());
  ASSERT_EQ(contacts->contact_persons_size(), 1);
  EXPECT_EQ(contacts->contact_persons(0).email(), "kontakt@ljungholm.example");
}

TEST_F(ImportTest, ImportingAgainUnderAnotherRequestIdChangesNothing) {
  const auto first = Import({kRow});
  const auto again = Import({kRow});

  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->results(0).outcome(), v1::IMPORT_OUTCOME_UNCHANGED);
  EXPECT_EQ(again->results(0).organisation(), first->results(0).organisation());
}

TEST_F(ImportTest, AWrongRowNamesEveryWrongFieldAndStopsNobody) {
  const auto response = Import({R"pb(organisation {
                                       external_ref { key: "P9" }
                                       organisation_number: "559999-0108"
                                       industry: "Z"
                                       employees: -1
                                     }
                                     terms { valid_from: "2014-13-01" }
                                     contact_email: "not an address")pb",
                                kRow, "",
                                "organisation { display_name: 'X' sector: SECTOR_PRIVATE kind: "
                                "ORGANISATION_KIND_COMPANY } terms { kind: AGREEMENT_KIND_NETWORK "
                                "valid_from: '2014-01-02' valid_to: '2014-01-01' }"});

  ASSERT_THAT(response, IsOk());
  const auto fields = [&](int row) {
    std::vector<std::string> fields;
    for (const v1::RowProblem& problem : response->results(row).problems()) fields.push_back(problem.field());
    return fields;
  };
  EXPECT_EQ(response->results(0).outcome(), v1::IMPORT_OUTCOME_REFUSED);
  EXPECT_THAT(fields(0), ::testing::UnorderedElementsAre(
                             "organisation.display_name", "organisation.organisation_number", "organisation.sector",
                             "organisation.kind", "organisation.industry", "organisation.employees", "terms.kind",
                             "terms.valid_from", "contact_email"));
  EXPECT_EQ(response->results(1).outcome(), v1::IMPORT_OUTCOME_CREATED);
  EXPECT_EQ(response->results(2).outcome(), v1::IMPORT_OUTCOME_REFUSED);
  EXPECT_THAT(fields(3), ElementsAre("organisation.external_ref.key"));
  EXPECT_THAT(response->results(0).problems(8).description(), ::testing::Not(HasSubstr("not an address")));
}

TEST_F(ImportTest, AmbiguousRowsAreListedAndNeverMerged) {
  MakeOrganisation("Known already",
                   "sector: SECTOR_PRIVATE kind: ORGANISATION_KIND_COMPANY organisation_number: '559999-0107'");

  const auto response = Import({kRow, kRow});

  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->results(0).outcome(), v1::IMPORT_OUTCOME_AMBIGUOUS);
  EXPECT_EQ(response->results(0).candidates_size(), 1);
  EXPECT_EQ(response->results(1).outcome(), v1::IMPORT_OUTCOME_AMBIGUOUS);
}

TEST_F(ImportTest, ValidationOnlyAnswersAsIfAndStoresNothing) {
  const auto response = Import({kRow}, "validate_only: true");

  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->results(0).outcome(), v1::IMPORT_OUTCOME_CREATED);
  const auto found = Call<v1::LookupOrganisationsRequest, v1::LookupOrganisationsResponse>(
      coordinator_, "LookupOrganisations", "source: 'sample' keys: 'P0003'");
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->organisations_size(), 0);
}

TEST_F(ImportTest, TermsNeedAnOperator) {
  const auto response = Call<v1::ImportOrganisationsRequest, v1::ImportOrganisationsResponse>(
      coordinator_, "ImportOrganisations", "source: 'sample' rows { " + std::string(kRow) + " }");

  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->results(0).outcome(), v1::IMPORT_OUTCOME_REFUSED);
  EXPECT_EQ(response->results(0).problems(0).field(), "terms");
}

// --- The directory ---

TEST_F(OrganisationHandlerTest, AnybodySeesNamesAndSectorsAndNothingElse) {
  const std::string parent = MakeOrganisation("Beta"), alfa = MakeOrganisation("Alfa");
  MakeOrganisation("Unit", "sector: SECTOR_PUBLIC kind: ORGANISATION_KIND_AGENCY parent: '" + parent + "'");

  const auto directory = Call<v1::ListDirectoryResponse>(rpc::Anonymous(), "ListDirectory", v1::ListDirectoryRequest());

  EXPECT_THAT(directory, IsOkAndHolds(EqualsProto<v1::ListDirectoryResponse>(R"pb(
                entries { display_name: "Alfa" sector: SECTOR_PRIVATE }
                entries { display_name: "Beta" sector: SECTOR_PRIVATE }
              )pb")));
  EXPECT_FALSE(Get(rpc::Anonymous(), alfa).ok());
  EXPECT_FALSE((
      Call<v1::ListOrganisationsResponse>(rpc::Anonymous(), "ListOrganisations", v1::ListOrganisationsRequest()).ok()));
}

}  // namespace
}  // namespace brygga::partner
