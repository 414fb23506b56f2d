#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "brygga/matching/v1/allocation_service.pb.h"
#include "brygga/partner/v1/opening_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/find_place.h"
#include "cli/app/words.h"
#include "cli/commands/allocation_text.h"
#include "cli/commands/commands.h"
#include "cli/output/table.h"
#include "cli/output/text.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::matching::v1;
namespace pv1 = ::brygga::partner::v1;

constexpr char kService[] = "brygga.matching.v1.AllocationService/";
constexpr int kOpeningsAtOnce = 1000;

struct ShowFlags {
  std::string allocation;
  int limit = 20;
};

void ShowOptions(CLI::App& command, ShowFlags& flags) {
  command.add_option("ALLOCATION", flags.allocation, kAllocationHelp)->required();
  command.add_option("--limit", flags.limit, "Most rows shown, up to 1000; 0, and with --json: all")
      ->check(CLI::Range(0, kLargestPage))
      ->capture_default_str();
}

absl::StatusOr<std::map<std::string, std::string>> TitlesOf(const Api& api, const std::set<std::string>& openings) {
  std::map<std::string, std::string> titles;
  for (auto next = openings.begin(); next != openings.end();) {
    pv1::BatchGetOpeningsRequest request;
    while (next != openings.end() && request.names_size() < kOpeningsAtOnce) request.add_names(*next++);
    BRYGGA_ASSIGN_OR_RETURN(const auto response, api.Call<pv1::BatchGetOpeningsResponse>(
                                                     "brygga.partner.v1.OpeningService/BatchGetOpenings", request));
    for (const pv1::Opening& opening : response.openings()) titles[opening.name()] = opening.display_name();
  }
  return titles;
}

void PrintMore(Context& context, const std::string& next_page) {
  if (!next_page.empty()) context.out() << "… and more (--limit 0 shows all)\n";
}

// The person of a placement, as a resource name.
std::string PersonOf(const std::string& placement) {
  return absl::StrCat("participants/", placement.substr(placement.rfind('/') + 1));
}

// Whose seat it was before, and who has it now.
std::string PassedText(const v1::Placement& placement, const std::map<std::string, std::string>& names) {
  std::string text;
  if (!placement.freed_by().empty()) {
    text = absl::StrCat("from the reserve list, after ", NameIn(names, PersonOf(placement.freed_by())));
  }
  const std::string between = text.empty() ? "" : "; ";
  switch (placement.freed_seat()) {
    case v1::FREED_SEAT_OFFERING:
      return absl::StrCat(text, between, "being offered on");
    case v1::FREED_SEAT_OFFERED:
      return absl::StrCat(text, between, "offered to ", NameIn(names, PersonOf(placement.passed_to())));
    case v1::FREED_SEAT_LAPSED:
      return absl::StrCat(text, between, "not offered on (", placement.lapse_reason(), ")");
    default:
      return text;
  }
}

bool ShowsAll(Context& context, const ShowFlags& flags) { return flags.limit == 0 || context.json; }

// The first rows of a list, as many as are to be shown.
template <typename Response, typename Request>
absl::StatusOr<Response> Rows(Context& context, const Api& api, const ShowFlags& flags, const std::string& method,
                              Request request) {
  if (ShowsAll(context, flags)) return api.All<Response>(absl::StrCat(kService, method), request);
  request.set_page_size(flags.limit);
  return api.Call<Response>(absl::StrCat(kService, method), request);
}

std::set<std::string> PeopleIn(const v1::ListPlacementsResponse& listed) {
  std::set<std::string> people;
  for (const v1::Placement& placement : listed.placements()) {
    people.insert(placement.participant());
    if (!placement.freed_by().empty()) people.insert(PersonOf(placement.freed_by()));
    if (!placement.passed_to().empty()) people.insert(PersonOf(placement.passed_to()));
  }
  return people;
}

std::set<std::string> OpeningsIn(const v1::ListPlacementsResponse& listed) {
  std::set<std::string> openings;
  for (const v1::Placement& placement : listed.placements()) openings.insert(placement.opening());
  return openings;
}

