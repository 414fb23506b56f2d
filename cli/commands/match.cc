#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/output/table.h"
#include "cli/output/text.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::matching::v1;

constexpr char kCohortHelp[] = "Its name, what people call it, or the kind of its programme";
constexpr char kRoundHelp[] = "A round's name, or a cohort: then its newest round";

const std::string& NameIn(const std::map<std::string, std::string>& names, const std::string& person) {
  const auto found = names.find(person);
  return found == names.end() ? person : found->second;
}

std::string RoundText(const v1::MatchingRound& round) {
  const v1::RoundStatistics& figures = round.statistics();
  std::string text = absl::StrCat(round.name(), "\nThe round is ", WordOf(round.state()));
  if (!round.failure_reason().empty()) absl::StrAppend(&text, " (", round.failure_reason(), ")");
  if (!round.has_statistics()) return text + ".\n";
  absl::StrAppend(&text, ": ", figures.matched(), " of ", Count(figures.adepts(), "adept", "adepts"), " matched with ",
                  Count(figures.mentors(), "mentor", "mentors"), " who had ",
                  Count(figures.seats(), "free seat", "free seats"), "; ", figures.feasible_pairs(),
                  " pairs were possible.\n");
  absl::StrAppend(&text, Points(static_cast<int32_t>(figures.total_score() / std::max(1, figures.matched()))),
                  " points a pair on average, ", Points(figures.worst_score()), " at least; ",
                  round.certified() ? "certified: no more can be matched, and no set of as many pairs scores higher"
                                    : "not certified",
                  ".\n");
  return text;
}

struct RunFlags {
  std::string cohort;
  std::string seed;
};

void RunOptions(CLI::App& command, RunFlags& flags) {
  command.add_option("COHORT", flags.cohort, kCohortHelp)->required();
  command.add_option("--seed", flags.seed, "Breaks ties: the same people, policy and seed give the same pairs");
}

// Follows a round to its end.
absl::StatusOr<v1::MatchingRound> Watch(Context& context, const Api& api, v1::MatchingRound round) {
  v1::WatchRoundRequest request;
  request.set_name(round.name());
  auto stream = api.Open<v1::WatchRoundResponse>("brygga.matching.v1.MatchingService/WatchRound", request);
  Progress bar(context.err(), context.err_terminal(), "Matching", 1000);
  v1::WatchRoundResponse news;
  while (stream.Read(&news)) {
    round = news.round();
    bar.Show(round.progress_permille());
  }
  const absl::Status ended = stream.Finish();
  if (!ended.ok()) return ended;
  return round;
}

ExitCode RunRound(Context& context, const RunFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto cohort, FindCohort(*api, flags.cohort));
  v1::StartRoundRequest request;
  request.set_parent(cohort.name());
  request.set_seed(flags.seed);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto started,
                    api->Call<v1::StartRoundResponse>("brygga.matching.v1.MatchingService/StartRound", request));
  BRYGGA_CLI_ASSIGN(const v1::MatchingRound round, Watch(context, *api, started.round()));
  context.json ? context.PrintJson(round) : void(context.out() << RoundText(round));
  return round.state() == v1::ROUND_STATE_PROPOSED ? kDone : kRefused;
}

struct ShowFlags {
  std::string round;
  int limit = 20;
};

void ShowOptions(CLI::App& command, ShowFlags& flags) {
  command.add_option("ROUND", flags.round, kRoundHelp)->required();
  command.add_option("--limit", flags.limit, "Most pairs and most unmatched adepts shown; 0: all")
      ->capture_default_str();
}

struct RoundResult {
  v1::ListRoundPairsResponse pairs;
  v1::ListUnmatchedResponse unmatched;
};

absl::StatusOr<RoundResult> ReadResult(const Api& api, const v1::MatchingRound& round) {
  RoundResult result;
  v1::ListRoundPairsRequest pairs;
  pairs.set_parent(round.name());
  pairs.set_page_size(1000);
  pairs.set_order_by("score desc");
  BRYGGA_RETURN_IF_ERROR(api.Pages<v1::ListRoundPairsResponse>(
      "brygga.matching.v1.MatchingService/ListRoundPairs", pairs,
      [&](const v1::ListRoundPairsResponse& page) { result.pairs.mutable_pairs()->MergeFrom(page.pairs()); }));
  v1::ListUnmatchedRequest unmatched;
  unmatched.set_parent(round.name());
  unmatched.set_page_size(1000);
  unmatched.set_order_by("rounds_waited desc");
  BRYGGA_RETURN_IF_ERROR(api.Pages<v1::ListUnmatchedResponse>(
      "brygga.matching.v1.MatchingService/ListUnmatched", unmatched, [&](const v1::ListUnmatchedResponse& page) {
        result.unmatched.mutable_unmatched()->MergeFrom(page.unmatched());
      }));
  return result;
}

