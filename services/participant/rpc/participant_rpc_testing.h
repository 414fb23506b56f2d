// The participant service behind a real channel, for the tests of its methods.
#ifndef BRYGGA_SERVICES_PARTICIPANT_RPC_PARTICIPANT_RPC_TESTING_H_
#define BRYGGA_SERVICES_PARTICIPANT_RPC_PARTICIPANT_RPC_TESTING_H_

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "brygga/participant/v1/data_subject_request_service.pb.h"
#include "brygga/participant/v1/enquiry_service.pb.h"
#include "brygga/participant/v1/enrolment_service.pb.h"
#include "brygga/participant/v1/participant_service.pb.h"
#include "brygga/participant/v1/programme_service.pb.h"
#include "common/rpc/testing.h"
#include "common/status/check.h"
#include "common/time/clock.h"
#include "services/participant/domain/fake_partner_directory.h"
#include "services/participant/service.h"
#include "services/participant/store/fake_participant_store.h"

namespace brygga::participant {

// A request in text format.
template <typename Request>
Request FromText(const std::string& text) {
  Request request;
  BRYGGA_CHECK(google::protobuf::TextFormat::ParseFromString(text, &request));
  return request;
}

// Over the fake store and a fake partner; the clock stands at noon on 15 August
// 2022, UTC. programmes/… and its open cohort are there.
class ParticipantRpcTest : public ::testing::Test {
 protected:
  ParticipantRpcTest() {
    programme_ = MakeProgramme("Mitt Livs Chans");
    coordinator_ = rpc::CoordinatorOf(programme_);
    cohort_ = MakeCohort(programme_);
  }

  // Calls `method` ("ParticipantService/GetParticipant"); makes a request id
  // where the request takes one and has none.
  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(const rpc::Identity& caller, std::string_view method, const Request& request) {
    return server_.Call<Response>(caller, "brygga.participant.v1." + std::string(method), rpc::WithRequestId(request));
  }
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(const rpc::Identity& caller, std::string_view method, const std::string& text) {
    return Call<Response>(caller, method, FromText<Request>(text));
  }

  // Make things and give their names; the test fails where that fails.
  std::string MakeProgramme(const std::string& display_name, const std::string& more = "") {
    const auto created = Call<v1::CreateProgrammeRequest, v1::CreateProgrammeResponse>(
        rpc::Admin(), "ProgrammeService/CreateProgramme",
        "programme { display_name: '" + display_name +
            "' kind: PROGRAMME_KIND_VOCATIONAL operator: 'organisations/operator' roles: PROGRAMME_ROLE_ADEPT "
            "roles: PROGRAMME_ROLE_MENTOR " +
            more + " }");
    EXPECT_TRUE(created.ok()) << created.status();
    return created.ok() ? created->programme().name() : "";
  }
  std::string MakeCohort(const std::string& programme) {
    const auto created = Call<v1::CreateCohortRequest, v1::CreateCohortResponse>(
        rpc::Admin(), "ProgrammeService/CreateCohort", "parent: '" + programme + "' cohort { display_name: 'Autumn' }");
    EXPECT_TRUE(created.ok()) << created.status();
    if (!created.ok()) return "";
    EXPECT_TRUE(MoveCohort(created->cohort().name(), "OPEN").ok());
    return created->cohort().name();
  }
  absl::StatusOr<v1::ChangeCohortStateResponse> MoveCohort(const std::string& cohort, const std::string& state) {
    return Call<v1::ChangeCohortStateRequest, v1::ChangeCohortStateResponse>(
        rpc::Admin(), "ProgrammeService/ChangeCohortState", "name: '" + cohort + "' state: COHORT_STATE_" + state);
  }
  std::string MakePerson(const std::string& given_name, const std::string& more = "") {
    const auto created = Call<v1::CreateParticipantRequest, v1::CreateParticipantResponse>(
        coordinator_, "ParticipantService/CreateParticipant",
        "programme: '" + programme_ + "' participant { given_name: '" + given_name + "' " + more + " }");
    EXPECT_TRUE(created.ok()) << created.status();
    return created.ok() ? created->participant().name() : "";
  }
  // Gives consent and its name.
  std::string Consent(const std::string& person, const std::string& purpose) {
    const auto given = Call<v1::GiveConsentRequest, v1::GiveConsentResponse>(
        coordinator_, "ParticipantService/GiveConsent",
        "parent: '" + person + "' consent { purpose: PURPOSE_" + purpose +
            " notice { version: 'sample-1' } channel: CONSENT_CHANNEL_WEB }");
    EXPECT_TRUE(given.ok()) << given.status();
    return given.ok() ? given->consent().name() : "";
  }
  absl::StatusOr<v1::CreateEnrolmentResponse> Enrol(const std::string& person, const std::string& role) {
    return Call<v1::CreateEnrolmentRequest, v1::CreateEnrolmentResponse>(
        coordinator_, "EnrolmentService/CreateEnrolment",
        "parent: '" + cohort_ + "' enrolment { participant: '" + person + "' role: PROGRAMME_ROLE_" + role + " }");
  }
  absl::StatusOr<v1::DecideEnrolmentResponse> Decide(const std::string& enrolment) {
    return Call<v1::DecideEnrolmentRequest, v1::DecideEnrolmentResponse>(
        coordinator_, "EnrolmentService/DecideEnrolment", "name: '" + enrolment + "'");
  }
  absl::StatusOr<v1::ListFeaturesResponse> Features() {
    return Call<v1::ListFeaturesRequest, v1::ListFeaturesResponse>(
        rpc::ServiceNamed("matching"), "EnrolmentService/ListFeatures", "parent: '" + cohort_ + "'");
  }

  ManualClock clock_{absl::FromCivil(absl::CivilHour(2022, 8, 15, 12), absl::UTCTimeZone())};
  FakeParticipantStore store_{clock_};
  FakePartnerDirectory partners_;
  ParticipantService service_{store_, partners_};
  rpc::TestServer server_{service_.services()};

  std::string programme_;
  std::string cohort_;
  rpc::Identity coordinator_;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_RPC_PARTICIPANT_RPC_TESTING_H_
