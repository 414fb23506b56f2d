#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/findings.h"
#include "cli/app/interruptible.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/output/table.h"
#include "cli/output/text.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::matching::v1;

constexpr char kCohortHelp[] = "Its name, what people call it, or the kind of its programme";
constexpr char kService[] = "brygga.matching.v1.MatchingService/";
constexpr double kMostPoints = 100'000;
constexpr char kRoundHelp[] = "A round's name, or a cohort: then its newest round";

const std::string& NameIn(const std::map<std::string, std::string>& names, const std::string& person) {
  const auto found = names.find(person);
  return found == names.end() ? person : found->second;
}

// What a certificate proves, in the words of the objective.
std::string GuaranteeOf(v1::Objective objective) {
  switch (objective) {
    case v1::OBJECTIVE_SCORE:
      return "no set of pairs scores higher in total";
    case v1::OBJECTIVE_FAIREST:
      return "no more can be matched, and nobody's worst pair can be better without another's being worse";
    case v1::OBJECTIVE_STABLE:
      return "no two people would both rather have each other; at least two thirds as many are matched as in the "
             "largest such answer";
    default:
      return "no more can be matched, and no set of as many pairs scores higher";
  }
}

// What would change by `n`: "3 adepts fewer", "1 adept more", "as many adepts".
std::string FewerText(int64_t n, std::string_view one, std::string_view many) {
  if (n == 0) return absl::StrCat("as many ", std::string(many));
  return absl::StrCat(Count(n < 0 ? -n : n, one, many), n < 0 ? " more" : " fewer");
}

// The same of points.
std::string LessText(int64_t micros) {
  if (micros == 0) return "as many points";
  return absl::StrCat(Points(micros < 0 ? -micros : micros), micros < 0 ? " points more" : " points less");
}

std::string PriceText(const std::string& kind, const v1::ObjectivePrice& price) {
  if (price.pairs() == 0 && price.total_score() == 0 && price.worst_score_gain() == 0 &&
      price.blocking_pairs_fewer() == 0) {
    return absl::StrCat("  A ", kind, " answer would have the same figures.\n");
  }
  std::string text = absl::StrCat("  A ", kind, " answer would match ", FewerText(price.pairs(), "adept", "adepts"),
                                  " and score ", LessText(price.total_score()), " in total");
  if (price.worst_score_gain() != 0) {
    absl::StrAppend(&text, "; its lowest pair would have ", LessText(-price.worst_score_gain()));
  }
  if (price.blocking_pairs_fewer() != 0) {
    absl::StrAppend(&text, "; ", FewerText(price.blocking_pairs_fewer(), "pair", "pairs"),
                    " would rather have each other");
  }
  return text + ".\n";
}

std::string RepairText(const v1::MatchingRound& round) {
  if (!round.has_repair()) return "";
  const v1::RoundStatistics& figures = round.statistics();
  std::string text = absl::StrCat("Of the pairs before, ", figures.kept_pairs(), " stay and ", figures.changed_pairs(),
                                  " do not; ", Count(figures.new_pairs(), "pair is", "pairs are"), " new.\n");
  if (figures.lost_pairs() != 0 || figures.lost_score() != 0) {
    absl::StrAppend(&text, "Keeping them costs ", Count(figures.lost_pairs(), "adept", "adepts"), " and ",
                    Points(figures.lost_score()), " points.\n");
  }
  return text;
}

