#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "brygga/participant/v1/enrolment_service.pb.h"
#include "brygga/participant/v1/programme_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/findings.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/output/table.h"
#include "cli/output/text.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::participant::v1;

struct CohortFlags {
  std::string cohort;
};

void CohortOption(CLI::App& command, CohortFlags& flags) {
  command.add_option("COHORT", flags.cohort, kCohortHelp)->required();
}

struct CreateFlags {
  std::string programme, name, start_date, end_date;
  int places = 0;
};

void CreateOptions(CLI::App& command, CreateFlags& flags) {
  command.add_option("PROGRAMME", flags.programme, "Its name, what people call it, or its kind")->required();
  command.add_option("--name", flags.name, "What people call the cohort")->required();
  command.add_option("--places", flags.places, "How many adepts may take part; 0: no limit")->capture_default_str();
  command.add_option("--start", flags.start_date, "First day, YYYY-MM-DD");
  command.add_option("--end", flags.end_date, "Last day, YYYY-MM-DD");
}

ExitCode CreateCohort(Context& context, const CreateFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found({{"parent", "PROGRAMME"},
                  {"cohort.display_name", "--name"},
                  {"cohort.places", "--places"},
                  {"cohort.start_date", "--start"},
                  {"cohort.end_date", "--end"}});
  const v1::Programme programme = found.Of("PROGRAMME", FindProgramme(*api, flags.programme));
  v1::CreateCohortRequest request;
  request.set_parent(programme.name());
  request.mutable_cohort()->set_display_name(flags.name);
  request.mutable_cohort()->set_places(flags.places);
  request.mutable_cohort()->set_start_date(flags.start_date);
  request.mutable_cohort()->set_end_date(flags.end_date);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response, found.Call<v1::CreateCohortResponse>(
                                             *api, "brygga.participant.v1.ProgrammeService/CreateCohort", request));
  context.json ? context.PrintJson(response.cohort()) : void(context.out() << response.cohort().name() << "\n");
  return kDone;
}

ExitCode MoveCohort(Context& context, const std::string& text, const absl::StatusOr<v1::CohortState>& state) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found({{"name", "COHORT"}, {"state", "--to"}});
  v1::ChangeCohortStateRequest request;
  request.set_name(found.Of("COHORT", FindCohort(*api, text)).name());
  request.set_state(found.Of("--to", state));
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response,
                    found.Call<v1::ChangeCohortStateResponse>(
                        *api, "brygga.participant.v1.ProgrammeService/ChangeCohortState", request));
  if (context.json) {
    context.PrintJson(response.cohort());
  } else {
    context.out() << Printable(response.cohort().display_name()) << " is " << WordOf(response.cohort().state())
                  << ".\n";
  }
  return kDone;
}

ExitCode OpenCohort(Context& context, const CohortFlags& flags) {
  return MoveCohort(context, flags.cohort, v1::COHORT_STATE_OPEN);
}

ExitCode CloseCohort(Context& context, const CohortFlags& flags) {
  return MoveCohort(context, flags.cohort, v1::COHORT_STATE_CLOSED);
}

struct MoveFlags {
  std::string cohort, state;
};

ExitCode ChangeState(Context& context, const MoveFlags& flags) {
  const absl::StatusOr<v1::CohortState> state = ParseWord<v1::CohortState>(flags.state);
  return MoveCohort(context, flags.cohort, state);
}

struct NoFlags {};

ExitCode ListCohorts(Context& context, const NoFlags&) {
  v1::ListCohortsRequest request;
  request.set_parent("programmes/-");
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto all,
                    api->All<v1::ListCohortsResponse>("brygga.participant.v1.ProgrammeService/ListCohorts", request));
  Table table({{"Cohort"}, {"Programme"}, {"State"}, {"Places", Align::kRight}, {"Starts"}, {"Name"}});
  for (const v1::Cohort& cohort : all.cohorts()) {
    table.Add({cohort.display_name(), WordOf(cohort.programme_kind()), WordOf(cohort.state()),
               cohort.places() == 0 ? "no limit" : absl::StrCat(cohort.places()), cohort.start_date(), cohort.name()});
  }
  context.json ? context.PrintJson(all) : context.PrintTable(table, "There is no cohort that you may see.");
  return kDone;
}

