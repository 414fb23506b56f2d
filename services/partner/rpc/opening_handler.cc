#include "services/partner/rpc/opening_handler.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ids/uuid.h"
#include "common/rpc/list.h"
#include "common/rpc/update_mask.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/partner/rpc/access.h"
#include "services/partner/rpc/convert.h"

namespace brygga::partner {
namespace {

template <typename Response>
Response ToResponse(const Opening& opening) {
  Response response;
  *response.mutable_opening() = ToProto(opening);
  return response;
}

template <typename Response>
Response ToSeatResponse(const std::vector<Seat>& seats) {
  Response response;
  *response.mutable_seat() = ToProto(seats.front());
  return response;
}

template <typename Response>
Response ToSeatsResponse(const std::vector<Seat>& seats) {
  Response response;
  for (const Seat& seat : seats) *response.add_seats() = ToProto(seat);
  return response;
}

SeatKey ToSeatKey(const std::string& opening, const std::string& match) {
  const OpeningName name = ToOpeningName(opening);
  return {.organisation = name.organisation, .opening = name.id, .match = match};
}

// kInvalidArgument: a seat that is there twice.
template <typename Request>
absl::StatusOr<std::vector<SeatKey>> ToSeatKeys(const Request& request) {
  std::vector<SeatKey> keys;
  std::set<SeatKey> seen;
  std::vector<FieldViolation> problems;
  for (const v1::SeatRef& ref : request.seats()) {
    keys.push_back(ToSeatKey(ref.opening(), ref.match()));
    if (!seen.insert(keys.back()).second) {
      problems.push_back({absl::StrCat("seats[", keys.size() - 1, "]"), "is there already; name each seat once"});
    }
  }
  if (!problems.empty()) return InvalidFields(std::move(problems));
  return keys;
}

}  // namespace

absl::Status OpeningHandler::CheckSees(const OrganisationId& organisation, std::string_view name,
                                       const rpc::Call& call) {
  if (SeesAll(call) || IsOwn(call, organisation)) return absl::OkStatus();
  if (organisation.empty()) return NotFound(name);
  const auto found = store_.GetOrganisation(organisation, call.deadline());
  if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
  return found.ok() && MaySee(call, *found) ? absl::OkStatus() : NotFound(name);
}

absl::StatusOr<v1::CreateOpeningResponse> OpeningHandler::Create(const v1::CreateOpeningRequest& request,
                                                                 const rpc::Call& call) {
  Opening opening = ToDomain(request.opening());
  if (auto problems = Problems(opening, "opening"); !problems.empty()) return InvalidFields(std::move(problems));
  opening.id = OpeningId(NewUuid(absl::Now()));
  opening.organisation = ToOrganisationId(request.parent());
  BRYGGA_RETURN_IF_ERROR(CheckSees(opening.organisation, request.parent(), call));
  const auto render = &ToResponse<v1::CreateOpeningResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const Opening created, store_.CreateOpening(call.Mutates(render), opening));
  return render(created);
}

absl::StatusOr<v1::GetOpeningResponse> OpeningHandler::Get(const v1::GetOpeningRequest& request,
                                                           const rpc::Call& call) {
  const OpeningName name = ToOpeningName(request.name());
  BRYGGA_RETURN_IF_ERROR(CheckSees(name.organisation, request.name(), call));
  BRYGGA_ASSIGN_OR_RETURN(const Opening opening, store_.GetOpening(name.organisation, name.id, call.deadline()));
  return ToResponse<v1::GetOpeningResponse>(opening);
}

absl::StatusOr<v1::ListOpeningsResponse> OpeningHandler::List(const v1::ListOpeningsRequest& request,
                                                              const rpc::Call& call) {
  const OrganisationId organisation = ToOrganisationId(request.parent());
  BRYGGA_RETURN_IF_ERROR(CheckSees(organisation, request.parent(), call));
  rpc::ListArguments arguments = rpc::ListArgumentsOf(request);
  if (request.order_by().empty()) arguments.order_by = "start_date";
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(arguments, OpeningSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListOpenings(organisation, query, call.deadline()));
  v1::ListOpeningsResponse response;
  for (const Opening& opening : page.items) *response.add_openings() = ToProto(opening);
  response.set_next_page_token(rpc::PageToken(arguments, page.next));
  return response;
}

absl::StatusOr<v1::BatchGetOpeningsResponse> OpeningHandler::BatchGet(const v1::BatchGetOpeningsRequest& request,
                                                                      const rpc::Call& call) {
  std::vector<std::pair<OrganisationId, OpeningId>> ids;
  for (const std::string& text : request.names()) {
    const OpeningName name = ToOpeningName(text);
    ids.emplace_back(name.organisation, name.id);
  }
  BRYGGA_ASSIGN_OR_RETURN(const auto openings, store_.GetOpenings(ids, call.deadline()));
  v1::BatchGetOpeningsResponse response;
  for (const Opening& opening : openings) *response.add_openings() = ToProto(opening);
  return response;
}

absl::StatusOr<v1::UpdateOpeningResponse> OpeningHandler::Update(const v1::UpdateOpeningRequest& request,
                                                                 const rpc::Call& call) {
  const v1::Opening& wanted = request.opening();
  if (wanted.name().empty()) return InvalidFields({{"opening.name", "is missing; it names what to change"}});
  const OpeningName name = ToOpeningName(wanted.name());
  BRYGGA_RETURN_IF_ERROR(CheckSees(name.organisation, wanted.name(), call));
  BRYGGA_ASSIGN_OR_RETURN(const rpc::UpdateMask mask, rpc::ParseUpdateMask(request.update_mask(), wanted));
  const auto update = [&](const Opening& before, absl::Time now) {
    v1::Opening merged = ToProto(before);
    rpc::ApplyUpdateMask(mask, wanted, &merged);
    return partner::Update(before, ToDomain(merged), wanted.etag(), now);
  };
  const auto render = &ToResponse<v1::UpdateOpeningResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const Opening updated,
                          store_.ChangeOpening(call.Mutates(render), name.organisation, name.id, update));
  return render(updated);
}

