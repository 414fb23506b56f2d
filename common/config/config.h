// A program's settings: flags, then environment, then a file, then defaults.
//
// The setting "grpc-address" is --grpc-address, BRYGGA_GRPC_ADDRESS, and
// `grpc-address = "…"` in the TOML file that --config names. --print-config
// shows the result and ends. Secrets are never settings: the path of a file
// that holds one is.
#ifndef BRYGGA_COMMON_CONFIG_CONFIG_H_
#define BRYGGA_COMMON_CONFIG_CONFIG_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace CLI {
class App;
}

namespace brygga {

// Made in main(), parsed once. Targets are borrowed, hold the defaults before
// Parse and the result after. Not thread-safe.
class Config {
 public:
  Config(std::string_view program, std::string_view description);
  ~Config();

  Config& Text(std::string_view name, std::string* target, std::string_view help);
  Config& Int(std::string_view name, int* target, std::string_view help, int least, int most);
  Config& Flag(std::string_view name, bool* target, std::string_view help);
  // "300ms", "5s", "2m", "1h".
  Config& Duration(std::string_view name, absl::Duration* target, std::string_view help);
  // The path of a file that exists.
  Config& File(std::string_view name, std::string* target, std::string_view help);

  // The code to exit with, or nothing where the program goes on. Writes help,
  // the configuration or what is wrong, as asked.
  std::optional<int> Parse(int argc, const char* const* argv);

  // CLI11 itself, for commands below the program.
  CLI::App& app() { return *app_; }

 private:
  struct DurationText;

  const std::unique_ptr<CLI::App> app_;
  std::vector<std::unique_ptr<DurationText>> durations_;
  bool print_config_ = false;
};

}  // namespace brygga

#endif  // BRYGGA_COMMON_CONFIG_CONFIG_H_
