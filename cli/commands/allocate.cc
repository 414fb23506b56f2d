#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <map>
#include <memory>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "brygga/matching/v1/allocation_service.pb.h"
#include "brygga/partner/v1/opening_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/find_place.h"
#include "cli/app/findings.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/commands/import_file.h"
#include "cli/import/applications.h"
#include "cli/output/table.h"
#include "cli/output/text.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::matching::v1;
namespace pv1 = ::brygga::partner::v1;

constexpr char kAllocationHelp[] = "An allocation's name, or a cohort: then its newest allocation";
constexpr char kService[] = "brygga.matching.v1.AllocationService/";
constexpr int kOpeningsAtOnce = 1000;

std::string DrawText(const v1::Allocation& allocation) {
  if (allocation.draw_state() == v1::DRAW_STATE_UNSPECIFIED) return "No draw has been committed to.\n";
  return absl::StrCat("The draw is ", WordOf(allocation.draw_state()),
                      "; SHA-256 of its seed: ", allocation.seed_hash(), "\n");
}

std::string ResultText(const v1::Allocation& allocation) {
  const v1::AllocationStatistics& figures = allocation.statistics();
  std::string text = absl::StrCat(
      figures.placed(), " of ", Count(figures.eligible(), "eligible applicant", "eligible applicants"), " placed in ",
      Count(figures.seats(), "seat", "seats"), " of ", Count(figures.openings(), "opening", "openings"), ", ",
      figures.first_choice(), " of them in their first choice; ", figures.reserves(), " on the reserve list, ",
      figures.applicants() - figures.eligible(), " may have nothing of what they chose.\n");
  absl::StrAppend(&text, allocation.certified() ? "Certified by a checker of its own.\n" : "Not certified.\n");
  return text;
}

std::string AllocationText(const v1::Allocation& allocation) {
  std::string text =
      absl::StrCat(allocation.name(), "\n", allocation.display_name(), " is ", WordOf(allocation.state()), ": ",
                   Count(allocation.opening_count(), "opening", "openings"), ", ",
                   Count(allocation.application_count(), "application", "applications"), ".\n");
  if (!allocation.failure_reason().empty()) {
    absl::StrAppend(&text, "It did not go through (", allocation.failure_reason(),
                    "): ", Printable(allocation.failure_detail()), "\n");
  }
  absl::StrAppend(&text, DrawText(allocation));
  if (allocation.has_statistics()) absl::StrAppend(&text, ResultText(allocation));
  return text;
}

std::string GroupsText(const v1::Allocation& allocation, size_t columns) {
  if (allocation.groups_size() == 0) return "";
  Table table({{"Group"}, {"Eligible", Align::kRight}, {"Placed", Align::kRight}, {"Reserved seats", Align::kRight}});
  for (const v1::GroupFigure& figure : allocation.groups()) {
    table.Add({figure.group().empty() ? "none of these" : figure.group(), absl::StrCat(figure.eligible()),
               absl::StrCat(figure.placed()), absl::StrCat(figure.reserved())});
  }
  return "\n" + table.Render(columns);
}

ExitCode Print(Context& context, const v1::Allocation& allocation) {
  context.json ? context.PrintJson(allocation) : void(context.out() << AllocationText(allocation));
  return kDone;
}

struct CreateFlags {
  std::string cohort, title, filter;
  std::vector<std::string> openings, priorities, reserves, guarantees;
};

void CreateOptions(CLI::App& command, CreateFlags& flags) {
  command.add_option("COHORT", flags.cohort, "Its name, what people call it, or the kind of its programme")->required();
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
    request.set_page_size(1000);
    const absl::Status read = api.Pages<pv1::ListOpeningsResponse>("brygga.partner.v1.OpeningService/ListOpenings",
                                                                   request, [&](const pv1::ListOpeningsResponse& page) {
                                                                     for (const pv1::Opening& opening : page.openings())
                                                                       names.insert(opening.name());
                                                                   });
    found.Note("--openings", read);
    if (read.ok() && names.empty()) found.Note("--openings", absl::NotFoundError("no opening satisfies it"));
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
                  {"openings", "--opening"}});
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
  return Print(context, allocation);
}

