#include "services/events/domain/event.h"

#include <algorithm>
#include <utility>

#include "common/status/check.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/events/domain/errors.h"

namespace brygga::events {
namespace {

constexpr int64_t kLongestSessionSeconds = 14 * 24 * 3600;

std::string At(std::string_view list, size_t index, std::string_view field) {
  return std::string(list) + "[" + std::to_string(index) + "]." + std::string(field);
}

void CheckSessions(const Event& event, std::vector<FieldViolation>& problems) {
  if (event.sessions.empty() || event.sessions.size() > kMaxSessions) {
    problems.push_back({"sessions", "must be 1 to 100 sessions"});
  }
  for (size_t i = 0; i < event.sessions.size(); ++i) {
    const Session& session = event.sessions[i];
    if (session.local_end <= session.local_start) {
      problems.push_back({At("sessions", i, "local_end"), "must be after local_start"});
    } else if (session.local_end - session.local_start > kLongestSessionSeconds) {
      problems.push_back({At("sessions", i, "local_end"), "must be at most 14 days after local_start"});
    }
    if (i > 0 && session.local_start < event.sessions[i - 1].local_end) {
      problems.push_back({At("sessions", i, "local_start"), "must not be before the session before it ends"});
    }
  }
  if (event.registration_closes && !event.sessions.empty() &&
      *event.registration_closes > event.sessions.back().local_end) {
    problems.push_back({"registration_closes", "must not be after the last session ends"});
  }
}

void CheckPeople(const Event& event, std::vector<FieldViolation>& problems) {
  if (event.capacity < 1 || event.capacity > kMaxCapacity) problems.push_back({"capacity", "must be 1 to 100000"});
  if (event.pairs < 0) problems.push_back({"pairs", "must not be negative"});
  if (event.ages.least && event.ages.most && *event.ages.most < *event.ages.least) {
    problems.push_back({"age_max", "must not be below age_min"});
  }
  if (event.audience.empty()) problems.push_back({"audience", "must have at least one value"});
}

// True where text holds no letter, only blanks.
bool IsBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

std::vector<FieldViolation> Prefixed(std::vector<FieldViolation> problems, std::string_view prefix) {
  for (FieldViolation& problem : problems) problem.field = std::string(prefix) + problem.field;
  return problems;
}

absl::Status Refuse(const Event& event, std::string_view prefix) {
  std::vector<FieldViolation> problems = ProblemsOf(event);
  if (problems.empty()) return absl::OkStatus();
  return InvalidFields(Prefixed(std::move(problems), prefix));
}

absl::Status Expect(const Event& event, const std::vector<EventState>& allowed) {
  if (std::find(allowed.begin(), allowed.end(), event.state) != allowed.end()) return absl::OkStatus();
  return WrongEventState(event.id, event.state, allowed);
}

// The event as it goes into its next state.
absl::StatusOr<Event> Step(Event event, const std::vector<EventState>& from, EventState to, std::string_view etag,
                           absl::Time now) {
  BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, event.revision, NameOf(event.id)));
  BRYGGA_RETURN_IF_ERROR(Expect(event, from));
  event.state = to;
  ++event.revision;
  event.updated_at = now;
  return event;
}

absl::Time InstantIn(const std::string& zone, absl::CivilSecond local) {
  return InstantOf({.time = local, .zone = zone}).value();
}

}  // namespace

std::vector<FieldViolation> ProblemsOf(const Event& event) {
  std::vector<FieldViolation> problems;
  if (event.kind == EventKind{}) problems.push_back({"kind", "must be set"});
  if (event.mode == AttendanceMode{}) problems.push_back({"mode", "must be set: ONSITE, ONLINE or HYBRID"});
  if (IsBlank(event.title_sv)) problems.push_back({"title_sv", "must be set"});
  if (event.organiser.empty()) problems.push_back({"organiser", "must be set: organisations/{organisation}"});
  if (!LoadZone(event.zone).ok()) {
    problems.push_back({"time_zone", "unknown time zone; use an IANA name such as Europe/Stockholm"});
  }
  CheckSessions(event, problems);
  CheckPeople(event, problems);
  return problems;
}