template <typename Counts>
std::string CountsTable(const Counts& counts, size_t columns) {
  Table table({{"Role"}, {"State"}, {"People", Align::kRight}});
  for (const v1::EnrolmentCount& count : counts) {
    table.Add({WordOf(count.role()), WordOf(count.state()), absl::StrCat(count.count())});
  }
  return table.Render(columns);
}

template <typename Criteria>
std::string CriteriaTable(Criteria criteria, size_t columns) {
  std::sort(criteria.begin(), criteria.end(), [](const auto& a, const auto& b) { return a.count() > b.count(); });
  Table table({{"Role"}, {"Criterion"}, {"Outcome"}, {"People", Align::kRight}});
  for (const v1::CriterionCount& count : criteria) {
    table.Add({WordOf(count.role()), count.code(), WordOf(count.outcome()), absl::StrCat(count.count())});
  }
  return table.Render(columns);
}

ExitCode ShowCohort(Context& context, const CohortFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::Cohort cohort, FindCohort(*api, flags.cohort));
  v1::GetCohortSummaryRequest request;
  request.set_name(cohort.name());
  BRYGGA_CLI_ASSIGN(const auto summary, api->Call<v1::GetCohortSummaryResponse>(
                                            "brygga.participant.v1.ProgrammeService/GetCohortSummary", request));
  if (context.json) {
    context.PrintJson(summary);
    return kDone;
  }
  context.out() << Printable(cohort.display_name()) << " (" << WordOf(cohort.programme_kind()) << ") is "
                << WordOf(cohort.state()) << ".\n"
                << cohort.name() << "\n\n"
                << CountsTable(summary.enrolments(), context.columns());
  if (summary.criteria_size() > 0)
    context.out() << "\nCriteria not met:\n" << CriteriaTable(summary.criteria(), context.columns());
  return kDone;
}

struct DecideFlags {
  std::string cohort, date;
  bool dry_run = false;
};

void DecideOptions(CLI::App& command, DecideFlags& flags) {
  command.add_option("COHORT", flags.cohort, kCohortHelp)->required();
  command.add_option("--date", flags.date, "The day to decide for, YYYY-MM-DD; else today");
  command.add_flag("--dry-run", flags.dry_run, "Report what would be decided, and store nothing");
}

ExitCode DecideCohort(Context& context, const DecideFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found({{"parent", "COHORT"}, {"date", "--date"}});
  const v1::Cohort cohort = found.Of("COHORT", FindCohort(*api, flags.cohort));
  v1::DecideEnrolmentsRequest request;
  request.set_parent(cohort.name());
  request.set_date(flags.date);
  request.set_validate_only(flags.dry_run);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto decided, found.Call<v1::DecideEnrolmentsResponse>(
                                            *api, "brygga.participant.v1.EnrolmentService/DecideEnrolments", request));
  if (context.json) {
    context.PrintJson(decided);
    return kDone;
  }
  int total = 0, denied = 0;
  for (const v1::EnrolmentCount& count : decided.decided()) {
    total += count.count();
    if (count.state() == v1::ENROLMENT_STATE_DENIED) denied += count.count();
  }
  context.out() << Printable(cohort.display_name()) << ": " << Count(total, "application", "applications")
                << (flags.dry_run ? " would be decided, " : " decided, ") << denied << " refused.\n\n"
                << CountsTable(decided.decided(), context.columns());
  if (decided.criteria_size() > 0) {
    context.out() << "\nWhy (a person may miss several):\n" << CriteriaTable(decided.criteria(), context.columns());
  }
  return kDone;
}

struct ScreenFlags {
  std::string cohort;
  std::string role = "mentor";
  std::string state = "passed";
  std::string date, expire_date;
  bool dry_run = false;
};

void ScreenOptions(CLI::App& command, ScreenFlags& flags) {
  command.add_option("COHORT", flags.cohort, kCohortHelp)->required();
  command.add_option("--role", flags.role, WordsOf(*v1::ProgrammeRole_descriptor()))->capture_default_str();
  command.add_option("--state", flags.state, "pending, passed or failed")->capture_default_str();
  command.add_option("--date", flags.date, "The day it was done, YYYY-MM-DD; else today");
  command.add_option("--expires", flags.expire_date, "The last day on which it counts, YYYY-MM-DD");
  command.add_flag("--dry-run", flags.dry_run, "Report how many, and store nothing");
}