struct ApplyFlags {
  std::string allocation, person, priority;
  std::vector<std::string> openings, groups, meets;
};

void ApplyOptions(CLI::App& command, ApplyFlags& flags) {
  command.add_option("ALLOCATION", flags.allocation, kAllocationHelp)->required();
  command.add_option("PERSON", flags.person, "participants/…, or the key that an import gave them")->required();
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

struct NameFlags {
  std::string allocation;
  int limit = 20;
};

void NameOptions(CLI::App& command, NameFlags& flags) {
  command.add_option("ALLOCATION", flags.allocation, kAllocationHelp)->required();
}

void LimitedOptions(CLI::App& command, NameFlags& flags) {
  NameOptions(command, flags);
  command.add_option("--limit", flags.limit, "Most rows shown; 0, and with --json: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

ExitCode Commit(Context& context, const NameFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::Allocation allocation, FindAllocation(*api, flags.allocation));
  v1::CommitLotteryRequest request;
  request.set_name(allocation.name());
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response,
                    api->Call<v1::CommitLotteryResponse>(absl::StrCat(kService, "CommitLottery"), request));
  if (context.json) {
    context.PrintJson(response.allocation());
    return kDone;
  }
  context.out() << DrawText(response.allocation())
                << "Publish this line before the draw: nobody can choose another seed afterwards.\n";
  return kDone;
}

// Follows an allocation until nothing is under way.
absl::StatusOr<v1::Allocation> Watch(Context& context, const Api& api, v1::Allocation allocation) {
  v1::WatchAllocationRequest request;
  request.set_name(allocation.name());
  auto stream = api.Open<v1::WatchAllocationResponse>(absl::StrCat(kService, "WatchAllocation"), request);
  std::unique_ptr<Progress> bar;
  std::string shown;
  v1::WatchAllocationResponse news;
  while (stream.Read(&news)) {
    allocation = news.allocation();
    std::string label = WordOf(allocation.phase());
    if (!label.empty()) label.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(label.front())));
    if (label.empty()) label = "Waiting";
    if (!bar || label != shown) {
      bar.reset();
      bar = std::make_unique<Progress>(context.err(), context.err_terminal(), label, 1000);
      shown = label;
    }
    bar->Show(allocation.progress_permille());
  }
  const absl::Status ended = stream.Finish();
  if (!ended.ok()) return ended;
  return allocation;
}

struct RunFlags {
  std::string allocation;
  std::string objective = "deferred acceptance";
  bool dry_run = false;
};

void RunOptions(CLI::App& command, RunFlags& flags) {
  command.add_option("ALLOCATION", flags.allocation, kAllocationHelp)->required();
  command
      .add_option("--objective", flags.objective,
                  "deferred acceptance: nobody is passed over, and it never pays to say anything but what one wants; "
                  "max placed: most people placed, then the best choices")
      ->capture_default_str();
  command.add_flag("--dry-run", flags.dry_run, "Compute and show the figures, and store nothing");
}

