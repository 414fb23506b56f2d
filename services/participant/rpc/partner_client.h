// Agreements asked of the partner service.
#ifndef BRYGGA_SERVICES_PARTICIPANT_RPC_PARTNER_CLIENT_H_
#define BRYGGA_SERVICES_PARTICIPANT_RPC_PARTNER_CLIENT_H_

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/client.h"
#include "services/participant/domain/partner_directory.h"

namespace brygga::participant {

// Safe for concurrent use. `tokens`, this service's own, outlives it.
class PartnerClient final : public PartnerDirectory {
 public:
  PartnerClient(std::shared_ptr<rpc::Channel> partner, const rpc::TokenSource& tokens)
      : partner_(std::move(partner)), tokens_(tokens) {}

  absl::StatusOr<ActiveAgreements> WithActiveAgreement(const std::string& operator_name,
                                                       const std::set<std::string>& organisations, Date day,
                                                       absl::Time deadline) override;

 private:
  const std::shared_ptr<rpc::Channel> partner_;  // Shared with the other clients of that service.
  const rpc::TokenSource& tokens_;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_RPC_PARTNER_CLIENT_H_
