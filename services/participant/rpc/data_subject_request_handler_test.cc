#include "services/participant/rpc/data_subject_request_handler.h"

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
using ::testing::SizeIs;

// Over the default holders: matching and events.
class DataSubjectRequestHandlerTest : public ParticipantRpcTest {
 protected:
  absl::StatusOr<v1::RequestErasureResponse> Erase(const rpc::Identity& caller, const std::string& person,
                                                   const std::string& request_id = "") {
    v1::RequestErasureRequest request;
    request.set_participant(person);
    request.set_request_id(request_id);
    return Call<v1::RequestErasureResponse>(caller, "DataSubjectRequestService/RequestErasure", request);
  }
  absl::StatusOr<v1::DataSubjectRequest> Get(const rpc::Identity& caller, const std::string& name) {
    const auto response = Call<v1::GetDataSubjectRequestRequest, v1::GetDataSubjectRequestResponse>(
        caller, "DataSubjectRequestService/GetDataSubjectRequest", "name: '" + name + "'");
    if (!response.ok()) return response.status();
    return response->data_subject_request();
  }
  absl::StatusOr<v1::ListDataSubjectRequestsResponse> List(const rpc::Identity& caller,
                                                           const std::string& filter = "") {
    return Call<v1::ListDataSubjectRequestsRequest, v1::ListDataSubjectRequestsResponse>(
        caller, "DataSubjectRequestService/ListDataSubjectRequests", "filter: '" + filter + "'");
  }
  absl::StatusOr<v1::AcknowledgeErasureResponse> Acknowledge(const rpc::Identity& caller, const std::string& name,
                                                             const std::string& holder) {
    return Call<v1::AcknowledgeErasureRequest, v1::AcknowledgeErasureResponse>(
        caller, "DataSubjectRequestService/AcknowledgeErasure", "name: '" + name + "' holder: '" + holder + "'");
  }
  static std::vector<v1::HolderState> StatesOf(const v1::DataSubjectRequest& request) {
    std::vector<v1::HolderState> states;
    for (const v1::Holder& holder : request.holders()) states.push_back(holder.state());
    return states;
  }

  const std::string person_ = MakePerson("Ali", "email: 'ali@post.example'");
};

TEST_F(DataSubjectRequestHandlerTest, AnErasedPersonIsFoundByNobody) {
  const auto taken = Erase(coordinator_, person_);
  ASSERT_THAT(taken, IsOk());

  EXPECT_EQ(taken->data_subject_request().participant(), person_);
  EXPECT_EQ(taken->data_subject_request().state(), v1::DATA_SUBJECT_REQUEST_STATE_OPEN);
  EXPECT_THAT((Call<v1::GetParticipantRequest, v1::GetParticipantResponse>(
                  rpc::Admin(), "ParticipantService/GetParticipant", "name: '" + person_ + "'")),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Erase(coordinator_, person_), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(DataSubjectRequestHandlerTest, ARepeatGetsTheFirstAnswerThoughThePersonIsGone) {
  const std::string id = NewUuid(absl::Now());
  const auto first = Erase(coordinator_, person_, id);
  ASSERT_THAT(first, IsOk());

  const auto again = Erase(coordinator_, person_, id);

  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->data_subject_request().name(), first->data_subject_request().name());
}

TEST_F(DataSubjectRequestHandlerTest, WhoDoesNotSeeAPersonCannotEraseThem) {
  EXPECT_THAT(Erase(rpc::CoordinatorOf("programmes/other"), person_), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Erase(rpc::ParticipantNamed("participants/other"), person_), StatusIs(absl::StatusCode::kNotFound));

  const auto own = Erase(rpc::ParticipantNamed(person_), person_);
  ASSERT_THAT(own, IsOk());
  EXPECT_THAT(Get(rpc::ParticipantNamed(person_), own->data_subject_request().name()), IsOk());
}

TEST_F(DataSubjectRequestHandlerTest, HoldersAcknowledgeForThemselvesAndTheLastCompletes) {
  const std::string name = Erase(coordinator_, person_)->data_subject_request().name();
  const rpc::Identity matching = rpc::ServiceNamed("matching");

  EXPECT_THAT(Acknowledge(matching, name, "events"), HasReason("PERMISSION_DENIED"));
  EXPECT_THAT(Acknowledge(rpc::ServiceNamed("gateway"), name, "gateway"), HasReason("NOT_A_HOLDER"));
  EXPECT_THAT(Acknowledge(coordinator_, name, "matching"), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_EQ(Acknowledge(matching, name, "matching")->data_subject_request().state(),
            v1::DATA_SUBJECT_REQUEST_STATE_OPEN);
  EXPECT_EQ(Acknowledge(matching, name, "matching")->data_subject_request().etag(), "2");
  EXPECT_EQ(Acknowledge(rpc::Admin(), name, "events")->data_subject_request().state(),
            v1::DATA_SUBJECT_REQUEST_STATE_COMPLETED);
}

TEST_F(DataSubjectRequestHandlerTest, ASilentHolderIsOverdue) {
  const std::string name = Erase(coordinator_, person_)->data_subject_request().name();
  ASSERT_THAT(Acknowledge(rpc::ServiceNamed("events"), name, "events"), IsOk());
  EXPECT_THAT(StatesOf(*Get(coordinator_, name)),
              ElementsAre(v1::HOLDER_STATE_ACKNOWLEDGED, v1::HOLDER_STATE_PENDING, v1::HOLDER_STATE_ACKNOWLEDGED));

  clock_.Advance(absl::Hours(24));

  EXPECT_THAT(StatesOf(*Get(coordinator_, name)),
              ElementsAre(v1::HOLDER_STATE_ACKNOWLEDGED, v1::HOLDER_STATE_OVERDUE, v1::HOLDER_STATE_ACKNOWLEDGED));
}

TEST_F(DataSubjectRequestHandlerTest, RequestsAreSeenByWhoMadeThemServicesAndAdministrators) {
  const std::string name = Erase(coordinator_, person_)->data_subject_request().name();
  rpc::Identity stranger = rpc::CoordinatorOf("programmes/other");
  stranger.subject = "stranger";

  EXPECT_THAT(Get(stranger, name), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(List(stranger)->data_subject_requests(), IsEmpty());
  EXPECT_THAT(List(coordinator_)->data_subject_requests(), SizeIs(1));
  EXPECT_THAT(List(rpc::ServiceNamed("matching"), "state = OPEN")->data_subject_requests(), SizeIs(1));
  EXPECT_THAT(List(rpc::Admin(), "state = COMPLETED")->data_subject_requests(), IsEmpty());
}

TEST_F(DataSubjectRequestHandlerTest, AnErasedEnrolmentIsStillCounted) {
  Consent(person_, "PROGRAMME");
  Consent(person_, "MATCHING");
  ASSERT_THAT(Enrol(person_, "ADEPT"), IsOk());

  ASSERT_THAT(Erase(coordinator_, person_), IsOk());

  const auto summary = Call<v1::GetCohortSummaryRequest, v1::GetCohortSummaryResponse>(
      coordinator_, "ProgrammeService/GetCohortSummary", "name: '" + cohort_ + "'");
  EXPECT_THAT(summary->enrolments(), IsEmpty());
  ASSERT_THAT(summary->erased(), SizeIs(1));
  EXPECT_EQ(summary->erased(0).count(), 1);
}

}  // namespace
}  // namespace brygga::participant
