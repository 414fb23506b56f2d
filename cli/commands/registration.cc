#include <algorithm>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "brygga/events/v1/registration_service.pb.h"
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

namespace v1 = ::brygga::events::v1;

constexpr char kService[] = "brygga.events.v1.RegistrationService/";
constexpr char kDryRunHelp[] = "Say what would happen, and register nobody";

using Results = google::protobuf::RepeatedPtrField<v1::BatchRegisterResult>;

bool IsRefused(const v1::BatchRegisterResult& result) { return !result.reason().empty() && !result.has_registration(); }

// How many people came where, each counted once: who is in two pairs was not
// "registered already" before.
std::string CountsText(const Results& results) {
  std::set<std::string> seated, waiting, already, refused;
  for (const v1::BatchRegisterResult& result : results) {
    auto& fate = IsRefused(result)                                                    ? refused
                 : !result.reason().empty()                                           ? already
                 : result.registration().state() == v1::REGISTRATION_STATE_WAITLISTED ? waiting
                                                                                      : seated;
    fate.insert(result.participant());
  }
  std::erase_if(already,
                [&](const std::string& person) { return seated.contains(person) || waiting.contains(person); });
  return absl::StrCat(Count(static_cast<int64_t>(seated.size()), "seat", "seats"), " given, ", waiting.size(),
                      " put on the waiting list, ", already.size(), " were registered already, ", refused.size(),
                      " refused.\n");
}

// The same, and in a table who was refused and why.
std::string OutcomeText(const Api& api, const Results& results, size_t columns) {
  std::set<std::string> refused;
  for (const v1::BatchRegisterResult& result : results) {
    if (IsRefused(result)) refused.insert(result.participant());
  }
  const auto names = NamesIfAny(api, refused);
  Table table({{"Person"}, {"Refused because"}, {"What it means", Align::kLeft, 100}});
  for (const v1::BatchRegisterResult& result : results) {
    if (!IsRefused(result) || refused.erase(result.participant()) == 0) continue;  // Once, though in two pairs.
    table.Add({NameIn(names, result.participant()), result.reason(), api.InReadersWords(result.message())});
  }
  return CountsText(results) + (table.rows() == 0 ? "" : table.Render(columns));
}

template <typename Response>
ExitCode CodeOf(const Response& response) {
  return response.refused_count() == 0 ? kDone : kSomeRefused;
}

struct RegisterFlags {
  std::string event;
  std::vector<std::string> people;
  std::string audience;
  bool dry_run = false;
};

void RegisterOptions(CLI::App& command, RegisterFlags& flags) {
  command.add_option("EVENT", flags.event, kEventHelp)->required();
  command.add_option("PARTICIPANT", flags.people, kPersonHelp)->required();
  command.add_option("--as", flags.audience, WordsOf(*v1::Audience_descriptor()) + "; else the event's only one");
  command.add_flag("--dry-run", flags.dry_run, kDryRunHelp);
}

ExitCode RegisterPeople(Context& context, const RegisterFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found({{"parent", "EVENT"}, {"items", "PARTICIPANT"}});
  v1::BatchRegisterRequest request;
  request.set_parent(found.Of("EVENT", FindEventName(*api, flags.event)));
  v1::Audience audience = v1::AUDIENCE_UNSPECIFIED;
  if (!flags.audience.empty()) audience = found.Of("--as", ParseWord<v1::Audience>(flags.audience));
  for (const std::string& person : flags.people) {
    v1::BatchRegisterItem& item = *request.add_items();
    item.set_participant(found.Of(absl::StrCat("PARTICIPANT ", person), FindParticipant(*api, person)));
    item.set_audience(audience);
  }
  request.set_validate_only(flags.dry_run);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response,
                    found.Call<v1::BatchRegisterResponse>(*api, absl::StrCat(kService, "BatchRegister"), request));
  if (context.json) {
    context.PrintJson(response);
  } else {
    context.out() << (flags.dry_run ? "Dry run, nobody is registered. " : "")
                  << OutcomeText(*api, response.results(), context.columns());
  }
  return CodeOf(response);
}

