#include "services/partner/rpc/agreement_handler.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ids/uuid.h"
#include "common/rpc/list.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/partner/rpc/access.h"
#include "services/partner/rpc/convert.h"

namespace brygga::partner {
namespace {

v1::CreateAgreementResponse ToCreateResponse(const Agreement& agreement) {
  v1::CreateAgreementResponse response;
  *response.mutable_agreement() = ToProto(agreement, StockholmDate(agreement.recorded_at));
  return response;
}

v1::CorrectAgreementResponse ToCorrectResponse(const Agreement& agreement) {
  v1::CorrectAgreementResponse response;
  *response.mutable_agreement() = ToProto(agreement, StockholmDate(agreement.recorded_at));
  return response;
}

// `order_by`, or by the day that things began.
std::string_view OrderOr(const std::string& order_by, std::string_view otherwise) {
  return order_by.empty() ? otherwise : std::string_view(order_by);
}

}  // namespace

absl::StatusOr<v1::CreateAgreementResponse> AgreementHandler::Create(const v1::CreateAgreementRequest& request,
                                                                     const rpc::Call& call) {
  const Agreement agreement = {.id = AgreementId(NewUuid(absl::Now())),
                               .organisation = ToOrganisationId(request.parent()),
                               .operator_id = ToOrganisationId(request.agreement().operator_()),
                               .terms = ToDomain(request.agreement().terms())};
  if (auto problems = Problems(agreement.terms, "agreement.terms"); !problems.empty()) {
    return InvalidFields(std::move(problems));
  }
  BRYGGA_ASSIGN_OR_RETURN(const Agreement created, store_.CreateAgreement(call.Mutates(&ToCreateResponse), agreement));
  return ToCreateResponse(created);
}

absl::StatusOr<v1::CorrectAgreementResponse> AgreementHandler::Correct(const v1::CorrectAgreementRequest& request,
                                                                       const rpc::Call& call) {
  const AgreementName name = ToAgreementName(request.name());
  const Correction correction = {
      .terms = ToDomain(request.terms()), .reason = request.reason(), .etag = request.etag()};
  if (auto problems = Problems(correction.terms, "terms"); !problems.empty()) {
    return InvalidFields(std::move(problems));
  }
  const auto correct = [&](const Agreement& before, absl::Time now) {
    return partner::Correct(before, correction, now);
  };
  BRYGGA_ASSIGN_OR_RETURN(const Agreement corrected, store_.CorrectAgreement(call.Mutates(&ToCorrectResponse),
                                                                             name.organisation, name.id, correct));
  return ToCorrectResponse(corrected);
}

absl::StatusOr<v1::GetAgreementResponse> AgreementHandler::Get(const v1::GetAgreementRequest& request,
                                                               const rpc::Call& call) {
  const AgreementName name = ToAgreementName(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const Agreement agreement,
                          store_.GetAgreement(name.organisation, name.id, KnownAt(request), call.deadline()));
  if (!MaySee(call, agreement)) return NotFound(request.name());
  v1::GetAgreementResponse response;
  *response.mutable_agreement() = ToProto(agreement, AsOf(request.as_of(), store_.Now()));
  return response;
}

absl::StatusOr<v1::ListAgreementsResponse> AgreementHandler::List(const v1::ListAgreementsRequest& request,
                                                                  const rpc::Call& call) {
  AgreementScope scope = {.organisation = ToOrganisationId(request.parent()),
                          .operator_id = ToOrganisationId(request.operator_()),
                          .as_of = AsOf(request.as_of(), store_.Now()),
                          .known_at = KnownAt(request)};
  if (request.status() != v1::AGREEMENT_STATUS_UNSPECIFIED) scope.status = ToDomain<AgreementStatus>(request.status());
  if (!SeesAll(call) && !IsOwn(call, scope.organisation) && !IsOwn(call, scope.operator_id)) {
    return NotFound(request.parent());
  }
  const std::string chosen = absl::StrCat(request.parent(), " ", request.operator_(), " ", request.status(), " ",
                                          request.as_of(), " ", request.known_at().ShortDebugString());
  rpc::ListArguments arguments = rpc::ListArgumentsOf(request);
  arguments.order_by = OrderOr(request.order_by(), "valid_from");
  arguments.scope = chosen;
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(arguments, AgreementSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListAgreements(scope, query, call.deadline()));
  v1::ListAgreementsResponse response;
  for (const Agreement& agreement : page.items) *response.add_agreements() = ToProto(agreement, scope.as_of);
  response.set_next_page_token(rpc::PageToken(arguments, page.next));
  return response;
}

absl::StatusOr<v1::ListActiveAgreementsResponse> AgreementHandler::ListActive(
    const v1::ListActiveAgreementsRequest& request, const rpc::Call& call) {
  const AgreementScope scope = {.operator_id = ToOrganisationId(request.operator_()),
                                .status = AgreementStatus::kActive,
                                .as_of = AsOf(request.as_of(), store_.Now())};
  const std::string chosen = absl::StrCat(request.operator_(), " ", request.as_of());
  const rpc::ListArguments arguments = {
      .page_size = request.page_size(), .page_token = request.page_token(), .scope = chosen};
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(arguments, AgreementSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListAgreements(scope, query, call.deadline()));
  v1::ListActiveAgreementsResponse response;
  for (const Agreement& agreement : page.items) *response.add_agreements() = ToProto(agreement, scope.as_of);
  response.set_next_page_token(rpc::PageToken(arguments, page.next));
  return response;
}

absl::StatusOr<v1::CheckAgreementsResponse> AgreementHandler::Check(const v1::CheckAgreementsRequest& request,
                                                                    const rpc::Call& call) {
  std::vector<OrganisationId> organisations;
  for (const std::string& name : request.organisations()) organisations.push_back(ToOrganisationId(name));
  BRYGGA_ASSIGN_OR_RETURN(const auto active,
                          store_.WithActiveAgreement(ToOrganisationId(request.operator_()), organisations,
                                                     AsOf(request.as_of(), store_.Now()), call.deadline()));
  v1::CheckAgreementsResponse response;
  for (const OrganisationId& id : active) response.add_active_organisations(NameOf(id));
  return response;
}

absl::StatusOr<v1::ListPartnershipsResponse> AgreementHandler::ListPartnerships(
    const v1::ListPartnershipsRequest& request, const rpc::Call& call) {
  const AgreementScope scope = {.operator_id = ToOrganisationId(request.operator_()),
                                .as_of = AsOf(request.as_of(), store_.Now()),
                                .known_at = KnownAt(request)};
  const std::string chosen =
      absl::StrCat(request.operator_(), " ", request.as_of(), " ", request.known_at().ShortDebugString());
  rpc::ListArguments arguments = rpc::ListArgumentsOf(request);
  arguments.order_by = OrderOr(request.order_by(), "start_date");
  arguments.scope = chosen;
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(arguments, PartnershipSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListPartnerships(scope, query, call.deadline()));
  v1::ListPartnershipsResponse response;
  for (const Partnership& partnership : page.items) {
    *response.add_partnerships() = ToProto(partnership, scope.as_of);
  }
  response.set_next_page_token(rpc::PageToken(arguments, page.next));
  return response;
}

}  // namespace brygga::partner