ExitCode ScreenCohort(Context& context, const ScreenFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  // Three screenings are recorded alike, and complained of once.
  Findings::Fields fields = {{"parent", "COHORT"}, {"role", "--role"}};
  for (const std::string screening : {"screenings[0].", "screenings[1].", "screenings[2]."}) {
    fields.insert(
        fields.end(),
        {{screening + "date", "--date"}, {screening + "expire_date", "--expires"}, {screening + "state", "--state"}});
  }
  Findings found(std::move(fields));
  const v1::Cohort cohort = found.Of("COHORT", FindCohort(*api, flags.cohort));
  const auto role = found.Of("--role", ParseWord<v1::ProgrammeRole>(flags.role));
  const auto state = found.Of("--state", ParseWord<v1::ScreeningState>(flags.state));
  v1::RecordScreeningsRequest request;
  request.set_parent(cohort.name());
  request.set_role(role);
  for (const v1::ScreeningKind kind :
       {v1::SCREENING_KIND_INTERVIEW, v1::SCREENING_KIND_REFERENCES, v1::SCREENING_KIND_RECORD_EXTRACT}) {
    v1::Screening& screening = *request.add_screenings();
    screening.set_kind(kind);
    screening.set_state(state);
    screening.set_date(flags.date);
    screening.set_expire_date(flags.expire_date);
  }
  request.set_validate_only(flags.dry_run);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto recorded, found.Call<v1::RecordScreeningsResponse>(
                                             *api, "brygga.participant.v1.EnrolmentService/RecordScreenings", request));
  if (context.json) {
    context.PrintJson(recorded);
    return kDone;
  }
  context.out() << Count(recorded.screening_count(), "screening", "screenings")
                << (flags.dry_run ? " would be recorded" : " recorded") << " as " << WordOf(state) << " for "
                << Count(recorded.participant_count(), "person", "people")
                << ": interview, references and record extract.\n";
  return kDone;
}

}  // namespace

void AddCohort(const Program& program) {
  CLI::App& group = *AddGroup(program.app, "cohort",
                              "Cohorts: who takes part in a programme, from the first application to the last day",
                              "  brygga cohort create vocational --name \"Autumn 2022\"\n"
                              "  brygga cohort open vocational\n"
                              "  brygga cohort decide vocational\n"
                              "  brygga cohort close vocational\n"
                              "  brygga cohort move vocational --to matching\n"
                              "  brygga cohort show vocational");
  AddCommand<CreateFlags>(program, group, "create", "Create a cohort, in state draft, and print its name",
                          "  brygga cohort create vocational --name \"Autumn 2022\" --places 250 --start 2022-09-01",
                          &CreateOptions, &CreateCohort);
  AddCommand<CohortFlags>(program, group, "open", "Let a cohort take applications", "  brygga cohort open vocational",
                          &CohortOption, &OpenCohort);
  AddCommand<CohortFlags>(program, group, "close", "Let a cohort take no more applications",
                          "  brygga cohort close \"Autumn 2022\"", &CohortOption, &CloseCohort);
  AddCommand<MoveFlags>(
      program, group, "move", "Move a cohort on to another state", "  brygga cohort move vocational --to running",
      [](CLI::App& command, MoveFlags& flags) {
        command.add_option("COHORT", flags.cohort, kCohortHelp)->required();
        command.add_option("--to", flags.state, WordsOf(*v1::CohortState_descriptor()))->required();
      },
      &ChangeState);
  AddCommand<CohortFlags>(program, group, "show", "Show how far a cohort's people have come",
                          "  brygga cohort show vocational\n  brygga cohort show vocational --json", &CohortOption,
                          &ShowCohort);
  AddCommand<NoFlags>(
      program, group, "list", "List the cohorts that you may see", "  brygga cohort list", [](CLI::App&, NoFlags&) {},
      &ListCohorts);
  AddCommand<DecideFlags>(program, group, "decide", "Decide who may take part, by the programme's rules",
                          "  brygga cohort decide vocational --dry-run\n  brygga cohort decide vocational",
                          &DecideOptions, &DecideCohort);
  AddCommand<ScreenFlags>(
      program, group, "screen", "Record interview, references and record extract for everybody in one role",
      "  brygga cohort screen youth --role mentor --state passed --expires 2023-08-31", &ScreenOptions, &ScreenCohort);
}

}  // namespace brygga::cli
