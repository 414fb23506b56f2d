#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "brygga/matching/v1/allocation_service.pb.h"
#include "brygga/partner/v1/opening_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/find_place.h"
#include "cli/app/findings.h"
#include "cli/commands/allocation_text.h"
#include "cli/commands/commands.h"
#include "cli/commands/import_file.h"
#include "cli/import/applications.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::matching::v1;
namespace pv1 = ::brygga::partner::v1;

constexpr char kService[] = "brygga.matching.v1.AllocationService/";
constexpr int kOpeningsAtOnce = 1000;

struct CreateFlags {
  std::string cohort, title, filter;
  std::vector<std::string> openings, priorities, reserves, guarantees;
};

void CreateOptions(CLI::App& command, CreateFlags& flags) {
  command.add_option("COHORT", flags.cohort, kCohortHelp)->required();
  command.add_option("TITLE", flags.title, "What people read: \"Holiday jobs, summer 2023\"")->required();
  command.add_option("--opening", flags.openings, "An opening to allocate. May be repeated");
  command.add_option("--openings", flags.filter,
                     "All openings that satisfy this, such as: kind = HOLIDAY_JOB AND state = OPEN");
  command.add_option("--priority", flags.priorities,
                     "A code that an application may carry; the first one given comes first. May be repeated");
  command.add_option("--reserve", flags.reserves,
                     "GROUP=PERCENT of all seats kept for a group, or GROUP=NUMBER:seats; :each-opening after it is of "
                     "each opening's seats, :keep-empty leaves empty what the group does not take. May be repeated");
  command.add_option("--guarantee", flags.guarantees, "A group whose members are placed first. May be repeated");
}

// "GROUP=PERCENT" and, after colons, what is meant otherwise.
absl::Status AddReserve(const std::string& text, v1::Allocation& allocation) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
  const std::vector<std::string> words = absl::StrSplit(parts.second, ':');
  v1::AllocationReserve& reserve = *allocation.add_reserves();
  reserve.set_group(parts.first);
  bool is_count = false, is_known = !parts.first.empty();
  for (size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "keep-empty") {
      reserve.set_fallback(v1::ALLOCATION_RESERVE_FALLBACK_KEEP_EMPTY);
    } else if (words[i] == "each-opening") {
      reserve.set_scope(v1::ALLOCATION_RESERVE_SCOPE_EACH_OPENING);
    } else if (words[i] == "seats") {
      is_count = true;
    } else {
      is_known = false;
    }
  }
  double number = 0;
  const bool is_number = absl::SimpleAtod(words.front(), &number) && number > 0 && number <= (is_count ? 100'000 : 100);
  if (!is_known || !is_number) {
    return UsageError(absl::StrCat("\"", text, "\""),
                      "is not GROUP=PERCENT, such as SPECIAL_REASONS=25, or GROUP=NUMBER:seats; after it may stand "
                      ":each-opening and :keep-empty");
  }
  if (is_count) {
    reserve.set_count(static_cast<int>(number));
  } else {
    reserve.set_share_permille(static_cast<int>(std::lround(number * 10)));
  }
  return absl::OkStatus();
}

// The names of all openings that are meant, each once.
std::vector<std::string> OpeningsFor(const Api& api, const CreateFlags& flags, Findings& found) {
  std::set<std::string> names;
  for (const std::string& text : flags.openings) {
    names.insert(found.Of(absl::StrCat("--opening ", text), FindOpening(api, text)).name());
  }
  if (!flags.filter.empty()) {
    pv1::ListOpeningsRequest request;
    request.set_parent("organisations/-");
    request.set_filter(flags.filter);
    const auto read = api.All<pv1::ListOpeningsResponse>("brygga.partner.v1.OpeningService/ListOpenings", request);
    const auto all = found.Of("--openings", read);
    for (const pv1::Opening& opening : all.openings()) names.insert(opening.name());
    if (read.ok() && all.openings().empty())
      found.Note("--openings", absl::NotFoundError("no opening satisfies --openings"));
  }
  if (flags.openings.empty() && flags.filter.empty()) {
    found.Note("--opening", UsageError("--opening", "say what to allocate, with --opening or --openings"));
  }
  return {names.begin(), names.end()};
}

ExitCode CreateAllocation(Context& context, const CreateFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found({{"parent", "COHORT"},
                  {"allocation.display_name", "TITLE"},
                  {"allocation.priorities", "--priority"},
                  {"allocation.reserves", "--reserve"},
                  {"allocation.guaranteed_groups", "--guarantee"},
                  {"openings", flags.openings.empty() && !flags.filter.empty() ? "--openings" : "--opening"}});
  v1::CreateAllocationRequest request;
  request.set_parent(found.Of("COHORT", FindCohort(*api, flags.cohort)).name());
  const std::vector<std::string> openings = OpeningsFor(*api, flags, found);
  v1::Allocation& wanted = *request.mutable_allocation();
  wanted.set_display_name(flags.title);
  wanted.mutable_priorities()->Assign(flags.priorities.begin(), flags.priorities.end());
  wanted.mutable_guaranteed_groups()->Assign(flags.guarantees.begin(), flags.guarantees.end());
  for (const std::string& reserve : flags.reserves) found.Note("--reserve", AddReserve(reserve, wanted));
  const auto first = openings.begin() + std::min<ptrdiff_t>(kOpeningsAtOnce, openings.end() - openings.begin());
  request.mutable_openings()->Assign(openings.begin(), first);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto created, found.Call<v1::CreateAllocationResponse>(
                                            *api, absl::StrCat(kService, "CreateAllocation"), request));
  v1::Allocation allocation = created.allocation();
  for (auto next = first; next != openings.end();) {
    const auto end = next + std::min<ptrdiff_t>(kOpeningsAtOnce, openings.end() - next);
    v1::AddAllocationOpeningsRequest more;
    more.set_name(allocation.name());
    more.mutable_openings()->Assign(next, end);
    more.set_request_id(NewRequestId());
    BRYGGA_CLI_ASSIGN(const auto added, api->Call<v1::AddAllocationOpeningsResponse>(
                                            absl::StrCat(kService, "AddAllocationOpenings"), more));
    allocation = added.allocation();
    next = end;
  }
  PrintAllocation(context, allocation);
  return kDone;
}

