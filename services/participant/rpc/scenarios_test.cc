// The scenarios of the domain that are this service's, by their numbers, through
// a channel.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

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

class ScenariosTest : public ParticipantRpcTest {
 protected:
  // The rules that the product ships for a kind of programme.
  void UseRules(const std::string& file) {
    std::ifstream in("data/rules/" + file);
    std::stringstream text;
    text << in.rdbuf();
    const auto json = nlohmann::json::parse(text.str());
    v1::CreateRuleSetRequest request;
    request.set_parent(programme_);
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json["ruleSet"].dump(), request.mutable_rule_set()).ok());
    const auto created = Call<v1::CreateRuleSetResponse>(coordinator_, "ProgrammeService/CreateRuleSet", request);
    ASSERT_THAT(created, IsOk());
  }

  // A decided enrolment of a new person.
  v1::Enrolment DecidedEnrolment(const std::string& role, const std::string& person_fields) {
    const std::string person = MakePerson("Somebody", person_fields);
    Consent(person, "PROGRAMME");
    Consent(person, "MATCHING");
    const auto enrolment = Enrol(person, role);
    EXPECT_THAT(enrolment, IsOk());
    const auto decided = Decide(enrolment->enrolment().name());
    EXPECT_THAT(decided, IsOk());
    return decided.ok() ? decided->enrolment() : v1::Enrolment();
  }
};

std::set<std::string> CodesOf(const v1::EligibilityDecision& decision) {
  std::set<std::string> codes;
  for (const v1::CriterionFinding& finding : decision.findings()) codes.insert(finding.code());
  return codes;
}

TEST_F(ScenariosTest, Scenario8OfThe32CombinationsOnlyTheAllTrueOneIsEligible) {
  UseRules("vocational.json");
  int eligible = 0;
  for (int bits = 0; bits < 32; ++bits) {
    const bool foreign = bits & 1, educated = bits & 2, speaks = bits & 4, resident = bits & 8, motivated = bits & 16;
    std::set<std::string> expected;
    if (!foreign) expected.insert("FOREIGN_BACKGROUND");
    if (!educated) expected.insert("POST_SECONDARY_EDUCATION");
    if (!speaks) expected.insert("SWEDISH_OR_ENGLISH");
    if (!resident) expected.insert("RESIDENCE_PERMIT");
    if (!motivated) expected.insert("MOTIVATION");

    const v1::Enrolment decided = DecidedEnrolment(
        "ADEPT",
        std::string("background { origin_country: '") + (foreign ? "SY" : "SE") +
            "' residence_status: RESIDENCE_STATUS_" + (resident ? "PERMANENT" : "ASYLUM_PENDING") +
            " } profile { sun_level: '" + (educated ? "41" : "33") +
            "' languages { language: 'sv' level: CEFR_LEVEL_A2 } languages { language: 'en' level: CEFR_LEVEL_" +
            (speaks ? "B2" : "B1") + " } " + (motivated ? "goals: 'NETWORK'" : "") + " }");

    EXPECT_EQ(CodesOf(decided.decision()), expected) << "combination " << bits;
    EXPECT_EQ(decided.decision().verdict(), expected.empty() ? v1::VERDICT_ELIGIBLE : v1::VERDICT_INELIGIBLE);
    EXPECT_EQ(decided.decision().rule_set(), programme_ + "/ruleSets/1");
    EXPECT_EQ(decided.decision().date(), "2022-08-15");
    if (decided.state() == v1::ENROLMENT_STATE_ENROLLED) ++eligible;
  }
  EXPECT_EQ(eligible, 1);
}

TEST_F(ScenariosTest, Scenario9AnAgreementThatEndedYesterdayDoesNotCount) {
  UseRules("vocational.json");
  partners_.Agree("organisations/operator", "organisations/ended", Date(2022, 8, 14));
  partners_.Agree("organisations/operator", "organisations/today", Date(2022, 8, 15));

  EXPECT_EQ(DecidedEnrolment("MENTOR", "profile { employer: 'organisations/today' }").state(),
            v1::ENROLMENT_STATE_ENROLLED);
  const v1::Enrolment ended = DecidedEnrolment("MENTOR", "profile { employer: 'organisations/ended' }");
  EXPECT_EQ(ended.state(), v1::ENROLMENT_STATE_DENIED);
  EXPECT_THAT(CodesOf(ended.decision()), ElementsAre("EMPLOYER_AGREEMENT"));

  // Tomorrow the other one has ended too: the mentor stays enrolled, and new
  // rounds see that there is no agreement.
  ASSERT_THAT(Features()->features(), ElementsAre(Property(&v1::EnrolmentFeatures::employer_agreement_active, true)));
  clock_.Advance(absl::Hours(24));
  EXPECT_THAT(Features()->features(), ElementsAre(Property(&v1::EnrolmentFeatures::employer_agreement_active, false)));
}

TEST_F(ScenariosTest, Scenario9WhetherAPrivatePersonMayMentorIsTheProgrammesToSay) {
  UseRules("vocational.json");
  EXPECT_EQ(DecidedEnrolment("MENTOR", "").state(), v1::ENROLMENT_STATE_DENIED);

  programme_ = MakeProgramme("Stockholm Mentor", "private_mentors_allowed: true");
  coordinator_ = rpc::CoordinatorOf(programme_);
  cohort_ = MakeCohort(programme_);
  UseRules("vocational.json");
  EXPECT_EQ(DecidedEnrolment("MENTOR", "").state(), v1::ENROLMENT_STATE_ENROLLED);
}

