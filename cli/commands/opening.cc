#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "brygga/partner/v1/opening_service.pb.h"
#include "cli/app/find_place.h"
#include "cli/app/findings.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/output/table.h"
#include "cli/output/text.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::partner::v1;

constexpr char kOrganisationHelp[] = "organisations/…, the key that an import gave it (P0001), or what people call it";
constexpr char kOpeningHelp[] = "organisations/…/openings/…, or what people call it where one only is called so";

std::string SeatsText(const v1::Opening& opening) {
  return absl::StrCat(opening.taken_seats(), " of ", opening.seats());
}

std::string AgesText(const v1::Opening& opening) {
  if (!opening.has_age_min() && !opening.has_age_max()) return "any";
  if (!opening.has_age_max()) return absl::StrCat(opening.age_min(), " and older");
  if (!opening.has_age_min()) return absl::StrCat("up to ", opening.age_max());
  return absl::StrCat(opening.age_min(), "–", opening.age_max());
}

std::string OpeningText(const v1::Opening& opening) {
  std::string text =
      absl::StrCat(opening.name(), "\n", opening.display_name(), ": ", WordOf(opening.kind()), ", ",
                   WordOf(opening.state()), ", ", SeatsText(opening), " seats taken\n", opening.start_date(), " to ",
                   opening.end_date().empty() ? "no end set" : opening.end_date(), "; ages: ", AgesText(opening), "\n");
  if (opening.requirements_size() > 0) {
    absl::StrAppend(&text, "Asks for: ", absl::StrJoin(opening.requirements(), ", "), "\n");
  }
  return text;
}

struct CreateFlags {
  std::string organisation, title, kind, start, end, host, contract, occupation, municipality, place, operator_name;
  int seats = 1;
  std::optional<int> age_min, age_max;
  std::vector<std::string> requirements;
  bool it_host = false;
  bool adaptable = false;
  bool open = false;
};

void CreateOptions(CLI::App& command, CreateFlags& flags) {
  command.add_option("ORGANISATION", flags.organisation, kOrganisationHelp)->required();
  command.add_option("TITLE", flags.title, "What people read: \"Park keeper, Tantolunden\"")->required();
  command.add_option("--kind", flags.kind, WordsOf(*v1::OpeningKind_descriptor()))->required();
  command.add_option("--seats", flags.seats, "How many people it takes")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--start", flags.start, "The first day, YYYY-MM-DD")->required();
  command.add_option("--end", flags.end, "The last day; work experience lasts 14 days. Else no end is set");
  command.add_option("--age-min", flags.age_min, "Least age on the first day");
  command.add_option("--age-max", flags.age_max, "Greatest age on the first day");
  command.add_option("--requires", flags.requirements, "A code such as DRIVING_LICENCE_B. May be repeated");
  command.add_option("--host", flags.host, absl::StrCat("Holiday jobs: ", WordsOf(*v1::OpeningHost_descriptor())));
  command.add_option("--contract", flags.contract, "With --host contractor: the contract with the municipality");
  command.add_option("--occupation", flags.occupation, "SSYK 2012, four digits");
  command.add_option("--municipality", flags.municipality, "Municipality code, four digits");
  command.add_option("--place", flags.place, "Where people go");
  command.add_option("--operator", flags.operator_name, "Whose programmes may fill it, organisations/…");
  command.add_flag("--it-host", flags.it_host, "A municipal fixed-term job as IT host");
  command.add_flag("--adaptable", flags.adaptable, "The work can be adapted to what a person needs");
  command.add_flag("--open", flags.open, "Open it at once");
}

absl::StatusOr<v1::Opening> Open(const Api& api, const std::string& name) {
  v1::OpenOpeningRequest request;
  request.set_name(name);
  request.set_request_id(NewRequestId());
  BRYGGA_ASSIGN_OR_RETURN(auto response,
                          api.Call<v1::OpenOpeningResponse>("brygga.partner.v1.OpeningService/OpenOpening", request));
  return std::move(*response.mutable_opening());
}