struct ApplyFlags {
  std::string allocation, person, priority;
  std::vector<std::string> openings, groups, meets;
};

void ApplyOptions(CLI::App& command, ApplyFlags& flags) {
  command.add_option("ALLOCATION", flags.allocation, kAllocationHelp)->required();
  command.add_option("PERSON", flags.person, kPersonHelp)->required();
  command.add_option("OPENING", flags.openings, "The openings wanted, the most wanted first")->required();
  command.add_option("--priority", flags.priority, "One of the allocation's priorities");
  command.add_option("--group", flags.groups, "A group that the person belongs to. May be repeated");
  command.add_option("--meets", flags.meets, "A requirement that the person meets. May be repeated");
}

ExitCode Apply(Context& context, const ApplyFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found({{"parent", "ALLOCATION"},
                  {"application.participant", "PERSON"},
                  {"application.choices", "OPENING"},
                  {"application.priority", "--priority"},
                  {"application.groups", "--group"},
                  {"application.meets", "--meets"}});
  v1::SubmitApplicationRequest request;
  request.set_parent(found.Of("ALLOCATION", FindAllocation(*api, flags.allocation)).name());
  v1::Application& application = *request.mutable_application();
  application.set_participant(found.Of("PERSON", FindParticipant(*api, flags.person)));
  for (const std::string& text : flags.openings) {
    application.add_choices(found.Of(absl::StrCat("OPENING ", text), FindOpening(*api, text)).name());
  }
  application.set_priority(flags.priority);
  application.mutable_groups()->Assign(flags.groups.begin(), flags.groups.end());
  application.mutable_meets()->Assign(flags.meets.begin(), flags.meets.end());
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response, found.Call<v1::SubmitApplicationResponse>(
                                             *api, absl::StrCat(kService, "SubmitApplication"), request));
  context.json ? context.PrintJson(response.application())
               : void(context.out() << response.application().name() << "\nThe person is "
                                    << response.application().reference() << " in the published draw.\n");
  return kDone;
}

struct ImportFlags : FileFlags {
  std::string allocation;
};

void ImportArguments(CLI::App& command, ImportFlags& flags) {
  command.add_option("ALLOCATION", flags.allocation, kAllocationHelp)->required();
  FileOptions(command, flags,
              "A CSV file with the columns participant_id, choices, priority, groups, meets; lists are separated by "
              "semicolons");
}

ExitCode Import(Context& context, const ImportFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::Allocation allocation, FindAllocation(*api, flags.allocation));
  ApplicationsImporter importer(*api, {.allocation = allocation.name(), .source = flags.source});
  return ImportFile(context, flags, importer, Findings(Findings::Fields{{"source", "--source"}}));
}

}  // namespace

void AddAllocate(const Program& program) {
  CLI::App& group = *AddGroup(
      program.app, "allocate",
      "Give out openings by what people ask for, priority, reserves and a lottery. The order: create; apply or import; "
      "commit; run; show, reserves; publish; draw",
      "  brygga allocate create \"Summer 2023\" \"Holiday jobs\" --openings \"kind = HOLIDAY_JOB AND state = OPEN\"\n"
      "  brygga allocate import \"Summer 2023\" applications.csv\n"
      "  brygga allocate commit \"Summer 2023\"\n"
      "  brygga allocate run \"Summer 2023\"\n"
      "  brygga allocate publish \"Summer 2023\"");
  AddCommand<CreateFlags>(
      program, group, "create", "Create an allocation that takes applications",
      "  brygga allocate create \"Summer 2023\" \"Holiday jobs\" --openings \"kind = HOLIDAY_JOB AND "
      "state = OPEN\" --reserve SPECIAL_REASONS=25 --guarantee IN_CARE",
      &CreateOptions, &CreateAllocation);
  AddCommand<ApplyFlags>(
      program, group, "apply", "Record what one person asks for, the most wanted first",
      "  brygga allocate apply \"Summer 2023\" A00017 \"Park keeper\" \"Bath attendant\" --meets SWIMS", &ApplyOptions,
      &Apply);
  AddCommand<ImportFlags>(program, group, "import",
                          "Import applications. Rows that are wrong are listed with what to do; giving the same import "
                          "again changes nothing",
                          "  brygga allocate import \"Summer 2023\" applications.csv --dry-run", &ImportArguments,
                          &Import);
  AddLottery(program, group);
  AddPlacements(program, group);
}

}  // namespace brygga::cli
