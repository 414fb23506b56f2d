#include "services/events/rpc/convert.h"

#include <google/protobuf/timestamp.pb.h>

#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "common/ids/resource_name.h"
#include "common/ids/uuid.h"
#include "common/status/etag.h"
#include "common/time/local_time.h"

namespace brygga::events {
namespace {

// The ids in `name`; the validator has seen that it follows `pattern`. "-"
// becomes empty.
std::vector<std::string> IdsIn(std::string_view pattern, std::string_view name) {
  auto ids = ParseResourceName(pattern, name).value_or(std::vector<std::string>(2));
  for (std::string& id : ids) {
    if (id == "-") id.clear();
  }
  return ids;
}

// What every resource has.
template <typename Message, typename Item>
void SetCommon(const Item& item, Message* message) {
  message->set_etag(ToEtag(item.revision));
  SetTime(item.created_at, message->mutable_create_time());
  SetTime(item.updated_at, message->mutable_update_time());
}

template <typename Message>
void SetRef(const std::optional<ExternalRef>& ref, Message* message) {
  if (!ref) return;
  message->mutable_external_ref()->set_source(ref->source);
  message->mutable_external_ref()->set_key(ref->key);
}

v1::Session ToProto(const EventId& event, const Session& session) {
  v1::Session message;
  message.set_name(NameOf(event, session.id));
  message.set_part(session.part);
  message.set_local_start(FormatLocalTime(session.local_start));
  message.set_local_end(FormatLocalTime(session.local_end));
  SetTime(session.start, message.mutable_start_time());
  SetTime(session.end, message.mutable_end_time());
  return message;
}

}  // namespace

void SetTime(absl::Time time, google::protobuf::Timestamp* timestamp) {
  const int64_t us = absl::ToUnixMicros(time);
  timestamp->set_seconds(us / 1'000'000);
  timestamp->set_nanos(static_cast<int32_t>(us % 1'000'000) * 1000);
}

EventId ToEventId(std::string_view name) { return EventId(IdsIn("events/*", name)[0]); }
SeriesId ToSeriesId(std::string_view name) { return SeriesId(IdsIn("series/*", name)[0]); }

RegistrationName ToRegistrationName(std::string_view name) {
  const auto ids = IdsIn("events/*/registrations/*", name);
  return {.event = EventId(ids[0]), .id = RegistrationId(ids[1])};
}

std::string MakeNewId() { return NewUuid(absl::Now()); }

v1::Event ToProto(const Event& event) {
  v1::Event message;
  message.set_name(NameOf(event.id));
  SetCommon(event, &message);
  SetRef(event.external_ref, &message);
  message.set_kind(ToEnum<v1::EventKind>(event.kind));
  message.set_state(ToEnum<v1::EventState>(event.state));
  message.set_title_sv(event.title_sv);
  message.set_title_en(event.title_en);
  message.set_organiser(event.organiser);
  message.set_programme(event.programme);
  for (const std::string& cohort : event.cohorts) message.add_cohorts(cohort);
  if (!event.series.empty()) message.set_series(NameOf(event.series));
  message.set_municipality(event.municipality);
  message.set_venue(event.venue);
  message.set_mode(ToEnum<v1::AttendanceMode>(event.mode));
  message.set_time_zone(event.zone);
  for (const Session& session : event.sessions) *message.add_sessions() = ToProto(event.id, session);
  message.set_parts_total(event.parts_total);
  if (event.registration_closes) message.set_registration_closes(FormatLocalTime(*event.registration_closes));
  SetTime(event.closes, message.mutable_registration_close_time());
  message.set_capacity(event.capacity);
  message.set_taken(event.taken);
  message.set_waiting(event.waiting);
  message.set_waiting_list(event.waiting_list);
  message.set_pairs(event.pairs);
  if (event.ages.least) message.set_age_min(*event.ages.least);
  if (event.ages.most) message.set_age_max(*event.ages.most);
  for (const Audience audience : event.audience) message.add_audience(ToEnum<v1::Audience>(audience));
  for (const std::string& language : event.languages) message.add_languages(language);
  if (!event.successor.empty()) message.set_successor(NameOf(event.successor));
  if (!event.predecessor.empty()) message.set_predecessor(NameOf(event.predecessor));
  if (event.published_at) SetTime(*event.published_at, message.mutable_publish_time());
  message.set_cancel_reason(event.cancel_reason);
  return message;
}

std::vector<Session> ToSessions(const google::protobuf::RepeatedPtrField<v1::Session>& sessions) {
  std::vector<Session> made;
  for (const v1::Session& session : sessions) {
    made.push_back({.id = SessionId(MakeNewId()),
                    .local_start = ToLocalTime(session.local_start()).value_or(absl::CivilSecond()),
                    .local_end = ToLocalTime(session.local_end()).value_or(absl::CivilSecond())});
  }
  return made;
}

std::optional<absl::CivilSecond> ToLocalTime(std::string_view text) {
  const auto local = ParseLocalTime(text);
  return local.ok() ? std::optional(*local) : std::nullopt;
}

std::optional<ExternalRef> ToRef(const v1::ExternalRef& ref) {
  if (ref.key().empty()) return std::nullopt;
  return ExternalRef{.source = ref.source(), .key = ref.key()};
}

Event ToDomain(const v1::Event& event) {
  Event made = {.external_ref = ToRef(event.external_ref()),
                .kind = ToDomain<EventKind>(event.kind()),
                .title_sv = event.title_sv(),
                .title_en = event.title_en(),
                .organiser = event.organiser(),
                .programme = event.programme(),
                .cohorts = {event.cohorts().begin(), event.cohorts().end()},
                .municipality = event.municipality(),
                .venue = event.venue(),
                .mode = ToDomain<AttendanceMode>(event.mode()),
                .zone = event.time_zone().empty() ? std::string(kDefaultZone) : event.time_zone(),
                .sessions = ToSessions(event.sessions()),
                .registration_closes = ToLocalTime(event.registration_closes()),
                .capacity = event.capacity(),
                .waiting_list = event.waiting_list(),
                .pairs = event.pairs(),
                .languages = {event.languages().begin(), event.languages().end()}};
  if (event.has_age_min()) made.ages.least = event.age_min();
  if (event.has_age_max()) made.ages.most = event.age_max();
  for (const int audience : event.audience()) made.audience.push_back(static_cast<Audience>(audience));
  return made;
}

v1::Series ToProto(const Series& series) {
  v1::Series message;
  message.set_name(NameOf(series.id));
  SetCommon(series, &message);
  SetRef(series.external_ref, &message);
  message.set_title_sv(series.title_sv);
  message.set_programme(series.programme);
  if (series.recurrence) message.set_recurrence(ToEnum<v1::Recurrence>(*series.recurrence));
  message.set_event_count(series.event_count);
  return message;
}

v1::Registration ToProto(const Registration& registration) {
  v1::Registration message;
  message.set_name(NameOf(registration.event, registration.id));
  SetCommon(registration, &message);
  message.set_participant(registration.participant);
  message.set_audience(ToEnum<v1::Audience>(registration.audience));
  message.set_state(ToEnum<v1::RegistrationState>(registration.state));
  message.set_waiting_position(registration.waiting_position);
  if (registration.waiting_reason) message.set_waiting_reason(ToEnum<v1::WaitingReason>(*registration.waiting_reason));
  message.set_cancel_reason(registration.cancel_reason);
  if (registration.seated_at) SetTime(*registration.seated_at, message.mutable_seat_time());
  return message;
}

ImportRow ToDomain(const v1::ImportEventRow& row) {
  return {.event_id = row.event_id(),
          .series_id = row.series_id(),
          .part_no = row.part_no(),
          .parts_total = row.parts_total(),
          .attend_all_parts = row.attend_all_parts(),
          .kind = row.kind(),
          .title_sv = row.title_sv(),
          .title_en = row.title_en(),
          .organiser = row.organiser(),
          .municipality_code = row.municipality_code(),
          .venue = row.venue(),
          .mode = row.mode(),
          .starts_at = row.starts_at(),
          .ends_at = row.ends_at(),
          .repeats = row.repeats(),
          .capacity = row.capacity(),
          .pairs = row.pairs(),
          .age_min = row.age_min(),
          .age_max = row.age_max(),
          .audience = row.audience(),
          .language = row.language(),
          .registration_closes = row.registration_closes(),
          .waiting_list = row.waiting_list()};
}

v1::ImportEventResult ToProto(const ImportResult& result) {
  v1::ImportEventResult message;
  message.set_event_id(result.event_id);
  message.set_outcome(ToEnum<v1::ImportEventOutcome>(result.outcome));
  for (const EventId& id : result.events) message.add_events(NameOf(id));
  for (const FieldViolation& problem : result.problems) {
    v1::ImportEventViolation& violation = *message.add_violations();
    violation.set_field(problem.field);
    violation.set_description(problem.description);
  }
  return message;
}

}  // namespace brygga::events