void Print(Context& context, const v1::Opening& opening) {
  context.json ? context.PrintJson(opening) : void(context.out() << OpeningText(opening));
}

ExitCode CreateOpening(Context& context, const CreateFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found({{"parent", "ORGANISATION"},
                  {"opening.display_name", "TITLE"},
                  {"opening.kind", "--kind"},
                  {"opening.host", "--host"},
                  {"opening.subtype", "--it-host"},
                  {"opening.seats", "--seats"},
                  {"opening.start_date", "--start"},
                  {"opening.end_date", "--end"},
                  {"opening.age_min", "--age-min"},
                  {"opening.age_max", "--age-max"},
                  {"opening.requirements", "--requires"},
                  {"opening.contract", "--contract"},
                  {"opening.ssyk4", "--occupation"},
                  {"opening.municipality_code", "--municipality"},
                  {"opening.place", "--place"},
                  {"opening.operator", "--operator"}});
  v1::CreateOpeningRequest request;
  request.set_parent(found.Of("ORGANISATION", FindOrganisation(*api, flags.organisation)));
  v1::Opening& opening = *request.mutable_opening();
  opening.set_kind(found.Of("--kind", ParseWord<v1::OpeningKind>(flags.kind)));
  if (!flags.host.empty()) opening.set_host(found.Of("--host", ParseWord<v1::OpeningHost>(flags.host)));
  if (flags.it_host) opening.set_subtype(v1::OPENING_SUBTYPE_IT_HOST);
  opening.set_display_name(flags.title);
  opening.set_seats(flags.seats);
  opening.set_start_date(flags.start);
  opening.set_end_date(flags.end);
  if (flags.age_min) opening.set_age_min(*flags.age_min);
  if (flags.age_max) opening.set_age_max(*flags.age_max);
  opening.mutable_requirements()->Assign(flags.requirements.begin(), flags.requirements.end());
  opening.set_contract(flags.contract);
  opening.set_ssyk4(flags.occupation);
  opening.set_municipality_code(flags.municipality);
  opening.set_place(flags.place);
  if (!flags.operator_name.empty()) {
    opening.set_operator_(found.Of("--operator", FindOrganisation(*api, flags.operator_name)));
  }
  opening.set_adaptation_possible(flags.adaptable);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto created, found.Call<v1::CreateOpeningResponse>(
                                            *api, "brygga.partner.v1.OpeningService/CreateOpening", request));
  v1::Opening made = created.opening();
  if (flags.open) {
    BRYGGA_CLI_ASSIGN(made, Open(*api, made.name()));
  }
  Print(context, made);
  return kDone;
}

struct ListFlags {
  std::string organisation, filter;
};

void ListOptions(CLI::App& command, ListFlags& flags) {
  command.add_option("ORGANISATION", flags.organisation, absl::StrCat(kOrganisationHelp, "; else all"));
  command.add_option("--filter", flags.filter, "Conditions, such as: state = OPEN AND kind = HOLIDAY_JOB");
}

ExitCode ListOpenings(Context& context, const ListFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  v1::ListOpeningsRequest request;
  request.set_parent("organisations/-");
  if (!flags.organisation.empty()) {
    BRYGGA_CLI_ASSIGN(*request.mutable_parent(), FindOrganisation(*api, flags.organisation));
  }
  request.set_filter(flags.filter);
  BRYGGA_CLI_ASSIGN(const auto all,
                    api->All<v1::ListOpeningsResponse>("brygga.partner.v1.OpeningService/ListOpenings", request));
  if (context.json) {
    context.PrintJson(all);
    return kDone;
  }
  Table table({{"Title", Align::kLeft, 40},
               {"Kind"},
               {"State"},
               {"Taken", Align::kRight},
               {"From"},
               {"To"},
               {"Ages"},
               {"Name"}});
  for (const v1::Opening& opening : all.openings()) {
    table.Add({opening.display_name(), WordOf(opening.kind()), WordOf(opening.state()), SeatsText(opening),
               opening.start_date(), opening.end_date(), AgesText(opening), opening.name()});
  }
  context.PrintTable(table, "There is no such opening.");
  return kDone;
}

