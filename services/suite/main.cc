// brygga-suite: all five services in one process, each on its own SQLite file.
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/feed/change_feed.h"
#include "common/rpc/process.h"
#include "common/rpc/server.h"
#include "common/status/macros.h"
#include "services/suite/ports.h"
#include "services/suite/suite.h"

namespace {

using brygga::rpc::Ports;
using brygga::rpc::ServerOptions;

struct Settings {
  std::string folder = ".run/suite";
  std::string reference = "data";
  std::string ports_file;
  bool free_ports = false;
  brygga::matching::KeptRankingsSettings rankings;
  brygga::sql::LogRetention keep_changes;
  std::map<std::string, Ports> ports = {{"partner", {7071, 9071, 9171}},
                                        {"participant", {7072, 9072, 9172}},
                                        {"matching", {7073, 9073, 9173}},
                                        {"events", {7074, 9074, 9174}}};
};

void AddSettings(brygga::Config& config, Settings& settings) {
  config.Text("data", &settings.folder, "Folder of the databases and the local issuer; made where there is none")
      .Text("reference-data", &settings.reference, "Folder with policy/ and reference/")
      .Text("ports-file", &settings.ports_file, "Where to write who listens where; DATA/ports without it")
      .Flag("free-ports", &settings.free_ports, "Take free ports for everything");
  AddSettings(config, settings.rankings);
  brygga::feed::AddSettings(config, &settings.keep_changes);
  for (auto& [service, ports] : settings.ports) {
    config.Int(absl::StrCat(service, "-port"), &ports.port, "Port of that service; 0 takes a free one", 0, 65535)
        .Int(absl::StrCat(service, "-admin-port"), &ports.admin_port, "Its port of health and reflection", 0, 65535)
        .Int(absl::StrCat(service, "-metrics-port"), &ports.metrics_port, "Its port of metrics", 0, 65535);
  }
}

std::string HostOf(const std::string& address) { return address.substr(0, address.rfind(':')); }

// What the gateway was told, with the name and ports of another service.
ServerOptions OptionsOf(const std::string& service, const ServerOptions& gateway, const Settings& settings) {
  ServerOptions options = gateway;
  options.name = service;
  if (service == "gateway" && !settings.free_ports) return options;
  const Ports ports = settings.free_ports ? Ports() : settings.ports.at(service);
  const std::string host = HostOf(gateway.address);
  options.address = absl::StrCat(host, ":", ports.port);
  options.admin_address = absl::StrCat(host, ":", ports.admin_port);
  options.metrics_address = absl::StrCat(host, ":", ports.metrics_port);
  return options;
}

// The database files and the issuer hold personal data and a key.
absl::Status MakeFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("the folder ", folder, " cannot be made: ", error.message()));
}

void Greet(const brygga::suite::Suite& suite) {
  const std::string address = suite.server("gateway").address();
  std::cout << "The suite is ready. In another terminal, with the folder that --local-issuer names:\n"
            << "  build/brygga token --issuer FOLDER --admin > admin.token\n"
            << "  export BRYGGA_ADDRESS=" << address << " BRYGGA_TOKEN_FILE=admin.token\n"
            << "  build/brygga status\n"
            << std::flush;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  brygga::rpc::Process process("suite", "All five services in one process, each on its own SQLite file.",
                               {.port = 7070, .admin_port = 9070, .metrics_port = 9170});
  AddSettings(process.config(), settings);
  return process.Run(argc, argv, [&](const ServerOptions& gateway) -> absl::Status {
    if (process.local_issuer() == nullptr) {
      return absl::InvalidArgumentError("the suite needs --local-issuer FOLDER: its services call each other");
    }
    BRYGGA_RETURN_IF_ERROR(MakeFolder(settings.folder));
    BRYGGA_ASSIGN_OR_RETURN(
        const auto suite,
        brygga::suite::Suite::Start({
            .folder = settings.folder,
            .data = settings.reference,
            .server = [&](const std::string& service) { return OptionsOf(service, gateway, settings); },
            .tokens = [&](const std::string& service) { return process.local_issuer()->ServiceTokens(service); },
            .rankings = settings.rankings,
            .keep_changes = settings.keep_changes,
            .log = gateway.log,
        }));
    std::vector<std::pair<std::string, brygga::rpc::Server*>> servers;
    for (const char* service : brygga::suite::kServices) servers.emplace_back(service, &suite->server(service));
    const std::string path = settings.ports_file.empty() ? settings.folder + "/ports" : settings.ports_file;
    BRYGGA_RETURN_IF_ERROR(brygga::suite::WriteWhole(path, brygga::suite::PortsText(servers)));
    for (const auto& [service, server] : servers) server->SetReady(true);
    Greet(*suite);
    // The gateway drains first; the others still answer its running calls, and
    // drain in their order when the suite goes.
    return process.ServeUntilSignalled({&suite->server("gateway")});
  });
}