ExitCode RunAllocation(Context& context, const RunFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found({{"name", "ALLOCATION"}, {"objective", "--objective"}});
  v1::StartAllocationRequest request;
  request.set_name(found.Of("ALLOCATION", FindAllocation(*api, flags.allocation)).name());
  request.set_objective(found.Of("--objective", ParseWord<v1::AllocationObjective>(flags.objective)));
  request.set_validate_only(flags.dry_run);
  request.set_request_id(NewRequestId());
  const auto answer = found.Call<v1::StartAllocationResponse>(*api, absl::StrCat(kService, "StartAllocation"), request);
  if (ReasonOf(answer.status()) == "NOT_COMMITTED") {
    return context.Fail(absl::FailedPreconditionError(absl::StrCat(
        flags.allocation, " has no draw that was committed to; commit to one first with `brygga allocate commit ",
        flags.allocation, "`")));
  }
  BRYGGA_CLI_ASSIGN(const auto started, answer);
  if (flags.dry_run) {
    context.json ? context.PrintJson(started.allocation())
                 : void(context.out() << "Dry run, nothing is stored.\n"
                                      << ResultText(started.allocation())
                                      << GroupsText(started.allocation(), context.columns()));
    return kDone;
  }
  BRYGGA_CLI_ASSIGN(const v1::Allocation done, Watch(context, *api, started.allocation()));
  Print(context, done);
  if (!context.json) context.out() << GroupsText(done, context.columns());
  return done.state() == v1::ALLOCATION_STATE_PROPOSED ? kDone : kRefused;
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

const std::string& WordFor(const std::map<std::string, std::string>& words, const std::string& name) {
  const auto found = words.find(name);
  return found == words.end() ? name : found->second;
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
    text = absl::StrCat("from the reserve list, after ", WordFor(names, PersonOf(placement.freed_by())));
  }
  const std::string between = text.empty() ? "" : "; ";
  switch (placement.freed_seat()) {
    case v1::FREED_SEAT_OFFERING:
      return absl::StrCat(text, between, "being offered on");
    case v1::FREED_SEAT_OFFERED:
      return absl::StrCat(text, between, "offered to ", WordFor(names, PersonOf(placement.passed_to())));
    case v1::FREED_SEAT_LAPSED:
      return absl::StrCat(text, between, "not offered on (", placement.lapse_reason(), ")");
    default:
      return text;
  }
}

bool ShowsAll(Context& context, const NameFlags& flags) { return flags.limit == 0 || context.json; }

ExitCode Show(Context& context, const NameFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::Allocation allocation, FindAllocation(*api, flags.allocation));
  v1::ListPlacementsRequest request;
  request.set_parent(allocation.name());
  request.set_page_size(ShowsAll(context, flags) ? 1000 : std::min(flags.limit, 1000));
  request.set_order_by("lottery_number");
  v1::ListPlacementsResponse all;
  if (ShowsAll(context, flags)) {
    const absl::Status read = api->Pages<v1::ListPlacementsResponse>(
        absl::StrCat(kService, "ListPlacements"), request,
        [&](const v1::ListPlacementsResponse& page) { all.mutable_placements()->MergeFrom(page.placements()); });
    if (!read.ok()) return context.Fail(read);
  } else {
    BRYGGA_CLI_ASSIGN(all, api->Call<v1::ListPlacementsResponse>(absl::StrCat(kService, "ListPlacements"), request));
  }
  if (context.json) {
    context.PrintJson({{"allocation", &allocation}, {"", &all}});
    return kDone;
  }
  std::set<std::string> people, openings;
  for (const v1::Placement& placement : all.placements()) {
    people.insert(placement.participant());
    if (!placement.freed_by().empty()) people.insert(PersonOf(placement.freed_by()));
    if (!placement.passed_to().empty()) people.insert(PersonOf(placement.passed_to()));
    openings.insert(placement.opening());
  }
  BRYGGA_CLI_ASSIGN(const auto names, NamesOf(*api, people));
  BRYGGA_CLI_ASSIGN(const auto titles, TitlesOf(*api, openings));
  context.out() << AllocationText(allocation) << GroupsText(allocation, context.columns());
  if (all.placements_size() == 0) return kDone;
  Table table({{"Person", Align::kLeft, 28},
               {"Opening", Align::kLeft, 40},
               {"Choice", Align::kRight},
               {"Reserved for"},
               {"Lot", Align::kRight},
               {"Seat"},
               {"What became of it", Align::kLeft, 60}});
  for (const v1::Placement& placement : all.placements()) {
    table.Add({WordFor(names, placement.participant()), WordFor(titles, placement.opening()),
               absl::StrCat(placement.choice()), placement.group(), absl::StrCat(placement.lottery_number()),
               WordOf(placement.seat()), PassedText(placement, names)});
  }
  context.out() << "\n" << table.Render(context.columns());
  PrintMore(context, all.next_page_token());
  return kDone;
}