struct NameFlags {
  std::string opening;
};

void NameOptions(CLI::App& command, NameFlags& flags) {
  command.add_option("OPENING", flags.opening, kOpeningHelp)->required();
}

ExitCode ShowOpening(Context& context, const NameFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::Opening opening, FindOpening(*api, flags.opening));
  if (context.json) {
    context.PrintJson(opening);
    return kDone;
  }
  v1::ListOpeningSeatsRequest request;
  request.set_parent(opening.name());
  BRYGGA_CLI_ASSIGN(const auto all, api->All<v1::ListOpeningSeatsResponse>(
                                        "brygga.partner.v1.OpeningService/ListOpeningSeats", request));
  Table table({{"Match", Align::kLeft, 120}, {"Seat"}});
  for (const v1::OpeningSeat& seat : all.seats()) table.Add({seat.match(), WordOf(seat.state())});
  context.out() << OpeningText(opening);
  if (table.rows() > 0) context.out() << "\n" << table.Render(context.columns());
  return kDone;
}

ExitCode OpenOpening(Context& context, const NameFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::Opening opening, FindOpening(*api, flags.opening));
  BRYGGA_CLI_ASSIGN(const v1::Opening opened, Open(*api, opening.name()));
  Print(context, opened);
  return kDone;
}

template <typename Request, typename Response>
ExitCode End(Context& context, const NameFlags& flags, const std::string& method) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::Opening opening, FindOpening(*api, flags.opening));
  Request request;
  request.set_name(opening.name());
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response, api->Call<Response>("brygga.partner.v1.OpeningService/" + method, request));
  Print(context, response.opening());
  return kDone;
}

ExitCode CloseOpening(Context& context, const NameFlags& flags) {
  return End<v1::CloseOpeningRequest, v1::CloseOpeningResponse>(context, flags, "CloseOpening");
}

ExitCode CancelOpening(Context& context, const NameFlags& flags) {
  return End<v1::CancelOpeningRequest, v1::CancelOpeningResponse>(context, flags, "CancelOpening");
}

}  // namespace

void AddOpening(const Program& program) {
  CLI::App& group =
      *AddGroup(program.app, "opening", "Openings (platser): what partners offer, and how many seats are taken",
                "  brygga opening create P0003 Reception --kind internship --start 2023-02-01\n"
                "  brygga opening open Reception\n"
                "  brygga opening list --filter 'state = OPEN'");
  AddCommand<CreateFlags>(program, group, "create", "Create an opening, as a draft unless --open is given",
                          "  brygga opening create P0005 \"Park keeper\" --kind \"holiday job\" --host \"municipal "
                          "unit\" --seats 10 --start 2023-06-12 --end 2023-06-30 --age-min 16 --age-max 21 --open\n"
                          "  brygga opening create P0003 Reception --kind internship --start 2023-02-01",
                          &CreateOptions, &CreateOpening);
  AddCommand<ListFlags>(program, group, "list", "List openings",
                        "  brygga opening list P0005\n"
                        "  brygga opening list --filter \"state = OPEN AND kind = HOLIDAY_JOB\"",
                        &ListOptions, &ListOpenings);
  AddCommand<NameFlags>(program, group, "show", "Show an opening and the matches that have its seats",
                        "  brygga opening show \"Park keeper\"", &NameOptions, &ShowOpening);
  AddCommand<NameFlags>(program, group, "open", "Open a draft: its seats can be taken",
                        "  brygga opening open \"Park keeper\"", &NameOptions, &OpenOpening);
  AddCommand<NameFlags>(program, group, "close", "Close an opening: no more seats are taken, those that are stay so",
                        "  brygga opening close \"Park keeper\"", &NameOptions, &CloseOpening);
  AddCommand<NameFlags>(program, group, "cancel", "Cancel an opening that nobody has a seat of",
                        "  brygga opening cancel \"Park keeper\"", &NameOptions, &CancelOpening);
}

}  // namespace brygga::cli
