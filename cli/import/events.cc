#include "cli/import/events.h"

#include <set>
#include <utility>

#include "cli/import/organisations.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::events::v1;

RowOutcome OutcomeOf(v1::ImportEventOutcome outcome) {
  switch (outcome) {
    case v1::IMPORT_EVENT_OUTCOME_CREATED:
      return RowOutcome::kCreated;
    case v1::IMPORT_EVENT_OUTCOME_UNCHANGED:
      return RowOutcome::kUnchanged;
    default:
      return RowOutcome::kRefused;
  }
}

RowResult ResultOf(const v1::ImportEventResult& answer) {
  RowResult result{.outcome = OutcomeOf(answer.outcome())};
  if (answer.events_size() > 0) result.stored_as = answer.events(0);
  for (const v1::ImportEventViolation& violation : answer.violations()) {
    result.violations.push_back({violation.field(), violation.description()});
  }
  return result;
}

}  // namespace

EventsImporter::EventsImporter(const Api& api, const EventsTarget& target) : api_(api) {
  batch_.set_source(target.source);
  batch_.set_programme(target.programme);
  batch_.set_publish(target.publish);
  aside_ = batch_;
}

const CsvFormat& EventsImporter::format() const {
  static const CsvFormat format = {.columns = {"event_id",
                                               "series_id",
                                               "part_no",
                                               "parts_total",
                                               "attend_all_parts",
                                               "kind",
                                               "title_sv",
                                               "title_en",
                                               "organiser_partner_id",
                                               "municipality_code",
                                               "venue",
                                               "mode",
                                               "starts_at",
                                               "ends_at",
                                               "repeats",
                                               "capacity",
                                               "pairs",
                                               "age_min",
                                               "age_max",
                                               "audience",
                                               "language",
                                               "registration_closes",
                                               "waiting_list"},
                                   .key = "event_id"};
  return format;
}

// The service judges the words of the file itself.
std::vector<RowProblem> EventsImporter::Add(const CsvRow& csv) {
  v1::ImportEventRow& row = *batch_.add_rows();
  row.set_event_id(csv["event_id"]);
  row.set_series_id(csv["series_id"]);
  row.set_part_no(csv["part_no"]);
  row.set_parts_total(csv["parts_total"]);
  row.set_attend_all_parts(csv["attend_all_parts"]);
  row.set_kind(csv["kind"]);
  row.set_title_sv(csv["title_sv"]);
  row.set_title_en(csv["title_en"]);
  row.set_organiser(csv["organiser_partner_id"]);
  row.set_municipality_code(csv["municipality_code"]);
  row.set_venue(csv["venue"]);
  row.set_mode(csv["mode"]);
  row.set_starts_at(csv["starts_at"]);
  row.set_ends_at(csv["ends_at"]);
  row.set_repeats(csv["repeats"]);
  row.set_capacity(csv["capacity"]);
  row.set_pairs(csv["pairs"]);
  row.set_age_min(csv["age_min"]);
  row.set_age_max(csv["age_max"]);
  row.set_audience(csv["audience"]);
  row.set_language(csv["language"]);
  row.set_registration_closes(csv["registration_closes"]);
  row.set_waiting_list(csv["waiting_list"]);
  return {};
}

absl::StatusOr<std::vector<std::vector<FieldViolation>>> EventsImporter::Resolve() {
  std::set<std::string> keys;
  for (const v1::ImportEventRow& row : batch_.rows()) {
    if (!row.organiser().empty()) keys.insert(row.organiser());
  }
  BRYGGA_ASSIGN_OR_RETURN(const auto names, FindOrganisations(api_, batch_.source(), keys));
  std::vector<std::vector<FieldViolation>> violations;
  google::protobuf::RepeatedPtrField<v1::ImportEventRow> rest;
  for (v1::ImportEventRow& row : *batch_.mutable_rows()) {
    std::vector<FieldViolation>& wrong = violations.emplace_back();
    if (const auto name = names.find(row.organiser()); name != names.end()) {
      row.set_organiser(name->second);
    } else if (!row.organiser().empty()) {
      wrong.push_back({"organiser", std::string(kUnknownPartner)});
      *aside_.add_rows() = std::move(row);
      continue;
    }
    *rest.Add() = std::move(row);
  }
  *batch_.mutable_rows() = std::move(rest);
  return violations;
}

std::string EventsImporter::Content() const { return batch_.rows_size() == 0 ? "" : batch_.SerializeAsString(); }

absl::StatusOr<std::vector<RowResult>> EventsImporter::Send(const std::string& request_id, DryRun dry_run) {
  return Import(batch_, request_id, dry_run);
}

absl::StatusOr<std::vector<RowResult>> EventsImporter::Probe(const std::string& request_id) {
  return Import(aside_, request_id, DryRun::kYes);
}

absl::StatusOr<std::vector<RowResult>> EventsImporter::Import(v1::ImportEventsRequest request,
                                                              const std::string& request_id, DryRun dry_run) const {
  request.set_request_id(request_id);
  request.set_validate_only(dry_run == DryRun::kYes);
  BRYGGA_ASSIGN_OR_RETURN(const auto response,
                          api_.Call<v1::ImportEventsResponse>("brygga.events.v1.EventService/ImportEvents", request));
  std::vector<RowResult> results;
  for (const v1::ImportEventResult& answer : response.results()) results.push_back(ResultOf(answer));
  return results;
}

void EventsImporter::Clear() {
  batch_.clear_rows();
  aside_.clear_rows();
}

std::string_view EventsImporter::ColumnOf(std::string_view field) const {
  return field == "organiser" ? "organiser_partner_id" : field;
}

}  // namespace brygga::cli
