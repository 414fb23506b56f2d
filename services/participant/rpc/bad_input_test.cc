// What every mutating method answers to bad input: the code, the reason, and all
// wrong fields at once.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>

#include <memory>
#include <string>
#include <vector>

#include "common/status/error.h"
#include "services/participant/rpc/participant_rpc_testing.h"

namespace brygga::participant {
namespace {

using ::testing::UnorderedElementsAreArray;

struct BadInput {
  std::string method;   // "ParticipantService.CreateParticipant"
  std::string request;  // In text format.
  std::vector<std::string> fields;
};

constexpr char kId[] = " request_id: '01890a5d-ac96-774b-bcce-b302099a8057'";
const std::string kCohort = "'programmes/v/cohorts/c'";

std::vector<BadInput> PersonsTable() {
  const std::string long_name(101, 'x');
  return {
      {"ParticipantService.CreateParticipant", "", {"programme", "participant", "request_id"}},
      {"ParticipantService.CreateParticipant",
       "programme: 'x' request_id: 'x' participant { external_ref {} email: 'x' gender: 9 birth_date: '2022-02-30' "
       "birth_year: -1 capacity: 101 availability: 7 family_name: '" +
           long_name + "' }",
       {"programme", "request_id", "participant.external_ref.source", "participant.external_ref.key",
        "participant.given_name", "participant.family_name", "participant.email", "participant.gender",
        "participant.birth_date", "participant.birth_year", "participant.capacity", "participant.availability"}},
      {"ParticipantService.CreateParticipant",
       "programme: 'programmes/v' participant { given_name: 'A' profile { languages { language: 'SV' level: 9 } "
       "sun_level: '1234' sun_field: 'x' ssyk4: '1' occupation_id: 'a b' target_ssyk4: '1' years_experience: 81 "
       "skills: 'a' skills: 'a' municipality_code: '18' max_distance_km: 2001 meeting_format: 9 slots: SLOT_MON_LUNCH "
       "slots: SLOT_MON_LUNCH employer: 'P1' goals: 'network' rounds_before: -1 } background { origin_country: 'Syria' "
       "residence_status: 9 arrival_year: -1 } }" +
           std::string(kId),
       {"participant.profile.languages[0].language", "participant.profile.languages[0].level",
        "participant.profile.sun_level", "participant.profile.sun_field", "participant.profile.ssyk4",
        "participant.profile.occupation_id", "participant.profile.target_ssyk4", "participant.profile.years_experience",
        "participant.profile.skills[1]", "participant.profile.municipality_code", "participant.profile.max_distance_km",
        "participant.profile.meeting_format", "participant.profile.slots[1]", "participant.profile.employer",
        "participant.profile.goals[0]", "participant.profile.rounds_before", "participant.background.origin_country",
        "participant.background.residence_status", "participant.background.arrival_year"}},
      {"ParticipantService.CreateParticipant",
       std::string("programme: 'programmes/v' participant { given_name: 'A' birth_date: '1984-01-01' birth_year: 1985 "
                   "profile { languages { language: 'sv' level: CEFR_LEVEL_A1 } languages { language: 'sv' level: "
                   "CEFR_LEVEL_A2 } } }") +
           kId,
       {"participant.birth_year", "participant.profile.languages[1].language"}},
      {"ParticipantService.UpdateParticipant", "", {"participant", "request_id"}},
      {"ParticipantService.UpdateParticipant",
       std::string("participant { given_name: 'A' }") + kId,
       {"participant.name"}},
      {"ParticipantService.ImportParticipants", "", {"rows", "request_id"}},
      {"ParticipantService.ImportParticipants",
       std::string("rows { consent: ROW_CONSENT_GIVEN enrolments { cohort: 'x' } } purposes: 9") + kId,
       {"rows[0].enrolments[0].cohort", "purposes[0]"}},
      {"ParticipantService.ImportParticipants",
       std::string("rows { consent: ROW_CONSENT_GIVEN }") + kId,
       {"notice", "purposes"}},
      {"ParticipantService.GiveConsent", "", {"parent", "consent", "request_id"}},
      {"ParticipantService.GiveConsent",
       std::string("parent: 'participants/p' consent { notice {} }") + kId,
       {"consent.purpose", "consent.notice.version", "consent.channel"}},
      {"ParticipantService.WithdrawConsent", std::string("name: 'participants/p'") + kId, {"name"}},
  };
}

std::vector<BadInput> ProgrammesTable() {
  return {
      {"ProgrammeService.CreateProgramme", "", {"programme", "request_id"}},
      {"ProgrammeService.CreateProgramme",
       std::string("programme { kind: 99 operator: 'x' roles: 99 }") + kId,
       {"programme.display_name", "programme.kind", "programme.operator", "programme.roles[0]"}},
      {"ProgrammeService.CreateProgramme",
       std::string("programme { display_name: 'A' kind: PROGRAMME_KIND_YOUTH operator: 'organisations/o' roles: "
                   "PROGRAMME_ROLE_ADEPT legal_bases { role: PROGRAMME_ROLE_HOST purpose: PURPOSE_MATCHING basis: "
                   "LEGAL_BASIS_CONTRACT } }") +
           kId,
       {"programme.legal_bases[0].role"}},
      {"ProgrammeService.CreateRuleSet",
       std::string("parent: 'programmes/v' rule_set { criteria { code: 'a b' } }") + kId,
       {"rule_set.criteria[0].code", "rule_set.criteria[0].role", "rule_set.criteria[0].any_of"}},
      {"ProgrammeService.CreateRuleSet",
       std::string("parent: 'programmes/v' rule_set { criteria { code: 'A' role: PROGRAMME_ROLE_ADEPT any_of { fact: "
                   "'shoe_size' operator: RULE_OPERATOR_EQUALS values: '43' } any_of { fact: 'age' operator: "
                   "RULE_OPERATOR_IN values: 'x' } } }") +
           kId,
       {"rule_set.criteria[0].any_of[0].fact", "rule_set.criteria[0].any_of[1].operator",
        "rule_set.criteria[0].any_of[1].values[0]"}},
      {"ProgrammeService.CreateCohort",
       std::string("parent: 'programmes/v' cohort { places: -1 start_date: 'x' end_date: '2022-1-1' }") + kId,
       {"cohort.display_name", "cohort.places", "cohort.start_date", "cohort.end_date"}},
      {"ProgrammeService.CreateCohort",
       std::string(
           "parent: 'programmes/v' cohort { display_name: 'A' start_date: '2022-09-02' end_date: '2022-09-01' }") +
           kId,
       {"cohort.end_date"}},
      {"ProgrammeService.ChangeCohortState", "name: " + kCohort + " state: 99" + kId, {"state"}},
  };
}

std::vector<BadInput> EnrolmentsTable() {
  return {
      {"EnrolmentService.CreateEnrolment", "", {"parent", "enrolment", "request_id"}},
      {"EnrolmentService.CreateEnrolment",
       "parent: " + kCohort +
           " enrolment { participant: 'x' role: 99 preferences { counterpart_gender: 9 excluded_organisations: 'x' } "
           "capacity: 101 referral_source: 99 rounds_waited: -1 }" +
           kId,
       {"enrolment.participant", "enrolment.role", "enrolment.preferences.counterpart_gender",
        "enrolment.preferences.excluded_organisations[0]", "enrolment.capacity", "enrolment.referral_source",
        "enrolment.rounds_waited"}},
      {"EnrolmentService.DecideEnrolment", std::string("name: 'x' date: 'x'") + kId, {"name", "date"}},
      {"EnrolmentService.DecideEnrolments", "parent: " + kCohort + " date: '2022-13-01'", {"date", "request_id"}},
      {"EnrolmentService.WithdrawEnrolment", std::string("name: 'x'") + kId, {"name"}},
      {"EnrolmentService.RecordScreening",
       std::string("parent: 'participants/p' screening { kind: 9 }") + kId,
       {"screening.kind", "screening.state"}},
      {"EnrolmentService.RecordScreening",
       std::string("parent: 'participants/p' screening { kind: SCREENING_KIND_INTERVIEW state: SCREENING_STATE_EXPIRED "
                   "date: '2022-02-02' expire_date: '2022-02-01' }") +
           kId,
       {"screening.state", "screening.expire_date"}},
      {"EnrolmentService.BatchGetFeatures", "enrolments: 'x' participants: 'y'", {"enrolments[0]", "participants[0]"}},
      {"EnrolmentService.RecordScreenings", "parent: " + kCohort + kId, {"role", "screenings"}},
      {"EnrolmentService.RecordScreenings",
       "parent: " + kCohort +
           " role: PROGRAMME_ROLE_MENTOR screenings { kind: SCREENING_KIND_INTERVIEW state: SCREENING_STATE_PASSED } "
           "screenings { kind: SCREENING_KIND_INTERVIEW state: SCREENING_STATE_PASSED }" +
           kId,
       {"screenings[1].kind"}},
      {"EnquiryService.SubmitEnquiry",
       std::string("enquiry { email: 'x' phone: 'x' programme: 'x' notice {} }") + kId,
       {"enquiry.display_name", "enquiry.email", "enquiry.phone", "enquiry.subject", "enquiry.programme",
        "enquiry.notice.version"}},
      {"EnquiryService.ChangeEnquiryState",
       std::string("name: 'x' participant: 'x'") + kId,
       {"name", "state", "participant"}},
      {"DataSubjectRequestService.RequestErasure", "participant: 'x'", {"participant", "request_id"}},
      {"DataSubjectRequestService.AcknowledgeErasure",
       "name: 'dataSubjectRequests/' holder: '" + std::string(41, 'x') + "'",
       {"name", "holder", "request_id"}},
  };
}

// These name what they change inside a message, so that access is refused before
// validation when it is missing: their wrong fields come with a right name.
std::vector<BadInput> UpdatesTable() {
  return {
      {"ProgrammeService.UpdateProgramme",
       std::string("programme { name: 'programmes/v' kind: 99 }") + kId,
       {"programme.display_name", "programme.kind", "programme.operator", "programme.roles"}},
      {"ProgrammeService.UpdateCohort",
       "cohort { name: " + kCohort + " places: -1 }" + kId,
       {"cohort.display_name", "cohort.places"}},
      {"EnrolmentService.UpdateEnrolment",
       std::string("enrolment { name: 'programmes/v/cohorts/c/enrolments/e' capacity: -1 }") + kId,
       {"enrolment.participant", "enrolment.role", "enrolment.capacity"}},
  };
}

std::vector<BadInput> Table() {
  std::vector<BadInput> table = PersonsTable();
  for (const auto& more : {ProgrammesTable(), EnrolmentsTable(), UpdatesTable()}) {
    table.insert(table.end(), more.begin(), more.end());
  }
  return table;
}

// Every mutating method has a row; which ones those are is read from the
// contract, so that a new one cannot be forgotten.
TEST(BadInputTableTest, HasARowForEveryMutatingMethod) {
  for (const std::string name :
       {"ParticipantService", "ProgrammeService", "EnrolmentService", "EnquiryService", "DataSubjectRequestService"}) {
    const auto* service =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName("brygga.participant.v1." + name);
    for (int i = 0; i < service->method_count(); ++i) {
      const auto& method = *service->method(i);
      if (method.input_type()->FindFieldByName("request_id") == nullptr) continue;
      EXPECT_THAT(Table(), ::testing::Contains(::testing::Field(&BadInput::method, name + "." + method.name())));
    }
  }
}

using BadInputTest = ParticipantRpcTest;

TEST_F(BadInputTest, BadInputIsRefusedWithEveryWrongFieldNamed) {
  for (const BadInput& bad : Table()) {
    const auto& method =
        *google::protobuf::DescriptorPool::generated_pool()->FindMethodByName("brygga.participant.v1." + bad.method);
    auto* factory = google::protobuf::MessageFactory::generated_factory();
    const std::unique_ptr<google::protobuf::Message> request(factory->GetPrototype(method.input_type())->New());
    const std::unique_ptr<google::protobuf::Message> response(factory->GetPrototype(method.output_type())->New());
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(bad.request, request.get())) << bad.request;

    const absl::Status status =
        server_.channel().CallMessage(rpc::CallOptions::Within(absl::Seconds(20), rpc::TokenOf(rpc::Admin())),
                                      method.service()->full_name() + "/" + method.name(), *request, response.get());

    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad.method << " " << bad.request << status;
    EXPECT_EQ(ReasonOf(status), "INVALID_FIELDS");
    std::vector<std::string> fields;
    for (const FieldViolation& violation : DetailsOf(status).fields) fields.push_back(violation.field);
    EXPECT_THAT(fields, UnorderedElementsAreArray(bad.fields)) << bad.method << " " << bad.request;
  }
}

}  // namespace
}  // namespace brygga::participant
