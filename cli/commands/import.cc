#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "brygga/participant/v1/programme_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/import/events.h"
#include "cli/import/partners.h"
#include "cli/import/people.h"
#include "cli/import/report.h"
#include "cli/import/run_import.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::participant::v1;

struct ImportFlags {
  std::string file;
  std::string source = "sample";
  bool dry_run = false;
  bool all_rows = false;
  std::string operator_name;         // partners
  std::vector<std::string> cohorts;  // mentors, mentees
  std::string notice = "sample-1";   // mentees
  std::string programme;             // events
  bool publish = false;              // events
};

void SharedOptions(CLI::App& command, ImportFlags& flags) {
  command.add_option("FILE", flags.file, "A CSV file: UTF-8, commas, the first line names the columns")
      ->required()
      ->check(CLI::ExistingFile);
  command.add_option("--source", flags.source, "Which system the ids of the file come from")->capture_default_str();
  command.add_flag("--dry-run", flags.dry_run, "Report what would happen, and store nothing");
  command.add_flag("--all-rows", flags.all_rows, "List every row, not only those that are not stored");
}

// The cohorts that applications go to: those that are named, and for the other
// kinds of programme the only open cohort.
absl::StatusOr<std::map<std::string, std::string, std::less<>>> CohortsFor(const Api& api,
                                                                           const std::vector<std::string>& named) {
  std::map<std::string, std::string, std::less<>> cohorts;
  for (const std::string& pair : named) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(pair, absl::MaxSplits('=', 1));
    BRYGGA_ASSIGN_OR_RETURN(const v1::Cohort cohort, FindCohort(api, parts.second));
    cohorts[parts.first] = cohort.name();
  }
  v1::ListCohortsRequest request;
  request.set_parent("programmes/-");
  request.set_filter("state = OPEN");
  request.set_page_size(1000);
  std::map<std::string, std::vector<std::string>> open;
  BRYGGA_RETURN_IF_ERROR(api.Pages<v1::ListCohortsResponse>(
      "brygga.participant.v1.ProgrammeService/ListCohorts", request, [&](const v1::ListCohortsResponse& page) {
        for (const v1::Cohort& cohort : page.cohorts()) open[WordOf(cohort.programme_kind())].push_back(cohort.name());
      }));
  for (const auto& [kind, names] : open) {
    if (names.size() == 1) cohorts.emplace(kind, names.front());
  }
  return cohorts;
}

ExitCode Import(Context& context, const ImportFlags& flags, Importer& importer) {
  std::ifstream file(flags.file, std::ios::binary);
  ImportOptions options{.dry_run = flags.dry_run ? DryRun::kYes : DryRun::kNo};
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
  const Listed listed = flags.all_rows ? Listed::kAllRows : Listed::kUnstoredRows;
  context.out() << (context.json ? ReportJson(*report, options.dry_run, listed)
                                 : ReportText(*report, options.dry_run, listed));
  if (report->stopped.ok()) return ExitCodeOf(*report);
  context.err() << "The import stopped before the end of the file. The rows above are done; give the same command "
                   "again to go on.\n";
  return context.Fail(report->stopped);
}

ExitCode ImportPartners(Context& context, const ImportFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  PartnersImporter importer(*api, {.operator_name = flags.operator_name, .source = flags.source});
  return Import(context, flags, importer);
}

ExitCode ImportPeople(Context& context, const ImportFlags& flags, PersonKind kind) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto cohorts, CohortsFor(*api, flags.cohorts));
  PeopleImporter importer(*api, kind, {.cohorts = cohorts, .source = flags.source, .notice = flags.notice});
  return Import(context, flags, importer);
}

ExitCode ImportMentors(Context& context, const ImportFlags& flags) {
  return ImportPeople(context, flags, PersonKind::kMentor);
}

ExitCode ImportMentees(Context& context, const ImportFlags& flags) {
  return ImportPeople(context, flags, PersonKind::kMentee);
}

ExitCode ImportEvents(Context& context, const ImportFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  std::string programme;
  if (!flags.programme.empty()) {
    BRYGGA_CLI_ASSIGN(const v1::Programme found, FindProgramme(*api, flags.programme));
    programme = found.name();
  }
  EventsImporter importer(*api, {.programme = programme, .source = flags.source, .publish = flags.publish});
  return Import(context, flags, importer);
}

void CohortOptions(CLI::App& command, ImportFlags& flags) {
  SharedOptions(command, flags);
  command.add_option("--cohort", flags.cohorts,
                     "KIND=COHORT, where applications to programmes of that kind go; else the only open cohort of "
                     "that kind. May be repeated");
}

}  // namespace

void AddImport(const Program& program) {
  CLI::App& group = *AddGroup(
      program.app, "import",
      "Import a CSV file: partners, mentors, mentees, events. Rows that are wrong, doubtful or without consent are "
      "listed with what to do and are not stored. Giving the same import again changes nothing");
  AddCommand<ImportFlags>(
      program, group, "partners", "Organisations, their agreements with the operator, and an address",
      "  brygga import partners partners.csv --operator organisations/018f… --dry-run\n"
      "  brygga import partners partners.csv --operator organisations/018f…",
      [](CLI::App& command, ImportFlags& flags) {
        SharedOptions(command, flags);
        command.add_option("--operator", flags.operator_name, "Whom the agreements are with, organisations/…")
            ->required();
      },
      &ImportPartners);
  AddCommand<ImportFlags>(program, group, "mentors",
                          "Mentors and their applications. They are not asked for consent: their undertaking is a "
                          "contract",
                          "  brygga import mentors mentors.csv\n"
                          "  brygga import mentors mentors.csv --cohort youth=programmes/018f…/cohorts/018f…",
                          &CohortOptions, &ImportMentors);
  AddCommand<ImportFlags>(
      program, group, "mentees", "Adepts, their consents and their applications",
      "  brygga import mentees mentees.csv --dry-run\n"
      "  brygga import mentees mentees.csv --json > report.json",
      [](CLI::App& command, ImportFlags& flags) {
        CohortOptions(command, flags);
        command.add_option("--notice", flags.notice, "What those were shown who consent")->capture_default_str();
      },
      &ImportMentees);
  AddCommand<ImportFlags>(
      program, group, "events", "Events, the sessions of courses, and series",
      "  brygga import events events.csv --programme vocational --publish",
      [](CLI::App& command, ImportFlags& flags) {
        SharedOptions(command, flags);
        command.add_option("--programme", flags.programme, "Whose coordinators manage the events");
        command.add_flag("--publish", flags.publish, "Publish the events that are complete");
      },
      &ImportEvents);
}

}  // namespace brygga::cli
