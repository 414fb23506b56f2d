// What every mutating method of allocations and speed networking answers to bad
// input, and who may call which.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>

#include <map>
#include <set>

#include "common/status/error.h"
#include "services/matching/rpc/places_rpc_testing.h"

namespace brygga::matching {
namespace {

using ::testing::AnyOf;
using ::testing::UnorderedElementsAreArray;

struct BadInput {
  std::string method;
  std::string request;  // In text format.
  std::vector<std::string> fields;
};

constexpr char kId[] = " request_id: '01890a5d-ac96-774b-bcce-b302099a8057'";
constexpr char kIn[] = "parent: 'programmes/p/cohorts/c' ";
constexpr char kOf[] = "parent: 'programmes/p/cohorts/c/allocations/a' ";

std::vector<BadInput> Table() {
  return {
      {"CreateAllocation", "", {"parent", "allocation", "openings", "request_id"}},
      {"CreateAllocation",
       std::string(kIn) +
           "allocation { priorities: 'x y' priorities: 'A' priorities: 'A' reserves { share_permille: 1001 fallback: 9 "
           "} guaranteed_groups: '-' } openings: 'x'" +
           kId,
       {"allocation.display_name", "allocation.priorities[0]", "allocation.priorities[2]",
        "allocation.reserves[0].group", "allocation.reserves[0].share_permille", "allocation.reserves[0].fallback",
        "allocation.guaranteed_groups[0]", "openings[0]"}},
      {"CreateAllocation",
       std::string(kIn) +
           "allocation { display_name: 'x' reserves { group: 'A' share_permille: 600 } reserves { group: 'A' "
           "share_permille: 600 } } openings: 'organisations/o/openings/x'" +
           kId,
       {"allocation.reserves[1].group", "allocation.reserves"}},
      {"AddAllocationOpenings", std::string("name: 'programmes/p'") + kId, {"name", "openings"}},
      {"SubmitApplication",
       std::string(kOf) + "application {}" + kId,
       {"application.participant", "application.choices"}},
      {"SubmitApplication",
       std::string(kOf) +
           "application { participant: 'p' choices: 'x' choices: 'x' priority: 'a b' groups: '1 2' meets: '?' }" + kId,
       {"application.participant", "application.choices[0]", "application.choices[1]", "application.choices[1]",
        "application.priority", "application.groups[0]", "application.meets[0]"}},
      {"ImportApplications", std::string(kOf) + kId, {"applications"}},
      {"WithdrawApplication", "name: 'programmes/p/cohorts/c/allocations/a'", {"name", "request_id"}},
      {"CommitLottery", "name: 'x'", {"name", "request_id"}},
      {"StartAllocation", std::string("name: 'x' objective: 9") + kId, {"name", "objective"}},
      {"CancelAllocation", "", {"name", "request_id"}},
      {"PublishAllocation", std::string("name: 'x' answer_days: 91") + kId, {"name", "answer_days"}},
      {"PlanNetworking", "", {"parent", "plan", "request_id"}},
      {"PlanNetworking",
       std::string(kIn) +
           "plan { event: 'e' rounds: 101 round_minutes: -1 tables: -1 language_level: 9 } newcomers { languages { "
           "language: 'Swedish' } } established { participant: 'x' }" +
           kId,
       {"plan.display_name", "plan.event", "plan.rounds", "plan.round_minutes", "plan.tables", "plan.language_level",
        "newcomers[0].participant", "newcomers[0].languages[0].language", "established[0].participant"}},
      {"PlanNetworking",
       std::string(kIn) +
           "plan { display_name: 'x' rounds: 1 round_minutes: 1 } newcomers { participant: 'participants/a' languages "
           "{ "
           "language: 'sv' } } established { participant: 'participants/a' languages { language: 'sv' } }" +
           kId,
       {"established[0].participant"}},
      {"StartNetworkingRound", "name: 'x'", {"name", "request_id"}},
      {"FinishNetworkingRound", std::string("name: ''") + kId, {"name"}},
      {"ReplanNetworking", std::string("name: 'x' absent: 'y'") + kId, {"name", "absent[0]"}},
  };
}

std::vector<const google::protobuf::MethodDescriptor*> Methods() {
  std::vector<const google::protobuf::MethodDescriptor*> methods;
  for (const char* name : {"brygga.matching.v1.AllocationService", "brygga.matching.v1.NetworkingService"}) {
    const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
    for (int i = 0; i < service->method_count(); ++i) methods.push_back(service->method(i));
  }
  return methods;
}

TEST(PlacesBadInputTableTest, HasARowForEveryMutatingMethod) {
  for (const auto* method : Methods()) {
    if (method->input_type()->FindFieldByName("request_id") == nullptr) continue;
    EXPECT_THAT(Table(), ::testing::Contains(::testing::Field(&BadInput::method, method->name())));
  }
}

class PlacesBadInputTest : public PlacesRpcTest {
 protected:
  absl::Status Ask(const rpc::Identity& caller, const google::protobuf::MethodDescriptor& method,
                   const std::string& text) {
    auto* factory = google::protobuf::MessageFactory::generated_factory();
    const std::unique_ptr<google::protobuf::Message> request(factory->GetPrototype(method.input_type())->New());
    const std::unique_ptr<google::protobuf::Message> response(factory->GetPrototype(method.output_type())->New());
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, request.get())) << text;
    return server_->channel().CallMessage(rpc::CallOptions::Within(absl::Seconds(20), rpc::TokenOf(caller)),
                                          method.service()->full_name() + "/" + method.name(), *request,
                                          response.get());
  }
};

