// Events, their sessions and the series that group them.
#ifndef BRYGGA_SERVICES_EVENTS_DOMAIN_EVENT_H_
#define BRYGGA_SERVICES_EVENTS_DOMAIN_EVENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/status/error.h"
#include "common/time/local_time.h"
#include "services/events/domain/ids.h"
#include "services/events/domain/words.h"

namespace brygga::events {

inline constexpr int kMaxSessions = 100;
inline constexpr int kMaxOccurrences = 100;
inline constexpr int kMaxCapacity = 100000;

// What a client calls a thing. Unique per kind of thing.
struct ExternalRef {
  std::string source;
  std::string key;

  friend auto operator<=>(const ExternalRef&, const ExternalRef&) = default;
};

// Ages in whole years, both ends included.
struct AgeWindow {
  std::optional<int> least;
  std::optional<int> most;

  bool open() const { return !least && !most; }
  friend bool operator==(const AgeWindow&, const AgeWindow&) = default;
};

// One time at which people come together. What people agree on is the local
// time; the instants are derived.
struct Session {
  SessionId id;
  int part = 1;
  absl::CivilSecond local_start;
  absl::CivilSecond local_end;
  absl::Time start;
  absl::Time end;

  friend bool operator==(const Session&, const Session&) = default;
};

struct Event {
  EventId id;
  int64_t revision = 1;  // Of all below but the seat counts.
  absl::Time created_at;
  absl::Time updated_at;
  std::optional<ExternalRef> external_ref;
  EventKind kind = EventKind::kJobFair;
  EventState state = EventState::kTentative;
  std::string title_sv;
  std::string title_en;
  std::string organiser;             // organisations/{o}.
  std::string programme;             // programmes/{p}, or empty.
  std::vector<std::string> cohorts;  // Sorted.
  SeriesId series;                   // Empty: in none.
  std::string municipality;
  std::string venue;
  AttendanceMode mode = AttendanceMode::kOnsite;
  std::string zone = std::string(kDefaultZone);
  std::vector<Session> sessions;  // By time.
  int parts_total = 0;            // More than there are sessions: parts are still to come.
  std::optional<absl::CivilSecond> registration_closes;
  int capacity = 0;
  int taken = 0;
  int waiting = 0;
  int64_t last_queue_number = 0;  // That was given on the waiting list.
  bool waiting_list = false;
  int pairs = 0;
  AgeWindow ages;
  std::vector<Audience> audience;      // Sorted.
  std::vector<std::string> languages;  // As given.
  EventId successor;
  EventId predecessor;
  std::optional<absl::Time> published_at;
  std::string cancel_reason;

  // Derived by Derive() from the above.
  absl::Time start;
  absl::Time end;
  absl::Time closes;
  Date first_day;  // On the clock at the event's place: ages are as of this day.

  bool complete() const { return static_cast<int>(sessions.size()) >= parts_total; }
  friend bool operator==(const Event&, const Event&) = default;
};

// Events that belong together, each with seats of its own.
struct Series {
  SeriesId id;
  int64_t revision = 1;
  absl::Time created_at;
  absl::Time updated_at;
  std::optional<ExternalRef> external_ref;
  std::string title_sv;
  std::string programme;
  std::optional<Recurrence> recurrence;
  int event_count = 0;

  friend bool operator==(const Series&, const Series&) = default;
};

struct SeriesWithEvents {
  Series series;
  std::vector<Event> events;

  friend bool operator==(const SeriesWithEvents&, const SeriesWithEvents&) = default;
};

// Everything that is wrong with what a client says of an event: paths such as
// "sessions[1].local_end". Empty where all is well.
std::vector<FieldViolation> ProblemsOf(const Event& event);

// Fills in the instants of the sessions and what is derived from them. `event`
// has no problems in zone and sessions.
void Derive(Event& event);

// A new TENTATIVE event from `draft`, whose ids are set.
//
// kInvalidArgument: every wrong field, as "event.…".
absl::StatusOr<Event> NewEvent(Event draft, absl::Time now);

// The `n`-th occurrence of `session`, 0 for itself: the same local time of a
// later day or week.
Session Occurrence(const Session& session, Recurrence recurrence, int n);

// `count` new events from `first`, which has one session, as a series. `ids` are
// those of the events, then those of their sessions.
//
// kInvalidArgument: every wrong field.
absl::StatusOr<SeriesWithEvents> NewSeries(Series series, const Event& first, int count,
                                           const std::vector<std::string>& ids, absl::Time now);

// `before` with the values of `wanted` that may change: titles, place, mode,
// closing time, capacity, waiting list, pairs, ages, audience, languages and
// cohorts. Where nothing differs the answer equals `before`.
//
// kAborted: `etag` is neither empty nor that of `before`. kInvalidArgument: every
// wrong field. kFailedPrecondition: wrong state; fewer seats than are taken; the
// waiting list that would go is in use.
absl::StatusOr<Event> Update(const Event& before, const Event& wanted, std::string_view etag, absl::Time now);

// The steps of an event's life. kFailedPrecondition: wrong state; kAborted: etag.
absl::StatusOr<Event> Publish(Event event, std::string_view etag, absl::Time now);
absl::StatusOr<Event> Start(Event event, std::string_view etag, absl::Time now);
absl::StatusOr<Event> Finish(Event event, std::string_view etag, absl::Time now);
// The caller cancels the registrations and sets the seat counts.
absl::StatusOr<Event> Cancel(Event event, std::string_view reason, std::string_view etag, absl::Time now);

// What PostponeEvent makes: the event and the one it moved to.
struct Postponed {
  Event event;
  Event successor;

  friend bool operator==(const Postponed&, const Postponed&) = default;
};

// When and under which id an event takes place instead.
struct NewTimes {
  EventId id;
  std::vector<Session> sessions;  // With ids.
  std::optional<absl::CivilSecond> registration_closes;
};

// kInvalidArgument: every wrong field of the new times.
absl::StatusOr<Postponed> Postpone(Event event, const NewTimes& times, std::string_view etag, absl::Time now);

// The fields that lists filter and sort by, and their values.
const list::Schema& EventSchema();
list::Value FieldOf(const Event& event, std::string_view field);

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_DOMAIN_EVENT_H_
