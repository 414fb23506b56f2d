#include "services/suite/ports.h"

#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace brygga::suite {

std::string PortsText(const std::vector<std::pair<std::string, rpc::Server*>>& servers) {
  std::string text;
  for (const auto& [name, server] : servers) {
    absl::StrAppend(&text, name, " ", server->address(), " ", server->admin_port(), " ", server->metrics_port(), "\n");
  }
  return text;
}

absl::Status WriteWhole(const std::string& path, const std::string& text) {
  const std::string unfinished = path + ".new";
  std::ofstream(unfinished, std::ios::binary) << text;
  std::ifstream written(unfinished, std::ios::binary | std::ios::ate);
  const bool whole = written && static_cast<size_t>(written.tellg()) == text.size();
  if (whole && std::rename(unfinished.c_str(), path.c_str()) == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(path, " cannot be written"));
}

}  // namespace brygga::suite
