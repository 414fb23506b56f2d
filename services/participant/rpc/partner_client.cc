#include "services/participant/rpc/partner_client.h"

#include "absl/time/clock.h"
#include "brygga/partner/v1/partner_service.pb.h"
#include "services/participant/domain/errors.h"

namespace brygga::participant {
namespace {

namespace pb = ::brygga::partner::v1;

constexpr char kCheckAgreements[] = "brygga.partner.v1.PartnerService/CheckAgreements";
constexpr int kMostAtOnce = 1000;
constexpr absl::Duration kLongestCall = absl::Seconds(5);

}  // namespace

absl::StatusOr<ActiveAgreements> PartnerClient::WithActiveAgreement(const std::string& operator_name,
                                                                    const std::set<std::string>& organisations,
                                                                    Date day, absl::Time deadline) {
  const rpc::CallOptions options = rpc::CallOptions::Within(kLongestCall, tokens_.Token()).Until(deadline);
  ActiveAgreements active{.as_of = absl::Now()};  // Before it is asked: all that it knew by then.
  for (auto next = organisations.begin(); next != organisations.end();) {
    pb::CheckAgreementsRequest request;
    request.set_operator_(operator_name);
    request.set_as_of(FormatDate(day));
    for (; next != organisations.end() && request.organisations_size() < kMostAtOnce; ++next) {
      request.add_organisations(*next);
    }
    const auto response = partner_->Call<pb::CheckAgreementsResponse>(options, kCheckAgreements, request);
    if (!response.ok()) return AgreementsUnreachable();
    active.organisations.insert(response->active_organisations().begin(), response->active_organisations().end());
  }
  return active;
}

}  // namespace brygga::participant
