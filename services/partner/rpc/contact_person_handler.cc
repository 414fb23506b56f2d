#include "services/partner/rpc/contact_person_handler.h"

#include <string>
#include <utility>
#include <vector>

#include "common/ids/uuid.h"
#include "common/rpc/list.h"
#include "common/rpc/update_mask.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/partner/rpc/access.h"
#include "services/partner/rpc/convert.h"

namespace brygga::partner {
namespace {

v1::CreateContactPersonResponse ToCreateResponse(const ContactPerson& person) {
  v1::CreateContactPersonResponse response;
  *response.mutable_contact_person() = ToProto(person);
  return response;
}

v1::UpdateContactPersonResponse ToUpdateResponse(const ContactPerson& person) {
  v1::UpdateContactPersonResponse response;
  *response.mutable_contact_person() = ToProto(person);
  return response;
}

v1::EraseContactPersonResponse ToEraseResponse(const std::vector<std::string>& names) {
  v1::EraseContactPersonResponse response;
  for (const std::string& name : names) response.add_names(name);
  return response;
}

}  // namespace

absl::StatusOr<v1::CreateContactPersonResponse> ContactPersonHandler::Create(
    const v1::CreateContactPersonRequest& request, const rpc::Call& call) {
  ContactPerson person = ToDomain(request.contact_person());
  if (auto problems = Problems(person, "contact_person"); !problems.empty()) return InvalidFields(std::move(problems));
  person.id = ContactPersonId(NewUuid(absl::Now()));
  person.organisation = ToOrganisationId(request.parent());
  BRYGGA_ASSIGN_OR_RETURN(const ContactPerson created,
                          store_.CreateContactPerson(call.Mutates(&ToCreateResponse), person));
  return ToCreateResponse(created);
}

absl::StatusOr<v1::UpdateContactPersonResponse> ContactPersonHandler::Update(
    const v1::UpdateContactPersonRequest& request, const rpc::Call& call) {
  const v1::ContactPerson& wanted = request.contact_person();
  if (wanted.name().empty()) return InvalidFields({{"contact_person.name", "is missing; it names whom to change"}});
  const ContactPersonName name = ToContactPersonName(wanted.name());
  BRYGGA_ASSIGN_OR_RETURN(const rpc::UpdateMask mask, rpc::ParseUpdateMask(request.update_mask(), wanted));
  const auto update = [&](const ContactPerson& before, absl::Time now) {
    v1::ContactPerson merged = ToProto(before);
    rpc::ApplyUpdateMask(mask, wanted, &merged);
    return partner::Update(before, ToDomain(merged), wanted.etag(), now);
  };
  BRYGGA_ASSIGN_OR_RETURN(const ContactPerson updated, store_.ChangeContactPerson(call.Mutates(&ToUpdateResponse),
                                                                                  name.organisation, name.id, update));
  return ToUpdateResponse(updated);
}

absl::StatusOr<v1::ListContactPersonsResponse> ContactPersonHandler::List(const v1::ListContactPersonsRequest& request,
                                                                          const rpc::Call& call) {
  const OrganisationId organisation = ToOrganisationId(request.parent());
  if (!SeesAll(call) && !IsOwn(call, organisation)) return NotFound(request.parent());
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, ContactPersonSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListContactPersons(organisation, query, call.deadline()));
  v1::ListContactPersonsResponse response;
  for (const ContactPerson& person : page.items) *response.add_contact_persons() = ToProto(person);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::StatusOr<v1::ExportContactPersonResponse> ContactPersonHandler::Export(
    const v1::ExportContactPersonRequest& request, const rpc::Call& call) {
  const ContactPersonName name = ToContactPersonName(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const auto records, store_.ExportContactPerson(name.organisation, name.id, call.deadline()));
  v1::ExportContactPersonResponse response;
  for (const ContactPerson& person : records) *response.add_contact_persons() = ToProto(person);
  return response;
}

absl::StatusOr<v1::EraseContactPersonResponse> ContactPersonHandler::Erase(const v1::EraseContactPersonRequest& request,
                                                                           const rpc::Call& call) {
  const ContactPersonName name = ToContactPersonName(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const auto names,
                          store_.EraseContactPerson(call.Mutates(&ToEraseResponse), name.organisation, name.id));
  return ToEraseResponse(names);
}

}  // namespace brygga::partner
