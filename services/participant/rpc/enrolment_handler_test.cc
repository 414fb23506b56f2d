#include "services/participant/rpc/enrolment_handler.h"

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
using ::testing::IsEmpty;
using ::testing::Property;
using ::testing::SizeIs;

class EnrolmentHandlerTest : public ParticipantRpcTest {
 protected:
  // An adept who has applied, and their person.
  std::string Apply(const std::string& given_name, const std::string& more = "") {
    const std::string person = MakePerson(given_name, more);
    Consent(person, "PROGRAMME");
    Consent(person, "MATCHING");
    const auto enrolment = Enrol(person, "ADEPT");
    EXPECT_THAT(enrolment, IsOk());
    return enrolment.ok() ? enrolment->enrolment().name() : "";
  }
  absl::StatusOr<v1::GetEnrolmentResponse> Get(const rpc::Identity& caller, const std::string& name) {
    return Call<v1::GetEnrolmentRequest, v1::GetEnrolmentResponse>(caller, "EnrolmentService/GetEnrolment",
                                                                   "name: '" + name + "'");
  }
  absl::StatusOr<v1::DecideEnrolmentsResponse> DecideAll(const std::string& more = "") {
    return Call<v1::DecideEnrolmentsRequest, v1::DecideEnrolmentsResponse>(
        coordinator_, "EnrolmentService/DecideEnrolments", "parent: '" + cohort_ + "' " + more);
  }
};

