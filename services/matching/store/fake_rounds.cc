#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "common/status/check.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/matching/domain/errors.h"
#include "services/matching/store/fake_lists.h"
#include "services/matching/store/fake_matching_store.h"

namespace brygga::matching {

absl::StatusOr<Round> FakeMatchingStore::CreateRound(const Mutation<Round>& mutation, Round round) {
  return Once(mutation, [&]() -> absl::StatusOr<Round> {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(const Cohort* cohort, FindCohort(round.cohort));
    if (!IsMatchable(cohort->state)) return CohortNotMatchable(*cohort);
    if (round.policy_version == 0 && cohort->policy_version == 0) return NoPolicy(*cohort);
    BRYGGA_ASSIGN_OR_RETURN(const MatchingPolicy policy, FindPolicy(round.cohort, round.policy_version));
    if (round.repair && !round.repair->base.empty()) {
      BRYGGA_ASSIGN_OR_RETURN(const Round* base, FindRound(round.cohort, round.repair->base));
      if (base->state != RoundState::kPublished) return WrongRoundState(*base, {"PUBLISHED"});
    }
    for (const Round& other : ValuesIn(state_.rounds, round.cohort)) {
      const bool is_under_way = other.state == RoundState::kQueued || other.state == RoundState::kRunning;
      if (is_under_way && !mutation.validate_only) {
        return RoundUnderWay(round.cohort);
      }
    }
    round.policy_version = policy.version;
    round.created_at = round.updated_at = clock_.Now();
    ledger_.Changed(round.name(), ChangeKind::kCreated, round.revision);
    return state_.rounds[round.id] = round;
  });
}

absl::StatusOr<Round> FakeMatchingStore::GetRound(const CohortKey& key, const RoundId& id, absl::Time) {
  const MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const Round* round, FindRound(key, id));
  return *round;
}

absl::StatusOr<list::Page<Round>> FakeMatchingStore::ListRounds(const CohortKey& key, const list::ListQuery& query,
                                                                absl::Time) {
  const MutexLock lock(&mutex_);
  return PageOf(ValuesIn(state_.rounds, key), query);
}

absl::StatusOr<list::Page<RoundPair>> FakeMatchingStore::ListPairs(const CohortKey& key, const RoundId& id,
                                                                   const list::ListQuery& query, absl::Time) {
  const MutexLock lock(&mutex_);
  BRYGGA_RETURN_IF_ERROR(FindRound(key, id));
  return PageOf(state_.proposals[id].pairs, query);
}

absl::StatusOr<list::Page<Unmatched>> FakeMatchingStore::ListUnmatched(const CohortKey& key, const RoundId& id,
                                                                       const list::ListQuery& query, absl::Time) {
  const MutexLock lock(&mutex_);
  BRYGGA_RETURN_IF_ERROR(FindRound(key, id));
  return PageOf(state_.proposals[id].unmatched, query);
}

absl::StatusOr<Proposal> FakeMatchingStore::LoadProposal(const CohortKey& key, const RoundId& id, absl::Time) {
  const MutexLock lock(&mutex_);
  BRYGGA_RETURN_IF_ERROR(FindRound(key, id));
  Proposal proposal = state_.proposals[id];
  std::sort(proposal.pairs.begin(), proposal.pairs.end(), [](const RoundPair& a, const RoundPair& b) {
    return std::tie(a.mentor, a.adept) < std::tie(b.mentor, b.adept);
  });
  return proposal;
}

absl::StatusOr<Round> FakeMatchingStore::ChangeRound(const Mutation<Round>& mutation, const CohortKey& key,
                                                     const RoundId& id, const DecideRound& decide) {
  return Once(mutation, [&]() -> absl::StatusOr<Round> {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(const Round* before, FindRound(key, id));
    BRYGGA_ASSIGN_OR_RETURN(const Round after, decide(*before, clock_.Now()));
    return WriteRound(after);
  });
}

