// The port for rounds, from the wish to the publication.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_ROUND_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_ROUND_STORE_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/mutation/mutation.h"
#include "services/matching/domain/round.h"

namespace brygga::matching {

// What it takes to publish a round.
struct PublishOrder {
  CohortKey cohort;
  RoundId round;
  std::string etag;                // Empty: any.
  absl::Duration answer_within;    // From the transaction's now.
  std::vector<MatchId> match_ids;  // One for each pair of the round, at least.
};

// Keeps rounds with their pairs, certificates and the snapshots they were
// computed from. See CohortStore for threads, blocking and retries.
class RoundStore {
 public:
  virtual ~RoundStore() = default;

  // Keeps a QUEUED round. `round.policy_version` 0 becomes the one in force. With
  // mutation.validate_only another round may be under way.
  //
  // kNotFound: no such cohort, policy or base of a repair. kFailedPrecondition:
  // ROUND_UNDER_WAY, COHORT_NOT_MATCHABLE, NO_POLICY; ROUND_STATE, the base is not
  // PUBLISHED.
  virtual absl::StatusOr<Round> CreateRound(const Mutation<Round>& mutation, Round round) = 0;

  // kNotFound: no such round, or in another cohort.
  virtual absl::StatusOr<Round> GetRound(const CohortKey& key, const RoundId& id, absl::Time deadline) = 0;
  virtual absl::StatusOr<list::Page<Round>> ListRounds(const CohortKey& key, const list::ListQuery& query,
                                                       absl::Time deadline) = 0;
  virtual absl::StatusOr<list::Page<RoundPair>> ListPairs(const CohortKey& key, const RoundId& id,
                                                          const list::ListQuery& query, absl::Time deadline) = 0;
  virtual absl::StatusOr<list::Page<Unmatched>> ListUnmatched(const CohortKey& key, const RoundId& id,
                                                              const list::ListQuery& query, absl::Time deadline) = 0;
  // The snapshot, pairs and certificate of a round that has been PROPOSED.
  virtual absl::StatusOr<Proposal> LoadProposal(const CohortKey& key, const RoundId& id, absl::Time deadline) = 0;

  // Replaces a round by what the pure `decide` makes of it at the transaction's
  // time.
  using DecideRound = std::function<absl::StatusOr<Round>(const Round& before, absl::Time now)>;
  virtual absl::StatusOr<Round> ChangeRound(const Mutation<Round>& mutation, const CohortKey& key, const RoundId& id,
                                            const DecideRound& decide) = 0;

  // Makes a match of every pair, or of none: seats, live matches, vetoes and
  // people are checked in the transaction. A repair first takes back the open
  // matches (EarlierPair) that it has no pair for, and keeps those it has. With
  // mutation.validate_only the conflicts are the answer; otherwise they are the
  // error.
  //
  // kNotFound; kAborted ETAG_MISMATCH; kFailedPrecondition: ROUND_STATE,
  // ROUND_OUTDATED.
  virtual absl::StatusOr<Publication> PublishRound(const Mutation<Publication>& mutation,
                                                   const PublishOrder& order) = 0;

  // What a worker does. A method that takes a claimed round answers kAborted,
  // ROUND_LOST, where the round is not RUNNING under that attempt any more:
  // cancelled, or taken over.

  // Rounds that a worker may claim now, oldest first.
  virtual absl::StatusOr<std::vector<Round>> ListClaimable(absl::Time deadline) = 0;
  // Claims a round for `length`; nothing where somebody else has it. A round
  // that was claimed too often comes back FAILED.
  virtual absl::StatusOr<std::optional<Round>> ClaimRound(const Origin& origin, const RoundId& id,
                                                          std::string_view worker, absl::Duration length) = 0;
  // Says that the worker lives, for `length` more, and where it is.
  virtual absl::Status Beat(const Origin& origin, const Round& claimed, RoundPhase phase, int permille,
                            absl::Duration length) = 0;
  // Keeps the result: the round is PROPOSED and certified.
  virtual absl::Status Propose(const Origin& origin, const Round& claimed, const Proposal& proposal) = 0;
  virtual absl::Status FailRound(const Origin& origin, const Round& claimed, std::string_view reason,
                                 std::string_view detail) = 0;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_ROUND_STORE_H_
