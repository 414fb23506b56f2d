// Agreements as partner's RPCs tell of them.
#ifndef BRYGGA_SERVICES_PARTICIPANT_RPC_AGREEMENT_CLIENT_H_
#define BRYGGA_SERVICES_PARTICIPANT_RPC_AGREEMENT_CLIENT_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/client.h"
#include "services/participant/work/agreement_projection.h"

namespace brygga::participant {

// Safe for concurrent use. `tokens` outlives it.
class AgreementClient final : public AgreementSource {
 public:
  AgreementClient(std::shared_ptr<rpc::Channel> partner, const rpc::TokenSource& tokens)
      : partner_(std::move(partner)), tokens_(tokens) {}

  absl::StatusOr<std::vector<Agreement>> ReadAll(absl::Time deadline) override;
  absl::StatusOr<std::vector<Agreement>> Read(const std::set<std::string>& names, absl::Time deadline) override;

 private:
  rpc::CallOptions Until(absl::Time deadline) const;

  const std::shared_ptr<rpc::Channel> partner_;  // Shared with what else asks partner.
  const rpc::TokenSource& tokens_;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_RPC_AGREEMENT_CLIENT_H_