struct PairsFlags {
  std::string event, round;
  bool registers = false, dry_run = false;
  int limit = 20;
};

void PairsOptions(CLI::App& command, PairsFlags& flags) {
  command.add_option("EVENT", flags.event, kEventHelp)->required();
  command.add_option("--round", flags.round,
                     "Only pairs of this round: its name, or a cohort: then its newest round. Else every pair of the "
                     "event's cohorts that is proposed, accepted, active or paused, also those made by hand");
  CLI::Option* const registers = command.add_flag(
      "--register", flags.registers,
      "Register both of every pair first. Who is registered already stays so: give it again after the next round");
  command.add_flag("--dry-run", flags.dry_run, kDryRunHelp)->needs(registers);
  command.add_option("--limit", flags.limit, "Most pairs shown; 0, and with --json: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

// What is asked of both methods.
struct Asked {
  std::string event, round;
};

absl::StatusOr<v1::RegisterPairsResponse> RegisterPairs(const Api& api, const Asked& asked, bool dry_run) {
  v1::RegisterPairsRequest request;
  request.set_parent(asked.event);
  request.set_round(asked.round);
  request.set_validate_only(dry_run);
  request.set_request_id(NewRequestId());
  return api.Call<v1::RegisterPairsResponse>(absl::StrCat(kService, "RegisterPairs"), request);
}

absl::StatusOr<v1::ListPairsResponse> ListPairs(const Api& api, const Asked& asked) {
  v1::ListPairsRequest request;
  request.set_parent(asked.event);
  if (!asked.round.empty()) request.set_filter(absl::StrCat("round = \"", asked.round, "\""));
  return api.All<v1::ListPairsResponse>(absl::StrCat(kService, "ListPairs"), request);
}

// `error`, with what to do where an event is for no cohort.
absl::Status WithRemedy(const PairsFlags& flags, const absl::Status& error) {
  if (ReasonOf(error) != "NO_COHORTS") return error;
  return MakeError(error.code(),
                   absl::StrCat(flags.event, " is for no cohort; say whose pairs it is for with `brygga event update ",
                                ShellWord(flags.event), " --cohort COHORT`"),
                   {.reason = ReasonOf(error)});
}

std::string PlaceOf(v1::RegistrationState state) {
  return state == v1::REGISTRATION_STATE_UNSPECIFIED ? "not registered" : WordOf(state);
}

bool IsWhole(const v1::EventPair& pair) {
  return pair.mentor_state() == v1::REGISTRATION_STATE_REGISTERED &&
         pair.adept_state() == v1::REGISTRATION_STATE_REGISTERED;
}

// Who comes alone or not at all stands first: there is something to do about them.
std::string PairsText(const Api& api, const v1::ListPairsResponse& listed, int limit, size_t columns) {
  std::vector<v1::EventPair> pairs(listed.pairs().begin(), listed.pairs().end());
  const auto whole = std::stable_partition(pairs.begin(), pairs.end(), std::not_fn(&IsWhole));
  const int all = listed.pairs_size();
  const auto wholes = pairs.end() - whole;
  if (limit > 0 && limit < all) pairs.resize(static_cast<size_t>(limit));
  std::set<std::string> people;
  for (const v1::EventPair& pair : pairs) people.insert({pair.mentor(), pair.adept()});
  const auto names = NamesIfAny(api, people);
  Table table({{"Mentor", Align::kLeft, 28}, {"Mentor is"}, {"Adept", Align::kLeft, 28}, {"Adept is"}});
  for (const v1::EventPair& pair : pairs) {
    table.Add({NameIn(names, pair.mentor()), PlaceOf(pair.mentor_state()), NameIn(names, pair.adept()),
               PlaceOf(pair.adept_state())});
  }
  const std::string shown =
      pairs.empty() ? ""
                    : absl::StrCat(table.Render(columns), MoreText(static_cast<int>(pairs.size()), all, "pairs"), "\n");
  return absl::StrCat(shown, wholes, " of ", Count(all, "pair has", "pairs have"), " a seat for both. As of ",
                      StockholmTime(listed.as_of()), ".\n");
}

ExitCode ShowPairs(Context& context, const Api& api, const PairsFlags& flags, const Asked& asked) {
  const auto listed = ListPairs(api, asked);
  if (!listed.ok()) return context.Fail(WithRemedy(flags, listed.status()));
  context.json ? context.PrintJson({{"", &*listed}})
               : void(context.out() << PairsText(api, *listed, flags.limit, context.columns()));
  return kDone;
}

ExitCode RegisterAndShowPairs(Context& context, const Api& api, const PairsFlags& flags, const Asked& asked) {
  const auto done = RegisterPairs(api, asked, flags.dry_run);
  if (!done.ok()) return context.Fail(WithRemedy(flags, done.status()));
  BRYGGA_CLI_ASSIGN(const auto listed, ListPairs(api, asked));
  if (context.json) {
    context.PrintJson({{"registered", &*done}, {"", &listed}});
  } else {
    context.out() << (flags.dry_run ? "Dry run, nobody is registered. " : "")
                  << Count(done->pair_count(), "pair", "pairs") << ": "
                  << OutcomeText(api, done->results(), context.columns()) << "\n"
                  << PairsText(api, listed, flags.limit, context.columns());
  }
  return CodeOf(*done);
}

ExitCode Pairs(Context& context, const PairsFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found;
  Asked asked = {.event = found.Of("EVENT", FindEventName(*api, flags.event))};
  if (!flags.round.empty()) asked.round = found.Of("--round", FindRound(*api, flags.round)).name();
  if (const absl::Status status = found.status(); !status.ok()) return context.Fail(status);
  return flags.registers ? RegisterAndShowPairs(context, *api, flags, asked) : ShowPairs(context, *api, flags, asked);
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
                                             *api, absl::StrCat(kService, "CancelRegistration"), request));
  if (context.json) {
    context.PrintJson(response.registration());
  } else {
    context.out() << "The registration is " << WordOf(response.registration().state()) << ".\n";
  }
  return kDone;
}