std::string RoundText(const v1::MatchingRound& round) {
  const v1::RoundStatistics& figures = round.statistics();
  std::string text = round.name().empty() ? "Dry run, nothing is stored. The round would be "
                                          : absl::StrCat(round.name(), "\nThe round is ");
  text += WordOf(round.state());
  if (!round.failure_reason().empty()) absl::StrAppend(&text, " (", round.failure_reason(), ")");
  if (!round.has_statistics()) return text + ".\n";
  absl::StrAppend(&text, ": ", figures.matched(), " of ", Count(figures.adepts(), "adept", "adepts"), " matched with ",
                  Count(figures.mentors(), "mentor", "mentors"), " who had ",
                  Count(figures.seats(), "free seat", "free seats"), "; ", figures.feasible_pairs(),
                  " pairs were possible.\n");
  if (figures.matched() > 0) {
    absl::StrAppend(&text, Points(figures.total_score() / figures.matched()), " points a pair on average, ",
                    Points(figures.worst_score()), " at least.\n");
  }
  absl::StrAppend(&text, round.certified() ? "Certified: " + GuaranteeOf(round.objective()) : "Not certified", ".\n");
  absl::StrAppend(&text, RepairText(round));
  if (figures.overrides() > 0) {
    absl::StrAppend(&text, Count(figures.overrides(), "pair is", "pairs are"), " there against a rule, by a lock.\n");
  }
  if (figures.has_price_of_stability()) absl::StrAppend(&text, PriceText("stable", figures.price_of_stability()));
  if (figures.has_price_of_fairness()) absl::StrAppend(&text, PriceText("fairest", figures.price_of_fairness()));
  return text;
}

struct RunFlags {
  std::string cohort, objective, seed;
  int policy = 0;
  bool dry_run = false;
  // Of a repair.
  std::string base;
  bool keep_proposed = false;
  std::optional<double> change_price;
};

void RunOptions(CLI::App& command, RunFlags& flags) {
  command.add_option("COHORT", flags.cohort, kCohortHelp)->required();
  command.add_option("--objective", flags.objective,
                     "coverage-then-score (most people, then the best pairs; the default), score (the best pairs), "
                     "fairest (most people, then the best worst pair) or stable (no two would rather have each other)");
  command.add_option("--policy", flags.policy, "The policy's version; else the one in force");
  command.add_option("--seed", flags.seed, "Breaks ties: the same people, policy and seed give the same pairs");
  command.add_flag("--dry-run", flags.dry_run, "Compute and show the figures, and store nothing");
}

// What a round and a repair have in common; what is wrong with it goes to `found`.
template <typename Request>
Request Asked(const Api& api, const RunFlags& flags, Findings& found) {
  Request request;
  request.set_parent(found.Of("COHORT", FindCohort(api, flags.cohort)).name());
  if (!flags.objective.empty()) {
    request.set_objective(found.Of("--objective", ParseWord<v1::Objective>(flags.objective)));
  }
  request.set_policy_version(flags.policy);
  request.set_seed(flags.seed);
  request.set_validate_only(flags.dry_run);
  request.set_request_id(NewRequestId());
  return request;
}

Findings::Fields RunFields() {
  return {{"parent", "COHORT"}, {"objective", "--objective"}, {"policy_version", "--policy"},
          {"seed", "--seed"},   {"base", "--base"},           {"change_price", "--change-price"}};
}

// How far a round is on the whole, of 1000: each phase has its usual share.
int64_t Overall(const v1::MatchingRound& round) {
  const auto within = [&](int64_t from, int64_t to) { return from + (to - from) * round.progress_permille() / 1000; };
  switch (round.phase()) {
    case v1::ROUND_PHASE_SCORING:
      return within(50, 300);
    case v1::ROUND_PHASE_SOLVING:
      return within(300, 650);
    case v1::ROUND_PHASE_CHECKING:
      return within(650, 680);
    case v1::ROUND_PHASE_COMPARING:
      return within(680, 970);
    case v1::ROUND_PHASE_STORING:
      return 970;
    default:
      return round.state() == v1::ROUND_STATE_QUEUED || round.state() == v1::ROUND_STATE_RUNNING ? 0 : 1000;
  }
}

// After Ctrl-C: a round that nobody waits for is not computed to its end.
absl::Status Stop(const Api& api, const v1::MatchingRound& round) {
  v1::CancelRoundRequest request;
  request.set_name(round.name());
  request.set_request_id(NewRequestId());
  const auto stopped = api.Call<v1::CancelRoundResponse>(absl::StrCat(kService, "CancelRound"), request);
  return absl::CancelledError(stopped.ok()
                                  ? "stopped; the round is discarded"
                                  : absl::StrCat("stopped waiting; see `brygga match show ", round.name(), "`"));
}

