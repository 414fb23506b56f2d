#include "services/participant/rpc/agreement_client.h"

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "brygga/partner/v1/partner_service.pb.h"
#include "common/status/macros.h"

namespace brygga::participant {
namespace {

namespace pb = ::brygga::partner::v1;

constexpr char kList[] = "brygga.partner.v1.PartnerService/ListAgreements";
constexpr char kGet[] = "brygga.partner.v1.PartnerService/GetAgreement";
constexpr int kPageSize = 1000;
const Date kNoEnd(9999, 12, 31);

Date DateOf(const std::string& text, Date missing) {
  const auto date = ParseDate(text);
  return date.ok() ? *date : missing;
}

// 0, before every other, of a text that is no etag of partner's.
int64_t RevisionOf(const std::string& etag) {
  int64_t revision = 0;
  return absl::SimpleAtoi(etag, &revision) ? revision : 0;
}

Agreement ToAgreement(const pb::Agreement& agreement) {
  return {.name = agreement.name(),
          .operator_name = agreement.operator_(),
          .from = DateOf(agreement.terms().valid_from(), kNoEnd),
          .to = DateOf(agreement.terms().valid_to(), kNoEnd),
          .revision = RevisionOf(agreement.etag())};
}

}  // namespace

rpc::CallOptions AgreementClient::Until(absl::Time deadline) const {
  return rpc::CallOptions::Within(deadline - absl::Now(), tokens_.Token());
}

absl::StatusOr<std::vector<Agreement>> AgreementClient::ReadAll(absl::Time deadline) {
  std::vector<Agreement> agreements;
  pb::ListAgreementsRequest request;
  request.set_parent("organisations/-");
  request.set_page_size(kPageSize);
  do {
    BRYGGA_ASSIGN_OR_RETURN(const auto page,
                            partner_->Call<pb::ListAgreementsResponse>(Until(deadline), kList, request));
    for (const pb::Agreement& agreement : page.agreements()) agreements.push_back(ToAgreement(agreement));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return agreements;
}

absl::StatusOr<std::vector<Agreement>> AgreementClient::Read(const std::set<std::string>& names, absl::Time deadline) {
  std::vector<Agreement> agreements;
  for (const std::string& name : names) {
    pb::GetAgreementRequest request;
    request.set_name(name);
    const auto response = partner_->Call<pb::GetAgreementResponse>(Until(deadline), kGet, request);
    if (absl::IsNotFound(response.status())) continue;
    BRYGGA_RETURN_IF_ERROR(response.status());
    agreements.push_back(ToAgreement(response->agreement()));
  }
  return agreements;
}

}  // namespace brygga::participant
