#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/findings.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/output/table.h"
#include "cli/output/text.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::matching::v1;

constexpr char kService[] = "brygga.matching.v1.MatchingService/";
constexpr char kOverrideHelp[] =
    "Why the pair may break a rule or the mentor's capacity, a code such as TALKED_TO_BOTH";

struct PairFlags {
  std::string cohort, mentor, adept, reason = "HAND_PICKED", override_reason;
  bool accepted = false;
  int answer_days = 0;
};

void PairOptions(CLI::App& command, PairFlags& flags) {
  command.add_option("COHORT", flags.cohort, kCohortHelp)->required();
  command.add_option("MENTOR", flags.mentor, kMentorHelp)->required();
  command.add_option("ADEPT", flags.adept, kPersonHelp)->required();
  command.add_option("--reason", flags.reason, "Why, a code")->capture_default_str();
}

Findings::Fields PairFields() {
  return {{"parent", "COHORT"},
          {"mentor", "MENTOR"},
          {"lock.mentor", "MENTOR"},
          {"veto.mentor", "MENTOR"},
          {"adept", "ADEPT"},
          {"lock.adept", "ADEPT"},
          {"veto.adept", "ADEPT"},
          {"reason", "--reason"},
          {"lock.reason", "--reason"},
          {"veto.reason", "--reason"},
          {"override_reason", "--override"},
          {"lock.override_reason", "--override"},
          {"answer_days", "--answer-days"}};
}

// The pair that the flags mean, as names.
PairFlags Resolve(const Api& api, PairFlags flags, Findings& found) {
  flags.cohort = found.Of("COHORT", FindCohort(api, flags.cohort)).name();
  flags.mentor = found.Of("MENTOR", FindParticipant(api, flags.mentor));
  flags.adept = found.Of("ADEPT", FindParticipant(api, flags.adept));
  return flags;
}

// `answer`; that a person is not there is told of the person and the role.
template <typename T>
absl::StatusOr<T> AboutPair(const PairFlags& pair, const PairFlags& flags, absl::StatusOr<T> answer) {
  if (ReasonOf(answer.status()) != "NOT_FOUND") return answer;
  const std::string missing = DetailsOf(answer.status()).metadata["resource"];
  const auto told = [&](const std::string& person, const char* role) {
    return absl::NotFoundError(absl::StrCat(person, " is not among the ", role, " of ", flags.cohort,
                                            " who can be matched: enrolled, and with all consents; `brygga home ",
                                            person, "` tells more"));
  };
  if (missing == pair.mentor) return told(flags.mentor, "mentors");
  if (missing == pair.adept) return told(flags.adept, "adepts");
  return answer;
}

ExitCode PrintMatch(Context& context, const v1::Match& match) {
  if (context.json) {
    context.PrintJson(match);
    return kDone;
  }
  context.out() << match.name() << "\nThe match is " << WordOf(match.state()) << ".\n";
  for (const int rule : match.broken_rules()) {
    context.out() << "  overridden: " << RuleText(static_cast<v1::HardRule>(rule)) << "\n";
  }
  if (match.over_capacity()) context.out() << "  overridden: the mentor had no free seat\n";
  return kDone;
}

ExitCode CreateMatch(Context& context, const PairFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found(PairFields());
  const PairFlags pair = Resolve(*api, flags, found);
  v1::CreateMatchRequest request;
  request.set_parent(pair.cohort);
  request.set_mentor(pair.mentor);
  request.set_adept(pair.adept);
  request.set_reason(pair.reason);
  request.set_override_reason(pair.override_reason);
  request.set_accepted(pair.accepted);
  request.set_answer_days(pair.answer_days);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response, AboutPair(pair, flags,
                                                   found.Call<v1::CreateMatchResponse>(
                                                       *api, absl::StrCat(kService, "CreateMatch"), request)));
  return PrintMatch(context, response.match());
}

ExitCode CreateLock(Context& context, const PairFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found(PairFields());
  const PairFlags pair = Resolve(*api, flags, found);
  v1::CreateLockRequest request;
  request.set_parent(pair.cohort);
  request.mutable_lock()->set_mentor(pair.mentor);
  request.mutable_lock()->set_adept(pair.adept);
  request.mutable_lock()->set_reason(pair.reason);
  request.mutable_lock()->set_override_reason(pair.override_reason);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(
      const auto response,
      AboutPair(pair, flags, found.Call<v1::CreateLockResponse>(*api, absl::StrCat(kService, "CreateLock"), request)));
  context.json ? context.PrintJson(response.lock())
               : void(context.out() << response.lock().name() << "\nEvery later round keeps the pair.\n");
  return kDone;
}