void Derive(Event& event) {
  BRYGGA_CHECK(!event.sessions.empty());
  for (Session& session : event.sessions) {
    session.start = InstantIn(event.zone, session.local_start);
    session.end = InstantIn(event.zone, session.local_end);
  }
  event.start = event.sessions.front().start;
  event.end = event.sessions.back().end;
  event.closes = event.registration_closes ? InstantIn(event.zone, *event.registration_closes) : event.start;
  event.first_day = Date(event.sessions.front().local_start);
}

absl::StatusOr<Event> NewEvent(Event draft, absl::Time now) {
  BRYGGA_RETURN_IF_ERROR(Refuse(draft, "event."));
  std::sort(draft.cohorts.begin(), draft.cohorts.end());
  std::sort(draft.audience.begin(), draft.audience.end());
  for (size_t i = 0; i < draft.sessions.size() && draft.parts_total == 0; ++i) {
    draft.sessions[i].part = static_cast<int>(i) + 1;
  }
  Derive(draft);
  draft.state = EventState::kTentative;
  draft.revision = 1;
  draft.taken = draft.waiting = 0;
  draft.last_queue_number = 0;
  draft.created_at = draft.updated_at = now;
  return draft;
}

Session Occurrence(const Session& session, Recurrence recurrence, int n) {
  const int days = n * (recurrence == Recurrence::kWeekly ? 7 : 1);
  const auto later = [days](absl::CivilSecond time) {
    const absl::CivilDay day = absl::CivilDay(time) + days;
    return absl::CivilSecond(day.year(), day.month(), day.day(), time.hour(), time.minute(), time.second());
  };
  Session occurrence = session;
  occurrence.part = session.part + n;
  occurrence.local_start = later(session.local_start);
  occurrence.local_end = later(session.local_end);
  return occurrence;
}

absl::StatusOr<SeriesWithEvents> NewSeries(Series series, const Event& first, int count,
                                           const std::vector<std::string>& ids, absl::Time now) {
  BRYGGA_CHECK(series.recurrence && static_cast<int>(ids.size()) >= 2 * count);
  std::vector<FieldViolation> problems = Prefixed(ProblemsOf(first), "event.");
  if (first.sessions.size() > 1) problems.push_back({"event.sessions", "must be one session; the others follow"});
  if (first.external_ref) problems.push_back({"event.external_ref", "must not be set; the series has one"});
  if (!problems.empty()) return InvalidFields(std::move(problems));
  series.title_sv = first.title_sv;
  series.programme = first.programme;
  series.event_count = count;
  series.created_at = series.updated_at = now;
  SeriesWithEvents made{.series = std::move(series)};
  for (int n = 0; n < count; ++n) {
    Event event = first;
    event.id = EventId(ids[n]);
    event.series = made.series.id;
    event.sessions = {Occurrence(first.sessions.front(), *made.series.recurrence, n)};
    event.sessions.front().id = SessionId(ids[count + n]);
    if (first.registration_closes) {
      const Session closing{.local_start = *first.registration_closes, .local_end = *first.registration_closes};
      event.registration_closes = Occurrence(closing, *made.series.recurrence, n).local_start;
    }
    BRYGGA_ASSIGN_OR_RETURN(made.events.emplace_back(), NewEvent(std::move(event), now));
  }
  return made;
}

absl::StatusOr<Event> Update(const Event& before, const Event& wanted, std::string_view etag, absl::Time now) {
  BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, before.revision, NameOf(before.id)));
  BRYGGA_RETURN_IF_ERROR(Expect(before, {EventState::kTentative, EventState::kPublished}));
  Event after = before;
  after.title_sv = wanted.title_sv;
  after.title_en = wanted.title_en;
  after.cohorts = wanted.cohorts;
  after.municipality = wanted.municipality;
  after.venue = wanted.venue;
  after.mode = wanted.mode;
  after.registration_closes = wanted.registration_closes;
  after.capacity = wanted.capacity;
  after.waiting_list = wanted.waiting_list;
  after.pairs = wanted.pairs;
  after.ages = wanted.ages;
  after.audience = wanted.audience;
  after.languages = wanted.languages;
  std::sort(after.cohorts.begin(), after.cohorts.end());
  std::sort(after.audience.begin(), after.audience.end());
  BRYGGA_RETURN_IF_ERROR(Refuse(after, "event."));
  if (after.capacity < before.taken) return CapacityBelowTaken(before, after.capacity);
  if (!after.waiting_list && before.waiting > 0) return WaitingListInUse(before);
  Derive(after);
  if (after == before) return before;
  ++after.revision;
  after.updated_at = now;
  return after;
}

