#include "services/events/store/sql/rows.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/time/local_time.h"

namespace brygga::events {
namespace {

std::optional<std::string> OrNull(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

std::optional<int> OptionalSmall(const sql::Row& row, std::string_view column) {
  const std::optional<int64_t> value = row.OptionalInt(column);
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

int Small(const sql::Row& row, std::string_view column) { return static_cast<int>(row.Int(column)); }

absl::CivilSecond Local(const std::string& text) { return ParseLocalTime(text).value(); }

std::optional<std::string> LocalText(const std::optional<absl::CivilSecond>& local) {
  return local ? std::optional(FormatLocalTime(*local)) : std::nullopt;
}

std::optional<ExternalRef> ToRef(const sql::Row& row) {
  if (row.IsNull("ref_source")) return std::nullopt;
  return ExternalRef{.source = row.Text("ref_source"), .key = row.Text("ref_key")};
}

std::vector<std::string> Split(const std::string& joined) { return absl::StrSplit(joined, ';', absl::SkipEmpty()); }

std::vector<Audience> ToAudience(const std::string& joined) {
  std::vector<Audience> audience;
  for (const std::string& word : Split(joined)) audience.push_back(FromName<Audience>(word));
  return audience;
}

std::string Join(const std::vector<Audience>& audience) {
  std::vector<std::string> words;
  for (const Audience each : audience) words.push_back(NameOf(each));
  return absl::StrJoin(words, ";");
}

}  // namespace

Event ToEvent(const sql::Row& row) {
  Event event = {.id = row.As<EventId>("id"),
                 .revision = row.Int("revision"),
                 .created_at = row.Time("created_at_us"),
                 .updated_at = row.Time("updated_at_us"),
                 .external_ref = ToRef(row),
                 .kind = FromName<EventKind>(row.Text("kind")),
                 .state = FromName<EventState>(row.Text("state")),
                 .title_sv = row.Text("title_sv"),
                 .title_en = row.Text("title_en"),
                 .organiser = row.Text("organiser"),
                 .programme = row.Text("programme"),
                 .series = SeriesId(row.OptionalText("series_id").value_or("")),
                 .municipality = row.Text("municipality"),
                 .venue = row.Text("venue"),
                 .mode = FromName<AttendanceMode>(row.Text("mode")),
                 .zone = row.Text("zone"),
                 .parts_total = Small(row, "parts_total"),
                 .capacity = Small(row, "capacity"),
                 .taken = Small(row, "taken"),
                 .waiting = Small(row, "waiting"),
                 .last_queue_number = row.Int("last_queue_number"),
                 .waiting_list = row.Bool("waiting_list"),
                 .pairs = Small(row, "pairs"),
                 .ages = {.least = OptionalSmall(row, "age_min"), .most = OptionalSmall(row, "age_max")},
                 .audience = ToAudience(row.Text("audience")),
                 .languages = Split(row.Text("languages")),
                 .successor = EventId(row.OptionalText("successor_id").value_or("")),
                 .predecessor = EventId(row.OptionalText("predecessor_id").value_or("")),
                 .published_at = row.OptionalTime("published_at_us"),
                 .cancel_reason = row.Text("cancel_reason"),
                 .start = row.Time("start_us"),
                 .end = row.Time("end_us"),
                 .closes = row.Time("closes_us"),
                 .first_day = ParseDate(row.Text("first_day")).value()};
  if (!row.IsNull("registration_closes")) event.registration_closes = Local(row.Text("registration_closes"));
  return event;
}

Session ToSession(const sql::Row& row) {
  return {.id = row.As<SessionId>("id"),
          .part = Small(row, "part"),
          .local_start = Local(row.Text("local_start")),
          .local_end = Local(row.Text("local_end")),
          .start = row.Time("start_us"),
          .end = row.Time("end_us")};
}

Series ToSeries(const sql::Row& row) {
  Series series = {.id = row.As<SeriesId>("id"),
                   .revision = row.Int("revision"),
                   .created_at = row.Time("created_at_us"),
                   .updated_at = row.Time("updated_at_us"),
                   .external_ref = ToRef(row),
                   .title_sv = row.Text("title_sv"),
                   .programme = row.Text("programme"),
                   .event_count = Small(row, "event_count")};
  if (!row.IsNull("recurrence")) series.recurrence = FromName<Recurrence>(row.Text("recurrence"));
  return series;
}

Registration ToRegistration(const sql::Row& row) {
  Registration registration = {.id = row.As<RegistrationId>("id"),
                               .event = row.As<EventId>("event_id"),
                               .revision = row.Int("revision"),
                               .created_at = row.Time("created_at_us"),
                               .updated_at = row.Time("updated_at_us"),
                               .participant = row.Text("participant"),
                               .audience = FromName<Audience>(row.Text("audience")),
                               .state = FromName<RegistrationState>(row.Text("state")),
                               .queue_number = row.Int("queue_number"),
                               .cancel_reason = row.Text("cancel_reason"),
                               .seated_at = row.OptionalTime("seated_at_us")};
  if (!row.IsNull("waiting_reason")) registration.waiting_reason = FromName<WaitingReason>(row.Text("waiting_reason"));
  return registration;
}

sql::Args UpdateArgs(const Event& event) {
  return {{"id", event.id},
          {"revision", event.revision},
          {"updated_at_us", event.updated_at},
          {"state", NameOf(event.state)},
          {"title_sv", event.title_sv},
          {"title_en", event.title_en},
          {"municipality", event.municipality},
          {"venue", event.venue},
          {"mode", NameOf(event.mode)},
          {"parts_total", event.parts_total},
          {"registration_closes", LocalText(event.registration_closes)},
          {"capacity", event.capacity},
          {"taken", event.taken},
          {"waiting", event.waiting},
          {"last_queue_number", event.last_queue_number},
          {"waiting_list", event.waiting_list},
          {"pairs", event.pairs},
          {"age_min", event.ages.least},
          {"age_max", event.ages.most},
          {"audience", Join(event.audience)},
          {"languages", absl::StrJoin(event.languages, ";")},
          {"successor_id", OrNull(event.successor.value())},
          {"published_at_us", event.published_at},
          {"cancel_reason", event.cancel_reason},
          {"start_us", event.start},
          {"end_us", event.end},
          {"closes_us", event.closes},
          {"first_day", FormatDate(event.first_day)}};
}

sql::Args InsertArgs(const Event& event) {
  sql::Args args = UpdateArgs(event);
  args.Set("created_at_us", event.created_at);
  args.Set("ref_source", event.external_ref ? std::optional(event.external_ref->source) : std::nullopt);
  args.Set("ref_key", event.external_ref ? std::optional(event.external_ref->key) : std::nullopt);
  args.Set("kind", NameOf(event.kind));
  args.Set("organiser", event.organiser);
  args.Set("programme", event.programme);
  args.Set("series_id", OrNull(event.series.value()));
  args.Set("zone", event.zone);
  args.Set("predecessor_id", OrNull(event.predecessor.value()));
  return args;
}

sql::Args InsertArgs(const Event& event, const Session& session) {
  return {{"id", session.id},
          {"event_id", event.id},
          {"part", session.part},
          {"local_start", FormatLocalTime(session.local_start)},
          {"local_end", FormatLocalTime(session.local_end)},
          {"start_us", session.start},
          {"end_us", session.end}};
}

sql::Args InsertArgs(const Series& series) {
  return {{"id", series.id},
          {"revision", series.revision},
          {"created_at_us", series.created_at},
          {"updated_at_us", series.updated_at},
          {"ref_source", series.external_ref ? std::optional(series.external_ref->source) : std::nullopt},
          {"ref_key", series.external_ref ? std::optional(series.external_ref->key) : std::nullopt},
          {"title_sv", series.title_sv},
          {"programme", series.programme},
          {"recurrence", series.recurrence ? std::optional(NameOf(*series.recurrence)) : std::nullopt},
          {"event_count", series.event_count}};
}

sql::Args UpdateArgs(const Series& series) {
  return {{"id", series.id},
          {"revision", series.revision},
          {"updated_at_us", series.updated_at},
          {"event_count", series.event_count}};
}

sql::Args UpdateArgs(const Registration& registration) {
  return {{"id", registration.id},
          {"revision", registration.revision},
          {"updated_at_us", registration.updated_at},
          {"participant", registration.participant},
          {"state", NameOf(registration.state)},
          {"waiting_reason",
           registration.waiting_reason ? std::optional(NameOf(*registration.waiting_reason)) : std::nullopt},
          {"cancel_reason", registration.cancel_reason},
          {"seated_at_us", registration.seated_at}};
}

sql::Args InsertArgs(const Registration& registration) {
  sql::Args args = UpdateArgs(registration);
  args.Set("event_id", registration.event);
  args.Set("created_at_us", registration.created_at);
  args.Set("audience", NameOf(registration.audience));
  args.Set("queue_number", registration.queue_number);
  return args;
}

}  // namespace brygga::events