std::string FakeMatchingStore::PublishPair(const Round& round, MatchKind kind, RoundPair& pair,
                                           const PublishOrder& order, Publication& publication) {
  const auto& people = state_.people[round.cohort];
  const auto mentor = people.find({Side::kMentor, pair.mentor});
  if (mentor == people.end() || !people.contains({Side::kAdept, pair.adept})) return "NOT_AVAILABLE";
  for (const Veto& veto : ValuesIn(state_.vetoes, round.cohort)) {
    const bool holds = veto.origin == VetoOrigin::kParticipant || !pair.overrides;
    if (veto.mentor == pair.mentor && veto.adept == pair.adept && holds) return "VETO";
  }
  if (!pair.overrides && FreeSeats(SeatsIn(round.cohort, pair.mentor), mentor->second.features.capacity) <= 0) {
    return "MENTOR_CAPACITY";
  }
  if (OtherLiveMatch({.cohort = round.cohort, .kind = kind, .adept = pair.adept}) != nullptr) return "ADEPT_HAS_MATCH";
  const absl::Time now = clock_.Now();
  const Match match{.id = order.match_ids[static_cast<size_t>(publication.matches)],
                    .cohort = round.cohort,
                    .kind = kind,
                    .mentor = pair.mentor,
                    .adept = pair.adept,
                    .score = pair.score,
                    .round = round.id,
                    .expires_at = now + order.answer_within,
                    .created_at = now,
                    .updated_at = now};
  TakeSeat(round.cohort, pair.mentor, /*beyond=*/true, 0);
  state_.matches[match.id] = match;
  pair.match = match.id;
  ledger_.Changed(match.name(), ChangeKind::kCreated, match.revision);
  ++publication.matches;
  return "";
}

absl::StatusOr<FakeMatchingStore::Kept> FakeMatchingStore::Mend(const Round& round, const std::vector<RoundPair>& pairs,
                                                                Publication& publication) {
  Kept standing;
  if (!round.repair) return standing;
  std::set<std::pair<ParticipantId, ParticipantId>> wanted;
  for (const RoundPair& pair : pairs) wanted.emplace(pair.mentor, pair.adept);
  for (const EarlierPair& pair : state_.proposals[round.id].input.repair->earlier) {
    const auto found = state_.matches.find(pair.match);
    if (pair.fate != Fate::kOpen || found == state_.matches.end()) continue;
    if (wanted.contains({pair.mentor, pair.adept})) {
      standing.emplace(std::pair(pair.mentor, pair.adept), pair.match);
    } else if (found->second.state == MatchState::kProposed) {
      const Match before = found->second;
      BRYGGA_ASSIGN_OR_RETURN(const Match superseded, Supersede(before, clock_.Now()));
      BRYGGA_RETURN_IF_ERROR(WriteMatch(before, superseded));
      ++publication.withdrawn;
    }
  }
  return standing;
}

std::string FakeMatchingStore::KeepPair(const MatchId& id, RoundPair& pair, Publication& publication) {
  if (!IsLive(state_.matches.at(id).state)) return "MATCH_OVER";
  pair.match = id;
  ++publication.kept;
  return "";
}

