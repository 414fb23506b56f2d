// PeopleSource over participant's RPCs.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_PARTICIPANT_CLIENT_H_
#define BRYGGA_SERVICES_MATCHING_WORK_PARTICIPANT_CLIENT_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/client.h"
#include "services/matching/store/people_source.h"

namespace brygga::matching {

// Calls in the service's own name, page by page. Safe for concurrent use.
class ParticipantClient final : public PeopleSource {
 public:
  // `tokens` outlives it. The channel is shared with other clients of participant.
  ParticipantClient(std::shared_ptr<rpc::Channel> channel, const rpc::TokenSource& tokens)
      : channel_(std::move(channel)), tokens_(tokens) {}

  absl::StatusOr<CohortPeople> Read(const CohortKey& key, absl::Time deadline) override;
  absl::StatusOr<Cohort> ReadCohort(const CohortKey& key, absl::Time deadline) override;
  absl::StatusOr<std::vector<PeopleChange::Found>> ReadNamed(const std::set<ParticipantId>& participants,
                                                             const std::set<std::string>& enrolments,
                                                             absl::Time deadline) override;

 private:
  rpc::CallOptions Until(absl::Time deadline) const;

  const std::shared_ptr<rpc::Channel> channel_;
  const rpc::TokenSource& tokens_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_PARTICIPANT_CLIENT_H_
