#include "services/participant/rpc/participant_handler.h"

#include <gmock/gmock.h>

#include <string>

#include "common/testing/matchers.h"
#include "common/testing/proto_matchers.h"
#include "services/participant/rpc/participant_rpc_testing.h"

namespace brygga::participant {
namespace {

using ::brygga::testing::EqualsProto;
using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Property;
using ::testing::SizeIs;

class ParticipantHandlerTest : public ParticipantRpcTest {
 protected:
  absl::StatusOr<v1::GetParticipantResponse> Get(const std::string& name) {
    return Call<v1::GetParticipantRequest, v1::GetParticipantResponse>(
        coordinator_, "ParticipantService/GetParticipant", "name: '" + name + "'");
  }
  absl::StatusOr<v1::UpdateParticipantResponse> Update(const rpc::Identity& caller, const v1::Participant& person) {
    v1::UpdateParticipantRequest request;
    *request.mutable_participant() = person;
    return Call<v1::UpdateParticipantResponse>(caller, "ParticipantService/UpdateParticipant", request);
  }
  absl::StatusOr<v1::CheckAgeResponse> CheckAge(const std::string& person, const std::string& window) {
    return Call<v1::CheckAgeRequest, v1::CheckAgeResponse>(
        rpc::ServiceNamed("events"), "ParticipantService/CheckAge",
        "participants: '" + person + "' date: '2022-08-15' " + window);
  }
  absl::StatusOr<v1::ImportParticipantsResponse> Import(const std::string& rows, const std::string& more = "") {
    return Call<v1::ImportParticipantsRequest, v1::ImportParticipantsResponse>(
        coordinator_, "ParticipantService/ImportParticipants",
        rows + " notice { version: 'sample-1' } purposes: [PURPOSE_PROGRAMME, PURPOSE_MATCHING] " + more);
  }
  std::string RowOf(const std::string& key, const std::string& fields) const {
    return " rows { participant { external_ref { source: 'sample' key: '" + key + "' } " + fields +
           " } consent: ROW_CONSENT_GIVEN enrolments { cohort: '" + cohort_ +
           "' enrolment { role: PROGRAMME_ROLE_ADEPT } } }";
  }
};

TEST_F(ParticipantHandlerTest, APersonIsRegisteredOncePerRequest) {
  const std::string request =
      "programme: '" + programme_ +
      "' participant { given_name: 'Fatima' external_ref { source: 'crm' key: '7' } } request_id: "
      "'01890a5d-ac96-774b-bcce-b302099a8057'";
  const auto create = [&] {
    return Call<v1::CreateParticipantRequest, v1::CreateParticipantResponse>(
        coordinator_, "ParticipantService/CreateParticipant", request);
  };

  const auto first = create();
  ASSERT_THAT(first, IsOk());
  const auto again = create();
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(*again, EqualsProto(*first));
  EXPECT_EQ(first->participant().etag(), "1");
  EXPECT_EQ(first->participant().capacity(), 1);
  EXPECT_EQ(first->participant().availability(), v1::AVAILABILITY_AVAILABLE);
}

TEST_F(ParticipantHandlerTest, WhatIsOfSpecialCategoryIsNeverReadBack) {
  const std::string person = MakePerson("Ali", "background { origin_country: 'SY' }");

  EXPECT_FALSE(Get(person)->participant().has_background());
}

TEST_F(ParticipantHandlerTest, APersonMayChangeTheirOwnProfile) {
  const std::string name = MakePerson("Ali");
  v1::Participant wanted = Get(name)->participant();
  wanted.mutable_profile()->add_goals("NETWORK");

  const auto updated = Update(rpc::ParticipantNamed(name), wanted);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->participant().profile().version(), 2);
  EXPECT_THAT(Update(coordinator_, wanted), HasReason("ETAG_MISMATCH"));
  EXPECT_THAT(Update(rpc::ParticipantNamed("participants/other"), wanted), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ParticipantHandlerTest, ABatchIsAllOrNothing) {
  const std::string ali = MakePerson("Ali");
  const std::string eva = MakePerson("Eva");
  const auto batch = [&](const std::string& names) {
    return Call<v1::BatchGetParticipantsRequest, v1::BatchGetParticipantsResponse>(
        coordinator_, "ParticipantService/BatchGetParticipants", names);
  };

  EXPECT_THAT(
      batch("names: '" + eva + "' names: '" + ali + "'")->participants(),
      ElementsAre(Property(&v1::Participant::given_name, "Eva"), Property(&v1::Participant::given_name, "Ali")));
  EXPECT_THAT(batch("names: '" + eva + "' names: 'participants/x'"),
              StatusIs(absl::StatusCode::kNotFound, ::testing::HasSubstr("participants/x")));
}

TEST_F(ParticipantHandlerTest, AListHoldsWhomTheCallerMaySeePageByPage) {
  for (const std::string name : {"A", "B", "C"}) MakePerson(name);
  const auto list = [&](const rpc::Identity& caller, const std::string& request) {
    return Call<v1::ListParticipantsRequest, v1::ListParticipantsResponse>(
        caller, "ParticipantService/ListParticipants", request);
  };

  const auto first = list(coordinator_, "page_size: 2");
  ASSERT_THAT(first->participants(), SizeIs(2));
  EXPECT_THAT(list(coordinator_, "page_size: 2 page_token: '" + first->next_page_token() + "'")->participants(),
              SizeIs(1));
  EXPECT_THAT(list(rpc::CoordinatorOf("programmes/other"), "")->participants(), IsEmpty());
  EXPECT_THAT(list(coordinator_, "filter: 'shoe_size = 43'"), HasReason("INVALID_FIELDS"));
}

TEST_F(ParticipantHandlerTest, AnAgeIsConfirmedAndNotTold) {
  const std::string dated = MakePerson("Ali", "birth_date: '2006-08-15'");
  const std::string undated = MakePerson("Eva", "birth_year: 2006");

  EXPECT_EQ(CheckAge(dated, "age_min: 16 age_max: 21")->checks(0).answer(), v1::AGE_ANSWER_YES);
  EXPECT_EQ(CheckAge(dated, "age_min: 17")->checks(0).answer(), v1::AGE_ANSWER_NO);
  EXPECT_EQ(CheckAge(undated, "age_min: 16")->checks(0).answer(), v1::AGE_ANSWER_NEEDS_EVIDENCE);
  EXPECT_THAT(CheckAge("participants/x", ""), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(CheckAge(dated, "age_min: 21 age_max: 16"), HasReason("INVALID_FIELDS"));
}

TEST_F(ParticipantHandlerTest, AnImportTellsOfEveryRow) {
  const std::string ali = "given_name: 'Ali' family_name: 'Berg' birth_year: 1990 email: 'ali@post.example'";
  const auto report = Import(RowOf("A1", ali) +
                             RowOf("A2",
                                   "given_name: 'ALI' family_name: 'berg' birth_year: 1990 "
                                   "email: 'ALI@POST.EXAMPLE'") +
                             RowOf("A3",
                                   "given_name: 'Eva' email: 'x' birth_date: '1990-02-30' gender: 9 profile { "
                                   "languages { language: 'sv' } }"));

  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->created_count(), 1);
  EXPECT_EQ(report->duplicate_count(), 1);
  EXPECT_EQ(report->results(1).resembles(0).key(), "A1");
  EXPECT_EQ(report->refused_count(), 1);
  std::vector<std::string> fields;
  for (const v1::RowViolation& violation : report->results(2).violations()) fields.push_back(violation.field());
  EXPECT_THAT(fields,
              ::testing::UnorderedElementsAre("participant.email", "participant.gender", "participant.birth_date",
                                              "participant.profile.languages[0].level"));
  EXPECT_EQ(Import(RowOf("A1", ali))->unchanged_count(), 1);
}

TEST_F(ParticipantHandlerTest, ADryRunNamesNobodyAndStoresNothing) {
  const auto report = Import(RowOf("A1", "given_name: 'Ali'"), "validate_only: true");

  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->created_count(), 1);
  EXPECT_EQ(report->results(0).participant(), "");
  EXPECT_EQ(Import(RowOf("A1", "given_name: 'Ali'"))->created_count(), 1);
}

TEST_F(ParticipantHandlerTest, NobodyImportsIntoAnothersCohort) {
  coordinator_ = rpc::CoordinatorOf("programmes/other");

  EXPECT_THAT(Import(RowOf("A1", "given_name: 'Ali'")), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ParticipantHandlerTest, AnotherPersonsConsentIsNotFound) {
  const std::string consent = Consent(MakePerson("Ali"), "MATCHING");

  EXPECT_THAT(
      (Call<v1::WithdrawConsentRequest, v1::WithdrawConsentResponse>(
          rpc::ParticipantNamed(MakePerson("Eva")), "ParticipantService/WithdrawConsent", "name: '" + consent + "'")),
      StatusIs(absl::StatusCode::kNotFound, ::testing::HasSubstr(consent)));
}

}  // namespace
}  // namespace brygga::participant
