// What every mutating method answers to bad input: the code, the reason, and all
// wrong fields at once.
#include <google/protobuf/descriptor.h>

#include "common/status/error.h"
#include "services/matching/rpc/matching_rpc_testing.h"

namespace brygga::matching {
namespace {

using ::testing::UnorderedElementsAreArray;

struct BadInput {
  std::string method;
  std::string request;  // In text format.
  std::vector<std::string> fields;
};

constexpr char kId[] = " request_id: '01890a5d-ac96-774b-bcce-b302099a8057'";

std::vector<BadInput> Table() {
  const std::string parent = std::string("parent: '") + kCohort + "' ";
  const std::string round = std::string("name: '") + kCohort + "/rounds/r' ";
  const std::string match = std::string("name: '") + kCohort + "/matches/m' ";
  return {
      {"ListCandidates", "page_size: 1001 view: 9", {"parent", "participant", "page_size", "view"}},
      {"ListCandidates",
       parent + "participant: 'p' filter: '" + std::string(2001, 'x') + "' language_code: 'x y'",
       {"participant", "filter", "language_code"}},
      {"CreatePolicy", "", {"parent", "policy", "request_id"}},
      {"CreatePolicy", "parent: 'programmes/p' policy {} request_id: '1'", {"parent", "policy.document", "request_id"}},
      {"StartRound", "", {"parent", "request_id"}},
      {"StartRound",
       parent + "objective: 9 policy_version: -1 seed: '" + std::string(65, 'x') + "'" + kId,
       {"objective", "policy_version", "seed"}},
      {"CancelRound", "", {"name", "request_id"}},
      {"CancelRound", std::string("name: 'rounds/r' etag: '") + std::string(41, 'x') + "'" + kId, {"name", "etag"}},
      {"DiscardRound", round + kId, {"reason"}},
      {"DiscardRound", "reason: 'not a code'", {"name", "reason", "request_id"}},
      {"PublishRound", round + "answer_days: 91" + kId, {"answer_days"}},
      {"PublishRound", "answer_days: -1", {"name", "answer_days", "request_id"}},
      {"CreateLock", parent, {"lock", "request_id"}},
      {"CreateLock",
       parent + "lock { mentor: 'm' override_reason: 'because' }" + kId,
       {"lock.mentor", "lock.adept", "lock.reason", "lock.override_reason"}},
      {"DeleteLock", "name: 'locks/l'", {"name", "request_id"}},
      {"CreateVeto",
       "veto { mentor: 'participants/m' reason: 'x y' }",
       {"parent", "veto.adept", "veto.reason", "request_id"}},
      {"AcceptMatch", match + kId, {"side"}},
      {"AcceptMatch", "side: 7", {"name", "side", "request_id"}},
      {"DeclineMatch", match + "side: SIDE_MENTOR reason: 'no'" + kId, {"reason"}},
      {"DeclineMatch", "", {"name", "side", "reason", "request_id"}},
      {"EndMatch", match + "early: true" + kId, {"reason"}},
      {"EndMatch", "", {"name", "reason", "request_id"}},
      {"RepairRound", "", {"parent", "request_id"}},
      {"RepairRound",
       parent + "base: 'rounds/r' objective: 9 policy_version: -1 change_price: -1 seed: '" + std::string(65, 'x') +
           "'" + kId,
       {"base", "objective", "policy_version", "change_price", "seed"}},
      {"RepairRound", parent + "objective: OBJECTIVE_STABLE change_price: 5" + kId, {"change_price"}},
      {"DeleteVeto", "name: 'vetoes/v' etag: '" + std::string(41, 'x') + "'", {"name", "etag", "request_id"}},
      {"CreateMatch", "", {"parent", "mentor", "adept", "reason", "request_id"}},
      {"CreateMatch",
       parent + "mentor: 'm' adept: 'a' reason: 'x y' override_reason: 'because' answer_days: 91" + kId,
       {"mentor", "adept", "reason", "override_reason", "answer_days"}},
      {"PauseMatch", match + kId, {"reason"}},
      {"PauseMatch", "", {"name", "reason", "request_id"}},
      {"ResumeMatch", "name: 'matches/m' etag: '" + std::string(41, 'x') + "'", {"name", "etag", "request_id"}},
      {"ChangeMatchKind", match + kId, {"kind"}},
      {"ChangeMatchKind", "kind: 9", {"name", "kind", "request_id"}},
      {"MeetingService/SetCadence", "", {"parent", "meetings", "first_month", "last_month", "request_id"}},
      {"MeetingService/SetCadence",
       parent + "meetings: 32 first_month: 13 last_month: -1 except_months: 0" + kId,
       {"meetings", "first_month", "last_month", "except_months[0]"}},
      {"MeetingService/RecordMeeting", "", {"parent", "state", "request_id"}},
      {"MeetingService/RecordMeeting",
       std::string("parent: '") + kCohort + "/matches/m' meeting: 'meetings/t' state: 9 minutes: 1441" + kId,
       {"meeting", "state", "minutes"}},
      {"MeetingService/RecordMeeting",
       std::string("parent: '") + kCohort + "/matches/m' state: MEETING_STATE_HELD" + kId,
       {"start_time"}},
  };
}

// As rows write it: the service is named where it is not MatchingService.
std::string MethodIn(const std::string& service, const std::string& method) {
  return service == "MatchingService" ? method : service + "/" + method;
}

// Every mutating method has a row; which ones those are is read from the
// contract, so that a new one cannot be forgotten.
TEST(BadInputTableTest, HasARowForEveryMutatingMethod) {
  for (const std::string name : {"MatchingService", "MeetingService"}) {
    const auto* service =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName("brygga.matching.v1." + name);
    for (int i = 0; i < service->method_count(); ++i) {
      const auto& method = *service->method(i);
      if (method.input_type()->FindFieldByName("request_id") == nullptr) continue;
      EXPECT_THAT(Table(), ::testing::Contains(::testing::Field(&BadInput::method, MethodIn(name, method.name()))));
    }
  }
}

using BadInputTest = MatchingRpcTest;

TEST_F(BadInputTest, BadInputIsRefusedWithEveryWrongFieldNamed) {
  for (const BadInput& bad : Table()) {
    const bool is_named = bad.method.find('/') != std::string::npos;
    const std::string full_name =
        "brygga.matching.v1." + (is_named ? "" : std::string("MatchingService/")) + bad.method;
    const auto& method = *google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
        std::string(full_name).replace(full_name.find('/'), 1, "."));
    auto* factory = google::protobuf::MessageFactory::generated_factory();
    const std::unique_ptr<google::protobuf::Message> request(factory->GetPrototype(method.input_type())->New());
    const std::unique_ptr<google::protobuf::Message> response(factory->GetPrototype(method.output_type())->New());
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(bad.request, request.get())) << bad.request;

