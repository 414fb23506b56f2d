#include "cli/import/run_import.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/csv/inspect.h"
#include "cli/import/request_id.h"
#include "cli/output/error_text.h"
#include "common/status/check.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

class Run {
 public:
  Run(CsvReader& reader, Importer& importer, const ImportOptions& options, const Inspection& file)
      : reader_(reader), importer_(importer), options_(options), lines_(file.lines) {
    report_.digest = file.digest;
    report_.has_bom = file.has_bom;
  }

  ImportReport Finish() {
    while (const auto next = reader_.Next()) {
      std::visit([this](const auto& row) { Take(row); }, *next);
      if (batch_.size() + aside_.size() == kRowsPerBatch) Flush();
      if (!report_.stopped.ok()) return std::move(report_);
    }
    Flush();
    options_.progress(lines_, lines_);
    return std::move(report_);
  }

 private:
  void Take(const RowProblem& problem) {
    line_ = problem.line;
    Count(RowOutcome::kUnreadable);
    Report(RowOutcome::kUnreadable, {problem});
  }

  void Take(const CsvRow& row) {
    line_ = row.line;
    std::vector<RowProblem> problems = importer_.Add(row);
    if (problems.empty()) {
      batch_.push_back(row);
    } else {
      aside_.push_back({row, std::move(problems)});
    }
  }

  // Sends the batch. Its number counts batches of the file, also those of which
  // nothing was left to send.
  void Flush() {
    report_.stopped = SendBatch();
    const absl::Status probed = ProbeAside();
    if (report_.stopped.ok()) report_.stopped = probed;
    importer_.Clear();
    batch_.clear();
    aside_.clear();
    ++batch_number_;
    options_.progress(line_, lines_);
    if (report_.stopped.ok() && line_ < lines_ && options_.interrupted()) {
      report_.stopped = absl::CancelledError("the import was stopped");
    }
  }

  absl::Status SendBatch() {
    if (batch_.empty()) return absl::OkStatus();
    BRYGGA_ASSIGN_OR_RETURN(const auto violations, Patiently([&] { return importer_.Resolve(); }));
    BRYGGA_CHECK(violations.size() == batch_.size());
    std::vector<const CsvRow*> sent;
    for (size_t i = 0; i < batch_.size(); ++i) {
      if (violations[i].empty()) {
        sent.push_back(&batch_[i]);
      } else {
        aside_.push_back({batch_[i], ProblemsOf(batch_[i], violations[i])});
      }
    }
    if (sent.empty()) return absl::OkStatus();
    const std::string request_id = RequestId(importer_.Content(), options_.dry_run);
    BRYGGA_ASSIGN_OR_RETURN(const auto results,
                            Patiently([&] { return importer_.Send(request_id, options_.dry_run); }));
    if (results.size() != sent.size()) return absl::InternalError("The answer does not speak of every row.");
    for (size_t i = 0; i < sent.size(); ++i) Take(*sent[i], results[i]);
    ++report_.batches_sent;
    return absl::OkStatus();
  }

  // Adds what the service finds in the rows that are not sent for what was
  // found here, so that all that is wrong with a row is said at once.
  absl::Status ProbeAside() {
    if (aside_.empty()) return absl::OkStatus();
    const std::string request_id = RequestId("rows put aside", DryRun::kYes);
    const auto results = Patiently([&] { return importer_.Probe(request_id); });
    for (size_t i = 0; i < aside_.size(); ++i) {
      auto& [row, problems] = aside_[i];
      if (results.ok() && i < results->size()) AddOthers(row, (*results)[i].violations, problems);
      Count(RowOutcome::kRefused);
      Report(RowOutcome::kRefused, problems);
    }
    return results.status();
  }

  // A column of which something is said already needs no second complaint.
  void AddOthers(const CsvRow& row, const std::vector<FieldViolation>& violations,
                 std::vector<RowProblem>& problems) const {
    for (RowProblem& found : ProblemsOf(row, violations)) {
      const bool is_said = std::any_of(problems.begin(), problems.end(),
                                       [&](const RowProblem& problem) { return problem.column == found.column; });
      if (!is_said) problems.push_back(std::move(found));
    }
  }

