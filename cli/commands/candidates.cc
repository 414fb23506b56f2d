#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "brygga/participant/v1/enrolment_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/findings.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/output/table.h"
#include "cli/output/text.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::matching::v1;
namespace pv1 = ::brygga::participant::v1;

constexpr int kReasons = 3;

struct CandidatesFlags {
  std::string person, cohort, filter, language;
  int top = 10;
  bool all = false;
};

void CandidatesOptions(CLI::App& command, CandidatesFlags& flags) {
  command
      .add_option("PERSON", flags.person,
                  "Whose candidates: participants/…, or the key of an import such as A00001. An adept's are mentors, a "
                  "mentor's are adepts")
      ->required();
  command.add_option("--cohort", flags.cohort,
                     "Its name, what people call it, or the kind of its programme; may be left out where the person is "
                     "enrolled in one cohort");
  command.add_option("--top", flags.top, "How many, best first; 10 unless said")->check(CLI::Range(1, 1000));
  command.add_option("--filter", flags.filter,
                     "Only those of whom it holds: score (millionths), municipality, employer, occupation (SSYK 2012), "
                     "language, format, free_seats; joined by AND, each with NOT before it where it must not");
  command.add_flag("--all", flags.all, "Also mentors without a free seat and adepts who have a match");
  AddLanguage(command, flags.language);
}

// The cohort in which a person is enrolled, if it is one.
//
// kNotFound: none. kInvalidArgument: several; the message names them.
absl::StatusOr<std::string> CohortOfPerson(const Api& api, const CandidatesFlags& flags, const std::string& person) {
  pv1::ListEnrolmentsRequest request;
  request.set_parent("programmes/-/cohorts/-");
  request.set_filter(absl::StrCat("participant = \"", person, "\" AND state = ENROLLED"));
  BRYGGA_ASSIGN_OR_RETURN(const auto all, api.All<pv1::ListEnrolmentsResponse>(
                                              "brygga.participant.v1.EnrolmentService/ListEnrolments", request));
  std::set<std::string> cohorts;
  for (const pv1::Enrolment& enrolment : all.enrolments()) {
    cohorts.insert(enrolment.name().substr(0, enrolment.name().find("/enrolments/")));
  }
  if (cohorts.size() == 1) return *cohorts.begin();
  if (cohorts.empty()) {
    return absl::NotFoundError(absl::StrCat(flags.person, " is enrolled in no cohort that you may see"));
  }
  std::string message = absl::StrCat(flags.person, " is enrolled in several cohorts; say which with --cohort:");
  for (const std::string& name : cohorts) {
    const auto cohort = FindCohort(api, name);
    absl::StrAppend(&message, "\n  ", name, "  ", cohort.ok() ? cohort->display_name() : "");
  }
  return absl::InvalidArgumentError(message);
}

absl::Status Print(Context& context, const Api& api, const v1::ListCandidatesResponse& response) {
  std::set<std::string> people;
  bool has_seats = false;
  for (const v1::Candidate& candidate : response.candidates()) {
    people.insert(candidate.participant());
    has_seats |= candidate.free_seats() > 0;
  }
  if (people.empty()) {
    context.out() << "Nobody. " << Count(response.total_size(), "pair is", "pairs are")
                  << " possible, whether available or not.\n";
    return absl::OkStatus();
  }
  BRYGGA_ASSIGN_OR_RETURN(const auto names, NamesOf(api, people));
  std::vector<TableColumn> columns = {{"", Align::kRight},
                                      {"Candidate", Align::kLeft, 32},
                                      {"Points", Align::kRight},
                                      {"Main reasons", Align::kLeft, 100}};
  if (has_seats) columns.insert(columns.begin() + 2, {"Seats", Align::kRight});
  Table table(columns);
  for (const v1::Candidate& candidate : response.candidates()) {
    std::vector<std::string> cells = {absl::StrCat(candidate.rank()), NameIn(names, candidate.participant()),
                                      Points(candidate.score()), MainReasons(candidate.contributions(), kReasons)};
    if (has_seats) cells.insert(cells.begin() + 2, absl::StrCat(candidate.free_seats()));
    table.Add(std::move(cells));
  }
  context.out() << table.Render(context.columns()) << "\n"
                << Count(response.total_size(), "pair is", "pairs are") << " possible, available or not. As of "
                << StockholmTime(response.as_of()) << ".\n";
  return absl::OkStatus();
}

ExitCode Candidates(Context& context, const CandidatesFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found({{"parent", "--cohort"}, {"participant", "PERSON"}, {"page_size", "--top"}, {"filter", "--filter"}});
  const std::string person = found.Of("PERSON", FindParticipant(*api, flags.person));
  std::string cohort;
  if (!flags.cohort.empty()) {
    cohort = found.Of("--cohort", FindCohort(*api, flags.cohort)).name();
  } else if (!person.empty()) {
    cohort = found.Of("--cohort", CohortOfPerson(*api, flags, person));
  }
  if (const absl::Status status = found.status(); !status.ok()) return context.Fail(status);
  v1::ListCandidatesRequest request;
  request.set_parent(cohort);
  request.set_participant(person);
  request.set_page_size(flags.top);
  request.set_filter(flags.filter);
  request.set_show_unavailable(flags.all);
  request.set_language_code(flags.language);
  BRYGGA_CLI_ASSIGN(const auto response, found.Told(api->Call<v1::ListCandidatesResponse>(
                                             "brygga.matching.v1.MatchingService/ListCandidates", request)));
  if (context.json) {
    context.PrintJson(response);
    return kDone;
  }
  const absl::Status printed = Print(context, *api, response);
  return printed.ok() ? kDone : context.Fail(printed);
}

}  // namespace

void AddCandidates(const Program& program) {
  AddCommand<CandidatesFlags>(program, program.app, "candidates",
                              "Rank who could meet one person, best first, with the main reasons",
                              "  brygga candidates A00002\n"
                              "  brygga candidates A00002 --cohort vocational --top 5 --lang en\n"
                              "  brygga candidates A00002 --filter 'municipality = 0180 AND free_seats >= 2'\n"
                              "  brygga candidates A00002 --filter 'language:ar AND NOT format = DIGITAL'\n"
                              "  brygga candidates M00001 --all --json",
                              &CandidatesOptions, &Candidates);
}

}  // namespace brygga::cli