std::set<std::string> PeopleIn(const RoundResult& result, int limit) {
  std::set<std::string> people;
  const auto first = [&](int size) { return limit == 0 ? size : std::min(limit, size); };
  for (int i = 0; i < first(result.pairs.pairs_size()); ++i) {
    people.insert({result.pairs.pairs(i).mentor(), result.pairs.pairs(i).adept()});
  }
  for (int i = 0; i < first(result.unmatched.unmatched_size()); ++i)
    people.insert(result.unmatched.unmatched(i).adept());
  return people;
}

void PrintMore(Context& context, int shown, int all, std::string_view what) {
  if (shown < all) context.out() << "… and " << all - shown << " more " << what << " (--limit 0 shows all)\n";
}

void PrintPairs(Context& context, const RoundResult& result, const std::map<std::string, std::string>& names,
                int limit) {
  const int all = result.pairs.pairs_size();
  const int shown = limit == 0 ? all : std::min(limit, all);
  if (shown == 0) return;
  Table table({{"Adept", Align::kLeft, 28},
               {"Mentor", Align::kLeft, 28},
               {"Points", Align::kRight},
               {"Main reasons", Align::kLeft, 90}});
  for (int i = 0; i < shown; ++i) {
    const v1::RoundPair& pair = result.pairs.pairs(i);
    table.Add({NameIn(names, pair.adept()), NameIn(names, pair.mentor()), Points(pair.score()),
               MainReasons(pair.contributions(), 3)});
  }
  context.out() << "\nPairs\n" << table.Render();
  PrintMore(context, shown, all, "pairs");
}

void PrintUnmatched(Context& context, const RoundResult& result, const std::map<std::string, std::string>& names,
                    int limit) {
  const int all = result.unmatched.unmatched_size();
  const int shown = limit == 0 ? all : std::min(limit, all);
  if (shown == 0) return;
  Table table({{"Adept", Align::kLeft, 28}, {"Why unmatched", Align::kLeft, 120}});
  for (int i = 0; i < shown; ++i) {
    const v1::UnmatchedAdept& adept = result.unmatched.unmatched(i);
    table.Add({NameIn(names, adept.adept()), UnmatchedText(adept)});
  }
  context.out() << "\nUnmatched\n" << table.Render();
  PrintMore(context, shown, all, "unmatched adepts");
}

ExitCode ShowRound(Context& context, const ShowFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::MatchingRound round, FindRound(*api, flags.round));
  if (context.json) {
    context.PrintJson(round);
    return kDone;
  }
  BRYGGA_CLI_ASSIGN(const RoundResult result, ReadResult(*api, round));
  BRYGGA_CLI_ASSIGN(const auto names, NamesOf(*api, PeopleIn(result, flags.limit)));
  context.out() << RoundText(round);
  PrintPairs(context, result, names, flags.limit);
  PrintUnmatched(context, result, names, flags.limit);
  return kDone;
}

struct PublishFlags {
  std::string round;
  int answer_days = 0;
  bool dry_run = false;
};

void PublishOptions(CLI::App& command, PublishFlags& flags) {
  command.add_option("ROUND", flags.round, kRoundHelp)->required();
  command.add_option("--answer-days", flags.answer_days, "Days that the two have to answer; else 14");
  command.add_flag("--dry-run", flags.dry_run, "Check whether every pair can still hold, and publish nothing");
}