  std::vector<RowProblem> ProblemsOf(const CsvRow& row, const std::vector<FieldViolation>& violations) const {
    std::vector<RowProblem> problems;
    for (const FieldViolation& violation : violations) {
      const std::string_view column = importer_.ColumnOf(violation.field);
      problems.push_back({.line = row.line,
                          .key = row[importer_.format().key],
                          .column = column.empty() ? violation.field : std::string(column),
                          .value = ValueIn(row, column),
                          .mend = violation.description});
    }
    return problems;
  }

  std::string RequestId(const std::string& content, DryRun dry_run) const {
    return RequestIdOf({.file_digest = report_.digest,
                        .kind = importer_.kind(),
                        .content = content,
                        .dry_run = dry_run == DryRun::kYes,
                        .batch = batch_number_});
  }

  // Repeats `call` while the services are away or busy; the same request id
  // makes that safe.
  template <typename F>
  auto Patiently(F call) -> decltype(call()) {
    auto answer = call();
    for (const absl::Duration wait : options_.retry_after) {
      if (answer.ok() || ExitCodeOf(answer.status()) != kTryAgain) break;
      options_.sleep(wait);
      answer = call();
    }
    return answer;
  }

  void Take(const CsvRow& row, const RowResult& result) {
    Count(result.outcome);
    const std::string& key = row[importer_.format().key];
    if (result.violations.empty()) {
      report_.rows.push_back({.outcome = result.outcome,
                              .line = row.line,
                              .key = key,
                              .stored_as = result.stored_as,
                              .mend = Explain(result)});
    }
    Report(result.outcome, ProblemsOf(row, result.violations));
  }

  static std::string ValueIn(const CsvRow& row, std::string_view column) {
    const auto value = row.values.find(column);
    return value == row.values.end() ? "" : value->second;
  }

  static std::string Explain(const RowResult& result) {
    const std::string others = absl::StrJoin(result.resembles, ", ");
    switch (result.outcome) {
      case RowOutcome::kNoConsent:
        return "Not stored: the person has not consented.";
      case RowOutcome::kDuplicate:
        return absl::StrCat("Not stored: the same person as ", others, ".");
      case RowOutcome::kAmbiguous:
        return absl::StrCat("Not stored: perhaps the same as ", others, ". Somebody must decide.");
      default:
        return "";
    }
  }

  void Report(RowOutcome outcome, const std::vector<RowProblem>& problems) {
    for (const RowProblem& problem : problems) {
      report_.rows.push_back({.outcome = outcome,
                              .line = problem.line,
                              .key = problem.key,
                              .column = problem.column,
                              .value = problem.value,
                              .mend = problem.mend});
    }
  }

  void Count(RowOutcome outcome) { ++report_.counts[outcome]; }

  CsvReader& reader_;
  Importer& importer_;
  const ImportOptions& options_;
  const int64_t lines_;
  ImportReport report_;
  std::vector<CsvRow> batch_;
  std::vector<std::pair<CsvRow, std::vector<RowProblem>>> aside_;  // Rows that are not sent, and why.
  int64_t batch_number_ = 0;
  int64_t line_ = 0;
};

}  // namespace

absl::StatusOr<ImportReport> RunImport(std::istream& file, Importer& importer, const ImportOptions& options) {
  BRYGGA_ASSIGN_OR_RETURN(const Inspection inspection, Inspect(file));
  file.clear();
  file.seekg(0);
  BRYGGA_ASSIGN_OR_RETURN(CsvReader reader, CsvReader::Open(file, importer.format()));
  ImportReport report = Run(reader, importer, options, inspection).Finish();
  std::stable_sort(report.rows.begin(), report.rows.end(),
                   [](const ReportedRow& a, const ReportedRow& b) { return a.line < b.line; });
  return report;
}

}  // namespace brygga::cli