TEST_F(PlacesBadInputTest, BadInputIsRefusedWithEveryWrongFieldNamed) {
  for (const BadInput& bad : Table()) {
    std::string name = FullName(bad.method);
    name[name.rfind('/')] = '.';
    const auto& method = *google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);

    const absl::Status status = Ask(rpc::Admin(), method, bad.request);

    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad.method << " " << bad.request << status;
    EXPECT_EQ(ReasonOf(status), "INVALID_FIELDS");
    std::vector<std::string> fields;
    for (const FieldViolation& violation : DetailsOf(status).fields) fields.push_back(violation.field);
    EXPECT_THAT(fields, UnorderedElementsAreArray(bad.fields)) << bad.method << " " << bad.request;
  }
}

// Who may call what: every unary method against every role. ADMIN may call all.
TEST_F(PlacesBadInputTest, EveryMethodAnswersItsRolesAndNobodyElse) {
  const std::map<std::string, rpc::Identity> callers = {{"ANONYMOUS", rpc::Anonymous()},
                                                        {"PARTICIPANT", rpc::ParticipantNamed("participants/p")},
                                                        {"CONTACT", rpc::ContactOf("organisations/o")},
                                                        {"COORDINATOR", coordinator_},
                                                        {"SERVICE", rpc::ServiceNamed("events")},
                                                        {"ADMIN", rpc::Admin()}};
  const std::set<std::string> managed = {"COORDINATOR"};
  const std::set<std::string> read = {"COORDINATOR", "SERVICE"};
  const std::set<std::string> own = {"PARTICIPANT", "COORDINATOR"};
  const std::set<std::string> own_read = {"PARTICIPANT", "COORDINATOR", "SERVICE"};
  std::map<std::string, std::set<std::string>> table = {
      {"GetAllocation", read},       {"ListAllocations", read},       {"ListApplications", read},
      {"ListPlacements", read},      {"ListReserves", read},          {"SubmitApplication", own},
      {"WithdrawApplication", own},  {"GetApplication", own_read},    {"GetNetworkingPlan", read},
      {"ListNetworkingPlans", read}, {"ListConversations", own_read},
  };
  for (const auto* method : Methods()) {
    if (method->server_streaming()) continue;
    const std::set<std::string>& allowed = table.contains(method->name()) ? table[method->name()] : managed;
    for (const auto& [role, caller] : callers) {
      const absl::StatusCode code = Ask(caller, *method, "").code();
      if (role == "ADMIN" || allowed.contains(role)) {
        EXPECT_THAT(code, AnyOf(absl::StatusCode::kInvalidArgument, absl::StatusCode::kNotFound))
            << method->name() << " as " << role;
      } else {
        EXPECT_THAT(code, AnyOf(absl::StatusCode::kPermissionDenied, absl::StatusCode::kUnauthenticated))
            << method->name() << " as " << role;
      }
    }
  }
}

// A coordinator of another programme sees nothing of this one.
TEST_F(PlacesBadInputTest, AnotherProgrammesCoordinatorFindsNothing) {
  v1::GetAllocationRequest request;
  request.set_name("programmes/p/cohorts/c/allocations/a");
  EXPECT_THAT(Call<v1::GetAllocationResponse>(rpc::CoordinatorOf("programmes/q"), "GetAllocation", request),
              brygga::testing::HasReason("NOT_FOUND"));
}

}  // namespace
}  // namespace brygga::matching