ExitCode PublishRound(Context& context, const PublishFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::MatchingRound round, FindRound(*api, flags.round));
  v1::PublishRoundRequest request;
  request.set_name(round.name());
  request.set_etag(round.etag());
  request.set_answer_days(flags.answer_days);
  request.set_validate_only(flags.dry_run);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response,
                    api->Call<v1::PublishRoundResponse>("brygga.matching.v1.MatchingService/PublishRound", request));
  if (context.json) {
    context.PrintJson(response);
    return response.conflicts_size() == 0 ? kDone : kRefused;
  }
  context.out() << Count(response.matches(), "match", "matches")
                << (flags.dry_run ? " would be published.\n" : " published: both sides are asked to accept.\n");
  for (const v1::PairConflict& conflict : response.conflicts()) {
    context.out() << "  " << conflict.pair() << " can no longer hold: " << conflict.reason() << "\n";
  }
  return response.conflicts_size() == 0 ? kDone : kRefused;
}

struct ExplainFlags {
  std::string cohort, mentor, adept;
};

void ExplainOptions(CLI::App& command, ExplainFlags& flags) {
  command.add_option("COHORT", flags.cohort, kCohortHelp)->required();
  command.add_option("MENTOR", flags.mentor, "participants/…, or the key of an import such as M00001")->required();
  command.add_option("ADEPT", flags.adept, "participants/…, or the key of an import such as A00001")->required();
}

// " (km 398, limit_km 25)", in a fixed order.
std::string ArgumentsText(const v1::BrokenRule& broken) {
  const std::map<std::string, std::string> arguments(broken.arguments().begin(), broken.arguments().end());
  if (arguments.empty()) return "";
  return absl::StrCat(" (", absl::StrJoin(arguments, ", ", absl::PairFormatter(" ")), ")");
}

ExitCode ExplainPair(Context& context, const ExplainFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto cohort, FindCohort(*api, flags.cohort));
  BRYGGA_CLI_ASSIGN(const std::string mentor, FindParticipant(*api, flags.mentor));
  BRYGGA_CLI_ASSIGN(const std::string adept, FindParticipant(*api, flags.adept));
  v1::ExplainPairRequest request;
  request.set_parent(cohort.name());
  request.set_mentor(mentor);
  request.set_adept(adept);
  BRYGGA_CLI_ASSIGN(const auto response,
                    api->Call<v1::ExplainPairResponse>("brygga.matching.v1.MatchingService/ExplainPair", request));
  if (context.json) {
    context.PrintJson(response);
    return kDone;
  }
  context.out() << (response.feasible()
                        ? absl::StrCat("The two can be matched, with ", Points(response.score()), " points.\n")
                        : "The two cannot be matched.\n");
  for (const v1::BrokenRule& broken : response.broken_rules()) {
    context.out() << "  forbidden: " << RuleText(broken.rule()) << ArgumentsText(broken) << "\n";
  }
  Table table(
      {{"Criterion"}, {"Value", Align::kRight}, {"At most", Align::kRight}, {"Points", Align::kRight}, {"Known"}});
  for (const v1::Contribution& part : response.contributions()) {
    table.Add({ReasonText(part.criterion()), absl::StrFormat("%.2f", part.value()), Points(part.maximum()),
               Points(part.micro()), part.unknown() ? "assumed" : "yes"});
  }
  if (table.rows() > 0) context.out() << "\n" << table.Render() << "\n";
  context.out() << "The mentor has " << Count(response.free_seats(), "free seat", "free seats") << ".\n";
  if (!response.adept_match().empty()) context.out() << "The adept is matched: " << response.adept_match() << "\n";
  if (!response.lock().empty()) context.out() << "The pair is held by " << response.lock() << "\n";
  return kDone;
}

struct ListFlags {
  std::string cohort, filter;
};

ExitCode ListMatches(Context& context, const ListFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto cohort, FindCohort(*api, flags.cohort));
  v1::ListMatchesRequest request;
  request.set_parent(cohort.name());
  request.set_filter(flags.filter);
  request.set_page_size(1000);
  v1::ListMatchesResponse all;
  const absl::Status read = api->Pages<v1::ListMatchesResponse>(
      "brygga.matching.v1.MatchingService/ListMatches", request,
      [&](const v1::ListMatchesResponse& page) { all.mutable_matches()->MergeFrom(page.matches()); });
  if (!read.ok()) return context.Fail(read);
  if (context.json) {
    context.PrintJson(all);
    return kDone;
  }
  std::set<std::string> people;
  for (const v1::Match& match : all.matches()) people.insert({match.mentor(), match.adept()});
  BRYGGA_CLI_ASSIGN(const auto names, NamesOf(*api, people));
  Table table({{"Adept", Align::kLeft, 28},
               {"Mentor", Align::kLeft, 28},
               {"State"},
               {"Answer by"},
               {"Name", Align::kLeft, 140}});
  for (const v1::Match& match : all.matches()) {
    table.Add({NameIn(names, match.adept()), NameIn(names, match.mentor()), WordOf(match.state()),
               StockholmTime(match.expire_time()), match.name()});
  }
  context.out() << table.Render();
  return kDone;
}

