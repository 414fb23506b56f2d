#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "brygga/events/v1/event_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/find_place.h"
#include "cli/app/findings.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/output/table.h"
#include "cli/output/text.h"
#include "common/status/macros.h"
#include "common/time/local_time.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::events::v1;

constexpr char kService[] = "brygga.events.v1.EventService/";

std::string StartOf(const v1::Event& event) {
  return event.sessions_size() == 0 ? "" : StockholmTime(event.sessions(0).start_time());
}

std::string SessionsText(const v1::Event& event) {
  return event.sessions_size() == 1 ? "1 session" : absl::StrCat(event.sessions_size(), " sessions");
}

std::string EventText(const v1::Event& event) {
  return absl::StrCat(Printable(event.title_sv()), " (", WordOf(event.kind()), ") is ", WordOf(event.state()), ".\n",
                      event.name(), "\n", event.taken(), " of ", Count(event.capacity(), "seat", "seats"), " taken, ",
                      event.waiting(), " waiting; ", SessionsText(event), ".\n");
}

struct ListFlags {
  std::string cohort, filter;
};

void ListOptions(CLI::App& command, ListFlags& flags) {
  command.add_option("--cohort", flags.cohort, "Only events of this cohort");
  command.add_option("--filter", flags.filter, "Conditions, such as: kind = JOB_FAIR AND state = PUBLISHED");
}

ExitCode ListEvents(Context& context, const ListFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  v1::ListEventsRequest request;
  request.set_order_by("start_time");
  request.set_filter(flags.filter);
  if (!flags.cohort.empty()) {
    BRYGGA_CLI_ASSIGN(const auto cohort, FindCohort(*api, flags.cohort));
    request.set_cohort(cohort.name());
  }
  BRYGGA_CLI_ASSIGN(const auto all, api->All<v1::ListEventsResponse>(absl::StrCat(kService, "ListEvents"), request));
  Table table({{"Key"},
               {"Event", Align::kLeft, 48},
               {"Kind"},
               {"Starts"},
               {"State"},
               {"Seats", Align::kRight},
               {"Taken", Align::kRight},
               {"Waiting", Align::kRight},
               {"Name"}});
  for (const v1::Event& event : all.events()) {
    table.Add({event.external_ref().key(), event.title_sv(), WordOf(event.kind()), StartOf(event),
               WordOf(event.state()), absl::StrCat(event.capacity()), absl::StrCat(event.taken()),
               absl::StrCat(event.waiting()), event.name()});
  }
  context.json ? context.PrintJson(all) : context.PrintTable(table, "There is no such event that you may see.");
  return kDone;
}

struct EventFlags {
  std::string event;
};

void EventOption(CLI::App& command, EventFlags& flags) {
  command.add_option("EVENT", flags.event, kEventHelp)->required();
}

ExitCode ShowEvent(Context& context, const EventFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::Event event, FindEvent(*api, flags.event));
  if (context.json) {
    context.PrintJson(event);
    return kDone;
  }
  context.out() << EventText(event);
  Table table({{"Part", Align::kRight}, {"Starts"}, {"Ends"}});
  for (const v1::Session& session : event.sessions()) {
    table.Add({absl::StrCat(session.part()), StockholmTime(session.start_time()), StockholmTime(session.end_time())});
  }
  context.out() << table.Render(context.columns());
  return kDone;
}

struct CreateFlags {
  std::string title, kind = "kick-off", cohort, organiser, starts, ends, mode = "onsite", municipality, venue;
  std::vector<std::string> audience = {"mentors", "mentees"};
  int capacity = 0;
  bool waiting_list = false;
};

