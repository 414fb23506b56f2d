// SqlMatchingStore: rounds.
#include <map>
#include <set>
#include <string>
#include <utility>

#include "common/sql/select_page.h"
#include "common/status/check.h"
#include "common/status/error.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/matching/domain/erasure.h"
#include "services/matching/domain/errors.h"
#include "services/matching/store/sql/json_columns.h"
#include "services/matching/store/sql/people_columns.h"
#include "services/matching/store/sql/rows.h"
#include "services/matching/store/sql/sql_matching_store.h"
#include "services/matching/store/sql/statements.h"

namespace brygga::matching {
namespace {

RoundPair ToPair(const sql::Row& row) {
  return {.mentor = row.As<ParticipantId>("mentor_id"),
          .adept = row.As<ParticipantId>("adept_id"),
          .score = static_cast<int32_t>(row.Int("score")),
          .contributions = ContributionsFromJson(row.Text("contributions")),
          .lock = row.As<LockId>("lock_id"),
          .overrides = row.Bool("overrides"),
          .override_reason = row.Text("override_reason"),
          .match = row.As<MatchId>("match_id")};
}

Unmatched ToUnmatched(const sql::Row& row) {
  Unmatched unmatched{.adept = row.As<ParticipantId>("adept_id"),
                      .reason = row.Text("reason"),
                      .rounds_waited = static_cast<int>(row.Int("rounds_waited"))};
  DetailsFromJson(row.Text("details"), unmatched);
  return unmatched;
}

sql::Args RoundArgs(const CohortKey& key, const RoundId& id) { return KeyArgs(key).Set("id", id); }

absl::StatusOr<Round> SelectRound(sql::Reader& reader, const char* statement, const CohortKey& key, const RoundId& id) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row, reader.QueryOne(statement, RoundArgs(key, id)));
  if (!row) return NotFound(NameOf(key, id));
  return ToRound(*row);
}

// The next revision of a round, in this transaction.
absl::StatusOr<Round> WriteRound(sql::Transaction& tx, Round round) {
  ++round.revision;
  round.updated_at = tx.now();
  BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdateRound, UpdateArgs(round)));
  tx.Changed(round.name(), ChangeKind::kUpdated, round.revision, {"state"});
  return round;
}

// The round that `claimed` is of, if that claim still holds.
absl::StatusOr<Round> SelectClaimed(sql::Transaction& tx, const Round& claimed) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row, tx.QueryOne(kSelectRoundByIdForUpdate, {{"id", claimed.id}}));
  if (!row) return RoundLost(claimed.id);
  Round round = ToRound(*row);
  if (round.state != RoundState::kRunning || round.attempt != claimed.attempt) return RoundLost(claimed.id);
  return round;
}

absl::Status InsertProposal(sql::Transaction& tx, const RoundId& id, const Proposal& proposal) {
  for (const Person& person : proposal.input.people) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertRoundPerson, PersonArgs(person).Set("round_id", id)));
  }
  for (const Lock& lock : proposal.input.locks) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertRoundLock, {{"round_id", id},
                                                     {"lock_id", lock.id},
                                                     {"mentor_id", lock.mentor},
                                                     {"adept_id", lock.adept},
                                                     {"reason", lock.reason},
                                                     {"override_reason", lock.override_reason}}));
  }
  for (const Veto& veto : proposal.input.vetoes) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertRoundVeto, {{"round_id", id},
                                                     {"veto_id", veto.id},
                                                     {"mentor_id", veto.mentor},
                                                     {"adept_id", veto.adept},
                                                     {"origin", NameOf(veto.origin)}}));
  }
  for (const RoundPair& pair : proposal.pairs) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertRoundPair, {{"round_id", id},
                                                     {"adept_id", pair.adept},
                                                     {"mentor_id", pair.mentor},
                                                     {"score", int64_t{pair.score}},
                                                     {"contributions", ContributionsToJson(pair.contributions)},
                                                     {"lock_id", pair.lock},
                                                     {"overrides", pair.overrides}}));
  }
  for (const Unmatched& unmatched : proposal.unmatched) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertRoundUnmatched, {{"round_id", id},
                                                          {"adept_id", unmatched.adept},
                                                          {"reason", unmatched.reason},
                                                          {"details", DetailsToJson(unmatched)},
                                                          {"rounds_waited", unmatched.rounds_waited}}));
  }
  if (proposal.input.repair) {
    for (const EarlierPair& pair : proposal.input.repair->earlier) {
      BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertRoundEarlier, {{"round_id", id},
                                                          {"match_id", pair.match},
                                                          {"mentor_id", pair.mentor},
                                                          {"adept_id", pair.adept},
                                                          {"fate", NameOf(pair.fate)}}));
    }
  }
  return tx.Run(kSetCertificate, {{"id", id}, {"certificate", proposal.certificate}});
}

