#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/commands/round_text.h"
#include "cli/output/table.h"
#include "cli/output/text.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::matching::v1;

constexpr char kService[] = "brygga.matching.v1.MatchingService/";

struct ShowFlags {
  std::string round, language;
  int limit = 20;
};

void ShowOptions(CLI::App& command, ShowFlags& flags) {
  command.add_option("ROUND", flags.round, kRoundHelp)->required();
  command.add_option("--limit", flags.limit, "Most pairs and most unmatched adepts shown; 0, and with --json: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  AddLanguage(command, flags.language);
}

struct RoundResult {
  v1::ListRoundPairsResponse pairs;
  v1::ListUnmatchedResponse unmatched;
};

absl::StatusOr<RoundResult> ReadResult(const Api& api, const v1::MatchingRound& round, const std::string& language) {
  v1::ListRoundPairsRequest pairs;
  pairs.set_parent(round.name());
  pairs.set_language_code(language);
  pairs.set_order_by("score desc");
  RoundResult result;
  BRYGGA_ASSIGN_OR_RETURN(result.pairs,
                          api.All<v1::ListRoundPairsResponse>(absl::StrCat(kService, "ListRoundPairs"), pairs));
  v1::ListUnmatchedRequest unmatched;
  unmatched.set_parent(round.name());
  unmatched.set_language_code(language);
  unmatched.set_order_by("rounds_waited desc");
  BRYGGA_ASSIGN_OR_RETURN(result.unmatched,
                          api.All<v1::ListUnmatchedResponse>(absl::StrCat(kService, "ListUnmatched"), unmatched));
  return result;
}

bool HasResult(const v1::MatchingRound& round) {
  return round.state() == v1::ROUND_STATE_PROPOSED || round.state() == v1::ROUND_STATE_PUBLISHED;
}

std::set<std::string> PeopleIn(const RoundResult& result, int limit) {
  std::set<std::string> people;
  const auto first = [&](int size) { return limit == 0 ? size : std::min(limit, size); };
  for (int i = 0; i < first(result.pairs.pairs_size()); ++i) {
    people.insert({result.pairs.pairs(i).mentor(), result.pairs.pairs(i).adept()});
  }
  for (int i = 0; i < first(result.unmatched.unmatched_size()); ++i) {
    people.insert(result.unmatched.unmatched(i).adept());
  }
  return people;
}

void PrintPairs(Context& context, const RoundResult& result, const std::map<std::string, std::string>& names,
                int limit) {
  const int all = result.pairs.pairs_size();
  const int shown = limit == 0 ? all : std::min(limit, all);
  if (shown == 0) return;
  Table table({{"Adept", Align::kLeft, 28},
               {"Mentor", Align::kLeft, 28},
               {"Points", Align::kRight},
               {"Main reasons", Align::kLeft, 100}});
  for (int i = 0; i < shown; ++i) {
    const v1::RoundPair& pair = result.pairs.pairs(i);
    table.Add({NameIn(names, pair.adept()), NameIn(names, pair.mentor()), Points(pair.score()),
               MainReasons(pair.contributions(), 3)});
  }
  context.out() << "\nPairs\n" << table.Render(context.columns());
  context.out() << MoreText(shown, all, "pairs");
}

void PrintUnmatched(Context& context, const RoundResult& result, const std::map<std::string, std::string>& names,
                    int limit) {
  const int all = result.unmatched.unmatched_size();
  const int shown = limit == 0 ? all : std::min(limit, all);
  if (shown == 0) return;
  Table table({{"Adept", Align::kLeft, 28}, {"Why unmatched", Align::kLeft, 100}});
  for (int i = 0; i < shown; ++i) {
    const v1::UnmatchedAdept& adept = result.unmatched.unmatched(i);
    table.Add({NameIn(names, adept.adept()), adept.sentence().text()});
  }
  context.out() << "\nUnmatched\n" << table.Render(context.columns());
  context.out() << MoreText(shown, all, "unmatched adepts");
}

ExitCode ShowRound(Context& context, const ShowFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::MatchingRound round, FindRound(*api, flags.round));
  RoundResult result;
  if (HasResult(round)) {
    BRYGGA_CLI_ASSIGN(result, ReadResult(*api, round, flags.language));
  }
  if (context.json) {
    context.PrintJson({{"round", &round}, {"", &result.pairs}, {"", &result.unmatched}});
    return kDone;
  }
  BRYGGA_CLI_ASSIGN(const auto names, NamesOf(*api, PeopleIn(result, flags.limit)));
  context.out() << RoundText(round);
  PrintPairs(context, result, names, flags.limit);
  PrintUnmatched(context, result, names, flags.limit);
  return kDone;
}

struct CohortFlags {
  std::string cohort;
};

void CohortOption(CLI::App& command, CohortFlags& flags) {
  command.add_option("COHORT", flags.cohort, kCohortHelp)->required();
}

ExitCode ListRounds(Context& context, const CohortFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto cohort, FindCohort(*api, flags.cohort));
  v1::ListRoundsRequest request;
  request.set_parent(cohort.name());
  request.set_order_by("create_time desc");
  BRYGGA_CLI_ASSIGN(const auto all, api->All<v1::ListRoundsResponse>(absl::StrCat(kService, "ListRounds"), request));
  if (context.json) {
    context.PrintJson(all);
    return kDone;
  }
  Table table({{"Begun"}, {"State"}, {"Objective"}, {"Matched", Align::kRight}, {"Of", Align::kRight}, {"Name"}});
  for (const v1::MatchingRound& round : all.rounds()) {
    const bool has_figures = round.has_statistics();
    table.Add({StockholmTime(round.create_time()), WordOf(round.state()), WordOf(round.objective()),
               has_figures ? absl::StrCat(round.statistics().matched()) : "",
               has_figures ? absl::StrCat(round.statistics().adepts()) : "", round.name()});
  }
  context.PrintTable(table, "No round has been run.");
  return kDone;
}

}  // namespace

void AddRoundViews(const Program& program, CLI::App& match) {
  AddCommand<ShowFlags>(program, match, "show", "Show a round: pairs with score and reasons, who is unmatched and why",
                        "  brygga match show vocational\n  brygga match show vocational --limit 0 --language en",
                        &ShowOptions, &ShowRound);
  AddCommand<CohortFlags>(program, match, "rounds", "List the rounds of a cohort, the newest first",
                          "  brygga match rounds vocational", &CohortOption, &ListRounds);
}

}  // namespace brygga::cli
