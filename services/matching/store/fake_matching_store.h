// The stores in memory, for tests of handlers and workers.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_FAKE_MATCHING_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_FAKE_MATCHING_STORE_H_

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/mutation/fake_ledger.h"
#include "common/status/macros.h"
#include "common/time/clock.h"
#include "common/wait/mutex.h"
#include "services/matching/store/matching_store.h"

namespace brygga::matching {

// Behaves like SqlMatchingStore, as the conformance suite says; one mutex stands
// for the database. Safe for concurrent use. `clock` outlives it.
class FakeMatchingStore final : public MatchingStore {
 public:
  explicit FakeMatchingStore(const Clock& clock) : clock_(clock) {}

  absl::StatusOr<Cohort> GetCohort(const CohortKey& key, absl::Time deadline) override;
  absl::StatusOr<std::vector<Cohort>> ListCohorts(absl::Time deadline) override;
  absl::StatusOr<int64_t> ReadingMark(absl::Time deadline) override;
  absl::StatusOr<std::vector<std::string>> ReplacePeople(const Origin& origin, const CohortPeople& people,
                                                         const std::optional<MatchingPolicy>& default_policy) override;
  absl::StatusOr<PeopleApplied> ApplyPeople(const Origin& origin, const PeopleChange& change,
                                            const std::optional<feed::Step>& step) override;
  absl::StatusOr<std::set<ParticipantId>> ListEmployed(const std::set<std::string>& organisations,
                                                       absl::Time deadline) override;
  absl::StatusOr<std::vector<std::string>> ListEnrolments(const CohortKey& key, absl::Time deadline) override;
  absl::StatusOr<std::optional<feed::Progress>> GetProgress(std::string_view feed, absl::Time deadline) override;
  absl::Status ForgetRemovals(const Origin& origin, absl::Time before) override;
  absl::StatusOr<CohortInput> LoadInput(const CohortKey& key, int policy_version, absl::Time deadline) override;
  absl::StatusOr<CohortChanges> LoadChanges(const CohortKey& key, std::optional<int64_t> since,
                                            absl::Time deadline) override;

  absl::StatusOr<MatchingPolicy> GetPolicy(const CohortKey& key, int version, absl::Time deadline) override;
  absl::StatusOr<list::Page<MatchingPolicy>> ListPolicies(const CohortKey& key, const list::ListQuery& query,
                                                          absl::Time deadline) override;
  absl::StatusOr<MatchingPolicy> CreatePolicy(const Mutation<MatchingPolicy>& mutation, MatchingPolicy policy) override;

  absl::StatusOr<Lock> CreateLock(const Mutation<Lock>& mutation, const Lock& pair,
                                  const DecideLockFn& decide) override;
  absl::StatusOr<Lock> DeleteLock(const Mutation<Lock>& mutation, const CohortKey& key, const LockId& id,
                                  std::string_view etag) override;
  absl::StatusOr<list::Page<Lock>> ListLocks(const CohortKey& key, const list::ListQuery& query,
                                             absl::Time deadline) override;
  absl::StatusOr<Veto> CreateVeto(const Mutation<Veto>& mutation, Veto veto) override;
  absl::StatusOr<Veto> DeleteVeto(const Mutation<Veto>& mutation, const CohortKey& key, const VetoId& id,
                                  const CheckVeto& check) override;
  absl::StatusOr<list::Page<Veto>> ListVetoes(const CohortKey& key, const list::ListQuery& query,
                                              absl::Time deadline) override;