absl::StatusOr<std::vector<EarlierPair>> SelectEarlier(sql::Reader& reader, const RoundId& id) {
  BRYGGA_ASSIGN_OR_RETURN(const auto rows, reader.Query(kSelectRoundEarlier, {{"round_id", id}}));
  std::vector<EarlierPair> earlier;
  for (const sql::Row& row : rows) {
    earlier.push_back({.mentor = row.As<ParticipantId>("mentor_id"),
                       .adept = row.As<ParticipantId>("adept_id"),
                       .match = row.As<MatchId>("match_id"),
                       .fate = FateOf(row.Text("fate"))});
  }
  return earlier;
}

// What publication asks of a cohort besides seats and matches.
struct Present {
  std::map<ParticipantId, int> mentors;  // And their capacity in the cohort.
  std::set<ParticipantId> adepts;
  std::map<std::pair<ParticipantId, ParticipantId>, bool> vetoes;  // Mentor and adept; true: nothing passes it.
};

absl::StatusOr<Present> SelectPresent(sql::Reader& reader, const CohortKey& key) {
  Present present;
  BRYGGA_ASSIGN_OR_RETURN(const auto people, reader.Query(kSelectPeople, {{"cohort_id", key.cohort}}));
  for (const sql::Row& row : people) {
    const auto id = row.As<ParticipantId>("participant_id");
    if (SideOf(row.Text("role")) == Side::kMentor) {
      present.mentors.emplace(id, static_cast<int>(row.Int("capacity")));
    } else {
      present.adepts.insert(id);
    }
  }
  BRYGGA_ASSIGN_OR_RETURN(const auto vetoes, reader.Query(kSelectVetoes, KeyArgs(key)));
  for (const sql::Row& row : vetoes) {
    const Veto veto = ToVeto(row);
    present.vetoes[{veto.mentor, veto.adept}] |= veto.origin == VetoOrigin::kParticipant;
  }
  return present;
}

// Publishes the pairs of one round inside one transaction.
class Publisher {
 public:
  Publisher(sql::Transaction& tx, const Round& round, MatchKind kind, const PublishOrder& order, Present present)
      : tx_(tx), round_(round), kind_(kind), order_(order), present_(std::move(present)) {}

  // Locks all seats that the round may touch, in the order of their mentors, so
  // that matches can be made in the order of their adepts. Then takes back the
  // open matches of a repair that none of `pairs` is, and remembers the others.
  // What was answered since stays, and then meets its pair's people in Publish.
  absl::Status Prepare(const std::vector<RoundPair>& pairs) {
    std::vector<EarlierPair> earlier;
    if (round_.repair) {
      BRYGGA_ASSIGN_OR_RETURN(earlier, SelectEarlier(tx_, round_.id));
    }
    std::set<std::pair<ParticipantId, ParticipantId>> wanted;
    std::set<ParticipantId> mentors;
    for (const RoundPair& pair : pairs) {
      wanted.emplace(pair.mentor, pair.adept);
      mentors.insert(pair.mentor);
    }
    for (const EarlierPair& pair : earlier) mentors.insert(pair.mentor);
    for (const ParticipantId& mentor : mentors) {
      BRYGGA_RETURN_IF_ERROR(tx_.QueryOne(kLockSeats, {{"mentor_id", mentor}}));
    }
    for (const EarlierPair& pair : earlier) {
      if (pair.fate != Fate::kOpen) continue;
      BRYGGA_ASSIGN_OR_RETURN(const auto row,
                              tx_.QueryOne(kSelectMatchForUpdate, KeyArgs(round_.cohort).Set("id", pair.match)));
      if (!row) continue;
      const Match match = ToMatch(*row);
      if (wanted.contains({pair.mentor, pair.adept})) {
        standing_.emplace(std::pair(pair.mentor, pair.adept), match);
      } else if (match.state == MatchState::kProposed) {
        BRYGGA_ASSIGN_OR_RETURN(const Match superseded, Supersede(match, tx_.now()));
        BRYGGA_RETURN_IF_ERROR(WriteMatch(tx_, match, superseded, growth_));
        ++withdrawn_;
      }
    }
    return absl::OkStatus();
  }

