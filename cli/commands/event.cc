#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "brygga/events/v1/event_service.pb.h"
#include "brygga/events/v1/registration_service.pb.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/output/table.h"
#include "cli/output/text.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::events::v1;
namespace mv1 = ::brygga::matching::v1;

constexpr char kEventHelp[] = "events/…, or the key of an import such as E011";
constexpr int kAtOnce = 500;

absl::StatusOr<v1::Event> FindEvent(const Api& api, const std::string& text) {
  if (text.find('/') != std::string::npos) {
    v1::GetEventRequest request;
    request.set_name(text);
    BRYGGA_ASSIGN_OR_RETURN(auto response,
                            api.Call<v1::GetEventResponse>("brygga.events.v1.EventService/GetEvent", request));
    return std::move(*response.mutable_event());
  }
  v1::ListEventsRequest request;
  request.set_filter(absl::StrCat("external_key = \"", text, "\""));
  BRYGGA_ASSIGN_OR_RETURN(const auto response,
                          api.Call<v1::ListEventsResponse>("brygga.events.v1.EventService/ListEvents", request));
  if (response.events_size() == 1) return response.events(0);
  return absl::NotFoundError(absl::StrCat("There is no one event called \"", text, "\" that you may see"));
}

std::string StartOf(const v1::Event& event) {
  return event.sessions_size() == 0 ? "" : StockholmTime(event.sessions(0).start_time());
}

std::string SessionsText(const v1::Event& event) {
  return event.sessions_size() == 1 ? "1 session" : absl::StrCat(event.sessions_size(), " sessions");
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
  request.set_page_size(1000);
  request.set_order_by("start_time");
  request.set_filter(flags.filter);
  if (!flags.cohort.empty()) {
    BRYGGA_CLI_ASSIGN(const auto cohort, FindCohort(*api, flags.cohort));
    request.set_cohort(cohort.name());
  }
  v1::ListEventsResponse all;
  const absl::Status read = api->Pages<v1::ListEventsResponse>(
      "brygga.events.v1.EventService/ListEvents", request,
      [&](const v1::ListEventsResponse& page) { all.mutable_events()->MergeFrom(page.events()); });
  if (!read.ok()) return context.Fail(read);
  Table table({{"Event", Align::kLeft, 48},
               {"Kind"},
               {"Starts"},
               {"State"},
               {"Seats", Align::kRight},
               {"Taken", Align::kRight},
               {"Waiting", Align::kRight},
               {"Name"}});
  for (const v1::Event& event : all.events()) {
    table.Add({event.title_sv(), WordOf(event.kind()), StartOf(event), WordOf(event.state()),
               absl::StrCat(event.capacity()), absl::StrCat(event.taken()), absl::StrCat(event.waiting()),
               event.name()});
  }
  context.json ? context.PrintJson(all) : void(context.out() << table.Render());
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
  context.out() << Printable(event.title_sv()) << " (" << WordOf(event.kind()) << ") is " << WordOf(event.state())
                << ".\n"
                << event.name() << "\n"
                << event.taken() << " of " << Count(event.capacity(), "seat", "seats") << " taken, " << event.waiting()
                << " waiting; " << SessionsText(event) << ".\n";
  Table table({{"Part", Align::kRight}, {"Starts"}, {"Ends"}});
  for (const v1::Session& session : event.sessions()) {
    table.Add({absl::StrCat(session.part()), StockholmTime(session.start_time()), StockholmTime(session.end_time())});
  }
  context.out() << table.Render();
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
  command.add_option("--organiser", flags.organiser, "Who arranges it, organisations/…")->required();
  command.add_option("--starts", flags.starts, "YYYY-MM-DDThh:mm:ss on the clock in Stockholm")->required();
  command.add_option("--ends", flags.ends, "In the same form")->required();
  command.add_option("--capacity", flags.capacity, "Seats")->required();
  command.add_option("--kind", flags.kind, WordsOf(*v1::EventKind_descriptor()))->capture_default_str();
  command.add_option("--mode", flags.mode, WordsOf(*v1::AttendanceMode_descriptor()))->capture_default_str();
  command.add_option("--audience", flags.audience, WordsOf(*v1::Audience_descriptor()))->capture_default_str();
  command.add_option("--municipality", flags.municipality, "Municipality code, four digits");
  command.add_option("--venue", flags.venue, "The room and the house");
  command.add_flag("--waiting-list", flags.waiting_list, "Those who come when it is full may wait");
}