struct AnswerFlags {
  std::string match, side, reason = "OTHER";
};

void AnswerOptions(CLI::App& command, AnswerFlags& flags) {
  command.add_option("MATCH", flags.match, "programmes/…/cohorts/…/matches/…")->required();
  command.add_option("--side", flags.side, "mentor or adept: whose answer it is")->required();
}

template <typename Response>
ExitCode PrintAnswer(Context& context, const Response& response) {
  if (context.json) {
    context.PrintJson(response.match());
  } else {
    context.out() << "The match is " << WordOf(response.match().state()) << ".\n";
  }
  return kDone;
}

ExitCode AcceptMatch(Context& context, const AnswerFlags& flags) {
  v1::AcceptMatchRequest request;
  request.set_name(flags.match);
  BRYGGA_CLI_ASSIGN(const auto side, ParseWord<v1::Side>("--side", flags.side));
  request.set_side(side);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto response,
                    api->Call<v1::AcceptMatchResponse>("brygga.matching.v1.MatchingService/AcceptMatch", request));
  return PrintAnswer(context, response);
}

ExitCode DeclineMatch(Context& context, const AnswerFlags& flags) {
  v1::DeclineMatchRequest request;
  request.set_name(flags.match);
  BRYGGA_CLI_ASSIGN(const auto side, ParseWord<v1::Side>("--side", flags.side));
  request.set_side(side);
  request.set_reason(flags.reason);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto response,
                    api->Call<v1::DeclineMatchResponse>("brygga.matching.v1.MatchingService/DeclineMatch", request));
  return PrintAnswer(context, response);
}

}  // namespace

void AddMatch(const Program& program) {
  CLI::App& group = *AddGroup(program.app, "match", "Matching: run, show, publish, explain, list, accept, decline");
  AddCommand<RunFlags>(program, group, "run", "Run a round: propose pairs for a cohort, and tell nobody yet",
                       "  brygga match run vocational\n  brygga match run vocational --seed 42", &RunOptions,
                       &RunRound);
  AddCommand<ShowFlags>(program, group, "show", "Show a round: pairs with score and reasons, who is unmatched and why",
                        "  brygga match show vocational\n  brygga match show vocational --limit 0", &ShowOptions,
                        &ShowRound);
  AddCommand<PublishFlags>(program, group, "publish", "Turn the pairs of a round into matches that people can accept",
                           "  brygga match publish vocational --dry-run\n"
                           "  brygga match publish vocational --answer-days 10",
                           &PublishOptions, &PublishRound);
  AddCommand<ExplainFlags>(program, group, "explain", "Say why a pair would do, or which rules forbid it",
                           "  brygga match explain vocational M00001 A00002", &ExplainOptions, &ExplainPair);
  AddCommand<ListFlags>(
      program, group, "list", "List a cohort's matches", "  brygga match list vocational --filter 'state = PROPOSED'",
      [](CLI::App& command, ListFlags& flags) {
        command.add_option("COHORT", flags.cohort, kCohortHelp)->required();
        command.add_option("--filter", flags.filter, "Conditions, such as: state = ACTIVE");
      },
      &ListMatches);
  AddCommand<AnswerFlags>(program, group, "accept", "Record a yes",
                          "  brygga match accept programmes/018f…/cohorts/018f…/matches/018f… --side mentor",
                          &AnswerOptions, &AcceptMatch);
  AddCommand<AnswerFlags>(
      program, group, "decline", "Record a no: the mentor's seat is free at once",
      "  brygga match decline programmes/018f…/cohorts/018f…/matches/018f… --side adept --reason FOUND_WORK",
      [](CLI::App& command, AnswerFlags& flags) {
        AnswerOptions(command, flags);
        command.add_option("--reason", flags.reason, "Why, a code")->capture_default_str();
      },
      &DeclineMatch);
}

}  // namespace brygga::cli