  // Takes the seat and makes the match of `pair`, or says why that cannot be.
  absl::StatusOr<std::string> Publish(const RoundPair& pair) {
    if (const auto standing = standing_.find({pair.mentor, pair.adept}); standing != standing_.end()) {
      return Keep(standing->second);
    }
    if (!present_.mentors.contains(pair.mentor) || !present_.adepts.contains(pair.adept)) return "NOT_AVAILABLE";
    const auto veto = present_.vetoes.find({pair.mentor, pair.adept});
    if (veto != present_.vetoes.end() && (veto->second || !pair.overrides)) return "VETO";
    BRYGGA_ASSIGN_OR_RETURN(
        const bool seated, TakeSeat(tx_, round_.cohort, pair.mentor, pair.overrides, present_.mentors.at(pair.mentor)));
    if (!seated) return "MENTOR_CAPACITY";
    const Match match{.id = order_.match_ids[made_],
                      .cohort = round_.cohort,
                      .kind = kind_,
                      .mentor = pair.mentor,
                      .adept = pair.adept,
                      .score = pair.score,
                      .round = round_.id,
                      .expires_at = tx_.now() + order_.answer_within,
                      .created_at = tx_.now(),
                      .updated_at = tx_.now()};
    BRYGGA_ASSIGN_OR_RETURN(const int64_t inserted, tx_.Affect(kInsertMatch, InsertArgs(match)));
    if (inserted == 0) return "ADEPT_HAS_MATCH";
    BRYGGA_RETURN_IF_ERROR(
        tx_.Run(kSetPairMatch, {{"match_id", match.id}, {"round_id", round_.id}, {"adept_id", pair.adept}}));
    tx_.Changed(match.name(), ChangeKind::kCreated, match.revision);
    ++made_;
    return "";
  }

  // Last of all.
  absl::Status GrowAvailability() {
    growth_.Around(round_.cohort.cohort);
    return growth_.Write(tx_);
  }

  int made() const { return static_cast<int>(made_); }
  int kept() const { return kept_; }
  int withdrawn() const { return withdrawn_; }

 private:
  // The pair has a match of before: it stays, if it lives.
  absl::StatusOr<std::string> Keep(const Match& match) {
    if (!IsLive(match.state)) return "MATCH_OVER";
    ++kept_;
    BRYGGA_RETURN_IF_ERROR(
        tx_.Run(kSetPairMatch, {{"match_id", match.id}, {"round_id", round_.id}, {"adept_id", match.adept}}));
    return "";
  }

  sql::Transaction& tx_;
  const Round& round_;
  const MatchKind kind_;
  const PublishOrder& order_;
  const Present present_;
  std::map<std::pair<ParticipantId, ParticipantId>, Match> standing_;  // Open matches that are pairs again.
  AvailabilityGrowth growth_;
  size_t made_ = 0;
  int kept_ = 0, withdrawn_ = 0;
};

}  // namespace

