#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "brygga/participant/v1/programme_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/find_place.h"
#include "cli/app/findings.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/commands/import_file.h"
#include "cli/import/events.h"
#include "cli/import/partners.h"
#include "cli/import/people.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::participant::v1;

struct ImportFlags : FileFlags {
  std::string operator_name;         // partners
  std::vector<std::string> cohorts;  // mentors, mentees
  std::string notice = "sample-1";   // mentees
  std::string programme;             // events
  bool publish = false;              // events
};

void SharedOptions(CLI::App& command, ImportFlags& flags) {
  FileOptions(command, flags, "A CSV file: UTF-8, commas, the first line names the columns");
}

// The cohorts that applications go to: those that are named, and for the other
// kinds of programme the only open cohort.
absl::StatusOr<std::map<std::string, std::string, std::less<>>> CohortsFor(const Api& api,
                                                                           const std::vector<std::string>& named) {
  std::map<std::string, std::string, std::less<>> cohorts;
  Findings found;
  for (const std::string& pair : named) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(pair, absl::MaxSplits('=', 1));
    const std::string argument = "--cohort " + pair;
    const auto kind = ParseWord<v1::ProgrammeKind>(parts.first);
    found.Note(argument, kind.status());
    if (parts.second.empty()) {
      found.Note(argument, UsageError(argument, "give KIND=COHORT, such as youth=\"Autumn 2022\""));
    } else {
      cohorts[kind.ok() ? WordOf(*kind) : parts.first] = found.Of(argument, FindCohort(api, parts.second)).name();
    }
  }
  BRYGGA_RETURN_IF_ERROR(found.status());
  v1::ListCohortsRequest request;
  request.set_parent("programmes/-");
  request.set_filter("state = OPEN");
  BRYGGA_ASSIGN_OR_RETURN(
      const auto all, api.All<v1::ListCohortsResponse>("brygga.participant.v1.ProgrammeService/ListCohorts", request));
  std::map<std::string, std::vector<std::string>> open;
  for (const v1::Cohort& cohort : all.cohorts()) open[WordOf(cohort.programme_kind())].push_back(cohort.name());
  for (const auto& [kind, names] : open) {
    if (names.size() == 1) cohorts.emplace(kind, names.front());
  }
  return cohorts;
}

ExitCode ImportPartners(Context& context, const ImportFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const std::string operator_name, FindOrganisation(*api, flags.operator_name));
  PartnersImporter importer(*api, {.operator_name = operator_name, .source = flags.source});
  return ImportFile(context, flags, importer, Findings({{"operator", "--operator"}, {"source", "--source"}}));
}

ExitCode ImportPeople(Context& context, const ImportFlags& flags, PersonKind kind) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto cohorts, CohortsFor(*api, flags.cohorts));
  PeopleImporter importer(*api, kind, {.cohorts = cohorts, .source = flags.source, .notice = flags.notice});
  return ImportFile(context, flags, importer, Findings({{"notice", "--notice"}, {"source", "--source"}}));
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
  return ImportFile(context, flags, importer, Findings({{"programme", "--programme"}, {"source", "--source"}}));
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
      "listed with what to do and are not stored. Giving the same import again changes nothing",
      "  brygga import partners partners.csv --operator \"Mötesplats Mentor\" --dry-run\n"
      "  brygga import partners partners.csv --operator \"Mötesplats Mentor\"\n"
      "  brygga import mentors mentors.csv\n"
      "  brygga import mentees mentees.csv");
  AddCommand<ImportFlags>(
      program, group, "partners", "Organisations, their agreements with the operator, and an address",
      "  brygga import partners partners.csv --operator organisations/018f… --dry-run\n"
      "  brygga import partners partners.csv --operator organisations/018f…",
      [](CLI::App& command, ImportFlags& flags) {
        SharedOptions(command, flags);
        command
            .add_option("--operator", flags.operator_name,
                        "Whom the agreements are with: organisations/…, or what people call it")
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