// Follows a round to its end. The bar never goes back, though a phase may have
// stages of its own.
absl::StatusOr<v1::MatchingRound> Watch(Context& context, const Api& api, v1::MatchingRound round) {
  v1::WatchRoundRequest request;
  request.set_name(round.name());
  auto stream = api.Open<v1::WatchRoundResponse>(absl::StrCat(kService, "WatchRound"), request);
  const Interruptible interruptible;
  Progress bar(context.err(), context.err_terminal(), "Matching", 1000);
  v1::WatchRoundResponse news;
  for (int64_t far = 0; !Interruptible::interrupted() && stream.Read(&news);) {
    round = news.round();
    far = std::max(far, Overall(round));
    bar.Show(far);
  }
  if (Interruptible::interrupted()) stream.Cancel();
  const absl::Status ended = stream.Finish();
  if (Interruptible::interrupted()) return Stop(api, round);
  if (!ended.ok()) return ended;
  return round;
}

// Follows what was begun, unless it is a trial, and shows what became of it.
ExitCode Finish(Context& context, const Api& api, const v1::MatchingRound& begun) {
  v1::MatchingRound round = begun;
  if (!begun.name().empty()) {
    BRYGGA_CLI_ASSIGN(round, Watch(context, api, begun));
  }
  context.json ? context.PrintJson(round) : void(context.out() << RoundText(round));
  return round.state() == v1::ROUND_STATE_PROPOSED ? kDone : kRefused;
}

ExitCode RunRound(Context& context, const RunFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found(RunFields());
  const auto request = Asked<v1::StartRoundRequest>(*api, flags, found);
  BRYGGA_CLI_ASSIGN(const auto started,
                    found.Call<v1::StartRoundResponse>(*api, absl::StrCat(kService, "StartRound"), request));
  return Finish(context, *api, started.round());
}

void RepairOptions(CLI::App& command, RunFlags& flags) {
  RunOptions(command, flags);
  command.add_option("--base", flags.base, "The published round to mend; else the cohort's matches as they are");
  command.add_flag("--keep-proposed", flags.keep_proposed, "Keep matches that await an answer, and only add to them");
  command
      .add_option("--change-price", flags.change_price,
                  "Points that a changed pair must be worth; else the best answer with the fewest changes")
      ->check(CLI::Range(0.0, kMostPoints));
}

ExitCode RepairRound(Context& context, const RunFlags& flags) {
  constexpr double kMicrosAPoint = 10'000;
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found(RunFields());
  auto request = Asked<v1::RepairRoundRequest>(*api, flags, found);
  request.set_base(flags.base);
  request.set_keep_proposed(flags.keep_proposed);
  if (flags.change_price) request.set_change_price(std::llround(*flags.change_price * kMicrosAPoint));
  BRYGGA_CLI_ASSIGN(const auto started,
                    found.Call<v1::RepairRoundResponse>(*api, absl::StrCat(kService, "RepairRound"), request));
  return Finish(context, *api, started.round());
}

struct ReplayFlags {
  std::string round;
};

std::string DifferenceText(const v1::ReplayDifference& difference) {
  const auto shown = [](const std::string& value) { return value.empty() ? "nothing" : value; };
  return absl::StrCat("  ", difference.subject(), ": stored ", shown(difference.stored()), ", computed ",
                      shown(difference.computed()), "\n");
}