TEST_F(EnrolmentHandlerTest, AnApplicationIsSeenByThePersonAndTheCoordinator) {
  const std::string enrolment = Apply("Ali");
  const std::string person = Get(coordinator_, enrolment)->enrolment().participant();

  EXPECT_THAT(Get(rpc::ParticipantNamed(person), enrolment), IsOk());
  EXPECT_THAT(Get(rpc::ParticipantNamed("participants/x"), enrolment), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Get(rpc::CoordinatorOf("programmes/other"), enrolment), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(EnrolmentHandlerTest, APersonAppliesForThemselvesAndForNobodyElse) {
  const std::string ali = MakePerson("Ali");
  const std::string eva = MakePerson("Eva");
  Consent(ali, "PROGRAMME");
  Consent(eva, "PROGRAMME");
  coordinator_ = rpc::ParticipantNamed(ali);

  EXPECT_THAT(Enrol(ali, "ADEPT"), IsOk());
  EXPECT_THAT(Enrol(ali, "ADEPT"), HasReason("ALREADY_ENROLLED"));
  EXPECT_THAT(Enrol(eva, "ADEPT"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(EnrolmentHandlerTest, WithoutConsentNobodyApplies) {
  EXPECT_THAT(Enrol(MakePerson("Ali"), "ADEPT"), HasReason("CONSENT_MISSING"));
}

TEST_F(EnrolmentHandlerTest, ListsAreForTheCallersEyes) {
  const std::string ali = Apply("Ali");
  Apply("Eva");
  const std::string person = Get(coordinator_, ali)->enrolment().participant();
  const auto list = [&](const rpc::Identity& caller, const std::string& request) {
    return Call<v1::ListEnrolmentsRequest, v1::ListEnrolmentsResponse>(caller, "EnrolmentService/ListEnrolments",
                                                                       request);
  };

  EXPECT_THAT(list(coordinator_, "parent: '" + cohort_ + "'")->enrolments(), SizeIs(2));
  EXPECT_THAT(list(rpc::ParticipantNamed(person), "parent: 'programmes/-/cohorts/-'")->enrolments(),
              ElementsAre(Property(&v1::Enrolment::name, ali)));
  EXPECT_THAT(list(coordinator_, "parent: '" + cohort_ + "' filter: 'participant = \"" + person + "\"'")->enrolments(),
              SizeIs(1));
  EXPECT_THAT(list(rpc::CoordinatorOf("programmes/other"), "parent: '" + cohort_ + "'")->enrolments(), IsEmpty());
  const auto batch = Call<v1::BatchGetEnrolmentsRequest, v1::BatchGetEnrolmentsResponse>(
      rpc::ServiceNamed("gateway"), "EnrolmentService/BatchGetEnrolments", "names: '" + ali + "'");
  EXPECT_THAT(batch->enrolments(), SizeIs(1));
}

TEST_F(EnrolmentHandlerTest, ACohortIsDecidedWithCountsAndReasons) {
  ASSERT_THAT(
      (Call<v1::CreateRuleSetRequest, v1::CreateRuleSetResponse>(
          coordinator_, "ProgrammeService/CreateRuleSet",
          "parent: '" + programme_ +
              "' rule_set { criteria { code: 'GOALS' role: PROGRAMME_ROLE_ADEPT any_of { fact: 'goals' operator: "
              "RULE_OPERATOR_AT_LEAST values: '1' } } }")),
      IsOk());
  Apply("Ali", "profile { goals: 'NETWORK' }");
  const std::string eva = Apply("Eva");

  const auto dry = DecideAll("validate_only: true");
  ASSERT_THAT(dry, IsOk());
  EXPECT_EQ(Get(coordinator_, eva)->enrolment().state(), v1::ENROLMENT_STATE_APPLIED);
  const auto report = DecideAll();
  ASSERT_THAT(report, IsOk());

  EXPECT_EQ(report->ShortDebugString(), dry->ShortDebugString());
  ASSERT_THAT(report->decided(), SizeIs(2));
  ASSERT_THAT(report->criteria(), SizeIs(1));
  EXPECT_EQ(report->criteria(0).code(), "GOALS");
  EXPECT_EQ(report->criteria(0).count(), 1);
  EXPECT_EQ(report->rule_set(), programme_ + "/ruleSets/1");
  EXPECT_EQ(Get(coordinator_, eva)->enrolment().state(), v1::ENROLMENT_STATE_DENIED);
  EXPECT_THAT(Features()->features(), SizeIs(1));
}

TEST_F(EnrolmentHandlerTest, PreferencesChangeAndTheCapacityOnlyFalls) {
  const std::string name = Apply("Ali", "capacity: 2");
  v1::UpdateEnrolmentRequest request;
  *request.mutable_enrolment() = Get(coordinator_, name)->enrolment();
  request.mutable_enrolment()->mutable_preferences()->set_counterpart_gender(v1::GENDER_FEMALE);
  request.mutable_enrolment()->set_capacity(1);
  const auto update = [&] {
    return Call<v1::UpdateEnrolmentResponse>(coordinator_, "EnrolmentService/UpdateEnrolment", request);
  };

  const auto updated = update();
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->enrolment().preferences().counterpart_gender(), v1::GENDER_FEMALE);
  EXPECT_THAT(update(), HasReason("ETAG_MISMATCH"));
  request.mutable_enrolment()->clear_etag();
  request.mutable_enrolment()->set_capacity(3);
  EXPECT_THAT(update(), HasReason("INVALID_FIELDS"));
}

TEST_F(EnrolmentHandlerTest, WhoStepsBackIsNotDecidedAndNotSeenByMatching) {
  const std::string name = Apply("Ali");
  ASSERT_THAT(DecideAll(), IsOk());
  ASSERT_THAT(Features()->features(), SizeIs(1));
  const auto withdraw = [&] {
    return Call<v1::WithdrawEnrolmentRequest, v1::WithdrawEnrolmentResponse>(
        coordinator_, "EnrolmentService/WithdrawEnrolment", "name: '" + name + "'");
  };

  EXPECT_EQ(withdraw()->enrolment().state(), v1::ENROLMENT_STATE_WITHDRAWN);
  EXPECT_THAT(withdraw(), IsOk());
  EXPECT_THAT(Decide(name), HasReason("ENROLMENT_STATE"));
  EXPECT_THAT(Features()->features(), IsEmpty());
}

TEST_F(EnrolmentHandlerTest, ScreeningIsRecordedForOneAndForAll) {
  const std::string enrolment = Apply("Ali");
  const std::string person = Get(coordinator_, enrolment)->enrolment().participant();
  const auto list = [&] {
    return Call<v1::ListScreeningsRequest, v1::ListScreeningsResponse>(coordinator_, "EnrolmentService/ListScreenings",
                                                                       "parent: '" + person + "'");
  };

  ASSERT_THAT((Call<v1::RecordScreeningRequest, v1::RecordScreeningResponse>(
                  coordinator_, "EnrolmentService/RecordScreening",
                  "parent: '" + person +
                      "' screening { kind: SCREENING_KIND_INTERVIEW state: SCREENING_STATE_PASSED expire_date: "
                      "'2022-08-15' }")),
              IsOk());
  EXPECT_EQ(list()->screenings(0).state(), v1::SCREENING_STATE_PASSED);
  clock_.Advance(absl::Hours(24));
  EXPECT_EQ(list()->screenings(0).state(), v1::SCREENING_STATE_EXPIRED);

  const auto all = Call<v1::RecordScreeningsRequest, v1::RecordScreeningsResponse>(
      coordinator_, "EnrolmentService/RecordScreenings",
      "parent: '" + cohort_ +
          "' role: PROGRAMME_ROLE_ADEPT screenings { kind: SCREENING_KIND_INTERVIEW state: SCREENING_STATE_PASSED } "
          "screenings { kind: SCREENING_KIND_REFERENCES state: SCREENING_STATE_PASSED } screenings { kind: "
          "SCREENING_KIND_RECORD_EXTRACT state: SCREENING_STATE_PASSED }");
  ASSERT_THAT(all, IsOk());
  EXPECT_EQ(all->participant_count(), 1);
  EXPECT_EQ(all->screening_count(), 3);
  ASSERT_THAT(DecideAll(), IsOk());
  EXPECT_TRUE(Features()->features(0).screening_passed());
}

TEST_F(EnrolmentHandlerTest, FeaturesHoldNoNameAndComePageByPage) {
  for (const std::string name : {"Ali", "Eva", "Liv"}) Apply(name, "email: '" + name + "@post.example'");
  ASSERT_THAT(DecideAll(), IsOk());
  const auto page = [&](const std::string& token) {
    return Call<v1::ListFeaturesRequest, v1::ListFeaturesResponse>(
        rpc::ServiceNamed("matching"), "EnrolmentService/ListFeatures",
        "parent: '" + cohort_ + "' page_size: 2 page_token: '" + token + "'");
  };

  const auto first = page("");
  ASSERT_THAT(first->features(), SizeIs(2));
  EXPECT_THAT(page(first->next_page_token())->features(), SizeIs(1));
  EXPECT_EQ(first->as_of().seconds(), absl::ToUnixSeconds(clock_.Now()));
  for (const std::string name : {"Ali", "Eva", "Liv"}) {
    EXPECT_THAT(first->ShortDebugString(), ::testing::Not(::testing::HasSubstr(name)));
  }
}

TEST_F(EnrolmentHandlerTest, FeaturesOfSomeAreAskedForByServicesAlone) {
  const std::string ali = Apply("Ali"), eva = Apply("Eva");
  ASSERT_THAT(DecideAll(), IsOk());
  const std::string person = Get(coordinator_, eva)->enrolment().participant();
  const auto ask = [&](const rpc::Identity& caller) {
    return Call<v1::BatchGetFeaturesRequest, v1::BatchGetFeaturesResponse>(
        caller, "EnrolmentService/BatchGetFeatures",
        "enrolments: '" + ali + "' enrolments: '" + ali + "0' participants: '" + person + "'");
  };

  const auto answer = ask(rpc::ServiceNamed("matching"));

  ASSERT_THAT(answer, IsOk());
  ASSERT_THAT(answer->features(), SizeIs(2));
  EXPECT_EQ(answer->features(0).enrolment(), ali);
  EXPECT_EQ(answer->features(1).participant(), person);
  EXPECT_EQ(answer->as_of().seconds(), absl::ToUnixSeconds(clock_.Now()));
  EXPECT_THAT(answer->ShortDebugString(), ::testing::Not(::testing::HasSubstr("Ali")));
  EXPECT_THAT(ask(coordinator_), HasReason("PERMISSION_DENIED"));
}

TEST_F(EnrolmentHandlerTest, AWithdrawalIsReadAlsoWherePartnerDoesNotAnswer) {
  const std::string employed = MakePerson("Ella", "profile { employer: 'organisations/o' }");
  const std::string other = MakePerson("Ali", "profile { employer: 'organisations/o' }");
  std::string consent;
  for (const std::string& person : {employed, other}) {
    Consent(person, "PROGRAMME");
    consent = Consent(person, "MATCHING");
    ASSERT_THAT(Decide(Enrol(person, "MENTOR")->enrolment().name()), IsOk());
  }
  partners_.Agree("organisations/operator", "organisations/o");
  const auto ask = [&] {
    return *Call<v1::BatchGetFeaturesRequest, v1::BatchGetFeaturesResponse>(
        rpc::ServiceNamed("matching"), "EnrolmentService/BatchGetFeatures",
        "participants: '" + employed + "' participants: '" + other + "'");
  };
  ASSERT_THAT(ask().features(), SizeIs(2));
  EXPECT_TRUE(ask().features(0).employer_agreement_active());
  EXPECT_FALSE(ask().features(0).employer_agreement_unknown());

  partners_.set_reachable(false);
  ASSERT_THAT((Call<v1::WithdrawConsentRequest, v1::WithdrawConsentResponse>(
                  coordinator_, "ParticipantService/WithdrawConsent", "name: '" + consent + "'")),
              IsOk());

  ASSERT_THAT(ask().features(), SizeIs(1));
  EXPECT_EQ(ask().features(0).participant(), employed);
  EXPECT_TRUE(ask().features(0).employer_agreement_unknown());
}

TEST_F(EnrolmentHandlerTest, FeaturesNeedToKnowAboutAgreements) {
  const std::string person = MakePerson("Ella", "profile { employer: 'organisations/o' }");
  Consent(person, "PROGRAMME");
  Consent(person, "MATCHING");
  ASSERT_THAT(Decide(Enrol(person, "MENTOR")->enrolment().name()), IsOk());
  partners_.set_reachable(false);

  EXPECT_THAT(Features(), HasReason("AGREEMENTS_UNREACHABLE"));
}

}  // namespace
}  // namespace brygga::participant
