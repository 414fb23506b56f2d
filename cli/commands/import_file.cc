#include "cli/commands/import_file.h"

#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "cli/app/interruptible.h"
#include "cli/import/report.h"
#include "cli/import/run_import.h"
#include "cli/output/progress.h"

namespace brygga::cli {

void FileOptions(CLI::App& command, FileFlags& flags, const std::string& what) {
  command.add_option("FILE", flags.file, what)->required()->check(CLI::ExistingFile);
  command.add_option("--source", flags.source, "Which system the ids of the file come from")->capture_default_str();
  command.add_flag("--dry-run", flags.dry_run, "Report what would happen, and store nothing");
  command.add_flag("--all-rows", flags.all_rows, "List every row, not only those that are not stored");
}

ExitCode ImportFile(Context& context, const FileFlags& flags, Importer& importer, const Findings& found) {
  std::ifstream file(flags.file, std::ios::binary);
  const Interruptible interruptible;
  ImportOptions options{.dry_run = flags.dry_run ? DryRun::kYes : DryRun::kNo,
                        .interrupted = &Interruptible::interrupted};
  std::unique_ptr<Progress> bar;
  options.progress = [&](int64_t done, int64_t of) {
    if (!bar) {
      bar = std::make_unique<Progress>(context.err(), context.err_terminal(),
                                       absl::StrCat("Importing ", std::string(importer.kind())), of);
    }
    bar->Show(done);
  };
  const absl::StatusOr<ImportReport> report = RunImport(file, importer, options);
  bar.reset();
  if (!report.ok()) {
    context.Fail(report.status());
    return kUsage;
  }
  if (!report->stopped.ok() && report->counts.empty()) return context.Fail(found.InArguments(report->stopped));
  const Listed listed = flags.all_rows ? Listed::kAllRows : Listed::kUnstoredRows;
  context.out() << (context.json ? ReportJson(*report, options.dry_run, listed)
                                 : ReportText(*report, options.dry_run, listed, context.columns()));
  if (report->stopped.ok()) return ExitCodeOf(*report);
  if (!context.json) {
    context.err() << "The import stopped before the end of the file. The rows counted above are done; give the same "
                     "command again to go on.\n";
  }
  return context.Fail(found.InArguments(report->stopped));
}

}  // namespace brygga::cli