absl::StatusOr<Round> SqlMatchingStore::CreateRound(const Mutation<Round>& mutation, Round round) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<Round> {
    BRYGGA_ASSIGN_OR_RETURN(const Cohort cohort, SelectCohort(tx, round.cohort));
    if (!IsMatchable(cohort.state)) return CohortNotMatchable(cohort);
    if (round.policy_version == 0 && cohort.policy_version == 0) return NoPolicy(cohort);
    BRYGGA_ASSIGN_OR_RETURN(const MatchingPolicy policy, SelectPolicy(tx, round.cohort, round.policy_version));
    if (round.repair && !round.repair->base.empty()) {
      BRYGGA_ASSIGN_OR_RETURN(const Round base, SelectRound(tx, kSelectRound, round.cohort, round.repair->base));
      if (base.state != RoundState::kPublished) return WrongRoundState(base, {"PUBLISHED"});
    }
    Round made = round;
    made.policy_version = policy.version;
    made.created_at = made.updated_at = tx.now();
    if (mutation.validate_only) return made;  // A trial is no round beside another.
    BRYGGA_ASSIGN_OR_RETURN(const int64_t count, tx.Affect(kInsertRound, InsertArgs(made)));
    if (count == 0) return RoundUnderWay(round.cohort);
    tx.Changed(made.name(), ChangeKind::kCreated, made.revision);
    return made;
  });
}

absl::StatusOr<Round> SqlMatchingStore::GetRound(const CohortKey& key, const RoundId& id, absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row, database_.QueryOne(deadline, kSelectRound, RoundArgs(key, id)));
  if (!row) return NotFound(NameOf(key, id));
  return ToRound(*row);
}

absl::StatusOr<list::Page<Round>> SqlMatchingStore::ListRounds(const CohortKey& key, const list::ListQuery& query,
                                                               absl::Time deadline) {
  return database_.Read(deadline, [&](sql::Reader& reader) {
    return sql::SelectPage<Round>(reader, kSelectRounds, KeyArgs(key), query, RoundSchema(),
                                  {{"create_time", "created_at_us"}}, &ToRound);
  });
}

absl::StatusOr<list::Page<RoundPair>> SqlMatchingStore::ListPairs(const CohortKey& key, const RoundId& id,
                                                                  const list::ListQuery& query, absl::Time deadline) {
  return database_.Read(deadline, [&](sql::Reader& reader) -> absl::StatusOr<list::Page<RoundPair>> {
    BRYGGA_RETURN_IF_ERROR(SelectRound(reader, kSelectRound, key, id));
    return sql::SelectPage<RoundPair>(reader, kSelectRoundPairs, {{"round_id", id}}, query, RoundPairSchema(),
                                      {{"mentor", "mentor_id"}, {"adept", "adept_id"}, {"override", "overrides"}},
                                      &ToPair);
  });
}

absl::StatusOr<list::Page<Unmatched>> SqlMatchingStore::ListUnmatched(const CohortKey& key, const RoundId& id,
                                                                      const list::ListQuery& query,
                                                                      absl::Time deadline) {
  return database_.Read(deadline, [&](sql::Reader& reader) -> absl::StatusOr<list::Page<Unmatched>> {
    BRYGGA_RETURN_IF_ERROR(SelectRound(reader, kSelectRound, key, id));
    return sql::SelectPage<Unmatched>(reader, kSelectRoundUnmatched, {{"round_id", id}}, query, UnmatchedSchema(), {},
                                      &ToUnmatched);
  });
}

