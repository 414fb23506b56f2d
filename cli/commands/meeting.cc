#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "brygga/matching/v1/meeting_service.pb.h"
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

constexpr char kService[] = "brygga.matching.v1.MeetingService/";

struct MeetingFlags {
  std::string match, state, at, meeting;
  int minutes = 0;
};

ExitCode RecordMeeting(Context& context, const MeetingFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found({{"parent", "MATCH"},
                  {"state", "STATE"},
                  {"start_time", "--at"},
                  {"minutes", "--minutes"},
                  {"meeting", "--meeting"}});
  v1::RecordMeetingRequest request;
  request.set_parent(found.Of("MATCH", FindMatch(*api, flags.match)));
  request.set_meeting(flags.meeting);
  request.set_state(found.Of("STATE", ParseWord<v1::MeetingState>(flags.state)));
  request.set_minutes(flags.minutes);
  if (!flags.at.empty()) {
    const absl::Time start = found.Of("--at", ParseStockholmTime(flags.at));
    request.mutable_start_time()->set_seconds(absl::ToUnixSeconds(start));
  }
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response,
                    found.Call<v1::RecordMeetingResponse>(*api, absl::StrCat(kService, "RecordMeeting"), request));
  if (context.json) {
    context.PrintJson(response.meeting());
    return kDone;
  }
  context.out() << response.meeting().name() << "\nThe meeting of " << StockholmTime(response.meeting().start_time())
                << " is " << WordOf(response.meeting().state()) << ".\n";
  return kDone;
}

struct MeetingsFlags {
  std::string match;
};

ExitCode ListMeetings(Context& context, const MeetingsFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  v1::ListMeetingsRequest request;
  request.set_parent(flags.match);
  if (flags.match.find("/matches/") == std::string::npos) {
    const auto cohort = FindCohort(*api, flags.match);
    if (cohort.ok()) {
      request.set_parent(cohort->name() + "/matches/-");
    } else if (const auto match = FindMatch(*api, flags.match); match.ok()) {
      request.set_parent(*match);
    } else {
      return context.Fail(cohort.status());
    }
  }
  request.set_order_by("start_time");
  BRYGGA_CLI_ASSIGN(const auto all,
                    api->All<v1::ListMeetingsResponse>(absl::StrCat(kService, "ListMeetings"), request));
  if (context.json) {
    context.PrintJson(all);
    return kDone;
  }
  Table table({{"Begins"}, {"State"}, {"Minutes", Align::kRight}, {"Name"}});
  for (const v1::Meeting& meeting : all.meetings()) {
    table.Add({StockholmTime(meeting.start_time()), WordOf(meeting.state()),
               meeting.minutes() == 0 ? "" : absl::StrCat(meeting.minutes()), meeting.name()});
  }
  context.PrintTable(table, "No meeting has been recorded.");
  return kDone;
}

absl::Status NoCadence(const std::string& cohort) {
  return absl::FailedPreconditionError(absl::StrCat("nobody has said how often the pairs of ", cohort,
                                                    " are to meet; say so with `brygga match cadence ",
                                                    ShellWord(cohort), " --meetings 1`"));
}

struct OverdueFlags {
  std::string cohort, as_of;
  bool include_ended = false;
};

void PrintOverdue(Context& context, const v1::ListOverdueMeetingsResponse& response,
                  const std::map<std::string, std::string>& names) {
  Table table(
      {{"Adept", Align::kLeft, 28}, {"Mentor", Align::kLeft, 28}, {"Months without", Align::kLeft, 60}, {"Last met"}});
  for (const v1::OverdueMatch& match : response.overdue()) {
    table.Add({NameIn(names, match.adept()), NameIn(names, match.mentor()), absl::StrJoin(match.months(), ", "),
               match.has_last_meeting_time() ? StockholmTime(match.last_meeting_time()) : "never"});
  }
  if (response.matches() == 0) {
    context.out() << "No pair was to meet by " << response.as_of() << ".\n";
    return;
  }
  if (table.rows() > 0) context.out() << table.Render(context.columns()) << "\n";
  context.out() << response.overdue_size() << " of " << Count(response.matches(), "pair has", "pairs have")
                << " met too seldom by " << response.as_of() << "; " << response.held_meetings() << " of "
                << Count(response.required_meetings(), "meeting that was due has", "meetings that were due have")
                << " been held.\n";
}

ExitCode ListOverdue(Context& context, const OverdueFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto cohort, FindCohort(*api, flags.cohort));
  v1::ListOverdueMeetingsRequest request;
  request.set_parent(cohort.name());
  request.set_as_of(flags.as_of);
  request.set_include_ended(flags.include_ended);
  const auto answer =
      api->Call<v1::ListOverdueMeetingsResponse>(absl::StrCat(kService, "ListOverdueMeetings"), request);
  if (ReasonOf(answer.status()) == "NO_CADENCE") return context.Fail(NoCadence(flags.cohort));
  BRYGGA_CLI_ASSIGN(const auto response, Findings(Findings::Fields{{"as_of", "--as-of"}}).Told(answer));
  if (context.json) {
    context.PrintJson(response);
    return kDone;
  }
  std::set<std::string> people;
  for (const v1::OverdueMatch& match : response.overdue()) people.insert({match.mentor(), match.adept()});
  BRYGGA_CLI_ASSIGN(const auto names, NamesOf(*api, people));
  PrintOverdue(context, response, names);
  return kDone;
}