ExitCode ReplayRound(Context& context, const ReplayFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::MatchingRound round, FindRound(*api, flags.round));
  v1::ReplayRoundRequest request;
  request.set_name(round.name());
  BRYGGA_CLI_ASSIGN(const auto response,
                    api->Call<v1::ReplayRoundResponse>("brygga.matching.v1.MatchingService/ReplayRound", request));
  const ExitCode code = response.identical() && response.certified() ? kDone : kRefused;
  if (context.json) {
    context.PrintJson(response);
    return code;
  }
  context.out() << round.name() << "\n"
                << (response.identical() ? "Identical: the same people, pairs and figures as stored.\n"
                                         : "Not identical:\n");
  for (const v1::ReplayDifference& difference : response.differences()) context.out() << DifferenceText(difference);
  context.out() << (response.certified() ? "The stored certificate holds.\n"
                                         : "The stored certificate does not hold: the round cannot be published.\n");
  return code;
}

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
  RoundResult result;
  v1::ListRoundPairsRequest pairs;
  pairs.set_parent(round.name());
  pairs.set_page_size(1000);
  pairs.set_language_code(language);
  pairs.set_order_by("score desc");
  BRYGGA_RETURN_IF_ERROR(api.Pages<v1::ListRoundPairsResponse>(
      "brygga.matching.v1.MatchingService/ListRoundPairs", pairs,
      [&](const v1::ListRoundPairsResponse& page) { result.pairs.mutable_pairs()->MergeFrom(page.pairs()); }));
  v1::ListUnmatchedRequest unmatched;
  unmatched.set_parent(round.name());
  unmatched.set_page_size(1000);
  unmatched.set_language_code(language);
  unmatched.set_order_by("rounds_waited desc");
  BRYGGA_RETURN_IF_ERROR(api.Pages<v1::ListUnmatchedResponse>(
      "brygga.matching.v1.MatchingService/ListUnmatched", unmatched, [&](const v1::ListUnmatchedResponse& page) {
        result.unmatched.mutable_unmatched()->MergeFrom(page.unmatched());
      }));
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
               {"Main reasons", Align::kLeft, 100}});
  for (int i = 0; i < shown; ++i) {
    const v1::RoundPair& pair = result.pairs.pairs(i);
    table.Add({NameIn(names, pair.adept()), NameIn(names, pair.mentor()), Points(pair.score()),
               MainReasons(pair.contributions(), 3)});
  }
  context.out() << "\nPairs\n" << table.Render(context.columns());
  PrintMore(context, shown, all, "pairs");
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
  PrintMore(context, shown, all, "unmatched adepts");
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
  Findings found({{"name", "ROUND"}, {"answer_days", "--answer-days"}});
  const v1::MatchingRound round = found.Of("ROUND", FindRound(*api, flags.round));
  v1::PublishRoundRequest request;
  request.set_name(round.name());
  request.set_etag(round.etag());
  request.set_answer_days(flags.answer_days);
  request.set_validate_only(flags.dry_run);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response,
                    found.Call<v1::PublishRoundResponse>(*api, absl::StrCat(kService, "PublishRound"), request));
  if (context.json) {
    context.PrintJson(response);
    return response.conflicts_size() == 0 ? kDone : kRefused;
  }
  context.out() << Count(response.matches(), "match", "matches")
                << (flags.dry_run ? " would be published.\n" : " published: both sides are asked to accept.\n");
  if (response.kept() + response.withdrawn() > 0) {
    context.out() << Count(response.kept(), "open match", "open matches") << " kept, " << response.withdrawn()
                  << " taken back.\n";
  }
  for (const v1::PairConflict& conflict : response.conflicts()) {
    context.out() << "  " << conflict.pair() << " can no longer hold: " << conflict.reason() << "\n";
  }
  return response.conflicts_size() == 0 ? kDone : kRefused;
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
  Table table({{"Adept", Align::kLeft, 28}, {"Mentor", Align::kLeft, 28}, {"State"}, {"Answer by"}, {"Name"}});
  for (const v1::Match& match : all.matches()) {
    table.Add({NameIn(names, match.adept()), NameIn(names, match.mentor()), WordOf(match.state()),
               StockholmTime(match.expire_time()), match.name()});
  }
  context.out() << table.Render(context.columns());
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
  request.set_page_size(1000);
  v1::ListRoundsResponse all;
  const absl::Status read = api->Pages<v1::ListRoundsResponse>(
      absl::StrCat(kService, "ListRounds"), request,
      [&](const v1::ListRoundsResponse& page) { all.mutable_rounds()->MergeFrom(page.rounds()); });
  if (!read.ok()) return context.Fail(read);
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
  context.out() << (table.rows() == 0 ? "No round has been run.\n" : table.Render(context.columns()));
  return kDone;
}

