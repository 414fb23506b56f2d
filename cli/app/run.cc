#include "cli/app/run.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <utility>

#include "cli/app/command_line.h"
#include "cli/commands/commands.h"

namespace brygga::cli {
namespace {

constexpr size_t kHelpColumns = 100;

constexpr char kDescription[] =
    "brygga: mentoring and labour-market programmes from the command line.\n"
    "\n"
    "A programme's year in commands: programme create, cohort create, cohort open, import mentors, import mentees, "
    "cohort decide, match run, match show, match publish, event pairs, board.";

constexpr char kFooter[] =
    "Cohorts and programmes may be given by name (programmes/…), by what people call them, or by kind (vocational) "
    "where that is enough; people and events also by the key that an import gave them (A00001, E011).\n"
    "\n"
    "Exit codes: 0 done; 1 done except for the rows that the report names; 2 the command line or a file is wrong; "
    "3 refused, the message says why; 4 not allowed; 5 a service is away or busy, try again; 6 a fault in Brygga.\n"
    "\n"
    "Examples:\n"
    "  export BRYGGA_ADDRESS=127.0.0.1:7070 BRYGGA_TOKEN_FILE=admin.token\n"
    "  brygga status\n"
    "  brygga board vocational\n"
    "  brygga import mentees mentees.csv --dry-run\n"
    "  brygga help match run";

void AddSettings(CLI::App& app, Context& context) {
  app.add_option("--address", context.address, "The gateway, HOST:PORT")
      ->envname("BRYGGA_ADDRESS")
      ->capture_default_str();
  app.add_option("--token-file", context.token_file, "The file that holds your token; none: anonymous")
      ->envname("BRYGGA_TOKEN_FILE");
  app.add_flag("--json", context.json, "Print JSON, for programs; fields that are 0 or empty are left out");
  app.add_option("--timeout", context.timeout_seconds, "Seconds to wait for an answer, 1 to 600")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
}

// "brygga help match run" is "brygga match run --help".
void TurnHelpAround(std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front() != "help") return;
  arguments.erase(arguments.begin());
  arguments.push_back("--help");
}

}  // namespace

ExitCode Run(std::vector<std::string> arguments, const Streams& streams, Connect connect) {
  Context context(streams, std::move(connect));
  ExitCode code = kDone;
  CLI::App app(kDescription, "brygga");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.formatter(std::make_shared<HelpFormatter>(
      std::min(streams.out_columns > 0 ? streams.out_columns : kHelpColumns, kHelpColumns)));
  app.fallthrough();
  AddSettings(app, context);
  const Program program{app, context, code};
  AddProgramme(program);
  AddOrganisation(program);
  AddCohort(program);
  AddImport(program);
  AddMatch(program);
  AddCandidates(program);
  AddOpening(program);
  AddAllocate(program);
  AddNetworking(program);
  AddEvent(program);
  AddBoard(program);
  AddHome(program);
  AddErasure(program);
  AddWatch(program);
  AddSolve(program);
  AddToken(program);
  AddStatus(program);
  TurnHelpAround(arguments);
  const bool json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
  std::reverse(arguments.begin(), arguments.end());  // As CLI11 wants a vector.
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error, streams.out, streams.err) == 0 ? kDone : kUsage;
    context.json = json;
    context.command = CommandOf(app);
    return context.Fail(UsageErrorOf(app, error));
  }
  return code;
}

}  // namespace brygga::cli
