// A server of the probe service, for process_test.
#include <chrono>
#include <cstdio>
#include <thread>
#include <utility>
#include <vector>

#include "common/rpc/probe_handler.h"
#include "common/rpc/process.h"
#include "common/status/macros.h"

int main(int argc, char** argv) {
  using namespace brygga::rpc;
  Process process("probe", "Answers in ways that tests ask for.", {});
  ProbeHandler handler;
  handler.on_echo = [](const Call&) -> absl::StatusOr<std::string> {
    std::fputs("echo begins\n", stderr);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    return "slept";
  };
  return process.Run(argc, argv, [&](const ServerOptions& options) -> absl::Status {
    std::vector<Service> services;
    services.push_back(ProbeService(handler));
    BRYGGA_ASSIGN_OR_RETURN(const auto server, Server::Start(options, std::move(services)));
    return process.ServeUntilSignalled({server.get()});
  });
}
