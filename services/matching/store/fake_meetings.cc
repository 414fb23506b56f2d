#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "common/status/error.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/matching/domain/errors.h"
#include "services/matching/store/fake_lists.h"
#include "services/matching/store/fake_matching_store.h"

namespace brygga::matching {

absl::StatusOr<Meeting> FakeMatchingStore::RecordMeeting(const Mutation<Meeting>& mutation, const CohortKey& key,
                                                         const MatchId& match, const std::optional<MeetingId>& known,
                                                         const MeetingId& new_id, const DecideMeeting& decide) {
  return Once(mutation, [&]() -> absl::StatusOr<Meeting> {
    mutex_.AssertHeld();
    BRYGGA_ASSIGN_OR_RETURN(const Match* of, FindMatch(key, match));
    Meeting before{.cohort = key, .match = match};
    if (known) {
      const auto found = state_.meetings.find(*known);
      if (found == state_.meetings.end() || found->second.match != match) {
        return NotFound(MeetingName(key, match, *known));
      }
      before = found->second;
    }
    BRYGGA_ASSIGN_OR_RETURN(Meeting after, decide(before, *of, clock_.Now()));
    if (known && after == before) return after;
    after.updated_at = clock_.Now();
    if (known) {
      ++after.revision;
    } else {
      after.id = new_id;
      after.created_at = clock_.Now();
    }
    ledger_.Changed(after.name(), known ? ChangeKind::kUpdated : ChangeKind::kCreated, after.revision);
    return state_.meetings[after.id] = after;
  });
}

absl::StatusOr<list::Page<Meeting>> FakeMatchingStore::ListMeetings(const CohortKey& key,
                                                                    const std::optional<MatchId>& match,
                                                                    const list::ListQuery& query, absl::Time) {
  const MutexLock lock(&mutex_);
  std::vector<Meeting> meetings = ValuesIn(state_.meetings, key);
  std::erase_if(meetings, [&](const Meeting& meeting) { return match && meeting.match != *match; });
  return PageOf(std::move(meetings), query);
}

absl::StatusOr<Cadence> FakeMatchingStore::GetCadence(const CohortKey& key, absl::Time) {
  const MutexLock lock(&mutex_);
  const auto found = state_.cadences.find(key);
  if (found == state_.cadences.end()) return NotFound(Cadence{.cohort = key}.name());
  return found->second;
}

absl::StatusOr<Cadence> FakeMatchingStore::SetCadence(const Mutation<Cadence>& mutation, const Cadence& cadence,
                                                      std::string_view etag) {
  return Once(mutation, [&]() -> absl::StatusOr<Cadence> {
    mutex_.AssertHeld();
    BRYGGA_RETURN_IF_ERROR(FindCohort(cadence.cohort));
    Cadence after = cadence;
    after.created_at = after.updated_at = clock_.Now();
    after.revision = 1;
    const auto before = state_.cadences.find(cadence.cohort);
    if (before != state_.cadences.end()) {
      BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, before->second.revision, after.name()));
      after.revision = before->second.revision + 1;
      after.created_at = before->second.created_at;
    }
    ledger_.Changed(after.name(), after.revision == 1 ? ChangeKind::kCreated : ChangeKind::kUpdated, after.revision);
    return state_.cadences[cadence.cohort] = after;
  });
}

absl::StatusOr<MeetingBook> FakeMatchingStore::LoadMeetings(const CohortKey& key, absl::Time) {
  const MutexLock lock(&mutex_);
  BRYGGA_RETURN_IF_ERROR(FindCohort(key));
  const auto cadence = state_.cadences.find(key);
  if (cadence == state_.cadences.end()) return NoCadence(key);
  MeetingBook book{.cadence = cadence->second, .now = clock_.Now()};
  for (const Match& match : ValuesIn(state_.matches, key)) {
    if (TakesMentorSeat(match.kind) && ActiveSince(match)) book.matches.push_back(match);
  }
  for (const Meeting& meeting : ValuesIn(state_.meetings, key)) {
    if (meeting.state == MeetingState::kHeld) book.meetings.push_back(meeting);
  }
  std::sort(book.meetings.begin(), book.meetings.end(), [](const Meeting& a, const Meeting& b) {
    return std::tie(a.match, a.starts_at, a.id) < std::tie(b.match, b.starts_at, b.id);
  });
  return book;
}

}  // namespace brygga::matching