absl::StatusOr<Proposal> SqlMatchingStore::LoadProposal(const CohortKey& key, const RoundId& id, absl::Time deadline) {
  return database_.Read(deadline, [&](sql::Reader& reader) -> absl::StatusOr<Proposal> {
    BRYGGA_ASSIGN_OR_RETURN(const auto row, reader.QueryOne(kSelectRound, RoundArgs(key, id)));
    if (!row) return NotFound(NameOf(key, id));
    const Round round = ToRound(*row);
    if (!round.snapshot_hash.empty() && row->Text("certificate").empty()) return SnapshotErased(key, id);
    Proposal proposal{
        .snapshot_hash = round.snapshot_hash, .statistics = round.statistics, .certificate = row->Text("certificate")};
    CohortInput& input = proposal.input;
    BRYGGA_ASSIGN_OR_RETURN(input.cohort, SelectCohort(reader, key));
    BRYGGA_ASSIGN_OR_RETURN(input.policy, SelectPolicy(reader, key, round.policy_version));
    const sql::Args of_round = {{"round_id", id}};
    BRYGGA_ASSIGN_OR_RETURN(const auto people, reader.Query(kSelectRoundPeople, of_round));
    for (const sql::Row& person : people) input.people.push_back(ToPerson(person));
    BRYGGA_ASSIGN_OR_RETURN(const auto locks, reader.Query(kSelectRoundLocks, of_round));
    for (const sql::Row& lock : locks) {
      input.locks.push_back({.id = lock.As<LockId>("lock_id"),
                             .cohort = key,
                             .mentor = lock.As<ParticipantId>("mentor_id"),
                             .adept = lock.As<ParticipantId>("adept_id"),
                             .reason = lock.Text("reason"),
                             .override_reason = lock.Text("override_reason")});
    }
    BRYGGA_ASSIGN_OR_RETURN(const auto vetoes, reader.Query(kSelectRoundVetoes, of_round));
    for (const sql::Row& veto : vetoes) {
      input.vetoes.push_back({.id = veto.As<VetoId>("veto_id"),
                              .cohort = key,
                              .mentor = veto.As<ParticipantId>("mentor_id"),
                              .adept = veto.As<ParticipantId>("adept_id"),
                              .origin = VetoOriginOf(veto.Text("origin"))});
    }
    BRYGGA_ASSIGN_OR_RETURN(const auto pairs, reader.Query(kSelectRoundPairsByAdept, of_round));
    for (const sql::Row& pair : pairs) proposal.pairs.push_back(ToPair(pair));
    if (!round.repair) return proposal;
    input.repair = RepairInput{.change_price = round.repair->change_price};
    BRYGGA_ASSIGN_OR_RETURN(input.repair->earlier, SelectEarlier(reader, id));
    return proposal;
  });
}

absl::StatusOr<Round> SqlMatchingStore::ChangeRound(const Mutation<Round>& mutation, const CohortKey& key,
                                                    const RoundId& id, const DecideRound& decide) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<Round> {
    BRYGGA_ASSIGN_OR_RETURN(const Round before, SelectRound(tx, kSelectRoundForUpdate, key, id));
    BRYGGA_ASSIGN_OR_RETURN(const Round after, decide(before, tx.now()));
    return WriteRound(tx, after);
  });
}

absl::StatusOr<Publication> SqlMatchingStore::PublishRound(const Mutation<Publication>& mutation,
                                                           const PublishOrder& order) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<Publication> {
    BRYGGA_ASSIGN_OR_RETURN(const Round before, SelectRound(tx, kSelectRoundForUpdate, order.cohort, order.round));
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(order.etag, before.revision, before.name()));
    BRYGGA_ASSIGN_OR_RETURN(const Round published, Publish(before, tx.now()));
    // Cohorts, the seats, the adepts: each in one order, and the cohort before the
    // seats, as where people are replaced.
    BRYGGA_RETURN_IF_ERROR(tx.Query(kLockCohortsOfRound, KeyArgs(order.cohort).Set("round_id", order.round)));
    BRYGGA_ASSIGN_OR_RETURN(const auto cohort, tx.QueryOne(kSelectCohortForUpdate, KeyArgs(order.cohort)));
    if (!cohort) return NotFound(NameOf(order.cohort));
    BRYGGA_ASSIGN_OR_RETURN(Present present, SelectPresent(tx, order.cohort));
    BRYGGA_ASSIGN_OR_RETURN(const auto rows, tx.Query(kSelectRoundPairsByAdept, {{"round_id", order.round}}));
    BRYGGA_CHECK(rows.size() <= order.match_ids.size());
    Publisher publisher(tx, before, MatchKindFor(ToCohort(*cohort).kind), order, std::move(present));
    std::vector<RoundPair> pairs;
    for (const sql::Row& row : rows) pairs.push_back(ToPair(row));
    BRYGGA_RETURN_IF_ERROR(publisher.Prepare(pairs));
    Publication publication{.round = before, .validate_only = mutation.validate_only};
    for (const RoundPair& pair : pairs) {
      BRYGGA_ASSIGN_OR_RETURN(const std::string reason, publisher.Publish(pair));
      if (!reason.empty()) publication.conflicts.push_back({pair.adept, reason});
    }
    publication.matches = publisher.made();
    publication.kept = publisher.kept();
    publication.withdrawn = publisher.withdrawn();
    if (mutation.validate_only) return publication;
    if (!publication.conflicts.empty()) return RoundOutdated(before, publication.conflicts);
    // Those who were left out have waited once more, wherever in the programme.
    BRYGGA_RETURN_IF_ERROR(tx.Run(kGrowContext, {{"cohort_id", order.cohort.cohort}}));
    BRYGGA_RETURN_IF_ERROR(tx.Run(kGrowContextOfUnmatched, KeyArgs(order.cohort).Set("round_id", order.round)));
    BRYGGA_ASSIGN_OR_RETURN(publication.round, WriteRound(tx, published));
    BRYGGA_RETURN_IF_ERROR(publisher.GrowAvailability());
    return publication;
  });
}