    const absl::Status status = server_->channel().CallMessage(
        rpc::CallOptions::Within(absl::Seconds(20), rpc::TokenOf(rpc::Admin())), full_name, *request, response.get());

    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad.method << " " << bad.request;
    EXPECT_EQ(ReasonOf(status), "INVALID_FIELDS");
    std::vector<std::string> fields;
    for (const FieldViolation& violation : DetailsOf(status).fields) fields.push_back(violation.field);
    EXPECT_THAT(fields, UnorderedElementsAreArray(bad.fields)) << bad.method << " " << bad.request;
  }
}

// The numbers of a policy are the engine's to judge.
TEST_F(BadInputTest, APolicyIsRefusedWithEveryWrongNumberNamed) {
  Enrol({});
  ASSERT_THAT(Start(), brygga::testing::IsOk());
  const auto current = Call<v1::GetPolicyResponse>(
      coordinator_, "GetPolicy", Parse<v1::GetPolicyRequest>(std::string("name: '") + kCohort + "/policies/current'"));
  ASSERT_THAT(current, brygga::testing::IsOk());
  std::string document = current->policy().document();
  const auto replace = [&](const std::string& from, const std::string& to) {
    const size_t at = document.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    document.replace(at, from.size(), to);
  };
  replace("\"minimum_closeness\": 0.25", "\"minimum_closeness\": 25");
  replace("\"competences\": 15", "\"competences\": -15");
  replace("\"unknown_value\": 0.5", "\"unknown_value\": 5");
  v1::CreatePolicyRequest request;
  request.set_parent(kCohort);
  request.mutable_policy()->set_document(document);

  const auto refused = Call<v1::CreatePolicyResponse>(coordinator_, "CreatePolicy", request);

  std::vector<std::string> fields;
  for (const FieldViolation& violation : DetailsOf(refused.status()).fields) fields.push_back(violation.field);
  EXPECT_THAT(fields,
              ::testing::UnorderedElementsAre("policy.document.hard.occupation.minimum_closeness",
                                              "policy.document.weights.competences", "policy.document.unknown_value"));
}

TEST_F(BadInputTest, ADocumentThatIsNoJsonIsRefused) {
  Enrol({});
  v1::CreatePolicyRequest request;
  request.set_parent(kCohort);
  request.mutable_policy()->set_document("{");

  EXPECT_THAT(Call<v1::CreatePolicyResponse>(coordinator_, "CreatePolicy", request),
              brygga::testing::HasReason("INVALID_FIELDS"));
}

}  // namespace
}  // namespace brygga::matching
