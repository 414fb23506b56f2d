// An import's report, for people and for programs.
#ifndef BRYGGA_CLI_IMPORT_REPORT_H_
#define BRYGGA_CLI_IMPORT_REPORT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "cli/import/run_import.h"
#include "cli/output/error_text.h"

namespace brygga::cli {

// Which rows a report lists.
enum class Listed { kAllRows, kUnstoredRows };

// "created", "no consent", …
std::string_view WordOf(RowOutcome outcome);

// A table of rows with what is wrong and how to mend it, then how many rows had
// which outcome. `terminal_columns` as in Table.
std::string ReportText(const ImportReport& report, DryRun dry_run, Listed listed, size_t terminal_columns);

// The same as one JSON object.
std::string ReportJson(const ImportReport& report, DryRun dry_run, Listed listed);

// What the import ends with. Rows without consent are no failure.
ExitCode ExitCodeOf(const ImportReport& report);

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_IMPORT_REPORT_H_
