#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "brygga/gateway/v1/gateway_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/output/table.h"
#include "cli/output/text.h"

namespace brygga::cli {
namespace {

namespace gv1 = ::brygga::gateway::v1;

struct BoardFlags {
  std::string cohort, language;
  bool allow_partial = false;
  int limit = 20;
};

void BoardOptions(CLI::App& command, BoardFlags& flags) {
  command.add_option("COHORT", flags.cohort, kCohortHelp)->required();
  command.add_option("--limit", flags.limit, "Most pairs and most unmatched adepts, 1 to 1000")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command.add_flag("--allow-partial", flags.allow_partial,
                   "Show what there is although a service is away; what is missing is named");
  AddLanguage(command, flags.language);
}

const std::string& NameOf(const gv1::Person& person) {
  return person.display_name().empty() ? person.name() : person.display_name();
}

std::string FunnelTable(const gv1::Funnel& funnel, size_t columns) {
  Table table({{"Who"}, {"State"}, {"Number", Align::kRight}});
  for (const auto& count : funnel.enrolments()) {
    table.Add({WordOf(count.role()), WordOf(count.state()), absl::StrCat(count.count())});
  }
  for (const gv1::MatchCount& count : funnel.matches()) {
    table.Add({"match", WordOf(count.state()), absl::StrCat(count.count())});
  }
  return table.Render(columns);
}

// A board tells the reasons of pairs that are not published.
std::string PairsTable(const gv1::CohortBoard& board, size_t columns) {
  const bool has_reasons = std::any_of(board.pairs().begin(), board.pairs().end(),
                                       [](const gv1::BoardPair& pair) { return pair.contributions_size() > 0; });
  std::vector<TableColumn> heads = {
      {"Adept", Align::kLeft, 28}, {"Mentor", Align::kLeft, 28}, {"Points", Align::kRight}, {"State"}};
  if (has_reasons) heads.push_back({"Main reasons", Align::kLeft, 100});
  Table table(std::move(heads));
  for (const gv1::BoardPair& pair : board.pairs()) {
    std::vector<std::string> cells = {NameOf(pair.adept()), NameOf(pair.mentor()), Points(pair.score()),
                                      pair.match().empty() ? "not published" : WordOf(pair.state())};
    if (has_reasons) cells.push_back(MainReasons(pair.contributions(), 3));
    table.Add(std::move(cells));
  }
  return table.Render(columns);
}

std::string UnmatchedTable(const gv1::CohortBoard& board, size_t columns) {
  Table table({{"Adept", Align::kLeft, 28}, {"Why unmatched", Align::kLeft, 100}});
  for (const gv1::BoardUnmatched& unmatched : board.unmatched()) {
    table.Add({NameOf(unmatched.adept()), unmatched.result().sentence().text()});
  }
  return table.Render(columns);
}

std::string EventsTable(const gv1::CohortBoard& board, size_t columns) {
  Table table({{"Event", Align::kLeft, 48},
               {"Starts"},
               {"Seats", Align::kRight},
               {"Taken", Align::kRight},
               {"Waiting", Align::kRight}});
  for (const gv1::BoardEvent& event : board.events()) {
    table.Add({event.title(), StockholmTime(event.start_time()), absl::StrCat(event.capacity()),
               absl::StrCat(event.registered_count()), absl::StrCat(event.waitlisted_count())});
  }
  return table.Render(columns);
}

ExitCode ShowBoard(Context& context, const BoardFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto cohort, FindCohort(*api, flags.cohort));
  gv1::GetCohortBoardRequest request;
  request.set_name(cohort.name());
  request.set_allow_partial(flags.allow_partial);
  request.set_language_code(flags.language);
  request.set_max_pairs(flags.limit);
  request.set_max_unmatched(flags.limit);
  BRYGGA_CLI_ASSIGN(const auto response,
                    api->Call<gv1::GetCohortBoardResponse>("brygga.gateway.v1.GatewayService/GetCohortBoard", request));
  if (context.json) {
    context.PrintJson(response);
    return kDone;
  }
  const gv1::CohortBoard& board = response.board();
  context.out() << Printable(board.programme().display_name()) << ", " << Printable(board.cohort().display_name())
                << " (" << WordOf(board.cohort().state()) << ")\n";
  for (const int section : response.unreachable()) {
    context.out() << "Missing, because a service did not answer: " << WordOf(static_cast<gv1::BoardSection>(section))
                  << "\n";
  }
  context.out() << "\n" << FunnelTable(board.funnel(), context.columns());
  if (board.pairs_size() > 0) context.out() << "\n" << PairsTable(board, context.columns());
  if (board.more_pairs()) context.out() << "… and more pairs (--limit, up to 1000)\n";
  if (board.unmatched_size() > 0) context.out() << "\n" << UnmatchedTable(board, context.columns());
  if (board.more_unmatched()) context.out() << "… and more unmatched adepts (--limit, up to 1000)\n";
  if (board.events_size() > 0) context.out() << "\n" << EventsTable(board, context.columns());
  return kDone;
}

}  // namespace

void AddBoard(const Program& program) {
  AddCommand<BoardFlags>(program, program.app, "board", "Show a cohort at a glance, in one call through the gateway",
                         "  brygga board vocational\n  brygga board vocational --json --limit 1000\n"
                         "  brygga board vocational --allow-partial",
                         &BoardOptions, &ShowBoard);
}

}  // namespace brygga::cli