TEST_F(ScenariosTest, WhenPartnerIsSilentNothingIsDecided) {
  UseRules("vocational.json");
  const std::string person = MakePerson("Ella", "profile { employer: 'organisations/o' }");
  Consent(person, "PROGRAMME");
  const auto enrolment = Enrol(person, "MENTOR");
  ASSERT_THAT(enrolment, IsOk());
  partners_.set_reachable(false);

  EXPECT_THAT(Decide(enrolment->enrolment().name()), HasReason("AGREEMENTS_UNREACHABLE"));
}

TEST_F(ScenariosTest, Scenario10AnEnquiryWithoutConsentStoresNothing) {
  const std::string enquiry =
      "enquiry { display_name: 'Ali' email: 'ali@post.example' subject: 'Mentor' notice { version: 'web-1' } }";
  EXPECT_THAT((Call<v1::SubmitEnquiryRequest, v1::SubmitEnquiryResponse>(rpc::Anonymous(),
                                                                         "EnquiryService/SubmitEnquiry", enquiry)),
              HasReason("CONSENT_REQUIRED"));
  const auto list = [&] {
    return Call<v1::ListEnquiriesRequest, v1::ListEnquiriesResponse>(rpc::Admin(), "EnquiryService/ListEnquiries", "");
  };
  EXPECT_THAT(list()->enquiries(), IsEmpty());

  ASSERT_THAT((Call<v1::SubmitEnquiryRequest, v1::SubmitEnquiryResponse>(
                  rpc::Anonymous(), "EnquiryService/SubmitEnquiry", enquiry + " consent: true")),
              IsOk());
  ASSERT_THAT(list()->enquiries(), SizeIs(1));
  EXPECT_EQ(list()->enquiries(0).notice().version(), "web-1");
  EXPECT_EQ(list()->enquiries(0).consent_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
}

TEST_F(ScenariosTest, Scenario10ARowWithoutConsentIsListedAndNotStored) {
  const std::string row =
      "rows { participant { external_ref { source: 'sample' key: 'A1' } given_name: 'Ali' } enrolments { cohort: '" +
      cohort_ + "' enrolment { role: PROGRAMME_ROLE_ADEPT } } consent: ROW_CONSENT_";
  const std::string notice = " notice { version: 'sample-1' } purposes: [PURPOSE_PROGRAMME, PURPOSE_MATCHING]";
  const auto import = [&](const std::string& consent) {
    return Call<v1::ImportParticipantsRequest, v1::ImportParticipantsResponse>(
        coordinator_, "ParticipantService/ImportParticipants", row + consent + " }" + notice);
  };

  const auto refused = import("REFUSED");
  ASSERT_THAT(refused, IsOk());
  EXPECT_EQ(refused->results(0).outcome(), v1::IMPORT_OUTCOME_NO_CONSENT);
  EXPECT_EQ(refused->refused_count(), 0);
  EXPECT_EQ(refused->no_consent_count(), 1);
  EXPECT_THAT((Call<v1::ListParticipantsRequest, v1::ListParticipantsResponse>(
                   rpc::Admin(), "ParticipantService/ListParticipants", ""))
                  ->participants(),
              IsEmpty());

  const auto given = import("GIVEN");
  ASSERT_THAT(given, IsOk());
  const auto consents = Call<v1::ListConsentsRequest, v1::ListConsentsResponse>(
      coordinator_, "ParticipantService/ListConsents", "parent: '" + given->results(0).participant() + "'");
  ASSERT_THAT(consents, IsOk());
  ASSERT_THAT(consents->consents(), SizeIs(2));
  EXPECT_EQ(consents->consents(0).notice().version(), "sample-1");
  EXPECT_EQ(consents->consents(0).give_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
}

TEST_F(ScenariosTest, Scenario10WithdrawalRemovesThePersonFromTheFeaturesAtOnce) {
  const std::string person = MakePerson("Ali");
  Consent(person, "PROGRAMME");
  const std::string consent = Consent(person, "MATCHING");
  ASSERT_THAT(Decide(Enrol(person, "ADEPT")->enrolment().name()), IsOk());
  ASSERT_THAT(Features()->features(), SizeIs(1));

  ASSERT_THAT((Call<v1::WithdrawConsentRequest, v1::WithdrawConsentResponse>(
                  rpc::ParticipantNamed(person), "ParticipantService/WithdrawConsent", "name: '" + consent + "'")),
              IsOk());

  EXPECT_THAT(Features()->features(), IsEmpty());
}

TEST_F(ScenariosTest, Scenario30AnotherProgrammesCoordinatorHearsWhatIsSaidOfNobody) {
  const std::string person = MakePerson("Ali");
  const rpc::Identity other = rpc::CoordinatorOf(MakeProgramme("Stockholm Mentor"));
  const auto get = [&](const rpc::Identity& caller, const std::string& name) {
    return Call<v1::GetParticipantRequest, v1::GetParticipantResponse>(caller, "ParticipantService/GetParticipant",
                                                                       "name: '" + name + "'");
  };

  EXPECT_THAT(get(coordinator_, person), IsOk());
  EXPECT_THAT(get(rpc::ParticipantNamed(person), person), IsOk());
  const absl::Status hidden = get(other, person).status();
  const absl::Status absent = get(other, "participants/nobody").status();
  EXPECT_THAT(hidden, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(hidden.code(), absent.code());
  EXPECT_EQ(std::string(hidden.message()), person + " does not exist");
  EXPECT_EQ(std::string(absent.message()), "participants/nobody does not exist");
  EXPECT_THAT(get(rpc::ParticipantNamed("participants/nobody"), person), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace brygga::participant
