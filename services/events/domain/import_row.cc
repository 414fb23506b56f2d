// Reading a row: every column is judged, so that all that is wrong is told.
#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/ids/resource_name.h"
#include "common/time/local_time.h"
#include "services/events/domain/import.h"

namespace brygga::events {
namespace {

struct Repeats {
  Recurrence recurrence = Recurrence::kDaily;
  int count = 0;
};

// Collects what is wrong while it reads.
class RowReader {
 public:
  explicit RowReader(const ImportRow& row) : row_(row) {}

  void Wrong(std::string_view column, std::string description) {
    problems_.push_back({std::string(column), std::move(description)});
  }
  std::vector<FieldViolation> TakeProblems() { return std::move(problems_); }
  bool ok() const { return problems_.empty(); }

  std::string Text(std::string_view column, const std::string& value, size_t most, bool required) {
    if (required && value.empty()) Wrong(column, "must be set");
    if (value.size() > most) Wrong(column, absl::StrFormat("must be at most %d bytes", most));
    return value;
  }

  // A whole number from `least` to `most`; `absent` for an empty cell.
  int Number(std::string_view column, const std::string& value, int least, int most, int absent) {
    if (value.empty() && absent != kRequired) return absent;
    int number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size() || number < least || number > most) {
      Wrong(column, absl::StrFormat("must be a whole number from %d to %d", least, most));
      return least;
    }
    return number;
  }
  std::optional<int> OptionalNumber(std::string_view column, const std::string& value, int least, int most) {
    if (value.empty()) return std::nullopt;
    return Number(column, value, least, most, kRequired);
  }
  bool Flag(std::string_view column, const std::string& value) { return Number(column, value, 0, 1, 0) == 1; }

  template <typename Enum>
  Enum Word(std::string_view column, std::string_view value) {
    std::string word = absl::AsciiStrToUpper(std::string(value));
    if (word == "KICKOFF") word = "KICK_OFF";
    if (const std::optional<Enum> found = FindName<Enum>(word)) return *found;
    std::string allowed;
    for (const std::string& name : AllNames<Enum>()) {
      allowed += (allowed.empty() ? "" : ", ") + absl::AsciiStrToLower(name);
    }
    Wrong(column, "must be one of " + allowed);
    return static_cast<Enum>(1);
  }

  absl::CivilSecond Time(std::string_view column, const std::string& value) {
    const std::string_view text = value;
    const auto local = ParseLocalTime(text.substr(0, std::min<size_t>(text.size(), 19)));
    if (!local.ok()) {
      Wrong(column, "must be a time such as 2022-10-06T10:00:00+02:00");
      return absl::CivilSecond();
    }
    CheckOffset(column, *local, text.substr(19));
    return *local;
  }
  std::optional<absl::CivilSecond> OptionalTime(std::string_view column, const std::string& value) {
    if (value.empty()) return std::nullopt;
    return Time(column, value);
  }

  std::optional<Repeats> ReadRepeats() {
    if (row_.repeats.empty()) return std::nullopt;
    const std::vector<std::string> parts = absl::StrSplit(row_.repeats, ':');
    if (parts.size() == 2 && (parts[0] == "weekly" || parts[0] == "daily")) {
      return Repeats{.recurrence = parts[0] == "weekly" ? Recurrence::kWeekly : Recurrence::kDaily,
                     .count = Number("repeats", parts[1], 2, kMaxOccurrences, kRequired)};
    }
    Wrong("repeats", "must be empty, weekly:N or daily:N, N occurrences in all");
    return std::nullopt;
  }

  std::vector<Audience> ReadAudience() {
    std::vector<Audience> audience;
    for (const std::string& word : Split(row_.audience)) audience.push_back(Word<Audience>("audience", word));
    std::sort(audience.begin(), audience.end());
    audience.erase(std::unique(audience.begin(), audience.end()), audience.end());
    if (audience.empty()) Wrong("audience", "must have at least one value");
    return audience;
  }

  std::vector<std::string> ReadLanguages() {
    std::vector<std::string> languages = Split(row_.language);
    for (const std::string& code : languages) {
      const bool letters =
          std::all_of(code.begin(), code.end(), [](unsigned char c) { return absl::ascii_islower(c); });
      if (!letters || code.size() < 2 || code.size() > 3) {
        Wrong("language", "must be language codes of two or three small letters, joined by ';'");
        break;
      }
    }
    return languages;
  }

  std::string ReadMunicipality() {
    const std::string& code = row_.municipality_code;
    const bool digits = std::all_of(code.begin(), code.end(), [](unsigned char c) { return absl::ascii_isdigit(c); });
    if (!code.empty() && (code.size() != 4 || !digits)) {
      Wrong("municipality_code", "must be a municipality code of four digits, or empty");
    }
    return code;
  }

  std::string ReadOrganiser() {
    if (!MatchesResourceName("organisations/*", row_.organiser)) {
      Wrong("organiser", "must be an organisation that is known: organisations/{organisation}");
    }
    return row_.organiser;
  }

  static constexpr int kRequired = -1;

 private:
  static std::vector<std::string> Split(const std::string& joined) {
    return absl::StrSplit(joined, ';', absl::SkipWhitespace());
  }

  void CheckOffset(std::string_view column, absl::CivilSecond local, std::string_view offset) {
    if (offset.empty()) return;
    const absl::Time instant = InstantOf({.time = local}).value();
    const absl::TimeZone stockholm = LoadZone(kDefaultZone).value();
    const int minutes = stockholm.At(instant).offset / 60;
    const std::string right =
        absl::StrFormat("%c%02d:%02d", minutes < 0 ? '-' : '+', std::abs(minutes) / 60, std::abs(minutes) % 60);
    if (offset != right) {
      Wrong(column, "must have the offset of Europe/Stockholm at that time, " + right + ", or none");
    }
  }

