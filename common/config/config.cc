#include "common/config/config.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"

namespace brygga {
namespace {

std::string EnvironmentName(std::string_view setting) {
  std::string name = "BRYGGA_" + absl::AsciiStrToUpper(std::string(setting));
  return absl::StrReplaceAll(name, {{"-", "_"}});
}

std::string CheckDuration(const std::string& text) {
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration) && duration >= absl::ZeroDuration()) return "";
  return "not a duration; write 300ms, 5s, 2m or 1h";
}

// Leaves out of the file what the environment sets: CLI11 would let the file
// win.
class FileBelowEnvironment final : public CLI::ConfigTOML {
 public:
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    std::vector<CLI::ConfigItem> items = CLI::ConfigTOML::from_config(input);
    std::erase_if(items, [](const CLI::ConfigItem& item) {
      const char* value = std::getenv(EnvironmentName(item.name).c_str());
      return value != nullptr && *value != '\0';
    });
    return items;
  }
};

}  // namespace

struct Config::DurationText {
  std::string text;
  absl::Duration* target;
};

Config::Config(std::string_view program, std::string_view description)
    : app_(std::make_unique<CLI::App>(std::string(description), std::string(program))) {
  app_->config_formatter(std::make_shared<FileBelowEnvironment>());
  app_->allow_config_extras(CLI::config_extras_mode::error);
  app_->set_config("--config", "", "A TOML file with settings; flags and environment win over it");
  app_->add_flag("--print-config", print_config_, "Show the settings and end")->configurable(false);
  app_->get_formatter()->column_width(36);
}

Config::~Config() = default;

Config& Config::Text(std::string_view name, std::string* target, std::string_view help) {
  app_->add_option("--" + std::string(name), *target, std::string(help))
      ->envname(EnvironmentName(name))
      ->capture_default_str();
  return *this;
}

Config& Config::Int(std::string_view name, int* target, std::string_view help, int least, int most) {
  app_->add_option("--" + std::string(name), *target, std::string(help))
      ->envname(EnvironmentName(name))
      ->check(CLI::Range(least, most))
      ->capture_default_str();
  return *this;
}

Config& Config::Flag(std::string_view name, bool* target, std::string_view help) {
  app_->add_flag("--" + std::string(name) + ",!--no-" + std::string(name), *target, std::string(help))
      ->envname(EnvironmentName(name));
  return *this;
}

Config& Config::Duration(std::string_view name, absl::Duration* target, std::string_view help) {
  auto& kept =
      durations_.emplace_back(std::make_unique<DurationText>(DurationText{absl::FormatDuration(*target), target}));
  app_->add_option("--" + std::string(name), kept->text, std::string(help))
      ->envname(EnvironmentName(name))
      ->check(CLI::Validator(CheckDuration, "DURATION"))
      ->capture_default_str();
  return *this;
}

Config& Config::File(std::string_view name, std::string* target, std::string_view help) {
  app_->add_option("--" + std::string(name), *target, std::string(help))
      ->envname(EnvironmentName(name))
      ->check(CLI::ExistingFile)
      ->capture_default_str();
  return *this;
}

std::optional<int> Config::Parse(int argc, const char* const* argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app_->exit(error);
    return code == 0 ? 0 : 2;
  }
  for (const auto& duration : durations_) absl::ParseDuration(duration->text, duration->target);
  if (print_config_) {
    std::cout << app_->config_to_str(/*default_also=*/true, /*write_description=*/true);
    return 0;
  }
  return std::nullopt;
}

}  // namespace brygga
