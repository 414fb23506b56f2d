// How the command line is read and explained: all that is wrong with it at
// once, and help that fits a terminal.
#ifndef BRYGGA_CLI_APP_COMMAND_LINE_H_
#define BRYGGA_CLI_APP_COMMAND_LINE_H_

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>

#include "absl/status/status.h"

namespace brygga::cli {

// All that is wrong with what `app` was given, after it could not be parsed
// (`error`): every argument that is missing, cannot be read or is too much.
//
// Always kInvalidArgument, with a field for each.
absl::Status UsageErrorOf(CLI::App& app, const CLI::ParseError& error);

// The command that was given: "brygga match run".
std::string CommandOf(const CLI::App& app);

// Help of at most `width` columns; of commands in a list, the first sentence.
class HelpFormatter : public CLI::Formatter {
 public:
  explicit HelpFormatter(size_t width);
  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_subcommand(const CLI::App* command) const override;
  std::string make_description(const CLI::App* app) const override;
  std::string make_footer(const CLI::App* app) const override;
  std::string make_expanded(const CLI::App* app) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;

 private:
  std::string Entry(const std::string& name, const std::string& text) const;

  const size_t width_;
};

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_APP_COMMAND_LINE_H_
