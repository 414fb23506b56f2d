// brygga-gateway: the gateway in a process of its own.
#include <string>

#include "common/rpc/client.h"
#include "common/rpc/process.h"
#include "common/rpc/server.h"
#include "common/status/macros.h"
#include "services/gateway/service.h"

int main(int argc, char** argv) {
  using brygga::rpc::Channel;
  brygga::rpc::Process process("gateway", "One door to the suite, and pages that join what the services know.",
                               {.port = 7070, .admin_port = 9070, .metrics_port = 9170});
  std::string partner = "127.0.0.1:7071", participant = "127.0.0.1:7072";
  std::string matching = "127.0.0.1:7073", events = "127.0.0.1:7074";
  process.config()
      .Text("partner", &partner, "Where the partner service listens, HOST:PORT")
      .Text("participant", &participant, "Where the participant service listens, HOST:PORT")
      .Text("matching", &matching, "Where the matching service listens, HOST:PORT")
      .Text("events", &events, "Where the events service listens, HOST:PORT");
  return process.Run(argc, argv, [&](const brygga::rpc::ServerOptions& options) -> absl::Status {
    brygga::gateway::GatewayService service({.partner = Channel::Connect(partner),
                                             .participant = Channel::Connect(participant),
                                             .matching = Channel::Connect(matching),
                                             .events = Channel::Connect(events)});
    BRYGGA_ASSIGN_OR_RETURN(const auto server, brygga::rpc::Server::Start(options, service.services()));
    return process.ServeUntilSignalled({server.get()});
  });
}
