// brygga-matching: the matching service in a process of its own.
#include <memory>
#include <string>

#include "common/feed/change_feed.h"
#include "common/rpc/process.h"
#include "common/rpc/server.h"
#include "common/sql/error_log.h"
#include "common/status/macros.h"
#include "services/matching/service.h"

int main(int argc, char** argv) {
  brygga::rpc::Process process("matching", "Ranks who could meet whom, runs rounds and keeps matches.",
                               {.port = 7073, .admin_port = 9073, .metrics_port = 9173});
  std::string database = "sqlite:matching.db";
  std::string participant = "127.0.0.1:7072";
  std::string partner = "127.0.0.1:7071";
  std::string data = "data";
  absl::Duration projection_interval = absl::Minutes(2);
  brygga::matching::KeptRankingsSettings rankings;
  process.config().Text("database", &database, "Where it keeps them: sqlite:FILE or postgresql://…");
  process.config().Text("participant", &participant, "Where the participant service listens, HOST:PORT");
  process.config().Text("partner", &partner, "Where the partner service listens, HOST:PORT");
  process.config().Text("data", &data, "The folder that holds policy/ and reference/");
  process.config().Duration("projection-interval", &projection_interval,
                            "Time between two readings of all people, beside the feeds");
  brygga::sql::LogRetention keep;
  brygga::feed::AddSettings(process.config(), &keep);
  AddSettings(process.config(), rankings);
  return process.Run(argc, argv, [&](const brygga::rpc::ServerOptions& options) -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(
        const auto service,
        brygga::matching::MatchingService::Open(
            database,
            {.data = data, .projection_interval = projection_interval, .rankings = rankings, .log = options.log},
            brygga::rpc::Channel::Connect(participant), brygga::rpc::Channel::Connect(partner),
            process.service_tokens(), {.log = brygga::sql::ErrorLog(options.log), .keep_changes = keep}));
    BRYGGA_ASSIGN_OR_RETURN(const auto server, brygga::rpc::Server::Start(options, service->services()));
    service->Start();
    const absl::Status served = process.ServeUntilSignalled({server.get()});
    service->Stop();
    return served;
  });
}