struct DiscardFlags {
  std::string round, reason = "OTHER";
};

void DiscardOptions(CLI::App& command, DiscardFlags& flags) {
  command.add_option("ROUND", flags.round, kRoundHelp)->required();
  command.add_option("--reason", flags.reason, "Why one that is proposed is not wanted, a code")->capture_default_str();
}

// Stops a round that runs, or puts one away that is proposed.
ExitCode DiscardRound(Context& context, const DiscardFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  const Findings found({{"name", "ROUND"}, {"reason", "--reason"}});
  BRYGGA_CLI_ASSIGN(const v1::MatchingRound round, FindRound(*api, flags.round));
  const auto call = [&](auto request, auto response, const char* method) -> absl::StatusOr<v1::MatchingRound> {
    request.set_name(round.name());
    request.set_request_id(NewRequestId());
    if constexpr (requires { request.set_reason(flags.reason); }) request.set_reason(flags.reason);
    BRYGGA_ASSIGN_OR_RETURN(response,
                            found.Told(api->Call<decltype(response)>(absl::StrCat(kService, method), request)));
    return response.round();
  };
  const bool runs = round.state() == v1::ROUND_STATE_QUEUED || round.state() == v1::ROUND_STATE_RUNNING;
  BRYGGA_CLI_ASSIGN(const v1::MatchingRound after,
                    runs ? call(v1::CancelRoundRequest(), v1::CancelRoundResponse(), "CancelRound")
                         : call(v1::DiscardRoundRequest(), v1::DiscardRoundResponse(), "DiscardRound"));
  context.json ? context.PrintJson(after)
               : void(context.out() << after.name() << "\nThe round is " << WordOf(after.state()) << ".\n");
  return kDone;
}

}  // namespace

void AddMatch(const Program& program) {
  CLI::App& group =
      *AddGroup(program.app, "match", "Matching: rounds, pairs by hand, locks and vetoes, matches and meetings");
  AddCommand<RunFlags>(program, group, "run", "Run a round: propose pairs for a cohort, and tell nobody yet",
                       "  brygga match run vocational\n"
                       "  brygga match run vocational --objective fairest --dry-run\n"
                       "  brygga match run vocational --seed 42",
                       &RunOptions, &RunRound);
  AddCommand<RunFlags>(program, group, "repair",
                       "Mend what was published after declines, drop-outs and late arrivals, with few changes",
                       "  brygga match repair vocational --dry-run\n"
                       "  brygga match repair vocational --keep-proposed\n"
                       "  brygga match repair vocational --change-price 5",
                       &RepairOptions, &RepairRound);
  AddCommand<ReplayFlags>(
      program, group, "replay", "Compute a stored round once more, and say whether it is identical",
      "  brygga match replay vocational",
      [](CLI::App& command, ReplayFlags& flags) { command.add_option("ROUND", flags.round, kRoundHelp)->required(); },
      &ReplayRound);
  AddCommand<ShowFlags>(program, group, "show", "Show a round: pairs with score and reasons, who is unmatched and why",
                        "  brygga match show vocational\n  brygga match show vocational --limit 0 --language en",
                        &ShowOptions, &ShowRound);
  AddCommand<PublishFlags>(program, group, "publish", "Turn the pairs of a round into matches that people can accept",
                           "  brygga match publish vocational --dry-run\n"
                           "  brygga match publish vocational --answer-days 10",
                           &PublishOptions, &PublishRound);
  AddCommand<CohortFlags>(program, group, "rounds", "List the rounds of a cohort, the newest first",
                          "  brygga match rounds vocational", &CohortOption, &ListRounds);
  AddCommand<DiscardFlags>(program, group, "discard",
                           "Stop a round that runs, or put one away that is not to be published",
                           "  brygga match discard vocational\n  brygga match discard vocational --reason WRONG_POLICY",
                           &DiscardOptions, &DiscardRound);
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
}

}  // namespace brygga::cli