absl::StatusOr<std::vector<Round>> SqlMatchingStore::ListClaimable(absl::Time deadline) {
  return database_.Read(deadline, [&](sql::Reader& reader) -> absl::StatusOr<std::vector<Round>> {
    BRYGGA_ASSIGN_OR_RETURN(const auto rows, reader.Query(kSelectClaimableRounds, {{"now", reader.now()}}));
    std::vector<Round> rounds;
    for (const sql::Row& row : rows) rounds.push_back(ToRound(row));
    return rounds;
  });
}

absl::StatusOr<std::optional<Round>> SqlMatchingStore::ClaimRound(const Origin& origin, const RoundId& id,
                                                                  std::string_view worker, absl::Duration length) {
  Mutation<std::optional<Round>> mutation;
  static_cast<Origin&>(mutation) = origin;
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<std::optional<Round>> {
    BRYGGA_ASSIGN_OR_RETURN(const auto row, tx.QueryOne(kSelectRoundByIdForUpdate, {{"id", id}}));
    if (!row || !IsClaimable(ToRound(*row), tx.now())) return std::optional<Round>();
    BRYGGA_ASSIGN_OR_RETURN(const Round claimed,
                            WriteRound(tx, Claim(ToRound(*row), worker, tx.now(), tx.now() + length)));
    return std::optional<Round>(claimed);
  });
}

absl::Status SqlMatchingStore::Beat(const Origin& origin, const Round& claimed, RoundPhase phase, int permille,
                                    absl::Duration length) {
  return database_.Write(origin, [&](sql::Transaction& tx) -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(const int64_t beaten, tx.Affect(kBeat, {{"id", claimed.id},
                                                                    {"attempt", claimed.attempt},
                                                                    {"phase", NameOf(phase)},
                                                                    {"progress", permille},
                                                                    {"until", tx.now() + length}}));
    return beaten == 1 ? absl::OkStatus() : RoundLost(claimed.id);
  });
}

absl::Status SqlMatchingStore::Propose(const Origin& origin, const Round& claimed, const Proposal& proposal) {
  return database_.Write(origin, [&](sql::Transaction& tx) -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(Round round, SelectClaimed(tx, claimed));
    BRYGGA_RETURN_IF_ERROR(InsertProposal(tx, round.id, proposal));
    round.state = RoundState::kProposed;
    round.phase = RoundPhase::kNone;
    round.progress_permille = 1000;
    round.certified = true;
    round.snapshot_hash = proposal.snapshot_hash;
    round.as_of = proposal.input.cohort.as_of;
    round.statistics = proposal.statistics;
    return internal::StatusOf(WriteRound(tx, round));
  });
}

absl::Status SqlMatchingStore::FailRound(const Origin& origin, const Round& claimed, std::string_view reason,
                                         std::string_view detail) {
  return database_.Write(origin, [&](sql::Transaction& tx) -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(Round round, SelectClaimed(tx, claimed));
    round.state = RoundState::kFailed;
    round.phase = RoundPhase::kNone;
    round.failure_reason = reason;
    round.failure_detail = detail;
    return internal::StatusOf(WriteRound(tx, round));
  });
}

}  // namespace brygga::matching
