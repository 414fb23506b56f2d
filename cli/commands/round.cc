#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/findings.h"
#include "cli/app/interruptible.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/commands/round_text.h"
#include "cli/output/progress.h"
#include "cli/output/text.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::matching::v1;

constexpr char kService[] = "brygga.matching.v1.MatchingService/";
constexpr double kMostPoints = 100'000;

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

void AddRounds(const Program& program, CLI::App& match) {
  AddCommand<RunFlags>(program, match, "run", "Run a round: propose pairs for a cohort, and tell nobody yet",
                       "  brygga match run vocational\n"
                       "  brygga match run vocational --objective fairest --dry-run\n"
                       "  brygga match run vocational --seed 42",
                       &RunOptions, &RunRound);
  AddCommand<RunFlags>(program, match, "repair",
                       "Mend what was published after declines, drop-outs and late arrivals, with few changes",
                       "  brygga match repair vocational --dry-run\n"
                       "  brygga match repair vocational --keep-proposed\n"
                       "  brygga match repair vocational --change-price 5",
                       &RepairOptions, &RepairRound);
  AddCommand<ReplayFlags>(
      program, match, "replay", "Compute a stored round once more, and say whether it is identical",
      "  brygga match replay vocational",
      [](CLI::App& command, ReplayFlags& flags) { command.add_option("ROUND", flags.round, kRoundHelp)->required(); },
      &ReplayRound);
  AddCommand<PublishFlags>(program, match, "publish", "Turn the pairs of a round into matches that people can accept",
                           "  brygga match publish vocational --dry-run\n"
                           "  brygga match publish vocational --answer-days 10",
                           &PublishOptions, &PublishRound);
  AddCommand<DiscardFlags>(program, match, "discard",
                           "Stop a round that runs, or put one away that is not to be published",
                           "  brygga match discard vocational\n  brygga match discard vocational --reason WRONG_POLICY",
                           &DiscardOptions, &DiscardRound);
}

}  // namespace brygga::cli
