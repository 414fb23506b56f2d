#include "services/participant/rpc/enquiry_handler.h"

#include <utility>

#include "common/ids/uuid.h"
#include "common/rpc/list.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/participant/domain/errors.h"
#include "services/participant/rpc/access.h"
#include "services/participant/rpc/convert.h"

namespace brygga::participant {
namespace {

v1::SubmitEnquiryResponse ToSubmitResponse(const Enquiry& enquiry) {
  const v1::Enquiry proto = ToProto(enquiry);
  v1::SubmitEnquiryResponse response;
  response.set_enquiry(proto.name());
  *response.mutable_create_time() = proto.create_time();
  return response;
}

v1::ChangeEnquiryStateResponse ToChangeResponse(const Enquiry& enquiry) {
  v1::ChangeEnquiryStateResponse response;
  *response.mutable_enquiry() = ToProto(enquiry);
  return response;
}

}  // namespace

absl::StatusOr<Enquiry> EnquiryHandler::Visible(const EnquiryId& id, const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(Enquiry enquiry, store_.GetEnquiry(id, call.deadline()));
  const bool seen = call.IsAdminOrService() || (enquiry.programme && Runs(call, *enquiry.programme));
  if (!seen) return NotFound(NameOf(id));
  return enquiry;
}

absl::StatusOr<v1::SubmitEnquiryResponse> EnquiryHandler::Submit(const v1::SubmitEnquiryRequest& request,
                                                                 const rpc::Call& call) {
  if (!request.consent()) return ConsentRequired();
  Enquiry enquiry = ToDomain(request.enquiry());
  enquiry.id = EnquiryId(NewUuid(absl::Now()));
  BRYGGA_ASSIGN_OR_RETURN(const Enquiry received, store_.SubmitEnquiry(call.Mutates(&ToSubmitResponse), enquiry));
  return ToSubmitResponse(received);
}

absl::StatusOr<v1::GetEnquiryResponse> EnquiryHandler::Get(const v1::GetEnquiryRequest& request,
                                                           const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const Enquiry enquiry, Visible(ToEnquiryId(request.name()), call));
  v1::GetEnquiryResponse response;
  *response.mutable_enquiry() = ToProto(enquiry);
  return response;
}

absl::StatusOr<v1::ListEnquiriesResponse> EnquiryHandler::List(const v1::ListEnquiriesRequest& request,
                                                               const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, kEnquirySchema));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListEnquiries(AudienceOf(call), query, call.deadline()));
  v1::ListEnquiriesResponse response;
  for (const Enquiry& enquiry : page.items) *response.add_enquiries() = ToProto(enquiry);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::StatusOr<v1::ChangeEnquiryStateResponse> EnquiryHandler::ChangeState(const v1::ChangeEnquiryStateRequest& request,
                                                                           const rpc::Call& call) {
  const EnquiryId id = ToEnquiryId(request.name());
  BRYGGA_RETURN_IF_ERROR(Visible(id, call));
  std::optional<ParticipantId> person;
  if (!request.participant().empty()) {
    person = ToParticipantId(request.participant());
    BRYGGA_RETURN_IF_ERROR(store_.CheckVisible(AudienceOf(call), {*person}, call.deadline()));
  }
  const auto move = [&](const Enquiry& before, absl::Time now) {
    return MoveEnquiry(before, ToDomain<EnquiryState>(request.state()), person, now);
  };
  BRYGGA_ASSIGN_OR_RETURN(const Enquiry moved, store_.ChangeEnquiry(call.Mutates(&ToChangeResponse), id, move));
  return ToChangeResponse(moved);
}

}  // namespace brygga::participant
