// Bringing in event files row by row: what each row means, given what is known.
#ifndef BRYGGA_SERVICES_EVENTS_DOMAIN_IMPORT_H_
#define BRYGGA_SERVICES_EVENTS_DOMAIN_IMPORT_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "common/status/error.h"
#include "services/events/domain/event.h"
#include "services/events/domain/ids.h"

namespace brygga::events {

// One row in the file's own words, by the file's own columns.
struct ImportRow {
  std::string event_id, series_id, part_no, parts_total, attend_all_parts;
  std::string kind, title_sv, title_en, organiser, municipality_code, venue, mode;
  std::string starts_at, ends_at, repeats, capacity, pairs, age_min, age_max, audience, language;
  std::string registration_closes, waiting_list;
};

// What a row asks for.
struct ImportItem {
  std::string event_id;
  std::vector<FieldViolation> problems;  // By column; then nothing below is set.
  std::optional<Series> series;          // The series that its events belong to.
  std::vector<Event> events;             // Drafts with ids and external_ref, at least one.
  bool course_part = false;              // The one draft holds one session of a course.
};

// Where new ids come from.
using MakeId = std::function<std::string()>;

// Reads a row. Rows with attend_all_parts and several parts become one course,
// called by its series_id, a session each; `repeats` makes sessions of a course
// and a series of any other kind. Times with an offset must have that of
// Europe/Stockholm at that time.
ImportItem ParseRow(const ImportRow& row, std::string_view source, std::string_view programme, const MakeId& make_id);

enum class PublishImported { kNo, kYes };

struct ImportBatch {
  PublishImported publish = PublishImported::kNo;
  std::vector<ImportItem> items;
};

struct ImportResult {
  std::string event_id;
  ImportOutcome outcome = ImportOutcome::kUnchanged;
  std::vector<EventId> events;  // Empty where nothing is stored.
  std::vector<FieldViolation> problems;

  friend bool operator==(const ImportResult&, const ImportResult&) = default;
};

// What storage knows that bears on an item.
struct Known {
  std::optional<Series> series;              // Has the item's series' external_ref.
  std::vector<std::optional<Event>> events;  // For each draft, the event with its external_ref.
};

// What is to be stored for an item.
struct ImportPlan {
  ImportResult result;
  std::optional<Series> create_series;
  std::optional<Series> update_series;
  std::vector<Event> create;
  std::optional<Event> update;  // A course with one more session.
  std::optional<Session> add_session;
};

// Decides about one row. What is there is never changed, but for a course whose
// next part comes: a row that differs from its event is refused, column by
// column.
ImportPlan PlanRow(const ImportItem& item, const Known& known, PublishImported publish, absl::Time now);

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_DOMAIN_IMPORT_H_
