// The ports for what a cohort brings to its matching: people, policy, locks and
// vetoes.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_COHORT_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_COHORT_STORE_H_

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/mutation/feed_step.h"
#include "common/mutation/mutation.h"
#include "services/matching/domain/cohort.h"
#include "services/matching/domain/cohort_changes.h"

namespace brygga::matching {

// Keeps what participant says of cohorts: opaque ids and features.
//
// Safe for concurrent use. Calls block until the answer is there, or durable, or
// the deadline passes. Any call may return kUnavailable; repeating it is always
// safe. So it is with every port of this service.
class CohortStore {
 public:
  virtual ~CohortStore() = default;

  // kNotFound: the cohort has never been read from participant.
  virtual absl::StatusOr<Cohort> GetCohort(const CohortKey& key, absl::Time deadline) = 0;
  virtual absl::StatusOr<std::vector<Cohort>> ListCohorts(absl::Time deadline) = 0;

  // Where the writing of people stands. Whoever reads people from participant
  // takes it before and gives it with what was said: so nothing that was read
  // early replaces what somebody else read later and wrote first.
  virtual absl::StatusOr<int64_t> ReadingMark(absl::Time deadline) = 0;

  // Replaces all that is known of a cohort by `people`, but for those of whom
  // something was written since the mark: their enrolments are given back, to be
  // read again (ApplyPeople). Without a mark, nothing is written where a later
  // as_of is known. The first time, `default_policy` becomes version 1. A
  // mentor's capacity over all cohorts becomes what is said here, but never less
  // than what running matches take. Grows the epoch where something changed.
  //
  // kAborted READING_OVERTAKEN: the cohort was replaced since the mark.
  virtual absl::StatusOr<std::vector<std::string>> ReplacePeople(
      const Origin& origin, const CohortPeople& people, const std::optional<MatchingPolicy>& default_policy) = 0;

  // Makes what is known of the people that `change` asked for equal to what it
  // found, in the cohorts that are known; capacities and epochs as in
  // ReplacePeople. With `step`, the feed moves on in the same transaction.
  //
  // kAborted READING_OVERTAKEN: one of them was written since the mark;
  // FEED_MOVED (common/mutation/feed_step.h). Nothing was written.
  virtual absl::StatusOr<PeopleApplied> ApplyPeople(const Origin& origin, const PeopleChange& change,
                                                    const std::optional<feed::Step>& step) = 0;

  // Those of whom it is known that one of `organisations` (ids) employs them.
  virtual absl::StatusOr<std::set<ParticipantId>> ListEmployed(const std::set<std::string>& organisations,
                                                               absl::Time deadline) = 0;

  // The enrolments of those who are known in the cohort, by name; none where it is not.
  virtual absl::StatusOr<std::vector<std::string>> ListEnrolments(const CohortKey& key, absl::Time deadline) = 0;

  // How far `feed` has been followed; nothing: never.
  virtual absl::StatusOr<std::optional<feed::Progress>> GetProgress(std::string_view feed, absl::Time deadline) = 0;

  // Forgets who was removed before `before`. LoadChanges from before that gives
  // everything.
  virtual absl::Status ForgetRemovals(const Origin& origin, absl::Time before) = 0;

  // Everything a round or a ranking starts from, in one snapshot, under policy
  // `policy_version` (0: the one in force).
  //
  // kNotFound: no such cohort or policy.
  virtual absl::StatusOr<CohortInput> LoadInput(const CohortKey& key, int policy_version, absl::Time deadline) = 0;

  // What a ranking reads, as far as it has changed since epoch `since`; everything
  // without one, or where removals are not known that far back. In one snapshot.
  //
  // kNotFound: no such cohort. kFailedPrecondition NO_POLICY.
  virtual absl::StatusOr<CohortChanges> LoadChanges(const CohortKey& key, std::optional<int64_t> since,
                                                    absl::Time deadline) = 0;
};

// Keeps policies. They never change.
class PolicyStore {
 public:
  virtual ~PolicyStore() = default;

  // `version` 0: the one in force. kNotFound: no such version.
  virtual absl::StatusOr<MatchingPolicy> GetPolicy(const CohortKey& key, int version, absl::Time deadline) = 0;
  virtual absl::StatusOr<list::Page<MatchingPolicy>> ListPolicies(const CohortKey& key, const list::ListQuery& query,
                                                                  absl::Time deadline) = 0;

  // Keeps `policy` as the cohort's next version, which is then in force.
  //
  // kNotFound: no such cohort.
  virtual absl::StatusOr<MatchingPolicy> CreatePolicy(const Mutation<MatchingPolicy>& mutation,
                                                      MatchingPolicy policy) = 0;
};

// Keeps what people have said of pairs.
class PairStore {
 public:
  virtual ~PairStore() = default;

  // Makes a lock of the pair out of `facts`, as they are in this transaction.
  // Pure: it may be called again when the transaction is retried.
  using DecideLockFn = std::function<absl::StatusOr<Lock>(const PairFacts& facts, absl::Time now)>;

  // Keeps the lock that `decide` makes of `pair`.
  //
  // kNotFound: one of the two is not in the cohort. kAlreadyExists LOCK_EXISTS:
  // the adept is locked. Whatever `decide` returns is returned unchanged.
  virtual absl::StatusOr<Lock> CreateLock(const Mutation<Lock>& mutation, const Lock& pair,
                                          const DecideLockFn& decide) = 0;
  // Gives back the lock that was.
  //
  // kNotFound; kAborted ETAG_MISMATCH.
  virtual absl::StatusOr<Lock> DeleteLock(const Mutation<Lock>& mutation, const CohortKey& key, const LockId& id,
                                          std::string_view etag) = 0;
  virtual absl::StatusOr<list::Page<Lock>> ListLocks(const CohortKey& key, const list::ListQuery& query,
                                                     absl::Time deadline) = 0;

  // kNotFound: no such cohort. kAlreadyExists VETO_EXISTS: the same pair and
  // origin.
  virtual absl::StatusOr<Veto> CreateVeto(const Mutation<Veto>& mutation, Veto veto) = 0;
  // Gives back the veto that was, unless `check` refuses it. Pure: it may be called
  // again when the transaction is retried.
  //
  // kNotFound. What `check` returns is returned unchanged.
  using CheckVeto = std::function<absl::Status(const Veto& veto)>;
  virtual absl::StatusOr<Veto> DeleteVeto(const Mutation<Veto>& mutation, const CohortKey& key, const VetoId& id,
                                          const CheckVeto& check) = 0;
  virtual absl::StatusOr<list::Page<Veto>> ListVetoes(const CohortKey& key, const list::ListQuery& query,
                                                      absl::Time deadline) = 0;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_COHORT_STORE_H_
