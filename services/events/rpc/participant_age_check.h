// Ages asked of the participant service.
#ifndef BRYGGA_SERVICES_EVENTS_RPC_PARTICIPANT_AGE_CHECK_H_
#define BRYGGA_SERVICES_EVENTS_RPC_PARTICIPANT_AGE_CHECK_H_

#include <memory>
#include <string>
#include <vector>

#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/client.h"
#include "services/events/domain/age_check.h"

namespace brygga::events {

// Safe for concurrent use. `tokens`, this service's own, outlives it.
class ParticipantAgeCheck final : public AgeCheck {
 public:
  ParticipantAgeCheck(std::shared_ptr<rpc::Channel> participants, const rpc::TokenSource& tokens)
      : participants_(std::move(participants)), tokens_(tokens) {}

  absl::StatusOr<std::vector<AgeAnswer>> Ask(const std::vector<std::string>& participants, const AgeWindow& window,
                                             Date on, absl::Time deadline) override;

 private:
  const std::shared_ptr<rpc::Channel> participants_;  // Shared with the other clients of that service.
  const rpc::TokenSource& tokens_;
};

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_RPC_PARTICIPANT_AGE_CHECK_H_