  absl::StatusOr<Round> CreateRound(const Mutation<Round>& mutation, Round round) override;
  absl::StatusOr<Round> GetRound(const CohortKey& key, const RoundId& id, absl::Time deadline) override;
  absl::StatusOr<list::Page<Round>> ListRounds(const CohortKey& key, const list::ListQuery& query,
                                               absl::Time deadline) override;
  absl::StatusOr<list::Page<RoundPair>> ListPairs(const CohortKey& key, const RoundId& id, const list::ListQuery& query,
                                                  absl::Time deadline) override;
  absl::StatusOr<list::Page<Unmatched>> ListUnmatched(const CohortKey& key, const RoundId& id,
                                                      const list::ListQuery& query, absl::Time deadline) override;
  absl::StatusOr<Proposal> LoadProposal(const CohortKey& key, const RoundId& id, absl::Time deadline) override;
  absl::StatusOr<Round> ChangeRound(const Mutation<Round>& mutation, const CohortKey& key, const RoundId& id,
                                    const DecideRound& decide) override;
  absl::StatusOr<Publication> PublishRound(const Mutation<Publication>& mutation, const PublishOrder& order) override;
  absl::StatusOr<std::vector<Round>> ListClaimable(absl::Time deadline) override;
  absl::StatusOr<std::optional<Round>> ClaimRound(const Origin& origin, const RoundId& id, std::string_view worker,
                                                  absl::Duration length) override;
  absl::Status Beat(const Origin& origin, const Round& claimed, RoundPhase phase, int permille,
                    absl::Duration length) override;
  absl::Status Propose(const Origin& origin, const Round& claimed, const Proposal& proposal) override;
  absl::Status FailRound(const Origin& origin, const Round& claimed, std::string_view reason,
                         std::string_view detail) override;

  absl::StatusOr<Match> GetMatch(const CohortKey& key, const MatchId& id, absl::Time deadline) override;
  absl::StatusOr<std::vector<Match>> BatchGetMatches(const CohortKey& key, const std::vector<MatchId>& ids,
                                                     absl::Time deadline) override;
  absl::StatusOr<list::Page<Match>> ListMatches(const CohortKey& key, const list::ListQuery& query,
                                                absl::Time deadline) override;
  absl::StatusOr<list::Page<Match>> ListMatchesOf(const ParticipantId& person,
                                                  const std::optional<std::vector<ProgrammeId>>& programmes,
                                                  const list::ListQuery& query, absl::Time deadline) override;
  absl::StatusOr<Match> CreateMatch(const Mutation<Match>& mutation, const Match& pair,
                                    const DecideNewMatch& decide) override;
  absl::StatusOr<Match> ChangeMatch(const Mutation<Match>& mutation, const CohortKey& key, const MatchId& id,
                                    const DecideChange& decide) override;
  absl::StatusOr<int> ExpireDue(const Origin& origin, int limit) override;

  absl::StatusOr<Meeting> RecordMeeting(const Mutation<Meeting>& mutation, const CohortKey& key, const MatchId& match,
                                        const std::optional<MeetingId>& known, const MeetingId& new_id,
                                        const DecideMeeting& decide) override;
  absl::StatusOr<list::Page<Meeting>> ListMeetings(const CohortKey& key, const std::optional<MatchId>& match,
                                                   const list::ListQuery& query, absl::Time deadline) override;
  absl::StatusOr<Cadence> GetCadence(const CohortKey& key, absl::Time deadline) override;
  absl::StatusOr<Cadence> SetCadence(const Mutation<Cadence>& mutation, const Cadence& cadence,
                                     std::string_view etag) override;
  absl::StatusOr<MeetingBook> LoadMeetings(const CohortKey& key, absl::Time deadline) override;

  absl::StatusOr<Standing> GetStanding(const CohortKey& key, absl::Time deadline) override;
  absl::StatusOr<Taken> ListTaken(const CohortKey& key, absl::Time deadline) override;

 private:
  using PersonKey = std::pair<Side, ParticipantId>;
  struct PersonMark {
    int64_t epoch = 0;    // At which the person last changed.
    int64_t reading = 0;  // Number of the write that last said something of them.
  };
  struct Removal {
    int64_t epoch = 0;
    absl::Time at;
  };
  struct StatedSeats {
    int stated = 0;
    int capacity = 0;
    int taken = 0;
  };
  struct State {
    std::map<CohortKey, Cohort> cohorts;
    std::map<CohortKey, std::map<PersonKey, Person>> people;
    std::map<CohortKey, std::map<PersonKey, PersonMark>> marks;  // Of those in `people`.
    std::map<CohortKey, std::map<PersonKey, Removal>> removed;
    std::map<CohortKey, int64_t> removals_from;
    std::map<CohortKey, int64_t> context_epochs;  // At which locks, vetoes or rounds waited last changed.
    std::map<CohortKey, int64_t> refreshed;
    int64_t readings = 0;  // As in people_readings.
    int64_t named = 0;
    std::map<std::string, feed::Progress, std::less<>> feeds;
    std::map<std::pair<CohortKey, int>, MatchingPolicy> policies;
    std::map<ParticipantId, StatedSeats> seats;
    std::map<CohortKey, Taken> taken;  // As it was told last, with its version.
    std::map<LockId, Lock> locks;
    std::map<VetoId, Veto> vetoes;
    std::map<RoundId, Round> rounds;
    std::map<RoundId, Proposal> proposals;
    std::map<MatchId, Match> matches;
    std::map<MeetingId, Meeting> meetings;
    std::map<CohortKey, Cadence> cadences;
  };