ExitCode ShowReserves(Context& context, const NameFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::Allocation allocation, FindAllocation(*api, flags.allocation));
  v1::ListReservesRequest request;
  request.set_parent(allocation.name());
  request.set_page_size(ShowsAll(context, flags) ? 1000 : std::min(flags.limit, 1000));
  v1::ListReservesResponse all;
  if (ShowsAll(context, flags)) {
    const absl::Status read = api->Pages<v1::ListReservesResponse>(
        absl::StrCat(kService, "ListReserves"), request,
        [&](const v1::ListReservesResponse& page) { all.mutable_reserves()->MergeFrom(page.reserves()); });
    if (!read.ok()) return context.Fail(read);
  } else {
    request.set_filter("position > 0");
    BRYGGA_CLI_ASSIGN(all, api->Call<v1::ListReservesResponse>(absl::StrCat(kService, "ListReserves"), request));
  }
  if (context.json) {
    context.PrintJson(all);
    return kDone;
  }
  std::set<std::string> people;
  for (const v1::Reserve& reserve : all.reserves()) people.insert(reserve.participant());
  BRYGGA_CLI_ASSIGN(const auto names, NamesOf(*api, people));
  Table table({{"Place", Align::kRight},
               {"Person", Align::kLeft, 28},
               {"Why"},
               {"Priority"},
               {"Lot", Align::kRight},
               {"Waits for", Align::kRight}});
  for (const v1::Reserve& reserve : all.reserves()) {
    table.Add({reserve.position() == 0 ? "" : absl::StrCat(reserve.position()), WordFor(names, reserve.participant()),
               WordOf(reserve.reason()), reserve.priority(), absl::StrCat(reserve.lottery_number()),
               Count(reserve.openings_size(), "opening", "openings")});
  }
  context.out() << table.Render(context.columns());
  PrintMore(context, all.next_page_token());
  return kDone;
}

struct PublishFlags {
  std::string allocation;
  int answer_days = 0;
  bool dry_run = false;
};

void PublishOptions(CLI::App& command, PublishFlags& flags) {
  command.add_option("ALLOCATION", flags.allocation, kAllocationHelp)->required();
  command.add_option("--answer-days", flags.answer_days, "Days that people have to answer; else 14");
  command.add_flag("--dry-run", flags.dry_run, "Say what stands in the way, and publish nothing");
}

ExitCode Publish(Context& context, const PublishFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found({{"name", "ALLOCATION"}, {"answer_days", "--answer-days"}});
  const v1::Allocation allocation = found.Of("ALLOCATION", FindAllocation(*api, flags.allocation));
  v1::PublishAllocationRequest request;
  request.set_name(allocation.name());
  request.set_etag(allocation.etag());
  request.set_answer_days(flags.answer_days);
  request.set_validate_only(flags.dry_run);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto begun, found.Call<v1::PublishAllocationResponse>(
                                          *api, absl::StrCat(kService, "PublishAllocation"), request));
  if (flags.dry_run) {
    if (context.json) {
      context.PrintJson(begun);
    } else if (begun.conflicts_size() == 0) {
      context.out() << Count(begun.allocation().statistics().placed(), "placement", "placements")
                    << " would be published; every seat is free.\n";
    }
    for (int i = 0; i < begun.conflicts_size() && !context.json; ++i) {
      context.out() << begun.conflicts(i).placement() << " cannot be published: " << begun.conflicts(i).reason()
                    << "\n";
    }
    return begun.conflicts_size() == 0 ? kDone : kRefused;
  }
  BRYGGA_CLI_ASSIGN(const v1::Allocation done, Watch(context, *api, begun.allocation()));
  Print(context, done);
  return done.state() == v1::ALLOCATION_STATE_PUBLISHED ? kDone : kRefused;
}

