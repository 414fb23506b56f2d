// brygga-events: the events service in a process of its own.
#include <memory>
#include <string>

#include "common/feed/change_feed.h"
#include "common/rpc/client.h"
#include "common/rpc/process.h"
#include "common/rpc/server.h"
#include "common/sql/error_log.h"
#include "common/status/macros.h"
#include "services/events/service.h"

int main(int argc, char** argv) {
  brygga::rpc::Process process("events", "Keeps events, series and registrations.",
                               {.port = 7074, .admin_port = 9074, .metrics_port = 9174});
  std::string database = "sqlite:events.db";
  std::string participant = "127.0.0.1:7072";
  std::string matching = "127.0.0.1:7073";
  process.config()
      .Text("database", &database, "Where it keeps them: sqlite:FILE or postgresql://…")
      .Text("participant", &participant, "Where the participant service listens, HOST:PORT: it is asked for ages")
      .Text("matching", &matching, "Where the matching service listens: its pairs are followed");
  brygga::sql::LogRetention keep;
  brygga::feed::AddSettings(process.config(), &keep);
  return process.Run(argc, argv, [&](const brygga::rpc::ServerOptions& options) -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(const auto service, brygga::events::EventsService::Open(
                                                    database,
                                                    {.participant = brygga::rpc::Channel::Connect(participant),
                                                     .matching = brygga::rpc::Channel::Connect(matching)},
                                                    process.service_tokens(),
                                                    {.log = brygga::sql::ErrorLog(options.log), .keep_changes = keep},
                                                    {.log = options.log}));
    BRYGGA_ASSIGN_OR_RETURN(const auto server, brygga::rpc::Server::Start(options, service->services()));
    return process.ServeUntilSignalled({server.get()});
  });
}
