#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "common/status/macros.h"
#include "services/matching/domain/errors.h"
#include "services/matching/store/fake_lists.h"
#include "services/matching/store/fake_matching_store.h"

namespace brygga::matching {

absl::StatusOr<Match> FakeMatchingStore::GetMatch(const CohortKey& key, const MatchId& id, absl::Time) {
  const MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const Match* found, FindMatch(key, id));
  return *found;
}

absl::StatusOr<std::vector<Match>> FakeMatchingStore::BatchGetMatches(const CohortKey& key,
                                                                      const std::vector<MatchId>& ids,
                                                                      absl::Time deadline) {
  std::vector<Match> matches;
  for (const MatchId& id : ids) {
    BRYGGA_ASSIGN_OR_RETURN(matches.emplace_back(), GetMatch(key, id, deadline));
  }
  return matches;
}

absl::StatusOr<list::Page<Match>> FakeMatchingStore::ListMatches(const CohortKey& key, const list::ListQuery& query,
                                                                 absl::Time) {
  const MutexLock lock(&mutex_);
  return PageOf(ValuesIn(state_.matches, key), query);
}

absl::StatusOr<list::Page<Match>> FakeMatchingStore::ListMatchesOf(
    const ParticipantId& person, const std::optional<std::vector<ProgrammeId>>& programmes,
    const list::ListQuery& query, absl::Time) {
  const MutexLock lock(&mutex_);
  std::vector<Match> matches;
  for (const auto& [id, match] : state_.matches) {
    const bool is_asked =
        !programmes || std::find(programmes->begin(), programmes->end(), match.cohort.programme) != programmes->end();
    if (is_asked && (match.mentor == person || match.adept == person)) matches.push_back(match);
  }
  return PageOf(std::move(matches), query);
}

absl::StatusOr<Match> FakeMatchingStore::CreateMatch(const Mutation<Match>& mutation, const Match& pair,
                                                     const DecideNewMatch& decide) {
  return Once(mutation, [&]() -> absl::StatusOr<Match> {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(const PairFacts facts, FactsOf(pair.cohort, pair.mentor, pair.adept));
    BRYGGA_ASSIGN_OR_RETURN(const Match made, decide(facts, clock_.Now()));
    if (!TakeSeat(made.cohort, made.mentor, made.over_capacity, facts.mentor.features.capacity)) {
      return MatchBreaksRules(made, {}, /*over_capacity=*/true);
    }
    if (const Match* other = OtherLiveMatch(made)) return AdeptHasMatch(made.cohort, made.adept, other->id);
    ledger_.Changed(made.name(), ChangeKind::kCreated, made.revision);
    return state_.matches[made.id] = made;
  });
}

absl::StatusOr<Match> FakeMatchingStore::ChangeMatch(const Mutation<Match>& mutation, const CohortKey& key,
                                                     const MatchId& id, const DecideChange& decide) {
  return Once(mutation, [&]() -> absl::StatusOr<Match> {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(const Match* found, FindMatch(key, id));
    const Match before = *found;
    BRYGGA_ASSIGN_OR_RETURN(const Match after, decide(before, clock_.Now()));
    return WriteMatch(before, after);
  });
}

absl::StatusOr<int> FakeMatchingStore::ExpireDue(const Origin& origin, int limit) {
  Mutation<int> mutation;
  static_cast<Origin&>(mutation) = origin;
  return Once(mutation, [&]() -> absl::StatusOr<int> {
    mutex_.AssertHeld();
    int expired = 0;
    for (const auto& [id, match] : std::map<MatchId, Match>(state_.matches)) {
      if (expired == limit) break;
      const Match after = Expire(match, clock_.Now());
      if (after == match) continue;
      BRYGGA_RETURN_IF_ERROR(WriteMatch(match, after));
      ++expired;
    }
    return expired;
  });
}

}  // namespace brygga::matching
