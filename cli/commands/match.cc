#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "brygga/matching/v1/matching_service.pb.h"
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

constexpr char kService[] = "brygga.matching.v1.MatchingService/";

struct ListFlags {
  std::string cohort, filter;
};

ExitCode ListMatches(Context& context, const ListFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto cohort, FindCohort(*api, flags.cohort));
  v1::ListMatchesRequest request;
  request.set_parent(cohort.name());
  request.set_filter(flags.filter);
  BRYGGA_CLI_ASSIGN(const auto all,
                    api->All<v1::ListMatchesResponse>("brygga.matching.v1.MatchingService/ListMatches", request));
  if (context.json) {
    context.PrintJson(all);
    return kDone;
  }
  std::set<std::string> people;
  for (const v1::Match& match : all.matches()) people.insert({match.mentor(), match.adept()});
  BRYGGA_CLI_ASSIGN(const auto names, NamesOf(*api, people));
  Table table({{"Adept", Align::kLeft, 28}, {"Mentor", Align::kLeft, 28}, {"State"}, {"Answer by"}, {"Name"}});
  for (const v1::Match& match : all.matches()) {
    table.Add({NameIn(names, match.adept()), NameIn(names, match.mentor()), WordOf(match.state()),
               StockholmTime(match.expire_time()), match.name()});
  }
  context.PrintTable(table, "There is no such match.");
  return kDone;
}

struct AnswerFlags {
  std::string match, side, reason = "OTHER";
};

void AnswerOptions(CLI::App& command, AnswerFlags& flags) {
  command.add_option("MATCH", flags.match, kMatchHelp)->required();
  command.add_option("--side", flags.side, "mentor or adept: whose answer it is")->required();
}

// Accepts or declines; `fill` adds what is not in both.
template <typename Response, typename Request, typename F>
ExitCode Answer(Context& context, const AnswerFlags& flags, const std::string& method, const F& fill) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found({{"name", "MATCH"}, {"side", "--side"}, {"reason", "--reason"}});
  Request request;
  request.set_name(found.Of("MATCH", FindMatch(*api, flags.match)));
  request.set_side(found.Of("--side", ParseWord<v1::Side>(flags.side)));
  request.set_request_id(NewRequestId());
  fill(request);
  BRYGGA_CLI_ASSIGN(const auto response, found.Call<Response>(*api, absl::StrCat(kService, method), request));
  context.json ? context.PrintJson(response.match())
               : void(context.out() << "The match is " << WordOf(response.match().state()) << ".\n");
  return kDone;
}

ExitCode AcceptMatch(Context& context, const AnswerFlags& flags) {
  return Answer<v1::AcceptMatchResponse, v1::AcceptMatchRequest>(context, flags, "AcceptMatch", [](const auto&) {});
}

ExitCode DeclineMatch(Context& context, const AnswerFlags& flags) {
  return Answer<v1::DeclineMatchResponse, v1::DeclineMatchRequest>(
      context, flags, "DeclineMatch", [&](v1::DeclineMatchRequest& request) { request.set_reason(flags.reason); });
}

// Under what heading the commands stand in the help of the group.
constexpr struct {
  const char* kind;
  const char* commands;
} kKinds[] = {{"Rounds", "run repair show publish rounds discard replay"},
              {"Why", "explain why why-not fairness"},
              {"Pairs by hand", "create lock locks unlock veto vetoes unveto"},
              {"Matches", "list accept decline pause resume end kind"},
              {"Meetings", "meeting meetings overdue cadence"}};

}  // namespace

void AddMatch(const Program& program) {
  CLI::App& group =
      *AddGroup(program.app, "match", "Matching: rounds, pairs by hand, locks and vetoes, matches and meetings",
                "  brygga match run vocational\n"
                "  brygga match show vocational\n"
                "  brygga match why vocational A00002\n"
                "  brygga match publish vocational\n"
                "  brygga match accept A00002 --side adept");
  AddRounds(program, group);
  AddRoundViews(program, group);
  AddExplanations(program, group);
  AddPairs(program, group);
  AddMeetings(program, group);
  AddCommand<ListFlags>(
      program, group, "list", "List a cohort's matches", "  brygga match list vocational --filter 'state = PROPOSED'",
      [](CLI::App& command, ListFlags& flags) {
        command.add_option("COHORT", flags.cohort, kCohortHelp)->required();
        command.add_option("--filter", flags.filter, "Conditions, such as: state = ACTIVE");
      },
      &ListMatches);
  AddCommand<AnswerFlags>(program, group, "accept", "Record a yes",
                          "  brygga match accept A00002 --side mentor\n"
                          "  brygga match accept programmes/018f…/cohorts/018f…/matches/018f… --side mentor",
                          &AnswerOptions, &AcceptMatch);
  AddCommand<AnswerFlags>(
      program, group, "decline", "Record a no: the mentor's seat is free at once",
      "  brygga match decline A00002 --side adept --reason FOUND_WORK",
      [](CLI::App& command, AnswerFlags& flags) {
        AnswerOptions(command, flags);
        command.add_option("--reason", flags.reason, "Why, a code")->capture_default_str();
      },
      &DeclineMatch);
  for (const auto& [kind, commands] : kKinds) {
    for (const std::string& command : std::vector<std::string>(absl::StrSplit(commands, ' '))) {
      group.get_subcommand(command)->group(kind);
    }
  }
}

}  // namespace brygga::cli
