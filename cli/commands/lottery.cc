#include <cctype>
#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "brygga/matching/v1/allocation_service.pb.h"
#include "cli/app/find_place.h"
#include "cli/app/findings.h"
#include "cli/app/words.h"
#include "cli/commands/allocation_text.h"
#include "cli/commands/commands.h"
#include "cli/output/progress.h"
#include "cli/output/text.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::matching::v1;

constexpr char kService[] = "brygga.matching.v1.AllocationService/";

struct CommitFlags {
  std::string allocation;
};

void CommitOptions(CLI::App& command, CommitFlags& flags) {
  command.add_option("ALLOCATION", flags.allocation, kAllocationHelp)->required();
}

ExitCode Commit(Context& context, const CommitFlags& flags) {
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
        ShellWord(flags.allocation), "`")));
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
  PrintAllocation(context, done);
  if (!context.json) context.out() << GroupsText(done, context.columns());
  return done.state() == v1::ALLOCATION_STATE_PROPOSED ? kDone : kRefused;
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
  PrintAllocation(context, done);
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
  if (document.empty() && context.json) {
    context.PrintJson(last);
    return kDone;
  }
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
  context.out() << flags.out << " written. Anybody can draw again from it: python3 data/lottery/replay.py "
                << ShellWord(flags.out) << "\n";
  return kDone;
}

}  // namespace

void AddLottery(const Program& program, CLI::App& allocate) {
  AddCommand<CommitFlags>(program, allocate, "commit",
                          "Commit to a draw: its seed is fixed and its SHA-256 public, so that nobody can choose the "
                          "outcome",
                          "  brygga allocate commit \"Summer 2023\"", &CommitOptions, &Commit);
  AddCommand<RunFlags>(program, allocate, "run", "Draw lots, place people and wait for the result",
                       "  brygga allocate run \"Summer 2023\" --dry-run\n"
                       "  brygga allocate run \"Summer 2023\" --objective \"max placed\"",
                       &RunOptions, &RunAllocation);
  AddCommand<PublishFlags>(program, allocate, "publish",
                           "Take the seats at the partners and make the placements known, all of them or none",
                           "  brygga allocate publish \"Summer 2023\" --dry-run\n"
                           "  brygga allocate publish \"Summer 2023\" --answer-days 7",
                           &PublishOptions, &Publish);
  AddCommand<DrawFlags>(program, allocate, "draw",
                        "What is public of a draw: all it takes to draw again, and nobody's name",
                        "  brygga allocate draw \"Summer 2023\" --out draw.json\n"
                        "  python3 data/lottery/replay.py draw.json",
                        &DrawOptions, &Draw);
}

}  // namespace brygga::cli