absl::StatusOr<v1::Event> ReadEvent(const Api& api, const CreateFlags& flags) {
  BRYGGA_ASSIGN_OR_RETURN(const auto cohort, FindCohort(api, flags.cohort));
  v1::Event event;
  BRYGGA_ASSIGN_OR_RETURN(const auto kind, ParseWord<v1::EventKind>("--kind", flags.kind));
  BRYGGA_ASSIGN_OR_RETURN(const auto mode, ParseWord<v1::AttendanceMode>("--mode", flags.mode));
  event.set_kind(kind);
  event.set_mode(mode);
  event.set_title_sv(flags.title);
  event.set_organiser(flags.organiser);
  event.set_programme(cohort.name().substr(0, cohort.name().find("/cohorts/")));
  event.add_cohorts(cohort.name());
  event.set_municipality(flags.municipality);
  event.set_venue(flags.venue);
  event.set_capacity(flags.capacity);
  event.set_waiting_list(flags.waiting_list);
  for (const std::string& word : flags.audience) {
    BRYGGA_ASSIGN_OR_RETURN(const auto audience, ParseWord<v1::Audience>("--audience", word));
    event.add_audience(audience);
  }
  v1::Session& session = *event.add_sessions();
  session.set_local_start(flags.starts);
  session.set_local_end(flags.ends);
  return event;
}

ExitCode CreateEvent(Context& context, const CreateFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  v1::CreateEventRequest request;
  BRYGGA_CLI_ASSIGN(*request.mutable_event(), ReadEvent(*api, flags));
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response,
                    api->Call<v1::CreateEventResponse>("brygga.events.v1.EventService/CreateEvent", request));
  context.json ? context.PrintJson(response.event()) : void(context.out() << response.event().name() << "\n");
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
                    api->Call<v1::PublishEventResponse>("brygga.events.v1.EventService/PublishEvent", request));
  if (context.json) {
    context.PrintJson(response.event());
  } else {
    context.out() << Printable(response.event().title_sv()) << " is " << WordOf(response.event().state()) << ".\n";
  }
  return kDone;
}

struct RegisterFlags {
  std::string event;
  std::vector<std::string> people;
  std::string audience, pairs_of;
  bool dry_run = false;
};

void RegisterOptions(CLI::App& command, RegisterFlags& flags) {
  command.add_option("EVENT", flags.event, kEventHelp)->required();
  command.add_option("PARTICIPANT", flags.people, "participants/…, or the key of an import such as A00001");
  command.add_option("--as", flags.audience, WordsOf(*v1::Audience_descriptor()) + "; else the event's only one");
  command.add_option("--pairs-of", flags.pairs_of, "Everybody who is matched in this cohort, pair by pair");
  command.add_flag("--dry-run", flags.dry_run, "Report what would happen, and register nobody");
}

bool IsLive(mv1::MatchState state) {
  return state == mv1::MATCH_STATE_PROPOSED || state == mv1::MATCH_STATE_ACCEPTED_BY_ONE ||
         state == mv1::MATCH_STATE_ACTIVE;
}

// The people of a cohort's live matches, each once and each pair together.
absl::Status AddPairs(const Api& api, const std::string& text, std::vector<v1::BatchRegisterItem>& items) {
  BRYGGA_ASSIGN_OR_RETURN(const auto cohort, FindCohort(api, text));
  mv1::ListMatchesRequest request;
  request.set_parent(cohort.name());
  request.set_page_size(1000);
  std::set<std::string> seen;
  const auto add = [&](const std::string& participant, v1::Audience audience) {
    if (!seen.insert(participant).second) return;
    v1::BatchRegisterItem& item = items.emplace_back();
    item.set_participant(participant);
    item.set_audience(audience);
  };
  return api.Pages<mv1::ListMatchesResponse>("brygga.matching.v1.MatchingService/ListMatches", request,
                                             [&](const mv1::ListMatchesResponse& page) {
                                               for (const mv1::Match& match : page.matches()) {
                                                 if (!IsLive(match.state())) continue;
                                                 add(match.adept(), v1::AUDIENCE_MENTEES);
                                                 add(match.mentor(), v1::AUDIENCE_MENTORS);
                                               }
                                             });
}

absl::StatusOr<std::vector<v1::BatchRegisterItem>> ReadPeople(const Api& api, const RegisterFlags& flags) {
  std::vector<v1::BatchRegisterItem> items;
  v1::Audience audience = v1::AUDIENCE_UNSPECIFIED;
  if (!flags.audience.empty()) {
    BRYGGA_ASSIGN_OR_RETURN(audience, ParseWord<v1::Audience>("--as", flags.audience));
  }
  for (const std::string& person : flags.people) {
    BRYGGA_ASSIGN_OR_RETURN(const std::string name, FindParticipant(api, person));
    v1::BatchRegisterItem& item = items.emplace_back();
    item.set_participant(name);
    item.set_audience(audience);
  }
  if (!flags.pairs_of.empty()) BRYGGA_RETURN_IF_ERROR(AddPairs(api, flags.pairs_of, items));
  if (items.empty()) return absl::InvalidArgumentError("Nobody to register: name people, or give --pairs-of COHORT");
  return items;
}

