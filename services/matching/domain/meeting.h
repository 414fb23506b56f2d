// Meetings of a match, and who has met too seldom.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_MEETING_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_MEETING_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/time/local_time.h"
#include "services/matching/domain/match.h"
#include "services/matching/domain/names.h"

namespace brygga::matching {

enum class MeetingState { kPlanned, kHeld, kMissed, kCancelled };
std::string_view NameOf(MeetingState state);
MeetingState MeetingStateOf(std::string_view name);

struct Meeting {
  MeetingId id;
  CohortKey cohort;
  MatchId match;
  MeetingState state = MeetingState::kPlanned;
  absl::Time starts_at;
  int minutes = 0;  // 0: not said.
  std::string author = {};
  int64_t revision = 1;
  absl::Time created_at = {};
  absl::Time updated_at = {};

  std::string match_name() const { return NameOf(cohort, match); }
  std::string name() const { return MeetingName(cohort, match, id); }

  friend bool operator==(const Meeting&, const Meeting&) = default;
};

const list::Schema& MeetingSchema();
list::Value ValueOf(const Meeting& meeting, std::string_view field);

// What somebody says of a meeting.
struct MeetingNews {
  MeetingState state = MeetingState::kPlanned;
  std::optional<absl::Time> starts_at;  // Nullopt: as before.
  int minutes = 0;                      // 0: as before.
  std::string author;
};

// `meeting`, which is new where its id is empty, as `news` make it. A planned
// meeting may be moved, HELD and MISSED may be mended into each other, and
// CANCELLED is final.
//
// kFailedPrecondition MATCH_NOT_RUNNING: a meeting is planned while `match` is not
// ACTIVE, or took place before it was; MEETING_STATE: it cannot become that;
// MEETING_IN_FUTURE: HELD or MISSED after `now`.
absl::StatusOr<Meeting> Record(Meeting meeting, const Match& match, const MeetingNews& news, absl::Time now);

// How often the pairs of a cohort are to meet: at least `meetings` in each month
// from `first_month` to `last_month`, save those in `except`. A season whose last
// month stands before its first runs over the new year.
struct Cadence {
  CohortKey cohort;
  int meetings = 1;
  int first_month = 1;
  int last_month = 12;
  std::set<int> except = {};
  int64_t revision = 1;
  absl::Time created_at = {};
  absl::Time updated_at = {};

  std::string name() const { return NameOf(cohort) + "/cadence"; }

  friend bool operator==(const Cadence&, const Cadence&) = default;
};

// True where meetings are due in `month`, whatever the year.
bool IsDueIn(const Cadence& cadence, int month);

// The months that count for a pair: those of the season that are over before
// `as_of` and in which the pair ran from the first day to the last, without a
// pause. Days are those of Europe/Stockholm.
std::vector<absl::CivilMonth> RequiredMonths(const Cadence& cadence, const Match& match, Date as_of);

// How a pair has kept to a cadence.
struct Compliance {
  std::vector<absl::CivilMonth> required;
  std::vector<absl::CivilMonth> overdue;  // Those of them that lack meetings.
  int missing = 0;                        // Meetings that lack in them together.
  int held = 0;                           // Meetings HELD in required months.
  std::optional<absl::Time> last_held;
};
// `meetings` are the pair's, in any order.
Compliance Judge(const Cadence& cadence, const Match& match, const std::vector<Meeting>& meetings, Date as_of);

// "2022-06".
std::string FormatMonth(absl::CivilMonth month);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_MEETING_H_