struct DrawFlags {
  std::string allocation, out;
};

void DrawOptions(CLI::App& command, DrawFlags& flags) {
  command.add_option("ALLOCATION", flags.allocation, kAllocationHelp)->required();
  command.add_option("--out", flags.out, "Write the published document to this file; else to standard output");
}

ExitCode Draw(Context& context, const DrawFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  v1::GetPublishedDrawRequest request;
  request.set_name(flags.allocation);
  if (flags.allocation.find("/allocations/") == std::string::npos) {
    BRYGGA_CLI_ASSIGN(const v1::Allocation allocation, FindAllocation(*api, flags.allocation));
    request.set_name(allocation.name());
  }
  auto stream = api->Open<v1::GetPublishedDrawResponse>(absl::StrCat(kService, "GetPublishedDraw"), request);
  v1::GetPublishedDrawResponse part, last;
  std::string document;
  while (stream.Read(&part)) {
    document += part.document();
    last = part;
  }
  if (const absl::Status ended = stream.Finish(); !ended.ok()) return context.Fail(ended);
  if (document.empty()) {
    context.out() << "The draw is " << WordOf(last.draw_state())
                  << " and not published yet; SHA-256 of its seed: " << last.seed_hash() << "\n";
    return kDone;
  }
  if (flags.out.empty()) {
    context.out() << document << "\n";
    return kDone;
  }
  std::ofstream file(flags.out, std::ios::binary);
  file << document << "\n";
  if (!file.flush()) return context.Fail(UsageError("--out", absl::StrCat(flags.out, " cannot be written")));
  context.out() << flags.out << " written. Anybody can draw again from it: python3 data/lottery/replay.py " << flags.out
                << "\n";
  return kDone;
}

}  // namespace

void AddAllocate(const Program& program) {
  CLI::App& group = *AddGroup(
      program.app, "allocate",
      "Give out openings by what people ask for, priority, reserves and a lottery. The order: create; apply or import; "
      "commit; run; show, reserves; publish; draw");
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
  AddCommand<NameFlags>(program, group, "commit",
                        "Commit to a draw: its seed is fixed and its SHA-256 public, so that nobody can choose the "
                        "outcome",
                        "  brygga allocate commit \"Summer 2023\"", &NameOptions, &Commit);
  AddCommand<RunFlags>(program, group, "run", "Draw lots, place people and wait for the result",
                       "  brygga allocate run \"Summer 2023\" --dry-run\n"
                       "  brygga allocate run \"Summer 2023\" --objective \"max placed\"",
                       &RunOptions, &RunAllocation);
  AddCommand<NameFlags>(program, group, "show", "Show an allocation and who is placed where",
                        "  brygga allocate show \"Summer 2023\" --limit 50", &LimitedOptions, &Show);
  AddCommand<NameFlags>(program, group, "reserves", "Show the reserve list in its order, and why",
                        "  brygga allocate reserves \"Summer 2023\" --limit 0", &LimitedOptions, &ShowReserves);
  AddCommand<PublishFlags>(program, group, "publish",
                           "Take the seats at the partners and make the placements known, all of them or none",
                           "  brygga allocate publish \"Summer 2023\" --dry-run\n"
                           "  brygga allocate publish \"Summer 2023\" --answer-days 7",
                           &PublishOptions, &Publish);
  AddCommand<DrawFlags>(program, group, "draw",
                        "What is public of a draw: all it takes to draw again, and nobody's name",
                        "  brygga allocate draw \"Summer 2023\" --out draw.json\n"
                        "  python3 data/lottery/replay.py draw.json",
                        &DrawOptions, &Draw);
}

}  // namespace brygga::cli