absl::StatusOr<Publication> FakeMatchingStore::PublishRound(const Mutation<Publication>& mutation,
                                                            const PublishOrder& order) {
  return Once(mutation, [&]() -> absl::StatusOr<Publication> {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(const Round* found, FindRound(order.cohort, order.round));
    const Round before = *found;
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(order.etag, before.revision, before.name()));
    BRYGGA_ASSIGN_OR_RETURN(const Round published, Publish(before, clock_.Now()));
    BRYGGA_ASSIGN_OR_RETURN(Cohort* const cohort, FindCohort(order.cohort));
    std::vector<RoundPair>& pairs = state_.proposals[order.round].pairs;
    BRYGGA_CHECK(pairs.size() <= order.match_ids.size());
    Publication publication{.round = before, .validate_only = mutation.validate_only};
    BRYGGA_ASSIGN_OR_RETURN(const Kept standing, Mend(before, pairs, publication));
    for (RoundPair& pair : pairs) {
      const auto kept = standing.find({pair.mentor, pair.adept});
      const std::string reason = kept != standing.end()
                                     ? KeepPair(kept->second, pair, publication)
                                     : PublishPair(before, MatchKindFor(cohort->kind), pair, order, publication);
      if (!reason.empty()) publication.conflicts.push_back({pair.adept, reason});
    }
    if (mutation.validate_only) return publication;
    if (!publication.conflicts.empty()) return RoundOutdated(before, publication.conflicts);
    // Those who were left out have waited once more, wherever in the programme.
    GrowContext(order.cohort);
    for (const auto& [key, people] : state_.people) {
      if (key == order.cohort || key.programme != order.cohort.programme) continue;
      const auto& unmatched = state_.proposals[order.round].unmatched;
      const auto is_here = [&people = people](const Unmatched& left) {
        return people.contains({Side::kAdept, left.adept});
      };
      if (std::any_of(unmatched.begin(), unmatched.end(), is_here)) GrowContext(key);
    }
    publication.round = WriteRound(published);
    return publication;
  });
}

absl::StatusOr<std::vector<Round>> FakeMatchingStore::ListClaimable(absl::Time) {
  const MutexLock lock(&mutex_);
  std::vector<Round> rounds;
  for (const auto& [id, round] : state_.rounds) {
    if (IsClaimable(round, clock_.Now())) rounds.push_back(round);
  }
  std::sort(rounds.begin(), rounds.end(),
            [](const Round& a, const Round& b) { return std::tie(a.created_at, a.id) < std::tie(b.created_at, b.id); });
  return rounds;
}

absl::StatusOr<std::optional<Round>> FakeMatchingStore::ClaimRound(const Origin& origin, const RoundId& id,
                                                                   std::string_view worker, absl::Duration length) {
  Mutation<std::optional<Round>> mutation;
  static_cast<Origin&>(mutation) = origin;
  return Once(mutation, [&]() -> absl::StatusOr<std::optional<Round>> {
    mutex_.AssertHeld();
    const auto found = state_.rounds.find(id);
    const absl::Time now = clock_.Now();
    if (found == state_.rounds.end() || !IsClaimable(found->second, now)) return std::optional<Round>();
    return std::optional<Round>(WriteRound(Claim(found->second, worker, now, now + length)));
  });
}

absl::Status FakeMatchingStore::Beat(const Origin& origin, const Round& claimed, RoundPhase phase, int permille,
                                     absl::Duration length) {
  return Do(origin, [&]() -> absl::Status {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(Round* const round, FindClaimed(claimed));
    round->phase = phase;
    round->progress_permille = permille;
    round->worker_until = clock_.Now() + length;
    return absl::OkStatus();
  });
}

absl::Status FakeMatchingStore::Propose(const Origin& origin, const Round& claimed, const Proposal& proposal) {
  return Do(origin, [&]() -> absl::Status {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(const Round* found, FindClaimed(claimed));
    Round round = *found;
    state_.proposals[round.id] = proposal;
    round.state = RoundState::kProposed;
    round.phase = RoundPhase::kNone;
    round.progress_permille = 1000;
    round.certified = true;
    round.snapshot_hash = proposal.snapshot_hash;
    round.as_of = proposal.input.cohort.as_of;
    round.statistics = proposal.statistics;
    WriteRound(round);
    return absl::OkStatus();
  });
}

absl::Status FakeMatchingStore::FailRound(const Origin& origin, const Round& claimed, std::string_view reason,
                                          std::string_view detail) {
  return Do(origin, [&]() -> absl::Status {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(const Round* found, FindClaimed(claimed));
    Round round = *found;
    round.state = RoundState::kFailed;
    round.phase = RoundPhase::kNone;
    round.failure_reason = reason;
    round.failure_detail = detail;
    WriteRound(round);
    return absl::OkStatus();
  });
}

}  // namespace brygga::matching