void CreateOptions(CLI::App& command, CreateFlags& flags) {
  command.add_option("TITLE", flags.title, "What people call it, in Swedish")->required();
  command.add_option("--cohort", flags.cohort, "The cohort that it is for")->required();
  command
      .add_option("--organiser", flags.organiser,
                  "Who arranges it: organisations/…, the key of an import (P0001), or what people call it")
      ->required();
  command.add_option("--starts", flags.starts, "'YYYY-MM-DD hh:mm' on the clock in Stockholm")->required();
  command.add_option("--ends", flags.ends, "In the same form")->required();
  command.add_option("--capacity", flags.capacity, "Seats")->required();
  command.add_option("--kind", flags.kind, WordsOf(*v1::EventKind_descriptor()))->capture_default_str();
  command.add_option("--mode", flags.mode, WordsOf(*v1::AttendanceMode_descriptor()))->capture_default_str();
  command.add_option("--audience", flags.audience, WordsOf(*v1::Audience_descriptor()))->capture_default_str();
  command.add_option("--municipality", flags.municipality, "Municipality code, four digits");
  command.add_option("--venue", flags.venue, "The room and the house");
  command.add_flag("--waiting-list", flags.waiting_list, "Those who come when it is full may wait");
}

Findings::Fields EventFields() {
  return {{"event.title_sv", "TITLE"},
          {"event.cohorts", "--cohort"},
          {"event.programme", "--cohort"},
          {"event.organiser", "--organiser"},
          {"event.sessions[0].local_start", "--starts"},
          {"event.sessions[0].local_end", "--ends"},
          {"event.capacity", "--capacity"},
          {"event.kind", "--kind"},
          {"event.mode", "--mode"},
          {"event.audience", "--audience"},
          {"event.municipality", "--municipality"},
          {"event.venue", "--venue"},
          {"event.waiting_list", "--waiting-list"}};
}

// What an event's session says of a time: as given where it is none.
std::string ClockText(std::string_view argument, const std::string& text, Findings& found) {
  const absl::StatusOr<absl::CivilSecond> time = ParseClock(text);
  found.Note(argument, time.status());
  return time.ok() ? FormatLocalTime(*time) : text;
}

v1::Event ReadEvent(const Api& api, const CreateFlags& flags, Findings& found) {
  const auto cohort = found.Of("--cohort", FindCohort(api, flags.cohort));
  v1::Event event;
  event.set_kind(found.Of("--kind", ParseWord<v1::EventKind>(flags.kind)));
  event.set_mode(found.Of("--mode", ParseWord<v1::AttendanceMode>(flags.mode)));
  event.set_title_sv(flags.title);
  event.set_organiser(found.Of("--organiser", FindOrganisation(api, flags.organiser)));
  event.set_programme(cohort.name().substr(0, cohort.name().find("/cohorts/")));
  event.add_cohorts(cohort.name());
  event.set_municipality(flags.municipality);
  event.set_venue(flags.venue);
  if (flags.capacity < 1) found.Note("--capacity", UsageError("--capacity", "must be 1 or more"));
  event.set_capacity(flags.capacity);
  event.set_waiting_list(flags.waiting_list);
  for (const std::string& word : flags.audience) {
    event.add_audience(found.Of("--audience", ParseWord<v1::Audience>(word)));
  }
  v1::Session& session = *event.add_sessions();
  session.set_local_start(ClockText("--starts", flags.starts, found));
  session.set_local_end(ClockText("--ends", flags.ends, found));
  return event;
}

ExitCode CreateEvent(Context& context, const CreateFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found(EventFields());
  v1::CreateEventRequest request;
  *request.mutable_event() = ReadEvent(*api, flags, found);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response,
                    found.Call<v1::CreateEventResponse>(*api, absl::StrCat(kService, "CreateEvent"), request));
  context.json ? context.PrintJson(response.event()) : void(context.out() << response.event().name() << "\n");
  return kDone;
}

struct UpdateFlags {
  std::string event;
  std::optional<std::string> title, venue;
  std::optional<int> capacity;
  std::vector<std::string> cohorts;
};

void UpdateOptions(CLI::App& command, UpdateFlags& flags) {
  command.add_option("EVENT", flags.event, kEventHelp)->required();
  command.add_option("--title", flags.title, "What people call it, in Swedish");
  command.add_option("--cohort", flags.cohorts, "A cohort that it is for, instead of those before. May be repeated");
  command.add_option("--capacity", flags.capacity, "Seats; more of them go at once to those who wait");
  command.add_option("--venue", flags.venue, "The room and the house");
}

