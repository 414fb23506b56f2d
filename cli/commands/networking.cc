#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "brygga/matching/v1/networking_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/find_place.h"
#include "cli/app/findings.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/output/table.h"
#include "cli/output/text.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::matching::v1;

constexpr char kPlanHelp[] = "A plan's name, or a cohort: then its newest plan";
constexpr char kService[] = "brygga.matching.v1.NetworkingService/";
constexpr char kPersonHelp[] =
    "PERSON, or PERSON=LANGUAGES such as A00017=sv:B1,so for somebody who is not in the cohort. May be repeated";

// Reads people such as "A00017=sv:B1,so".
void AddPeople(const Api& api, std::string_view flag, const std::vector<std::string>& texts, Findings& found,
               google::protobuf::RepeatedPtrField<v1::NetworkingPerson>& people) {
  for (const std::string& text : texts) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
    v1::NetworkingPerson& person = *people.Add();
    const std::string argument = absl::StrCat(std::string(flag), " ", text);
    person.set_participant(found.Of(argument, FindParticipant(api, parts.first)));
    for (const std::string& spoken : std::vector<std::string>(absl::StrSplit(parts.second, ',', absl::SkipEmpty()))) {
      const std::pair<std::string, std::string> language = absl::StrSplit(spoken, absl::MaxSplits(':', 1));
      v1::NetworkingLanguage& added = *person.add_languages();
      added.set_language(language.first);
      if (language.second.empty()) continue;
      added.set_level(found.Of(argument, ParseWord<v1::LanguageLevel>(language.second)));
    }
  }
}

std::string PlanText(const v1::NetworkingPlan& plan) {
  std::string text =
      absl::StrCat(plan.name(), "\n", plan.display_name(), " is ", WordOf(plan.state()), ": ",
                   Count(plan.newcomer_count(), "newcomer", "newcomers"), " and ", plan.established_count(),
                   " established in ", Count(plan.rounds(), "round", "rounds"), " of ", plan.round_minutes(),
                   " minutes, ", Count(plan.conversation_count(), "conversation", "conversations"), "; ",
                   Count(plan.finished_rounds(), "round is", "rounds are"), " finished.\n");
  if (plan.has_start_time()) absl::StrAppend(&text, "The first begins ", StockholmTime(plan.start_time()), ".\n");
  return text;
}

void PrintConversations(Context& context, const google::protobuf::RepeatedPtrField<v1::Conversation>& conversations,
                        const std::map<std::string, std::string>& names) {
  Table table({{"Round", Align::kRight},
               {"Table", Align::kRight},
               {"Begins"},
               {"Newcomer", Align::kLeft, 40},
               {"Established", Align::kLeft, 40},
               {"Language"}});
  for (const v1::Conversation& conversation : conversations) {
    table.Add({absl::StrCat(conversation.round()), absl::StrCat(conversation.table()),
               StockholmTime(conversation.start_time()), NameIn(names, conversation.newcomer()),
               NameIn(names, conversation.established()), conversation.language()});
  }
  if (table.rows() > 0) context.out() << "\n" << table.Render(context.columns());
}

void PrintGaps(Context& context, const v1::NetworkingPlan& plan, const std::map<std::string, std::string>& names) {
  Table table({{"Who sits out", Align::kLeft, 40},
               {"Rounds", Align::kRight},
               {"Of the other side speak the same language", Align::kRight}});
  for (const v1::NetworkingGap& gap : plan.gaps()) {
    table.Add({NameIn(names, gap.participant()), absl::StrCat(gap.rounds()), absl::StrCat(gap.possible_partners())});
  }
  if (table.rows() > 0) context.out() << "\n" << table.Render(context.columns());
}

std::set<std::string> PeopleIn(const google::protobuf::RepeatedPtrField<v1::Conversation>& conversations,
                               const v1::NetworkingPlan& plan) {
  std::set<std::string> people;
  for (const v1::Conversation& conversation : conversations) {
    people.insert({conversation.newcomer(), conversation.established()});
  }
  for (const v1::NetworkingGap& gap : plan.gaps()) people.insert(gap.participant());
  return people;
}

ExitCode Print(Context& context, const Api& api, const v1::NetworkingPlan& plan,
               const google::protobuf::RepeatedPtrField<v1::Conversation>& conversations) {
  if (context.json) {
    v1::ListConversationsResponse all;
    *all.mutable_conversations() = conversations;
    context.PrintJson({{"plan", &plan}, {"", &all}});
    return kDone;
  }
  const auto names = NamesIfAny(api, PeopleIn(conversations, plan));
  context.out() << PlanText(plan);
  PrintConversations(context, conversations, names);
  PrintGaps(context, plan, names);
  return kDone;
}

