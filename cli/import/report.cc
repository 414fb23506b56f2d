#include "cli/import/report.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "cli/output/table.h"
#include "cli/output/text.h"

namespace brygga::cli {
namespace {

constexpr size_t kMend = 100;

bool IsStored(RowOutcome outcome) {
  return outcome == RowOutcome::kCreated || outcome == RowOutcome::kUpdated || outcome == RowOutcome::kUnchanged;
}

bool IsListed(const ReportedRow& row, Listed listed) { return listed == Listed::kAllRows || !IsStored(row.outcome); }

bool IsFailure(RowOutcome outcome) { return !IsStored(outcome) && outcome != RowOutcome::kNoConsent; }

}  // namespace

std::string_view WordOf(RowOutcome outcome) {
  switch (outcome) {
    case RowOutcome::kCreated:
      return "created";
    case RowOutcome::kUpdated:
      return "updated";
    case RowOutcome::kUnchanged:
      return "unchanged";
    case RowOutcome::kUnreadable:
      return "unreadable";
    case RowOutcome::kRefused:
      return "refused";
    case RowOutcome::kNoConsent:
      return "no consent";
    case RowOutcome::kDuplicate:
      return "duplicate";
    case RowOutcome::kAmbiguous:
      return "ambiguous";
  }
  return "";
}

std::string ReportText(const ImportReport& report, DryRun dry_run, Listed listed, size_t terminal_columns) {
  std::string text;
  if (report.has_bom) text += "The file begins with a byte order mark, which is not needed; it was passed over.\n";
  Table table({{"Line", Align::kRight},
               {"Row"},
               {"Outcome"},
               {"Column"},
               {"Value", Align::kLeft, 30},
               {"What to do", Align::kLeft, kMend}});
  for (const ReportedRow& row : report.rows) {
    if (!IsListed(row, listed)) continue;
    table.Add({absl::StrCat(row.line), row.key, std::string(WordOf(row.outcome)), row.column, row.value, row.mend});
  }
  if (table.rows() > 0) absl::StrAppend(&text, table.Render(terminal_columns), "\n");
  int64_t rows = 0;
  std::string counts;
  for (const auto& [outcome, count] : report.counts) {
    rows += count;
    absl::StrAppend(&counts, counts.empty() ? "" : ", ", count, " ", std::string(WordOf(outcome)));
  }
  absl::StrAppend(&text, dry_run == DryRun::kYes ? "Dry run, nothing is stored: " : "", Count(rows, "row", "rows"),
                  counts.empty() ? "" : ": ", counts, ".\n");
  return text;
}

std::string ReportJson(const ImportReport& report, DryRun dry_run, Listed listed) {
  nlohmann::ordered_json json = {{"fileSha256", report.digest},
                                 {"dryRun", dry_run == DryRun::kYes},
                                 {"byteOrderMark", report.has_bom},
                                 {"complete", report.stopped.ok()},
                                 {"counts", nlohmann::ordered_json::object()},
                                 {"rows", nlohmann::ordered_json::array()}};
  for (const auto& [outcome, count] : report.counts) json["counts"][std::string(WordOf(outcome))] = count;
  for (const ReportedRow& row : report.rows) {
    if (!IsListed(row, listed)) continue;
    json["rows"].push_back({{"line", row.line},
                            {"row", row.key},
                            {"outcome", std::string(WordOf(row.outcome))},
                            {"storedAs", row.stored_as},
                            {"column", row.column},
                            {"value", row.value},
                            {"mend", row.mend}});
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

ExitCode ExitCodeOf(const ImportReport& report) {
  if (!report.stopped.ok()) return ExitCodeOf(report.stopped);
  for (const auto& [outcome, count] : report.counts) {
    if (count > 0 && IsFailure(outcome)) return kSomeRefused;
  }
  return kDone;
}

}  // namespace brygga::cli