Findings::Fields ChangeFields() {
  return {{"event.name", "EVENT"},          {"event.title_sv", "--title"}, {"event.cohorts", "--cohort"},
          {"event.capacity", "--capacity"}, {"event.venue", "--venue"},    {"update_mask", "--cohort"}};
}

// What changes, as it is asked for and named in the mask.
v1::UpdateEventRequest ReadChange(const Api& api, const UpdateFlags& flags, Findings& found) {
  v1::UpdateEventRequest request;
  v1::Event& event = *request.mutable_event();
  const auto changes = [&](const char* field) { request.mutable_update_mask()->add_paths(field); };
  if (flags.title) {
    changes("title_sv");
    event.set_title_sv(*flags.title);
  }
  if (flags.capacity) {
    changes("capacity");
    event.set_capacity(*flags.capacity);
  }
  if (flags.venue) {
    changes("venue");
    event.set_venue(*flags.venue);
  }
  if (!flags.cohorts.empty()) changes("cohorts");
  for (const std::string& cohort : flags.cohorts) {
    event.add_cohorts(found.Of(absl::StrCat("--cohort ", cohort), FindCohort(api, cohort)).name());
  }
  if (request.update_mask().paths().empty()) {
    found.Note("--cohort", UsageError("--cohort", "say what changes: --title, --cohort, --capacity or --venue"));
  }
  return request;
}

ExitCode UpdateEvent(Context& context, const UpdateFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found(ChangeFields());
  v1::UpdateEventRequest request = ReadChange(*api, flags, found);
  const v1::Event before = found.Of("EVENT", FindEvent(*api, flags.event));
  request.mutable_event()->set_name(before.name());
  request.mutable_event()->set_etag(before.etag());
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response,
                    found.Call<v1::UpdateEventResponse>(*api, absl::StrCat(kService, "UpdateEvent"), request));
  context.json ? context.PrintJson(response.event()) : void(context.out() << EventText(response.event()));
  return kDone;
}

ExitCode PublishEvent(Context& context, const EventFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::Event event, FindEvent(*api, flags.event));
  v1::PublishEventRequest request;
  request.set_name(event.name());
  request.set_etag(event.etag());
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response,
                    api->Call<v1::PublishEventResponse>(absl::StrCat(kService, "PublishEvent"), request));
  if (context.json) {
    context.PrintJson(response.event());
  } else {
    context.out() << Printable(response.event().title_sv()) << " is " << WordOf(response.event().state()) << ".\n";
  }
  return kDone;
}

}  // namespace

void AddEvent(const Program& program) {
  CLI::App& group = *AddGroup(program.app, "event", "Events: plan them, open them for registration, and see who comes",
                              "  brygga event list --cohort vocational\n"
                              "  brygga event publish E011\n"
                              "  brygga event pairs E011 --register\n"
                              "  brygga event registrations E011");
  AddCommand<ListFlags>(program, group, "list", "List events with their seats",
                        "  brygga event list\n  brygga event list --cohort vocational\n"
                        "  brygga event list --filter 'kind = LANGUAGE_CAFE AND taken < 20'",
                        &ListOptions, &ListEvents);
  AddCommand<EventFlags>(program, group, "show", "Show an event, its seats and its sessions",
                         "  brygga event show E011", &EventOption, &ShowEvent);
  AddCommand<CreateFlags>(
      program, group, "create", "Create a tentative event for a cohort and print its name",
      "  brygga event create \"Programstart\" --cohort vocational --organiser organisations/018f… \\\n"
      "    --starts 2027-01-12T17:00:00 --ends 2027-01-12T19:30:00 --capacity 120 --waiting-list",
      &CreateOptions, &CreateEvent);
  AddCommand<UpdateFlags>(program, group, "update", "Change an event that is not over; every registration stays",
                          "  brygga event update E011 --cohort vocational\n"
                          "  brygga event update E011 --capacity 60 --venue \"Stadsbiblioteket\"",
                          &UpdateOptions, &UpdateEvent);
  AddCommand<EventFlags>(program, group, "publish", "Open an event for registration", "  brygga event publish E011",
                         &EventOption, &PublishEvent);
  AddRegistrations(program, group);
}

}  // namespace brygga::cli