absl::StatusOr<v1::ListConversationsResponse> Conversations(const Api& api, const std::string& plan,
                                                            const std::string& person) {
  v1::ListConversationsRequest request;
  request.set_parent(plan);
  request.set_participant(person);
  return api.All<v1::ListConversationsResponse>(absl::StrCat(kService, "ListConversations"), request);
}

ExitCode PrintStored(Context& context, const Api& api, const v1::NetworkingPlan& plan) {
  BRYGGA_CLI_ASSIGN(const auto all, Conversations(api, plan.name(), ""));
  return Print(context, api, plan, all.conversations());
}

struct PlanFlags {
  std::string cohort, title, start, event;
  std::string level = "B1";
  int rounds = 4;
  int minutes = 15;
  int tables = 0;
  std::vector<std::string> newcomers, established;
  bool dry_run = false;
};

void PlanOptions(CLI::App& command, PlanFlags& flags) {
  command.add_option("COHORT", flags.cohort, kCohortHelp)->required();
  command.add_option("TITLE", flags.title, "What people read: \"Networking lunch in March\"")->required();
  command.add_option("--rounds", flags.rounds, "How many rounds")->check(CLI::PositiveNumber)->capture_default_str();
  command.add_option("--minutes", flags.minutes, "How long a round is")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--start", flags.start, "When the first round begins, 'YYYY-MM-DD hh:mm' on Stockholm's clocks");
  command.add_option("--event", flags.event, "The event that it is for, events/…");
  command.add_option("--tables", flags.tables, "Most conversations at a time; 0: no limit")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--level", flags.level, "How well both must speak a common language, A1 to C2 or native")
      ->capture_default_str();
  command.add_option("--newcomer", flags.newcomers, kPersonHelp);
  command.add_option("--established", flags.established,
                     "The same. None on either side: adepts and mentors of the cohort");
  command.add_flag("--dry-run", flags.dry_run, "Show the plan, and store nothing");
}

ExitCode MakePlan(Context& context, const PlanFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found({{"parent", "COHORT"},
                  {"plan.display_name", "TITLE"},
                  {"plan.event", "--event"},
                  {"plan.rounds", "--rounds"},
                  {"plan.round_minutes", "--minutes"},
                  {"plan.tables", "--tables"},
                  {"plan.language_level", "--level"},
                  {"plan.start_time", "--start"},
                  {"newcomers", "--newcomer"},
                  {"established", "--established"}});
  v1::PlanNetworkingRequest request;
  request.set_parent(found.Of("COHORT", FindCohort(*api, flags.cohort)).name());
  v1::NetworkingPlan& plan = *request.mutable_plan();
  plan.set_display_name(flags.title);
  plan.set_event(flags.event);
  plan.set_rounds(flags.rounds);
  plan.set_round_minutes(flags.minutes);
  plan.set_tables(flags.tables);
  plan.set_language_level(found.Of("--level", ParseWord<v1::LanguageLevel>(flags.level)));
  if (!flags.start.empty()) {
    const absl::Time start = found.Of("--start", ParseStockholmTime(flags.start));
    plan.mutable_start_time()->set_seconds(absl::ToUnixSeconds(start));
  }
  AddPeople(*api, "--newcomer", flags.newcomers, found, *request.mutable_newcomers());
  AddPeople(*api, "--established", flags.established, found, *request.mutable_established());
  request.set_validate_only(flags.dry_run);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response,
                    found.Call<v1::PlanNetworkingResponse>(*api, absl::StrCat(kService, "PlanNetworking"), request));
  if (flags.dry_run) return Print(context, *api, response.plan(), response.conversations());
  return PrintStored(context, *api, response.plan());
}

struct ShowFlags {
  std::string plan, person;
};

void ShowOptions(CLI::App& command, ShowFlags& flags) {
  command.add_option("PLAN", flags.plan, kPlanHelp)->required();
  command.add_option("--person", flags.person, "Only this person's conversations");
}

ExitCode Show(Context& context, const ShowFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found;
  const v1::NetworkingPlan plan = found.Of("PLAN", FindPlan(*api, flags.plan));
  const std::string person = flags.person.empty() ? "" : found.Of("--person", FindParticipant(*api, flags.person));
  if (const absl::Status status = found.status(); !status.ok()) return context.Fail(status);
  BRYGGA_CLI_ASSIGN(const auto all, Conversations(*api, plan.name(), person));
  return Print(context, *api, plan, all.conversations());
}

