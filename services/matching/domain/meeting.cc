#include "services/matching/domain/meeting.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_format.h"
#include "common/status/check.h"
#include "services/matching/domain/errors.h"
#include "services/matching/domain/words.h"

namespace brygga::matching {
namespace {

constexpr Words<MeetingState, 4> kStates = {{{MeetingState::kPlanned, "PLANNED"},
                                             {MeetingState::kHeld, "HELD"},
                                             {MeetingState::kMissed, "MISSED"},
                                             {MeetingState::kCancelled, "CANCELLED"}}};

std::vector<MeetingState> AllowedAfter(const Meeting& meeting) {
  using enum MeetingState;
  if (meeting.id.empty()) return {kPlanned, kHeld, kMissed};
  switch (meeting.state) {
    case kPlanned:
      return {kPlanned, kHeld, kMissed, kCancelled};
    case kHeld:
    case kMissed:
      return {kHeld, kMissed};
    case kCancelled:
      return {};
  }
  return {};
}

bool Ran(const Match& match, absl::Time at) {
  const auto since = ActiveSince(match);
  return since && StockholmDate(*since) <= StockholmDate(at);
}

// True where the pair ran on every day from `first` to `last`.
bool RanThrough(const Match& match, Date first, Date last) {
  const auto since = ActiveSince(match);
  if (!since || StockholmDate(*since) > first) return false;
  if (match.ended_at && StockholmDate(*match.ended_at) < last) return false;
  return std::none_of(match.pauses.begin(), match.pauses.end(), [&](const Pause& pause) {
    const Date from = StockholmDate(pause.from);
    return from <= last && (!pause.until || StockholmDate(*pause.until) >= first);
  });
}

absl::CivilMonth MonthOf(const Meeting& meeting) { return absl::CivilMonth(StockholmDate(meeting.starts_at)); }

}  // namespace

std::string_view NameOf(MeetingState state) { return WordOf(kStates, state); }
MeetingState MeetingStateOf(std::string_view name) { return ValueOfWord(kStates, name); }

const list::Schema& MeetingSchema() {
  using list::FieldKind;
  static const auto& schema =
      *new list::Schema{{.name = "state", .kind = FieldKind::kEnum, .enum_values = AllWords(kStates)},
                        {.name = "start_time", .kind = FieldKind::kTime, .sortable = list::Sortable::kYes}};
  return schema;
}

list::Value ValueOf(const Meeting& meeting, std::string_view field) {
  if (field == "id") return meeting.id.value();
  if (field == "state") return std::string(NameOf(meeting.state));
  BRYGGA_CHECK(field == "start_time");
  return absl::ToUnixMicros(meeting.starts_at);
}

absl::StatusOr<Meeting> Record(Meeting meeting, const Match& match, const MeetingNews& news, absl::Time now) {
  const std::vector<MeetingState> allowed = AllowedAfter(meeting);
  if (std::find(allowed.begin(), allowed.end(), news.state) == allowed.end()) {
    return WrongMeetingState(meeting, news.state, allowed);
  }
  if (news.starts_at) meeting.starts_at = *news.starts_at;
  if (news.minutes > 0) meeting.minutes = news.minutes;
  const bool took_place = news.state == MeetingState::kHeld || news.state == MeetingState::kMissed;
  if (took_place && meeting.starts_at > now) return MeetingInFuture(meeting);
  if (took_place && !Ran(match, meeting.starts_at)) {
    return NotRunning(match, {MatchState::kActive, MatchState::kPaused});
  }
  if (news.state == MeetingState::kPlanned && match.state != MatchState::kActive) {
    return NotRunning(match, {MatchState::kActive});
  }
  meeting.state = news.state;
  meeting.author = news.author;
  return meeting;
}

bool IsDueIn(const Cadence& cadence, int month) {
  if (cadence.except.contains(month)) return false;
  const bool over_new_year = cadence.last_month < cadence.first_month;
  return over_new_year ? month >= cadence.first_month || month <= cadence.last_month
                       : month >= cadence.first_month && month <= cadence.last_month;
}

std::vector<absl::CivilMonth> RequiredMonths(const Cadence& cadence, const Match& match, Date as_of) {
  std::vector<absl::CivilMonth> required;
  const auto since = ActiveSince(match);
  if (!since) return required;
  for (absl::CivilMonth month(StockholmDate(*since)); absl::CivilDay(month + 1) <= as_of; ++month) {
    if (IsDueIn(cadence, month.month()) && RanThrough(match, Date(month), Date(month + 1) - 1)) {
      required.push_back(month);
    }
  }
  return required;
}

Compliance Judge(const Cadence& cadence, const Match& match, const std::vector<Meeting>& meetings, Date as_of) {
  Compliance compliance{.required = RequiredMonths(cadence, match, as_of)};
  std::map<absl::CivilMonth, int> held;
  for (const Meeting& meeting : meetings) {
    if (meeting.state != MeetingState::kHeld) continue;
    ++held[MonthOf(meeting)];
    compliance.last_held = std::max(compliance.last_held.value_or(absl::InfinitePast()), meeting.starts_at);
  }
  for (const absl::CivilMonth month : compliance.required) {
    const int count = held[month];
    compliance.held += count;
    if (count >= cadence.meetings) continue;
    compliance.overdue.push_back(month);
    compliance.missing += cadence.meetings - count;
  }
  return compliance;
}

std::string FormatMonth(absl::CivilMonth month) { return absl::StrFormat("%04d-%02d", month.year(), month.month()); }

}  // namespace brygga::matching
