// Reads a file, sends its rows in batches, and reports on every row.
#ifndef BRYGGA_CLI_IMPORT_RUN_IMPORT_H_
#define BRYGGA_CLI_IMPORT_RUN_IMPORT_H_

#include <cstdint>
#include <functional>
#include <istream>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/import/importer.h"

namespace brygga::cli {

inline constexpr int64_t kRowsPerBatch = 500;

// One line of a report: a row, or one thing that is wrong with it.
struct ReportedRow {
  RowOutcome outcome = RowOutcome::kUnchanged;
  int64_t line = 0;
  std::string key;
  std::string stored_as;
  std::string column;
  std::string value;
  std::string mend;
};

struct ImportReport {
  std::string digest;                    // SHA-256 of the file.
  bool has_bom = false;                  // The file begins with a byte order mark, which was passed over.
  std::map<RowOutcome, int64_t> counts;  // Rows, each counted once.
  std::vector<ReportedRow> rows;         // In the order of the file; several for a row with several mistakes.
  int64_t batches_sent = 0;
  // OK, or why the import stopped before the end of the file. What came before
  // is stored; the same import again goes on from there.
  absl::Status stopped;
};

struct ImportOptions {
  DryRun dry_run = DryRun::kNo;
  // A call that failed because a service is away or busy is repeated after
  // these waits.
  std::vector<absl::Duration> retry_after = {absl::Milliseconds(200), absl::Seconds(1), absl::Seconds(3)};
  std::function<void(absl::Duration)> sleep = absl::SleepFor;
  // Told how many lines of how many are done.
  std::function<void(int64_t done, int64_t of)> progress = [](int64_t, int64_t) {};
  // Asked between batches whether to stop.
  std::function<bool()> interrupted = [] { return false; };
};

// Imports the rows of `file`, which can be read twice.
//
// kInvalidArgument: the file as a whole cannot be used (its encoding, its first
// line); nothing was sent. Everything later is in the report.
absl::StatusOr<ImportReport> RunImport(std::istream& file, Importer& importer, const ImportOptions& options);

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_IMPORT_RUN_IMPORT_H_