  template <typename T, typename F>
  absl::StatusOr<T> Once(const Mutation<T>& mutation, F change) ABSL_LOCKS_EXCLUDED(mutex_);
  template <typename F>
  absl::Status Do(const Origin& origin, F change) ABSL_LOCKS_EXCLUDED(mutex_);
  // Its as_of is that of participant's feed, where that is later.
  Cohort AsOfNow(Cohort cohort) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Cohort*> FindCohort(const CohortKey& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<MatchingPolicy> FindPolicy(const CohortKey& key, int version) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Round*> FindRound(const CohortKey& key, const RoundId& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Round*> FindClaimed(const Round& claimed) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Match*> FindMatch(const CohortKey& key, const MatchId& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<PairFacts> FactsOf(const CohortKey& key, const ParticipantId& mentor, const ParticipantId& adept)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Writes a person, or takes one out, at the epoch after the cohort's.
  void PutPerson(const Cohort& cohort, const Person& person) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RemovePerson(const Cohort& cohort, const PersonKey& person) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Makes what is known of one person `after`, or nothing; true where it changed.
  absl::StatusOr<bool> ApplyPerson(const Cohort& cohort, const PersonKey& key, const PeopleChange::Found* after,
                                   int64_t mark) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Locks, vetoes or rounds waited have changed.
  void GrowContext(const CohortKey& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::map<ParticipantId, int> WaitedIn(const ProgrammeId& programme) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Seats SeatsIn(const CohortKey& key, const ParticipantId& mentor) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Taken> TakenIn(const CohortKey& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // One that keeps its adept from another of `kind`, or is of it.
  const Match* LiveMatchOf(const ParticipantId& adept, const ProgrammeId& programme, MatchKind kind)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  const Match* OtherLiveMatch(const Match& match) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // False where the mentor has no seat left here or anywhere, and none is forced.
  bool TakeSeat(const CohortKey& key, const ParticipantId& mentor, bool beyond, int capacity_here)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void InsertPolicy(Cohort& cohort, MatchingPolicy policy) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Round WriteRound(Round round) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Match> WriteMatch(const Match& before, Match after) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes back the open matches of a repair that none of `pairs` is; the others are
  // the answer, by mentor and adept.
  using Kept = std::map<std::pair<ParticipantId, ParticipantId>, MatchId>;
  absl::StatusOr<Kept> Mend(const Round& round, const std::vector<RoundPair>& pairs, Publication& publication)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Keeps a match of before for `pair`, or says why that cannot be.
  std::string KeepPair(const MatchId& id, RoundPair& pair, Publication& publication)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Makes the match of `pair`, or says why that cannot be.
  std::string PublishPair(const Round& round, MatchKind kind, RoundPair& pair, const PublishOrder& order,
                          Publication& publication) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_);
  FakeLedger ledger_ ABSL_GUARDED_BY(mutex_);
};

template <typename T, typename F>
absl::StatusOr<T> FakeMatchingStore::Once(const Mutation<T>& mutation, F change) {
  const MutexLock lock(&mutex_);
  return ledger_.Once(mutation, state_, change);
}

template <typename F>
absl::Status FakeMatchingStore::Do(const Origin& origin, F change) {
  Mutation<bool> mutation;
  static_cast<Origin&>(mutation) = origin;
  return internal::StatusOf(Once(mutation, [&]() -> absl::StatusOr<bool> {
    BRYGGA_RETURN_IF_ERROR(change());
    return true;
  }));
}

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_FAKE_MATCHING_STORE_H_