absl::StatusOr<v1::OpenOpeningResponse> OpeningHandler::Open(const v1::OpenOpeningRequest& request,
                                                             const rpc::Call& call) {
  const OpeningName name = ToOpeningName(request.name());
  BRYGGA_RETURN_IF_ERROR(CheckSees(name.organisation, request.name(), call));
  const auto open = [&](const Opening& before, absl::Time now) { return OpenUp(before, request.etag(), now); };
  const auto render = &ToResponse<v1::OpenOpeningResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const Opening opened,
                          store_.ChangeOpening(call.Mutates(render), name.organisation, name.id, open));
  return render(opened);
}

absl::StatusOr<v1::CloseOpeningResponse> OpeningHandler::Close(const v1::CloseOpeningRequest& request,
                                                               const rpc::Call& call) {
  const OpeningName name = ToOpeningName(request.name());
  BRYGGA_RETURN_IF_ERROR(CheckSees(name.organisation, request.name(), call));
  const auto close = [&](const Opening& before, absl::Time now) { return partner::Close(before, request.etag(), now); };
  const auto render = &ToResponse<v1::CloseOpeningResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const Opening closed,
                          store_.ChangeOpening(call.Mutates(render), name.organisation, name.id, close));
  return render(closed);
}

absl::StatusOr<v1::CancelOpeningResponse> OpeningHandler::Cancel(const v1::CancelOpeningRequest& request,
                                                                 const rpc::Call& call) {
  const OpeningName name = ToOpeningName(request.name());
  BRYGGA_RETURN_IF_ERROR(CheckSees(name.organisation, request.name(), call));
  const auto cancel = [&](const Opening& before, absl::Time now) {
    return partner::Cancel(before, request.etag(), now);
  };
  const auto render = &ToResponse<v1::CancelOpeningResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const Opening cancelled,
                          store_.ChangeOpening(call.Mutates(render), name.organisation, name.id, cancel));
  return render(cancelled);
}

absl::StatusOr<v1::HoldOpeningSeatResponse> OpeningHandler::Hold(const v1::HoldOpeningSeatRequest& request,
                                                                 const rpc::Call& call) {
  const auto render = &ToSeatResponse<v1::HoldOpeningSeatResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const auto seats,
                          store_.HoldSeats(call.Mutates(render), {ToSeatKey(request.name(), request.match())}));
  return render(seats);
}

absl::StatusOr<v1::ConfirmOpeningSeatResponse> OpeningHandler::Confirm(const v1::ConfirmOpeningSeatRequest& request,
                                                                       const rpc::Call& call) {
  const auto render = &ToSeatResponse<v1::ConfirmOpeningSeatResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const auto seats,
                          store_.ConfirmSeats(call.Mutates(render), {ToSeatKey(request.name(), request.match())}));
  return render(seats);
}

absl::StatusOr<v1::ReleaseOpeningSeatResponse> OpeningHandler::Release(const v1::ReleaseOpeningSeatRequest& request,
                                                                       const rpc::Call& call) {
  const auto render = &ToSeatResponse<v1::ReleaseOpeningSeatResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const auto seats,
                          store_.ReleaseSeats(call.Mutates(render), {ToSeatKey(request.name(), request.match())}));
  return render(seats);
}

absl::StatusOr<v1::BatchHoldOpeningSeatsResponse> OpeningHandler::BatchHold(
    const v1::BatchHoldOpeningSeatsRequest& request, const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const auto keys, ToSeatKeys(request));
  const auto render = &ToSeatsResponse<v1::BatchHoldOpeningSeatsResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const auto seats, store_.HoldSeats(call.Mutates(render), keys));
  return render(seats);
}

absl::StatusOr<v1::BatchConfirmOpeningSeatsResponse> OpeningHandler::BatchConfirm(
    const v1::BatchConfirmOpeningSeatsRequest& request, const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const auto keys, ToSeatKeys(request));
  const auto render = &ToSeatsResponse<v1::BatchConfirmOpeningSeatsResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const auto seats, store_.ConfirmSeats(call.Mutates(render), keys));
  return render(seats);
}

absl::StatusOr<v1::BatchReleaseOpeningSeatsResponse> OpeningHandler::BatchRelease(
    const v1::BatchReleaseOpeningSeatsRequest& request, const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const auto keys, ToSeatKeys(request));
  const auto render = &ToSeatsResponse<v1::BatchReleaseOpeningSeatsResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const auto seats, store_.ReleaseSeats(call.Mutates(render), keys));
  return render(seats);
}

absl::StatusOr<v1::ListOpeningSeatsResponse> OpeningHandler::ListSeats(const v1::ListOpeningSeatsRequest& request,
                                                                       const rpc::Call& call) {
  const OpeningName name = ToOpeningName(request.parent());
  BRYGGA_RETURN_IF_ERROR(CheckSees(name.organisation, request.parent(), call));
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, SeatSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListSeats(name.organisation, name.id, query, call.deadline()));
  v1::ListOpeningSeatsResponse response;
  for (const Seat& seat : page.items) *response.add_seats() = ToProto(seat);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

}  // namespace brygga::partner
