// The port for matches.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_MATCH_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_MATCH_STORE_H_

#include <functional>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/mutation/mutation.h"
#include "services/matching/domain/cohort.h"
#include "services/matching/domain/match.h"

namespace brygga::matching {

// Keeps matches. Publication makes them (round_store.h), or a coordinator by hand.
// A live match takes one of its mentor's seats and is the only one of its adept in
// programme and kind, at every instant. See CohortStore for threads, blocking and
// retries.
class MatchStore {
 public:
  virtual ~MatchStore() = default;

  // kNotFound: no such match, or in another cohort.
  virtual absl::StatusOr<Match> GetMatch(const CohortKey& key, const MatchId& id, absl::Time deadline) = 0;
  // In the order of `ids`. kNotFound: names the first that is not there.
  virtual absl::StatusOr<std::vector<Match>> BatchGetMatches(const CohortKey& key, const std::vector<MatchId>& ids,
                                                             absl::Time deadline) = 0;
  virtual absl::StatusOr<list::Page<Match>> ListMatches(const CohortKey& key, const list::ListQuery& query,
                                                        absl::Time deadline) = 0;
  // Matches of one person on either side, in `programmes` only where given.
  virtual absl::StatusOr<list::Page<Match>> ListMatchesOf(const ParticipantId& person,
                                                          const std::optional<std::vector<ProgrammeId>>& programmes,
                                                          const list::ListQuery& query, absl::Time deadline) = 0;

  // Keeps the match that `decide` makes of `pair` out of `facts`, as they are in
  // this transaction, and takes the mentor's seat. Pure: it may be called again
  // when the transaction is retried.
  //
  // kNotFound: one of the two is not in the cohort. kFailedPrecondition:
  // ADEPT_HAS_MATCH; MATCH_BREAKS_RULES, where the mentor's last seat went at the
  // same time. Whatever `decide` returns is returned unchanged.
  using DecideNewMatch = std::function<absl::StatusOr<Match>(const PairFacts& facts, absl::Time now)>;
  virtual absl::StatusOr<Match> CreateMatch(const Mutation<Match>& mutation, const Match& pair,
                                            const DecideNewMatch& decide) = 0;

  // Replaces a match by what `decide` makes of it, once per `mutation`. `decide`
  // sees the match as it is in this transaction and the transaction's time; it
  // may be called again when the transaction is retried, so it must be pure. A
  // match that leaves the live states gives its seat back in the same
  // transaction. What `decide` leaves unchanged is not written.
  //
  // kNotFound: no such match. kFailedPrecondition ADEPT_HAS_MATCH: one of the kind
  // that the match has become. Whatever `decide` returns is returned unchanged.
  using DecideChange = std::function<absl::StatusOr<Match>(const Match& before, absl::Time now)>;
  virtual absl::StatusOr<Match> ChangeMatch(const Mutation<Match>& mutation, const CohortKey& key, const MatchId& id,
                                            const DecideChange& decide) = 0;

  // Expires up to `limit` matches whose time to answer is over, and says how
  // many.
  virtual absl::StatusOr<int> ExpireDue(const Origin& origin, int limit) = 0;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_MATCH_STORE_H_