struct CadenceFlags {
  std::string cohort;
  int meetings = 0, from = 1, to = 12;
  std::vector<int> except;
};

ExitCode PrintCadence(Context& context, const v1::Cadence& cadence) {
  if (context.json) {
    context.PrintJson(cadence);
    return kDone;
  }
  context.out() << "At least " << Count(cadence.meetings(), "meeting", "meetings") << " a month from month "
                << cadence.first_month() << " to month " << cadence.last_month();
  if (cadence.except_months_size() > 0) context.out() << ", except " << absl::StrJoin(cadence.except_months(), ", ");
  context.out() << ".\n";
  return kDone;
}

ExitCode SetCadence(Context& context, const CadenceFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto cohort, FindCohort(*api, flags.cohort));
  if (flags.meetings == 0) {
    v1::GetCadenceRequest request;
    request.set_name(cohort.name() + "/cadence");
    const auto answer = api->Call<v1::GetCadenceResponse>(absl::StrCat(kService, "GetCadence"), request);
    if (absl::IsNotFound(answer.status())) return context.Fail(NoCadence(flags.cohort));
    BRYGGA_CLI_ASSIGN(const auto response, answer);
    return PrintCadence(context, response.cadence());
  }
  v1::SetCadenceRequest request;
  request.set_parent(cohort.name());
  request.set_meetings(flags.meetings);
  request.set_first_month(flags.from);
  request.set_last_month(flags.to);
  for (const int month : flags.except) request.add_except_months(month);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response,
                    api->Call<v1::SetCadenceResponse>(absl::StrCat(kService, "SetCadence"), request));
  return PrintCadence(context, response.cadence());
}

}  // namespace

void AddMeetings(const Program& program, CLI::App& match) {
  AddCommand<MeetingFlags>(
      program, match, "meeting", "Record a meeting: planned, held, missed or cancelled",
      "  brygga match meeting A00002 planned --at '2022-06-14 17:00'\n"
      "  brygga match meeting A00002 held --meeting "
      "programmes/018f…/cohorts/018f…/matches/018f…/meetings/018f…",
      [](CLI::App& command, MeetingFlags& flags) {
        command.add_option("MATCH", flags.match, kMatchHelp)->required();
        command.add_option("STATE", flags.state, "planned, held, missed or cancelled")->required();
        command.add_option("--at", flags.at, "When it begins, on Stockholm's clocks: 'YYYY-MM-DD HH:MM'");
        command.add_option("--minutes", flags.minutes, "How long it is");
        command.add_option("--meeting", flags.meeting, "The meeting that this is about; else a new one");
      },
      &RecordMeeting);
  AddCommand<MeetingsFlags>(
      program, match, "meetings", "List the meetings of a match or of a whole cohort",
      "  brygga match meetings vocational",
      [](CLI::App& command, MeetingsFlags& flags) {
        command
            .add_option("MATCH", flags.match,
                        "A cohort: those of all its matches; or a match, or a person (A00002) who has only one")
            ->required();
      },
      &ListMeetings);
  AddCommand<OverdueFlags>(
      program, match, "overdue", "List the pairs that have met too seldom",
      "  brygga match overdue reverse\n  brygga match overdue reverse --as-of 2022-12-01 --include-ended",
      [](CLI::App& command, OverdueFlags& flags) {
        command.add_option("COHORT", flags.cohort, kCohortHelp)->required();
        command.add_option("--as-of", flags.as_of, "Months that end before this day, YYYY-MM-DD; else today");
        command.add_flag("--include-ended", flags.include_ended, "Matches that have ended as well");
      },
      &ListOverdue);
  AddCommand<CadenceFlags>(
      program, match, "cadence", "Say how often pairs are to meet, or show what was said",
      "  brygga match cadence reverse --meetings 1 --from 4 --to 11 --except 7\n  brygga match cadence reverse",
      [](CLI::App& command, CadenceFlags& flags) {
        command.add_option("COHORT", flags.cohort, kCohortHelp)->required();
        CLI::Option* const meetings =
            command.add_option("--meetings", flags.meetings, "Meetings a month, 1 to 31")->check(CLI::Range(1, 31));
        const auto month = [&](CLI::Option* option) { return option->check(CLI::Range(1, 12))->needs(meetings); };
        month(command.add_option("--from", flags.from, "The season's first month, 1 to 12"))->capture_default_str();
        month(command.add_option("--to", flags.to, "The season's last month, 1 to 12"))->capture_default_str();
        month(command.add_option("--except", flags.except, "Months of the season in which none is due"));
      },
      &SetCadence);
}

}  // namespace brygga::cli
