#include "services/participant/rpc/data_subject_request_handler.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/ids/uuid.h"
#include "common/rpc/list.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/participant/rpc/access.h"
#include "services/participant/rpc/convert.h"

namespace brygga::participant {
namespace {

// As it stood when it last changed: the same words whenever a repeat is answered.
template <typename Response>
Response ToResponse(const DataSubjectRequest& request) {
  Response response;
  *response.mutable_data_subject_request() = ToProto(request, request.updated_at);
  return response;
}

// A key that says nothing of when it was made, unlike a new UUID.
std::string RandomKey() { return UuidOf("erased person/" + NewUuid(absl::Now())); }

RequestAudience RequestsSeenBy(const rpc::Call& call) {
  return {
      .everything = call.IsAdminOrService(), .requester = call.caller().subject, .persons = AudienceOf(call).persons};
}

}  // namespace

absl::StatusOr<v1::RequestErasureResponse> DataSubjectRequestHandler::RequestErasure(
    const v1::RequestErasureRequest& request, const rpc::Call& call) {
  const absl::Status visible =
      store_.CheckVisible(AudienceOf(call), {ToParticipantId(request.participant())}, call.deadline());
  if (!visible.ok() && !absl::IsNotFound(visible)) return visible;
  // Once it is done nobody sees the person. A repeat gets its first answer all
  // the same: it asks for nobody, and only a known request id is answered then.
  const Erasure erasure{.id = DataSubjectRequestId(NewUuid(absl::Now())),
                        .person = visible.ok() ? ToParticipantId(request.participant()) : ParticipantId(),
                        .requested_by = call.caller().subject,
                        .rules = rules_,
                        .person_key = RandomKey()};
  const auto render = &ToResponse<v1::RequestErasureResponse>;
  const auto taken = store_.ErasePerson(call.Mutates(render), erasure);
  if (!visible.ok() && absl::IsNotFound(taken.status())) return visible;
  BRYGGA_RETURN_IF_ERROR(taken);
  return render(*taken);
}

absl::StatusOr<v1::GetDataSubjectRequestResponse> DataSubjectRequestHandler::Get(
    const v1::GetDataSubjectRequestRequest& request, const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const DataSubjectRequest found,
                          store_.GetDataSubjectRequest(ToDataSubjectRequestId(request.name()), call.deadline()));
  const RequestAudience audience = RequestsSeenBy(call);
  const bool seen =
      audience.everything || found.requested_by == audience.requester || audience.persons.contains(found.person);
  if (!seen) return NotFound(request.name());
  v1::GetDataSubjectRequestResponse response;
  *response.mutable_data_subject_request() = ToProto(found, store_.Now());
  return response;
}

absl::StatusOr<v1::ListDataSubjectRequestsResponse> DataSubjectRequestHandler::List(
    const v1::ListDataSubjectRequestsRequest& request, const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, kDataSubjectRequestSchema));
  BRYGGA_ASSIGN_OR_RETURN(const auto page,
                          store_.ListDataSubjectRequests(RequestsSeenBy(call), query, call.deadline()));
  v1::ListDataSubjectRequestsResponse response;
  const absl::Time now = store_.Now();
  for (const DataSubjectRequest& item : page.items) *response.add_data_subject_requests() = ToProto(item, now);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::StatusOr<v1::AcknowledgeErasureResponse> DataSubjectRequestHandler::Acknowledge(
    const v1::AcknowledgeErasureRequest& request, const rpc::Call& call) {
  const bool own = call.caller().subject == absl::StrCat("service:", request.holder());
  if (!own && !call.caller().HasRole(rpc::Role::kAdmin)) {
    return PermissionDenied("a service acknowledges for itself; an administrator may for others");
  }
  const auto acknowledge = [&](const DataSubjectRequest& before, absl::Time now) {
    return participant::Acknowledge(before, request.holder(), now);
  };
  const auto render = &ToResponse<v1::AcknowledgeErasureResponse>;
  BRYGGA_ASSIGN_OR_RETURN(
      const DataSubjectRequest acknowledged,
      store_.ChangeDataSubjectRequest(call.Mutates(render), ToDataSubjectRequestId(request.name()), acknowledge));
  return render(acknowledged);
}

}  // namespace brygga::participant