ExitCode PrintRegistered(Context& context, const v1::BatchRegisterResponse& all, bool dry_run) {
  if (context.json) {
    context.PrintJson(all);
    return all.refused_count() == 0 ? kDone : kSomeRefused;
  }
  context.out() << (dry_run ? "Dry run, nobody is registered: " : "") << all.registered_count() << " got a seat, "
                << all.waitlisted_count() << " wait, " << all.already_registered_count() << " were there already, "
                << all.refused_count() << " refused.\n";
  Table table({{"Person"}, {"Refused because"}, {"What it means", Align::kLeft, 100}});
  for (const v1::BatchRegisterResult& result : all.results()) {
    if (result.reason().empty() || result.has_registration()) continue;
    table.Add({result.participant(), result.reason(), result.message()});
  }
  if (table.rows() > 0) context.out() << table.Render();
  return all.refused_count() == 0 ? kDone : kSomeRefused;
}

ExitCode RegisterPeople(Context& context, const RegisterFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::Event event, FindEvent(*api, flags.event));
  BRYGGA_CLI_ASSIGN(const auto items, ReadPeople(*api, flags));
  v1::BatchRegisterResponse all;
  for (size_t first = 0; first < items.size(); first += kAtOnce) {
    v1::BatchRegisterRequest request;
    request.set_parent(event.name());
    for (size_t i = first; i < std::min(items.size(), first + kAtOnce); ++i) *request.add_items() = items[i];
    request.set_validate_only(flags.dry_run);
    request.set_request_id(NewRequestId());
    BRYGGA_CLI_ASSIGN(const auto part, api->Call<v1::BatchRegisterResponse>(
                                           "brygga.events.v1.RegistrationService/BatchRegister", request));
    all.mutable_results()->MergeFrom(part.results());
    all.set_registered_count(all.registered_count() + part.registered_count());
    all.set_waitlisted_count(all.waitlisted_count() + part.waitlisted_count());
    all.set_already_registered_count(all.already_registered_count() + part.already_registered_count());
    all.set_refused_count(all.refused_count() + part.refused_count());
  }
  return PrintRegistered(context, all, flags.dry_run);
}

struct CancelFlags {
  std::string registration, reason;
};

ExitCode CancelRegistration(Context& context, const CancelFlags& flags) {
  v1::CancelRegistrationRequest request;
  request.set_name(flags.registration);
  request.set_reason(flags.reason);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto response, api->Call<v1::CancelRegistrationResponse>(
                                             "brygga.events.v1.RegistrationService/CancelRegistration", request));
  if (context.json) {
    context.PrintJson(response.registration());
  } else {
    context.out() << "The registration is " << WordOf(response.registration().state()) << ".\n";
  }
  return kDone;
}

ExitCode ListRegistrations(Context& context, const EventFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::Event event, FindEvent(*api, flags.event));
  v1::ListRegistrationsRequest request;
  request.set_parent(event.name());
  request.set_page_size(1000);
  v1::ListRegistrationsResponse all;
  const absl::Status read = api->Pages<v1::ListRegistrationsResponse>(
      "brygga.events.v1.RegistrationService/ListRegistrations", request,
      [&](const v1::ListRegistrationsResponse& page) { all.mutable_registrations()->MergeFrom(page.registrations()); });
  if (!read.ok()) return context.Fail(read);
  Table table({{"Person"}, {"As"}, {"State"}, {"Place in line", Align::kRight}, {"Name", Align::kLeft, 120}});
  for (const v1::Registration& registration : all.registrations()) {
    table.Add({registration.participant(), WordOf(registration.audience()), WordOf(registration.state()),
               registration.waiting_position() == 0 ? "" : absl::StrCat(registration.waiting_position()),
               registration.name()});
  }
  context.json ? context.PrintJson(all) : void(context.out() << table.Render());
  return kDone;
}

}  // namespace

void AddEvent(const Program& program) {
  CLI::App& group =
      *AddGroup(program.app, "event", "Events: list, show, create, publish, register, registrations, cancel");
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
  AddCommand<EventFlags>(program, group, "publish", "Open an event for registration", "  brygga event publish E011",
                         &EventOption, &PublishEvent);
  AddCommand<RegisterFlags>(program, group, "register", "Register people, or all pairs of a cohort",
                            "  brygga event register E011 A00001 --as mentees\n"
                            "  brygga event register events/018f… --pairs-of vocational",
                            &RegisterOptions, &RegisterPeople);
  AddCommand<EventFlags>(program, group, "registrations", "List who has a seat and who waits",
                         "  brygga event registrations E011", &EventOption, &ListRegistrations);
  AddCommand<CancelFlags>(
      program, group, "cancel", "Give up a seat or a place in line; the seat goes to the first who waits",
      "  brygga event cancel events/018f…/registrations/018f…",
      [](CLI::App& command, CancelFlags& flags) {
        command.add_option("REGISTRATION", flags.registration, "events/…/registrations/…")->required();
        command.add_option("--reason", flags.reason, "Why, a code such as ILL");
      },
      &CancelRegistration);
}

}  // namespace brygga::cli
