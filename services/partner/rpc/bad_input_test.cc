// What every mutating method answers to bad input: the code, the reason, and all
// wrong fields at once.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/text_format.h>

#include <memory>
#include <string>
#include <vector>

#include "common/status/error.h"
#include "services/partner/rpc/partner_rpc_testing.h"

namespace brygga::partner {
namespace {

using ::testing::UnorderedElementsAreArray;

struct BadInput {
  std::string method;
  std::string request;  // In text format.
  std::vector<std::string> fields;
};

constexpr char kId[] = " request_id: '01890a5d-ac96-774b-bcce-b302099a8057'";

std::vector<BadInput> Table() {
  const std::string long_name(201, 'x');
  return {
      {"CreateOrganisation", "", {"organisation", "request_id"}},
      {"CreateOrganisation",
       "organisation {} request_id: 'x'",
       {"organisation.display_name", "organisation.sector", "organisation.kind", "request_id"}},
      {"CreateOrganisation",
       "organisation { display_name: '" + long_name +
           "' sector: 9 kind: 8 organisation_number: '299999-0341' industry: 'ZZ' municipality_code: '18' employees: "
           "-1 parent: 'networks/n' external_ref { source: '' key: '' } }" +
           kId,
       {"organisation.display_name", "organisation.sector", "organisation.kind", "organisation.organisation_number",
        "organisation.industry", "organisation.municipality_code", "organisation.employees", "organisation.parent",
        "organisation.external_ref.source", "organisation.external_ref.key"}},
      {"UpdateOrganisation",
       std::string("organisation { employees: 1 } update_mask { paths: 'employees' }") + kId,
       {"organisation.name"}},
      {"UpdateOrganisation",
       std::string("organisation { name: 'organisations/o' } update_mask { paths: 'parent' }") + kId,
       {"update_mask.paths[0]"}},
      {"ImportOrganisations", "", {"source", "rows", "request_id"}},
      {"ImportOrganisations", std::string("source: 'sample' operator: 'x' rows {}") + kId, {"operator"}},
      {"CreateNetwork", std::string("network {}") + kId, {"network.display_name"}},
      {"CreateMembership",
       std::string("parent: 'networks/n' membership { end_date: '2022-02-30' }") + kId,
       {"membership.organisation", "membership.kind", "membership.start_date", "membership.end_date"}},
      {"CreateMembership",
       std::string("parent: 'networks/n' membership { organisation: 'organisations/o' kind: MEMBERSHIP_KIND_MEMBER "
                   "start_date: '2022-02-02' end_date: '2022-02-01' }") +
           kId,
       {"membership.end_date"}},
      {"EndMembership", std::string("name: 'networks/n'") + kId, {"name", "end_date"}},
      {"CreateAgreement",
       std::string("parent: 'organisations/o' agreement { terms { mentor_seats: -1 } }") + kId,
       {"agreement.operator", "agreement.terms.kind", "agreement.terms.valid_from", "agreement.terms.mentor_seats"}},
      {"CreateAgreement",
       std::string("parent: 'organisations/o' agreement { operator: 'organisations/x' terms { kind: "
                   "AGREEMENT_KIND_NETWORK valid_from: '2022-02-02' valid_to: '2022-02-01' } }") +
           kId,
       {"agreement.terms.valid_to"}},
      {"CorrectAgreement",
       std::string("name: 'organisations/o/agreements/a' reason: 'not a code' terms { kind: AGREEMENT_KIND_NETWORK "
                   "valid_from: '2022-01-01' services: SERVICE_KIND_TRAINING services: SERVICE_KIND_TRAINING }") +
           kId,
       {"reason", "terms.services[1]"}},
      {"CreateContactPerson",
       std::string("parent: 'organisations/o' contact_person { email: 'anna' phone: 'x' start_date: '1' }") + kId,
       {"contact_person.role", "contact_person.email", "contact_person.phone", "contact_person.start_date"}},
      {"CreateContactPerson",
       std::string("parent: 'organisations/o' contact_person { role: CONTACT_ROLE_GENERAL }") + kId,
       {"contact_person.email"}},
      {"UpdateContactPerson",
       std::string("contact_person { phone: '08-465 004 00' } update_mask { paths: 'phone' }") + kId,
       {"contact_person.name"}},
      {"EraseContactPerson", "name: 'organisations/o'", {"name", "request_id"}},
      {"CreateOpening", "parent: 'organisations/o'", {"opening", "request_id"}},
      {"CreateOpening",
       std::string("parent: 'organisations/o' opening { ssyk4: 'x' age_min: -1 age_max: 151 requirements: 'a b' "
                   "operator: 'x' municipality_code: '18' subtype: 7 host: 9 }") +
           kId,
       {"opening.kind", "opening.display_name", "opening.seats", "opening.start_date", "opening.ssyk4",
        "opening.age_min", "opening.age_max", "opening.requirements[0]", "opening.operator",
        "opening.municipality_code", "opening.subtype", "opening.host"}},
      {"CreateOpening",
       std::string("parent: 'organisations/o' opening { kind: OPENING_KIND_WORK_EXPERIENCE display_name: 'x' seats: 1 "
                   "start_date: '2023-03-06' end_date: '2023-03-20' age_min: 21 age_max: 16 contract: 'x' }") +
           kId,
       {"opening.end_date", "opening.age_max", "opening.contract"}},
      {"UpdateOpening", std::string("opening { seats: 2 } update_mask { paths: 'seats' }") + kId, {"opening.name"}},
      {"UpdateOpening",
       std::string(
           "opening { name: 'organisations/o/openings/x' } update_mask { paths: 'kind' paths: 'taken_seats' }") +
           kId,
       {"opening.kind", "update_mask.paths[0]", "update_mask.paths[1]"}},
      {"OpenOpening", "name: 'organisations/o'", {"name", "request_id"}},
      {"CloseOpening", std::string("name: 'openings/x'") + kId, {"name"}},
      {"CancelOpening", std::string("name: ''") + kId, {"name"}},
      {"HoldOpeningSeat", std::string("name: 'organisations/o/openings/x' match: 'matches/m'") + kId, {"match"}},
      {"ConfirmOpeningSeat", std::string("name: 'organisations/o/openings/x'") + kId, {"match"}},
      {"ReleaseOpeningSeat", "", {"name", "match", "request_id"}},
      {"BatchHoldOpeningSeats", kId, {"seats"}},
      {"BatchHoldOpeningSeats",
       std::string("seats { opening: 'organisations/o/openings/x' match: 'programmes/p/cohorts/c/matches/m' } seats { "
                   "opening: 'organisations/o/openings/x' match: 'programmes/p/cohorts/c/matches/m' }") +
           kId,
       {"seats[1]"}},
      {"BatchConfirmOpeningSeats", std::string("seats {}") + kId, {"seats[0].opening", "seats[0].match"}},
      {"BatchReleaseOpeningSeats", "seats {}", {"seats[0].opening", "seats[0].match", "request_id"}},
  };
}

// Every mutating method has a row; which ones those are is read from the
// contract, so that a new one cannot be forgotten.
TEST(BadInputTableTest, HasARowForEveryMutatingMethod) {
  for (const char* name : {"brygga.partner.v1.PartnerService", "brygga.partner.v1.OpeningService"}) {
    const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
    for (int i = 0; i < service->method_count(); ++i) {
      const auto& method = *service->method(i);
      if (method.input_type()->FindFieldByName("request_id") == nullptr) continue;
      EXPECT_THAT(Table(), ::testing::Contains(::testing::Field(&BadInput::method, method.name())));
    }
  }
}

using BadInputTest = PartnerRpcTest;

TEST_F(BadInputTest, BadInputIsRefusedWithEveryWrongFieldNamed) {
  for (const BadInput& bad : Table()) {
    const std::string full_name = FullName(bad.method);
    std::string descriptor_name = full_name;
    descriptor_name[full_name.rfind('/')] = '.';
    const auto& method = *google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(descriptor_name);
    auto* factory = google::protobuf::MessageFactory::generated_factory();
    const std::unique_ptr<google::protobuf::Message> request(factory->GetPrototype(method.input_type())->New());
    const std::unique_ptr<google::protobuf::Message> response(factory->GetPrototype(method.output_type())->New());
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(bad.request, request.get())) << bad.request;

    const absl::Status status = server_.channel().CallMessage(
        rpc::CallOptions::Within(absl::Seconds(20), rpc::TokenOf(rpc::Admin())), full_name, *request, response.get());

    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad.method << " " << bad.request;
    EXPECT_EQ(ReasonOf(status), "INVALID_FIELDS");
    std::vector<std::string> fields;
    for (const FieldViolation& violation : DetailsOf(status).fields) fields.push_back(violation.field);
    EXPECT_THAT(fields, UnorderedElementsAreArray(bad.fields)) << bad.method << " " << bad.request;
  }
}

}  // namespace
}  // namespace brygga::partner
