// Imports events.csv: events, the sessions of courses, and series.
#ifndef BRYGGA_CLI_IMPORT_EVENTS_H_
#define BRYGGA_CLI_IMPORT_EVENTS_H_

#include <string>
#include <vector>

#include "brygga/events/v1/event_service.pb.h"
#include "cli/app/api.h"
#include "cli/import/importer.h"

namespace brygga::cli {

struct EventsTarget {
  std::string programme;          // programmes/{programme}, or empty.
  std::string source = "sample";  // Which system the rows' ids come from.
  bool publish = false;           // Publish the events that are complete.
};

class EventsImporter final : public Importer {
 public:
  // `api` outlives the importer.
  EventsImporter(const Api& api, const EventsTarget& target);

  std::string_view kind() const override { return "events"; }
  const CsvFormat& format() const override;
  std::vector<RowProblem> Add(const CsvRow& row) override;
  absl::StatusOr<std::vector<std::vector<FieldViolation>>> Resolve() override;
  absl::StatusOr<std::vector<RowResult>> Probe(const std::string& request_id) override;
  std::string Content() const override;
  absl::StatusOr<std::vector<RowResult>> Send(const std::string& request_id, DryRun dry_run) override;
  void Clear() override;
  std::string_view ColumnOf(std::string_view field) const override;

 private:
  absl::StatusOr<std::vector<RowResult>> Import(events::v1::ImportEventsRequest request, const std::string& request_id,
                                                DryRun dry_run) const;

  const Api& api_;
  events::v1::ImportEventsRequest batch_, aside_;
};

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_IMPORT_EVENTS_H_