ExitCode CreateVeto(Context& context, const PairFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found(PairFields());
  const PairFlags pair = Resolve(*api, flags, found);
  v1::CreateVetoRequest request;
  request.set_parent(pair.cohort);
  request.mutable_veto()->set_mentor(pair.mentor);
  request.mutable_veto()->set_adept(pair.adept);
  request.mutable_veto()->set_reason(pair.reason);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(
      const auto response,
      AboutPair(pair, flags, found.Call<v1::CreateVetoResponse>(*api, absl::StrCat(kService, "CreateVeto"), request)));
  context.json ? context.PrintJson(response.veto())
               : void(context.out() << response.veto().name() << "\nNo later round makes the pair.\n");
  return kDone;
}

struct NameFlags {
  std::string name, reason = "OTHER", kind = "mutual";
  bool early = false;
};

void MatchOption(CLI::App& command, NameFlags& flags) {
  command.add_option("MATCH", flags.name, kMatchHelp)->required();
}

// Calls a verb of a match, of which `request` has what is not in every one.
template <typename Response, typename Request>
ExitCode ChangeMatch(Context& context, const std::string& method, const NameFlags& flags, Request request,
                     Findings found = Findings({{"name", "MATCH"}, {"reason", "--reason"}})) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  request.set_name(found.Of("MATCH", FindMatch(*api, flags.name)));
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response, found.Call<Response>(*api, absl::StrCat(kService, method), request));
  return PrintMatch(context, response.match());
}

ExitCode Pause(Context& context, const NameFlags& flags) {
  v1::PauseMatchRequest request;
  request.set_reason(flags.reason);
  return ChangeMatch<v1::PauseMatchResponse>(context, "PauseMatch", flags, request);
}

ExitCode Resume(Context& context, const NameFlags& flags) {
  return ChangeMatch<v1::ResumeMatchResponse>(context, "ResumeMatch", flags, v1::ResumeMatchRequest());
}

ExitCode End(Context& context, const NameFlags& flags) {
  v1::EndMatchRequest request;
  request.set_reason(flags.reason);
  request.set_early(flags.early);
  return ChangeMatch<v1::EndMatchResponse>(context, "EndMatch", flags, request);
}

ExitCode ChangeKind(Context& context, const NameFlags& flags) {
  v1::ChangeMatchKindRequest request;
  Findings found({{"name", "MATCH"}, {"kind", "KIND"}});
  request.set_kind(found.Of("KIND", ParseWord<v1::MatchKind>(flags.kind)));
  return ChangeMatch<v1::ChangeMatchKindResponse>(context, "ChangeMatchKind", flags, request, std::move(found));
}

// Deletes a lock or a veto.
template <typename Response, typename Request>
ExitCode Delete(Context& context, const std::string& method, const NameFlags& flags, const char* done) {
  Request request;
  request.set_name(flags.name);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto response, api->Call<Response>(absl::StrCat(kService, method), request));
  context.json ? context.PrintJson(response) : void(context.out() << done << "\n");
  return kDone;
}

ExitCode DeleteLock(Context& context, const NameFlags& flags) {
  return Delete<v1::DeleteLockResponse, v1::DeleteLockRequest>(context, "DeleteLock", flags,
                                                               "Later rounds decide for themselves; matches stay.");
}

ExitCode DeleteVeto(Context& context, const NameFlags& flags) {
  return Delete<v1::DeleteVetoResponse, v1::DeleteVetoRequest>(context, "DeleteVeto", flags,
                                                               "Later rounds may make the pair.");
}

struct CohortFlags {
  std::string cohort;
};

// Lists the locks or the vetoes of a cohort, of which `pairs` takes them out of a page.
template <typename Response, typename Request, typename F>
ExitCode ListPairs(Context& context, const CohortFlags& flags, const std::string& method, const char* none,
                   const F& pairs) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto cohort, FindCohort(*api, flags.cohort));
  Request request;
  request.set_parent(cohort.name());
  BRYGGA_CLI_ASSIGN(const auto all, api->All<Response>(absl::StrCat(kService, method), request));
  if (context.json) {
    context.PrintJson(all);
    return kDone;
  }
  std::set<std::string> people;
  for (const auto& pair : pairs(all)) people.insert({pair.mentor(), pair.adept()});
  BRYGGA_CLI_ASSIGN(const auto names, NamesOf(*api, people));
  Table table({{"Mentor", Align::kLeft, 28}, {"Adept", Align::kLeft, 28}, {"Why"}, {"Name"}});
  for (const auto& pair : pairs(all)) {
    table.Add({NameIn(names, pair.mentor()), NameIn(names, pair.adept()), pair.reason(), pair.name()});
  }
  context.PrintTable(table, none);
  return kDone;
}

ExitCode ListLocks(Context& context, const CohortFlags& flags) {
  return ListPairs<v1::ListLocksResponse, v1::ListLocksRequest>(
      context, flags, "ListLocks", "No pair is locked.",
      [](const v1::ListLocksResponse& page) -> const auto& { return page.locks(); });
}