absl::StatusOr<Event> Publish(Event event, std::string_view etag, absl::Time now) {
  BRYGGA_ASSIGN_OR_RETURN(Event published,
                          Step(std::move(event), {EventState::kTentative}, EventState::kPublished, etag, now));
  if (!published.complete()) return CourseIncomplete(published);
  published.published_at = now;
  return published;
}

absl::StatusOr<Event> Start(Event event, std::string_view etag, absl::Time now) {
  return Step(std::move(event), {EventState::kPublished}, EventState::kLive, etag, now);
}

absl::StatusOr<Event> Finish(Event event, std::string_view etag, absl::Time now) {
  return Step(std::move(event), {EventState::kLive}, EventState::kDone, etag, now);
}

absl::StatusOr<Event> Cancel(Event event, std::string_view reason, std::string_view etag, absl::Time now) {
  BRYGGA_ASSIGN_OR_RETURN(Event cancelled, Step(std::move(event), {EventState::kTentative, EventState::kPublished},
                                                EventState::kCancelled, etag, now));
  cancelled.cancel_reason = reason;
  return cancelled;
}

absl::StatusOr<Postponed> Postpone(Event event, const NewTimes& times, std::string_view etag, absl::Time now) {
  BRYGGA_ASSIGN_OR_RETURN(Event postponed, Step(std::move(event), {EventState::kTentative, EventState::kPublished},
                                                EventState::kPostponed, etag, now));
  Event draft = postponed;
  draft.id = times.id;
  draft.external_ref.reset();
  draft.sessions = times.sessions;
  draft.parts_total = 0;
  draft.registration_closes = times.registration_closes;
  draft.published_at.reset();
  draft.predecessor = postponed.id;
  draft.successor = EventId();
  BRYGGA_RETURN_IF_ERROR(Refuse(draft, ""));
  BRYGGA_ASSIGN_OR_RETURN(Event successor, NewEvent(std::move(draft), now));
  postponed.successor = successor.id;
  return Postponed{.event = std::move(postponed), .successor = std::move(successor)};
}

const list::Schema& EventSchema() {
  using list::FieldKind;
  using list::Sortable;
  static const list::Schema kSchema = {
      {.name = "kind", .kind = FieldKind::kEnum, .enum_values = AllNames<EventKind>()},
      {.name = "state", .kind = FieldKind::kEnum, .enum_values = AllNames<EventState>()},
      {.name = "title_sv", .sortable = Sortable::kYes},
      {.name = "title_en"},
      {.name = "organiser"},
      {.name = "programme"},
      {.name = "series"},
      {.name = "municipality"},
      {.name = "mode", .kind = FieldKind::kEnum, .enum_values = AllNames<AttendanceMode>()},
      {.name = "start_time", .kind = FieldKind::kTime, .sortable = Sortable::kYes},
      {.name = "end_time", .kind = FieldKind::kTime},
      {.name = "capacity", .kind = FieldKind::kInteger, .sortable = Sortable::kYes},
      {.name = "taken", .kind = FieldKind::kInteger, .sortable = Sortable::kYes},
      {.name = "waiting", .kind = FieldKind::kInteger},
      {.name = "external_key"},
  };
  return kSchema;
}

list::Value FieldOf(const Event& event, std::string_view field) {
  if (field == "kind") return NameOf(event.kind);
  if (field == "state") return NameOf(event.state);
  if (field == "title_sv") return event.title_sv;
  if (field == "title_en") return event.title_en;
  if (field == "organiser") return event.organiser;
  if (field == "programme") return event.programme;
  if (field == "series") return event.series.empty() ? "" : NameOf(event.series);
  if (field == "municipality") return event.municipality;
  if (field == "mode") return NameOf(event.mode);
  if (field == "start_time") return absl::ToUnixMicros(event.start);
  if (field == "end_time") return absl::ToUnixMicros(event.end);
  if (field == "capacity") return int64_t{event.capacity};
  if (field == "taken") return int64_t{event.taken};
  if (field == "waiting") return int64_t{event.waiting};
  if (field == "external_key") return event.external_ref ? event.external_ref->key : "";
  return event.id.value();
}

}  // namespace brygga::events
