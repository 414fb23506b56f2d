// Openings over partner's RPCs, and AgeCheck over participant's.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_PARTNER_CLIENT_H_
#define BRYGGA_SERVICES_MATCHING_WORK_PARTNER_CLIENT_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/client.h"
#include "services/matching/store/openings.h"

namespace brygga::matching {

// Calls in the service's own name. Safe for concurrent use.
class PartnerClient final : public Openings {
 public:
  // `tokens` outlives it. The channel is shared with other clients of partner.
  PartnerClient(std::shared_ptr<rpc::Channel> channel, const rpc::TokenSource& tokens)
      : channel_(std::move(channel)), tokens_(tokens) {}

  absl::StatusOr<std::vector<std::optional<OpeningFacts>>> Read(const std::vector<std::string>& names,
                                                                absl::Time deadline) override;
  absl::StatusOr<OpeningsPage> ListLive(const std::string& page_token, absl::Time deadline) override;
  absl::Status Hold(const std::vector<SeatRef>& seats, absl::Time deadline) override;
  absl::Status Confirm(const std::vector<SeatRef>& seats, absl::Time deadline) override;
  absl::Status Release(const std::vector<SeatRef>& seats, absl::Time deadline) override;

 private:
  const std::shared_ptr<rpc::Channel> channel_;
  const rpc::TokenSource& tokens_;
};

// Safe for concurrent use.
class AgeClient final : public AgeCheck {
 public:
  // `tokens` outlives it. The channel is shared with other clients of participant.
  AgeClient(std::shared_ptr<rpc::Channel> channel, const rpc::TokenSource& tokens)
      : channel_(std::move(channel)), tokens_(tokens) {}

  absl::StatusOr<std::vector<AgeAnswer>> Ask(const std::vector<std::string>& participants, const AgeWindow& window,
                                             Date on, absl::Time deadline) override;

 private:
  const std::shared_ptr<rpc::Channel> channel_;
  const rpc::TokenSource& tokens_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_PARTNER_CLIENT_H_
