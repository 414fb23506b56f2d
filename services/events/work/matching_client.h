// Pairs read of the matching service.
#ifndef BRYGGA_SERVICES_EVENTS_WORK_MATCHING_CLIENT_H_
#define BRYGGA_SERVICES_EVENTS_WORK_MATCHING_CLIENT_H_

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/client.h"
#include "services/events/work/pair_projection.h"

namespace brygga::events {

// Asks participant which cohorts there are, and matching for the matches of each.
// Safe for concurrent use. `tokens`, this service's own, outlives it. The channels
// are shared with the other clients of those services.
class MatchingClient final : public PairSource {
 public:
  MatchingClient(std::shared_ptr<rpc::Channel> matching, std::shared_ptr<rpc::Channel> participants,
                 const rpc::TokenSource& tokens)
      : matching_(std::move(matching)), participants_(std::move(participants)), tokens_(tokens) {}

  absl::StatusOr<std::vector<Pair>> ReadAll(absl::Time deadline) override;
  absl::StatusOr<std::vector<Pair>> Read(const std::set<std::string>& matches, absl::Time deadline) override;

 private:
  absl::StatusOr<std::vector<std::string>> ListCohorts(absl::Time deadline);
  absl::Status ReadCohort(const std::string& cohort, absl::Time deadline, std::vector<Pair>& pairs);
  rpc::CallOptions Until(absl::Time deadline) const;

  const std::shared_ptr<rpc::Channel> matching_;
  const std::shared_ptr<rpc::Channel> participants_;
  const rpc::TokenSource& tokens_;
};

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_WORK_MATCHING_CLIENT_H_