ExitCode ListVetoes(Context& context, const CohortFlags& flags) {
  return ListPairs<v1::ListVetoesResponse, v1::ListVetoesRequest>(
      context, flags, "ListVetoes", "No pair is vetoed.",
      [](const v1::ListVetoesResponse& page) -> const auto& { return page.vetoes(); });
}

void AddByHand(const Program& program, CLI::App& match) {
  AddCommand<PairFlags>(
      program, match, "create", "Make a match by hand: both sides are asked to accept, as after a publication",
      "  brygga match create vocational M00001 A00002 --reason SAME_STUDIES\n"
      "  brygga match create vocational M00001 A00002 --accepted\n"
      "  brygga match create vocational M00001 A00002 --override TALKED_TO_BOTH",
      [](CLI::App& command, PairFlags& flags) {
        PairOptions(command, flags);
        command.add_option("--override", flags.override_reason, kOverrideHelp);
        command.add_flag("--accepted", flags.accepted, "Both have said yes already: the match is active at once");
        command.add_option("--answer-days", flags.answer_days, "Days that the two have to answer; else 14");
      },
      &CreateMatch);
  AddCommand<PairFlags>(
      program, match, "lock", "Pick a pair that every later round keeps",
      "  brygga match lock vocational M00001 A00002\n"
      "  brygga match lock vocational M00001 A00002 --override TALKED_TO_BOTH",
      [](CLI::App& command, PairFlags& flags) {
        PairOptions(command, flags);
        command.add_option("--override", flags.override_reason, kOverrideHelp);
      },
      &CreateLock);
  AddCommand<PairFlags>(program, match, "veto", "Forbid a pair: no later round makes it",
                        "  brygga match veto vocational M00001 A00002 --reason KNOW_EACH_OTHER", &PairOptions,
                        &CreateVeto);
  const auto cohort = [](CLI::App& command, CohortFlags& flags) {
    command.add_option("COHORT", flags.cohort, kCohortHelp)->required();
  };
  AddCommand<CohortFlags>(program, match, "locks", "List the pairs that every round keeps",
                          "  brygga match locks vocational", cohort, &ListLocks);
  AddCommand<CohortFlags>(program, match, "vetoes", "List the pairs that no round makes",
                          "  brygga match vetoes vocational", cohort, &ListVetoes);
  AddCommand<NameFlags>(
      program, match, "unlock", "Let a locked pair go",
      "  brygga match unlock programmes/018f…/cohorts/018f…/locks/018f…",
      [](CLI::App& command, NameFlags& flags) {
        command.add_option("LOCK", flags.name, "programmes/…/cohorts/…/locks/…, as `brygga match locks` shows it")
            ->required();
      },
      &DeleteLock);
  AddCommand<NameFlags>(
      program, match, "unveto", "Allow a pair again; a participant's own veto only they can take back",
      "  brygga match unveto programmes/018f…/cohorts/018f…/vetoes/018f…",
      [](CLI::App& command, NameFlags& flags) {
        command.add_option("VETO", flags.name, "programmes/…/cohorts/…/vetoes/…, as `brygga match vetoes` shows it")
            ->required();
      },
      &DeleteVeto);
}

void AddLife(const Program& program, CLI::App& match) {
  constexpr char kName[] = "A00002";
  AddCommand<NameFlags>(
      program, match, "pause", "Let an active pair rest: no meetings are due, and the seat stays taken",
      absl::StrCat("  brygga match pause ", kName, " --reason ILLNESS"),
      [](CLI::App& command, NameFlags& flags) {
        MatchOption(command, flags);
        command.add_option("--reason", flags.reason, "Why, a code")->capture_default_str();
      },
      &Pause);
  AddCommand<NameFlags>(program, match, "resume", "Let a paused pair go on",
                        absl::StrCat("  brygga match resume ", kName), &MatchOption, &Resume);
  AddCommand<NameFlags>(
      program, match, "end", "End a running match: completed, or early",
      absl::StrCat("  brygga match end ", kName, " --reason DONE\n  brygga match end ", kName,
                   " --early --reason MOVED"),
      [](CLI::App& command, NameFlags& flags) {
        MatchOption(command, flags);
        command.add_option("--reason", flags.reason, "Why, a code")->capture_default_str();
        command.add_flag("--early", flags.early, "It ends before its time");
      },
      &End);
  AddCommand<NameFlags>(
      program, match, "kind", "Make a mentoring or reverse pair mutual; its meetings stay",
      absl::StrCat("  brygga match kind ", kName, " mutual"),
      [](CLI::App& command, NameFlags& flags) {
        MatchOption(command, flags);
        command.add_option("KIND", flags.kind, "mutual")->capture_default_str();
      },
      &ChangeKind);
}

}  // namespace

void AddPairs(const Program& program, CLI::App& match) {
  AddByHand(program, match);
  AddLife(program, match);
}

}  // namespace brygga::cli