struct ReplanFlags {
  std::string plan;
  std::vector<std::string> absent, newcomers, established;
  bool dry_run = false;
};

void ReplanOptions(CLI::App& command, ReplanFlags& flags) {
  command.add_option("PLAN", flags.plan, kPlanHelp)->required();
  command.add_option("--absent", flags.absent, "Somebody who did not come or has left. May be repeated");
  command.add_option("--newcomer", flags.newcomers, absl::StrCat("Came late or came back: ", kPersonHelp));
  command.add_option("--established", flags.established, "The same, on the other side");
  command.add_flag("--dry-run", flags.dry_run, "Show the new plan, and store nothing");
}

ExitCode Replan(Context& context, const ReplanFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found(
      {{"name", "PLAN"}, {"absent", "--absent"}, {"newcomers", "--newcomer"}, {"established", "--established"}});
  const v1::NetworkingPlan plan = found.Of("PLAN", FindPlan(*api, flags.plan));
  v1::ReplanNetworkingRequest request;
  request.set_name(plan.name());
  request.set_etag(plan.etag());
  for (const std::string& text : flags.absent) {
    request.add_absent(found.Of(absl::StrCat("--absent ", text), FindParticipant(*api, text)));
  }
  AddPeople(*api, "--newcomer", flags.newcomers, found, *request.mutable_newcomers());
  AddPeople(*api, "--established", flags.established, found, *request.mutable_established());
  request.set_validate_only(flags.dry_run);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response, found.Call<v1::ReplanNetworkingResponse>(
                                             *api, absl::StrCat(kService, "ReplanNetworking"), request));
  if (flags.dry_run) return Print(context, *api, response.plan(), response.conversations());
  return PrintStored(context, *api, response.plan());
}

template <typename Request, typename Response>
ExitCode Turn(Context& context, const ShowFlags& flags, const std::string& method) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::NetworkingPlan plan, FindPlan(*api, flags.plan));
  Request request;
  request.set_name(plan.name());
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response, api->Call<Response>(absl::StrCat(kService, method), request));
  context.json ? context.PrintJson(response.plan()) : void(context.out() << PlanText(response.plan()));
  return kDone;
}

ExitCode Start(Context& context, const ShowFlags& flags) {
  return Turn<v1::StartNetworkingRoundRequest, v1::StartNetworkingRoundResponse>(context, flags,
                                                                                 "StartNetworkingRound");
}

ExitCode Finish(Context& context, const ShowFlags& flags) {
  return Turn<v1::FinishNetworkingRoundRequest, v1::FinishNetworkingRoundResponse>(context, flags,
                                                                                   "FinishNetworkingRound");
}

void TurnOptions(CLI::App& command, ShowFlags& flags) { command.add_option("PLAN", flags.plan, kPlanHelp)->required(); }

}  // namespace

void AddNetworking(const Program& program) {
  CLI::App& group = *AddGroup(program.app, "networking",
                              "Speed networking: who sits down with whom, round by round, no two people twice",
                              "  brygga networking plan vocational \"Lunch in March\" --rounds 4 --minutes 15\n"
                              "  brygga networking show vocational\n"
                              "  brygga networking start vocational\n"
                              "  brygga networking finish vocational");
  AddCommand<PlanFlags>(program, group, "plan", "Plan conversations between newcomers and established people",
                        "  brygga networking plan vocational \"Lunch in March\" --rounds 4 --minutes 15 --start "
                        "'2023-03-10 12:00'\n"
                        "  brygga networking plan vocational Lunch --newcomer A00017=sv:B1,so --established M00002=sv "
                        "--rounds 1 --dry-run",
                        &PlanOptions, &MakePlan);
  AddCommand<ShowFlags>(program, group, "show", "Show a plan, or one person's part of it",
                        "  brygga networking show vocational --person A00017", &ShowOptions, &Show);
  AddCommand<ShowFlags>(program, group, "start", "Begin the next round: no new plan touches it any more",
                        "  brygga networking start vocational", &TurnOptions, &Start);
  AddCommand<ShowFlags>(program, group, "finish", "End the round that was begun",
                        "  brygga networking finish vocational", &TurnOptions, &Finish);
  AddCommand<ReplanFlags>(program, group, "replan",
                          "Plan the rounds that are left anew; rounds that were begun stay as they are",
                          "  brygga networking replan vocational --absent A00017\n"
                          "  brygga networking replan vocational --newcomer A00040=sv:B1",
                          &ReplanOptions, &Replan);
}

}  // namespace brygga::cli