Table PlacementTable(const v1::ListPlacementsResponse& listed, const std::map<std::string, std::string>& names,
                     const std::map<std::string, std::string>& titles) {
  Table table({{"Person", Align::kLeft, 28},
               {"Opening", Align::kLeft, 40},
               {"Choice", Align::kRight},
               {"Reserved for"},
               {"Lot", Align::kRight},
               {"Seat"},
               {"What became of it", Align::kLeft, 60}});
  for (const v1::Placement& placement : listed.placements()) {
    table.Add({NameIn(names, placement.participant()), NameIn(titles, placement.opening()),
               absl::StrCat(placement.choice()), placement.group(), absl::StrCat(placement.lottery_number()),
               WordOf(placement.seat()), PassedText(placement, names)});
  }
  return table;
}

ExitCode Show(Context& context, const ShowFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::Allocation allocation, FindAllocation(*api, flags.allocation));
  v1::ListPlacementsRequest request;
  request.set_parent(allocation.name());
  request.set_order_by("lottery_number");
  BRYGGA_CLI_ASSIGN(const auto listed,
                    Rows<v1::ListPlacementsResponse>(context, *api, flags, "ListPlacements", request));
  if (context.json) {
    context.PrintJson({{"allocation", &allocation}, {"", &listed}});
    return kDone;
  }
  BRYGGA_CLI_ASSIGN(const auto names, NamesOf(*api, PeopleIn(listed)));
  BRYGGA_CLI_ASSIGN(const auto titles, TitlesOf(*api, OpeningsIn(listed)));
  context.out() << AllocationText(allocation) << GroupsText(allocation, context.columns());
  if (listed.placements().empty()) return kDone;
  context.out() << "\n" << PlacementTable(listed, names, titles).Render(context.columns());
  PrintMore(context, listed.next_page_token());
  return kDone;
}

Table ReserveTable(const v1::ListReservesResponse& listed, const std::map<std::string, std::string>& names) {
  Table table({{"Place", Align::kRight},
               {"Person", Align::kLeft, 28},
               {"Why"},
               {"Priority"},
               {"Lot", Align::kRight},
               {"Waits for", Align::kRight}});
  for (const v1::Reserve& reserve : listed.reserves()) {
    table.Add({reserve.position() == 0 ? "" : absl::StrCat(reserve.position()), NameIn(names, reserve.participant()),
               WordOf(reserve.reason()), reserve.priority(), absl::StrCat(reserve.lottery_number()),
               Count(reserve.openings_size(), "opening", "openings")});
  }
  return table;
}

ExitCode ShowReserves(Context& context, const ShowFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::Allocation allocation, FindAllocation(*api, flags.allocation));
  v1::ListReservesRequest request;
  request.set_parent(allocation.name());
  if (!ShowsAll(context, flags)) request.set_filter("position > 0");
  BRYGGA_CLI_ASSIGN(const auto listed, Rows<v1::ListReservesResponse>(context, *api, flags, "ListReserves", request));
  if (context.json) {
    context.PrintJson(listed);
    return kDone;
  }
  std::set<std::string> people;
  for (const v1::Reserve& reserve : listed.reserves()) people.insert(reserve.participant());
  BRYGGA_CLI_ASSIGN(const auto names, NamesOf(*api, people));
  context.PrintTable(ReserveTable(listed, names), "Nobody is on the reserve list.");
  PrintMore(context, listed.next_page_token());
  return kDone;
}

}  // namespace

void AddPlacements(const Program& program, CLI::App& allocate) {
  AddCommand<ShowFlags>(program, allocate, "show", "Show an allocation and who is placed where",
                        "  brygga allocate show \"Summer 2023\" --limit 50", &ShowOptions, &Show);
  AddCommand<ShowFlags>(program, allocate, "reserves", "Show the reserve list in its order, and why",
                        "  brygga allocate reserves \"Summer 2023\" --limit 0", &ShowOptions, &ShowReserves);
}

}  // namespace brygga::cli
