// Who may call what: every method of the contract against every role. A method
// without a row fails.
#include "services/partner/rpc/access.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "services/partner/rpc/partner_rpc_testing.h"

namespace brygga::partner {
namespace {

using ::testing::AnyOf;

// The roles besides ADMIN, who may call all. A contact person is asked here about
// an organisation of their own.
std::map<std::string, std::set<std::string>> Table() {
  const std::set<std::string> everybody = {"ANONYMOUS", "PARTICIPANT", "CONTACT", "COORDINATOR", "SERVICE"};
  const std::set<std::string> seen_by_contacts = {"CONTACT", "COORDINATOR", "SERVICE"};
  const std::set<std::string> inside = {"COORDINATOR", "SERVICE"};
  const std::set<std::string> managed = {"COORDINATOR"};
  const std::set<std::string> own = {"CONTACT", "COORDINATOR"};
  const std::set<std::string> services = {"SERVICE"};
  return {
      {"CreateOrganisation", managed},
      {"GetOrganisation", seen_by_contacts},
      {"UpdateOrganisation", managed},
      {"ListOrganisations", inside},
      {"BatchGetOrganisations", inside},
      {"LookupOrganisations", inside},
      {"ImportOrganisations", managed},
      {"CountSectors", inside},
      {"ListDirectory", everybody},
      {"CreateNetwork", managed},
      {"ListNetworks", seen_by_contacts},
      {"CreateMembership", managed},
      {"EndMembership", managed},
      {"ListMemberships", seen_by_contacts},
      {"CreateAgreement", managed},
      {"CorrectAgreement", managed},
      {"GetAgreement", seen_by_contacts},
      {"ListAgreements", seen_by_contacts},
      {"ListActiveAgreements", inside},
      {"CheckAgreements", inside},
      {"ListPartnerships", inside},
      {"CreateContactPerson", managed},
      {"UpdateContactPerson", managed},
      {"ListContactPersons", seen_by_contacts},
      {"ExportContactPerson", inside},
      {"EraseContactPerson", managed},
      {"CreateOpening", own},
      {"GetOpening", seen_by_contacts},
      {"ListOpenings", seen_by_contacts},
      {"BatchGetOpenings", inside},
      {"UpdateOpening", own},
      {"OpenOpening", own},
      {"CloseOpening", own},
      {"CancelOpening", own},
      {"HoldOpeningSeat", services},
      {"ConfirmOpeningSeat", services},
      {"ReleaseOpeningSeat", services},
      {"BatchHoldOpeningSeats", services},
      {"BatchConfirmOpeningSeats", services},
      {"BatchReleaseOpeningSeats", services},
      {"ListOpeningSeats", seen_by_contacts},
  };
}

class AccessTest : public PartnerRpcTest {
 protected:
  // What an empty request gets: roles are looked at before fields.
  absl::StatusCode Ask(const rpc::Identity& caller, const google::protobuf::MethodDescriptor& method) {
    auto* factory = google::protobuf::MessageFactory::generated_factory();
    const std::unique_ptr<google::protobuf::Message> request(factory->GetPrototype(method.input_type())->New());
    const std::unique_ptr<google::protobuf::Message> response(factory->GetPrototype(method.output_type())->New());
    return server_.channel()
        .CallMessage(rpc::CallOptions::Within(absl::Seconds(20), rpc::TokenOf(caller)),
                     method.service()->full_name() + "/" + method.name(), *request, response.get())
        .code();
  }
};

std::vector<const google::protobuf::MethodDescriptor*> Methods() {
  std::vector<const google::protobuf::MethodDescriptor*> methods;
  for (const char* name : {"brygga.partner.v1.PartnerService", "brygga.partner.v1.OpeningService"}) {
    const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
    for (int i = 0; i < service->method_count(); ++i) methods.push_back(service->method(i));
  }
  return methods;
}

TEST_F(AccessTest, EveryMethodAnswersItsRolesAndNobodyElse) {
  const std::map<std::string, rpc::Identity> callers = {{"ANONYMOUS", rpc::Anonymous()},
                                                        {"PARTICIPANT", rpc::ParticipantNamed("participants/p")},
                                                        {"CONTACT", rpc::ContactOf("organisations/o")},
                                                        {"COORDINATOR", coordinator_},
                                                        {"SERVICE", rpc::ServiceNamed("matching")},
                                                        {"ADMIN", rpc::Admin()}};
  const auto table = Table();
  for (const auto* descriptor : Methods()) {
    const auto& method = *descriptor;
    ASSERT_TRUE(table.contains(method.name())) << "no row for " << method.name();
    for (const auto& [role, caller] : callers) {
      const absl::StatusCode code = Ask(caller, method);
      if (role == "ADMIN" || table.at(method.name()).contains(role)) {
        EXPECT_THAT(code, AnyOf(absl::StatusCode::kOk, absl::StatusCode::kInvalidArgument))
            << method.name() << " as " << role;
      } else {
        EXPECT_THAT(code, AnyOf(absl::StatusCode::kPermissionDenied, absl::StatusCode::kUnauthenticated))
            << method.name() << " as " << role;
      }
    }
  }
}

}  // namespace
}  // namespace brygga::partner