struct EventFlags {
  std::string event;
};

void EventOption(CLI::App& command, EventFlags& flags) {
  command.add_option("EVENT", flags.event, kEventHelp)->required();
}

ExitCode ListRegistrations(Context& context, const EventFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const std::string event, FindEventName(*api, flags.event));
  v1::ListRegistrationsRequest request;
  request.set_parent(event);
  BRYGGA_CLI_ASSIGN(const auto all,
                    api->All<v1::ListRegistrationsResponse>(absl::StrCat(kService, "ListRegistrations"), request));
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
  context.PrintTable(table, "Nobody is registered.");
  return kDone;
}

}  // namespace

void AddRegistrations(const Program& program, CLI::App& event) {
  AddCommand<RegisterFlags>(program, event, "register", "Register people, one by one",
                            "  brygga event register E011 A00001 A00002 --as mentees --dry-run\n"
                            "  brygga event register E011 A00001 A00002 --as mentees",
                            &RegisterOptions, &RegisterPeople);
  AddCommand<PairsFlags>(program, event, "pairs",
                         "List the pairs of the event's cohorts and who of them comes; register both of every pair. "
                         "Pairs that were published a moment ago are among them",
                         "  brygga event pairs E011\n"
                         "  brygga event pairs E011 --register --dry-run\n"
                         "  brygga event pairs E011 --register\n"
                         "  brygga event pairs E011 --register --round vocational",
                         &PairsOptions, &Pairs);
  AddCommand<EventFlags>(program, event, "registrations", "List who has a seat and who waits",
                         "  brygga event registrations E011", &EventOption, &ListRegistrations);
  AddCommand<CancelFlags>(
      program, event, "cancel", "Give up a seat or a place in line; the seat goes to the first who waits",
      "  brygga event cancel events/018f…/registrations/018f… --reason ILL",
      [](CLI::App& command, CancelFlags& flags) {
        command
            .add_option("REGISTRATION", flags.registration,
                        "events/…/registrations/…, as `brygga event registrations` shows it")
            ->required();
        command.add_option("--reason", flags.reason, "Why, a code such as ILL");
      },
      &CancelRegistration);
}

}  // namespace brygga::cli
