// The commands of `brygga`. Each function adds one command, or a group of them,
// to the program; what a command ends with is written to `code`.
#ifndef BRYGGA_CLI_COMMANDS_COMMANDS_H_
#define BRYGGA_CLI_COMMANDS_COMMANDS_H_

#include <CLI/CLI.hpp>

#include "cli/app/command_line.h"
#include "cli/app/context.h"
#include "cli/output/error_text.h"

namespace brygga::cli {

// What the arguments may be that several commands take.
inline constexpr char kCohortHelp[] = "Its name, what people call it, or the kind of its programme";
inline constexpr char kRoundHelp[] = "A round's name, or a cohort: then its newest round";
inline constexpr char kEventHelp[] = "events/…, or the key of an import such as E011";
inline constexpr char kPersonHelp[] = "participants/…, or the key of an import such as A00001";
inline constexpr char kMentorHelp[] = "participants/…, or the key of an import such as M00001";
inline constexpr char kMatchHelp[] =
    "programmes/…/cohorts/…/matches/…, as `brygga match list` shows it; or a person (A00002) who has only one";

// --language, as every command that says sentences takes it: sv or en, by default what
// BRYGGA_LANGUAGE says, else what the API speaks.
void AddLanguage(CLI::App& command, std::string& language);

// All of these outlive the parsing of the command line.
struct Program {
  CLI::App& app;
  Context& context;
  ExitCode& code;
};

void AddToken(const Program& program);
void AddStatus(const Program& program);
void AddOrganisation(const Program& program);
void AddProgramme(const Program& program);
void AddCohort(const Program& program);
void AddImport(const Program& program);
void AddMatch(const Program& program);
void AddCandidates(const Program& program);
// To the group `match`: what a round proposes, and what becomes of it.
void AddRounds(const Program& program, CLI::App& match);
// To the group `match`: what a round has proposed, and the rounds of a cohort.
void AddRoundViews(const Program& program, CLI::App& match);
// To the group `match`: why, and why not.
void AddExplanations(const Program& program, CLI::App& match);
// To the group `match`: pairs by hand, locks, vetoes, and the life of a match.
void AddPairs(const Program& program, CLI::App& match);
// To the group `match`: meetings and who has met too seldom.
void AddMeetings(const Program& program, CLI::App& match);
void AddOpening(const Program& program);
void AddAllocate(const Program& program);
// To the group `allocate`: the draw, from the commitment to what is published of it.
void AddLottery(const Program& program, CLI::App& allocate);
// To the group `allocate`: who is placed where, and who waits.
void AddPlacements(const Program& program, CLI::App& allocate);
void AddNetworking(const Program& program);
void AddEvent(const Program& program);
// To the group `event`: who comes, one by one and pair by pair.
void AddRegistrations(const Program& program, CLI::App& event);
void AddErasure(const Program& program);
void AddBoard(const Program& program);
void AddHome(const Program& program);
// What changes, as it happens.
void AddWatch(const Program& program);
void AddSolve(const Program& program);

// What a list of commands has above it, where it is not told apart by kinds.
inline constexpr char kCommands[] = "Commands";

// Adds a group of commands, of which one must be given. `examples` ends its help:
// the commands in their usual order.
inline CLI::App* AddGroup(CLI::App& parent, const std::string& name, const std::string& description,
                          const std::string& examples) {
  CLI::App* const group = parent.add_subcommand(name, description);
  group->group(kCommands);
  group->require_subcommand(1);
  group->footer("Examples:\n" + examples + "\n\n`brygga " + name + " COMMAND --help` tells more of each.");
  return group;
}

// Adds a command that runs `run(context, flags)`; `flags` is a fresh Flags that
// `options(command, flags)` binds. `examples` ends its help.
template <typename Flags>
CLI::App* AddCommand(const Program& program, CLI::App& parent, const std::string& name, const std::string& description,
                     const std::string& examples, void (*options)(CLI::App&, Flags&),
                     ExitCode (*run)(Context&, const Flags&)) {
  CLI::App* const command = parent.add_subcommand(name, description);
  command->group(kCommands);
  const auto flags = std::make_shared<Flags>();  // Shared by the parser's bindings and the callback.
  options(*command, *flags);
  command->footer("Examples:\n" + examples);
  command->callback([&context = program.context, &code = program.code, command, flags, run] {
    context.command = CommandOf(*command);
    code = run(context, *flags);
  });
  return command;
}

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_COMMANDS_COMMANDS_H_
