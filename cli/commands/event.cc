#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "brygga/events/v1/event_service.pb.h"
#include "brygga/events/v1/registration_service.pb.h"
#include "brygga/matching/v1/matching_service.pb.h"
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
namespace mv1 = ::brygga::matching::v1;

constexpr char kEventHelp[] = "events/…, or the key of an import such as E011";
constexpr int kAtOnce = 500;

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
  context.json ? context.PrintJson(all) : void(context.out() << table.Render(context.columns()));
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
                    found.Call<v1::CreateEventResponse>(*api, "brygga.events.v1.EventService/CreateEvent", request));
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

std::vector<v1::BatchRegisterItem> ReadPeople(const Api& api, const RegisterFlags& flags, Findings& found) {
  std::vector<v1::BatchRegisterItem> items;
  v1::Audience audience = v1::AUDIENCE_UNSPECIFIED;
  if (!flags.audience.empty()) audience = found.Of("--as", ParseWord<v1::Audience>(flags.audience));
  for (const std::string& person : flags.people) {
    v1::BatchRegisterItem& item = items.emplace_back();
    item.set_participant(found.Of(person, FindParticipant(api, person)));
    item.set_audience(audience);
  }
  if (!flags.pairs_of.empty()) found.Note("--pairs-of", AddPairs(api, flags.pairs_of, items));
  if (items.empty() && flags.pairs_of.empty()) {
    found.Note("PARTICIPANT", UsageError("PARTICIPANT", "name people, or give --pairs-of COHORT"));
  }
  return items;
}

// Names where they are known; the rest goes by what people are called there.
std::map<std::string, std::string> NamesIfAny(const Api& api, const std::set<std::string>& people) {
  const auto names = NamesOf(api, people);
  return names.ok() ? *names : std::map<std::string, std::string>();
}

std::string NameIn(const std::map<std::string, std::string>& names, const std::string& person) {
  const auto found = names.find(person);
  return found == names.end() ? person : found->second;
}

ExitCode PrintRegistered(Context& context, const Api& api, const v1::BatchRegisterResponse& all, bool dry_run) {
  if (context.json) {
    context.PrintJson(all);
    return all.refused_count() == 0 ? kDone : kSomeRefused;
  }
  context.out() << (dry_run ? "Dry run, nobody is registered: " : "") << all.registered_count() << " got a seat, "
                << all.waitlisted_count() << " wait, " << all.already_registered_count() << " were there already, "
                << all.refused_count() << " refused.\n";
  std::set<std::string> refused;
  for (const v1::BatchRegisterResult& result : all.results()) {
    if (!result.reason().empty() && !result.has_registration()) refused.insert(result.participant());
  }
  const auto names = NamesIfAny(api, refused);
  Table table({{"Person"}, {"Refused because"}, {"What it means", Align::kLeft, 100}});
  for (const v1::BatchRegisterResult& result : all.results()) {
    if (result.reason().empty() || result.has_registration()) continue;
    table.Add({NameIn(names, result.participant()), result.reason(), api.InReadersWords(result.message())});
  }
  if (table.rows() > 0) context.out() << table.Render(context.columns());
  return all.refused_count() == 0 ? kDone : kSomeRefused;
}

ExitCode RegisterPeople(Context& context, const RegisterFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found;
  const v1::Event event = found.Of("EVENT", FindEvent(*api, flags.event));
  const std::vector<v1::BatchRegisterItem> items = ReadPeople(*api, flags, found);
  if (const absl::Status status = found.status(); !status.ok()) return context.Fail(status);
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
  return PrintRegistered(context, *api, all, flags.dry_run);
}

struct CancelFlags {
  std::string registration, reason;
};

ExitCode CancelRegistration(Context& context, const CancelFlags& flags) {
  Findings found({{"name", "REGISTRATION"}, {"reason", "--reason"}});
  v1::CancelRegistrationRequest request;
  request.set_name(flags.registration);
  request.set_reason(flags.reason);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto response, found.Call<v1::CancelRegistrationResponse>(
                                             *api, "brygga.events.v1.RegistrationService/CancelRegistration", request));
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
  if (context.json) {
    context.PrintJson(all);
    return kDone;
  }
  std::set<std::string> people;
  for (const v1::Registration& registration : all.registrations()) people.insert(registration.participant());
  const auto names = NamesIfAny(*api, people);
  Table table({{"Person"}, {"As"}, {"State"}, {"Place in line", Align::kRight}, {"Name"}});
  for (const v1::Registration& registration : all.registrations()) {
    table.Add({NameIn(names, registration.participant()), WordOf(registration.audience()), WordOf(registration.state()),
               registration.waiting_position() == 0 ? "" : absl::StrCat(registration.waiting_position()),
               registration.name()});
  }
  context.out() << (table.rows() == 0 ? "Nobody is registered.\n" : table.Render(context.columns()));
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
