// The stores on SQLite and PostgreSQL.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_MATCHING_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_MATCHING_STORE_H_

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/sql/database.h"
#include "services/matching/store/matching_store.h"

namespace brygga::matching {

// Safe for concurrent use. The database has kMigrations and outlives it.
class SqlMatchingStore final : public MatchingStore {
 public:
  explicit SqlMatchingStore(sql::Database& database) : database_(database) {}

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
  sql::Database& database_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_MATCHING_STORE_H_