  const ImportRow& row_;
  std::vector<FieldViolation> problems_;
};

// "…, fördjupad handledning, dag 2" without ", dag 2": the title of the course.
std::string WithoutPart(const std::string& title, int part) {
  const size_t comma = title.rfind(", ");
  const std::string number = " " + std::to_string(part);
  if (comma == std::string::npos || comma == 0 || !title.ends_with(number)) return title;
  return title.substr(0, comma);
}

// The columns that an event's own fields came from.
std::string_view ColumnOf(std::string_view field) {
  if (field == "municipality") return "municipality_code";
  if (field == "registration_closes" || field == "capacity" || field == "pairs" || field == "age_max" ||
      field == "audience" || field == "title_sv" || field == "organiser") {
    return field;
  }
  return field.ends_with("local_start") ? "starts_at" : "ends_at";
}

Event ReadEvent(RowReader& reader, const ImportRow& row, std::string_view programme) {
  Event event;
  event.programme = programme;
  event.kind = reader.Word<EventKind>("kind", row.kind);
  event.title_sv = reader.Text("title_sv", row.title_sv, 400, /*required=*/true);
  event.title_en = reader.Text("title_en", row.title_en, 400, /*required=*/false);
  event.organiser = reader.ReadOrganiser();
  event.municipality = reader.ReadMunicipality();
  event.venue = reader.Text("venue", row.venue, 400, /*required=*/false);
  event.mode = reader.Word<AttendanceMode>("mode", row.mode);
  event.capacity = reader.Number("capacity", row.capacity, 1, kMaxCapacity, RowReader::kRequired);
  event.pairs = reader.Number("pairs", row.pairs, 0, kMaxCapacity, 0);
  event.ages.least = reader.OptionalNumber("age_min", row.age_min, 0, 150);
  event.ages.most = reader.OptionalNumber("age_max", row.age_max, 0, 150);
  event.audience = reader.ReadAudience();
  event.languages = reader.ReadLanguages();
  event.registration_closes = reader.OptionalTime("registration_closes", row.registration_closes);
  event.waiting_list = reader.Flag("waiting_list", row.waiting_list);
  event.sessions = {
      {.local_start = reader.Time("starts_at", row.starts_at), .local_end = reader.Time("ends_at", row.ends_at)}};
  return event;
}

}  // namespace

ImportItem ParseRow(const ImportRow& row, std::string_view source, std::string_view programme, const MakeId& make_id) {
  RowReader reader(row);
  ImportItem item{.event_id = row.event_id};
  reader.Text("event_id", row.event_id, 80, /*required=*/true);
  reader.Text("series_id", row.series_id, 80, /*required=*/false);
  Event event = ReadEvent(reader, row, programme);
  const int parts_total = reader.Number("parts_total", row.parts_total, 1, kMaxSessions, 1);
  const int part = reader.Number("part_no", row.part_no, 1, kMaxSessions, 1);
  const bool attend_all = reader.Flag("attend_all_parts", row.attend_all_parts);
  const std::optional<Repeats> repeats = reader.ReadRepeats();
  item.course_part = attend_all && parts_total > 1;
  if (part > parts_total) reader.Wrong("part_no", "must not be above parts_total");
  if (item.course_part && row.series_id.empty()) reader.Wrong("series_id", "must be set where all parts are attended");
  if (item.course_part && repeats) reader.Wrong("repeats", "must be empty where the parts have rows of their own");
  if (reader.ok()) {
    for (const FieldViolation& problem : ProblemsOf(event)) {
      reader.Wrong(ColumnOf(problem.field), problem.description);
    }
  }
  if (!reader.ok()) {
    item.problems = reader.TakeProblems();
    return item;
  }

  const auto ref = [&](const std::string& key) { return ExternalRef{.source = std::string(source), .key = key}; };
  const bool sessions_repeat = repeats && event.kind == EventKind::kCourse;
  const int occurrences = repeats && !sessions_repeat ? repeats->count : 1;
  if (!item.course_part && (!row.series_id.empty() || occurrences > 1)) {
    item.series = Series{.id = SeriesId(make_id()),
                         .external_ref = ref(row.series_id.empty() ? row.event_id : row.series_id),
                         .title_sv = event.title_sv,
                         .programme = event.programme};
    if (occurrences > 1) item.series->recurrence = repeats->recurrence;
  }
  if (item.course_part) {
    event.title_sv = WithoutPart(event.title_sv, part);
    event.title_en = WithoutPart(event.title_en, part);
    event.parts_total = parts_total;
    event.sessions.front().part = part;
  }
  for (int n = 1; sessions_repeat && n < repeats->count; ++n) {
    event.sessions.push_back(Occurrence(event.sessions.front(), repeats->recurrence, n));
  }
  for (int n = 0; n < occurrences; ++n) {
    Event& draft = item.events.emplace_back(event);
    draft.id = EventId(make_id());
    draft.external_ref = ref(item.course_part  ? row.series_id
                             : occurrences > 1 ? row.event_id + "#" + std::to_string(n + 1)
                                               : row.event_id);
    if (item.series) draft.series = item.series->id;
    if (n > 0) {
      draft.sessions.front() = Occurrence(event.sessions.front(), repeats->recurrence, n);
      draft.sessions.front().part = 1;
    }
    if (n > 0 && event.registration_closes) {
      const Session closing{.local_start = *event.registration_closes, .local_end = *event.registration_closes};
      draft.registration_closes = Occurrence(closing, repeats->recurrence, n).local_start;
    }
    for (Session& session : draft.sessions) session.id = SessionId(make_id());
  }
  return item;
}

}  // namespace brygga::events
