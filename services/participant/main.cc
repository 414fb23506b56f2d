// brygga-participant: the participant service in a process of its own.
#include <memory>
#include <string>

#include "common/feed/change_feed.h"
#include "common/rpc/client.h"
#include "common/rpc/process.h"
#include "common/rpc/server.h"
#include "common/sql/error_log.h"
#include "common/status/macros.h"
#include "services/participant/service.h"

int main(int argc, char** argv) {
  brygga::rpc::Process process("participant", "Keeps persons, consents, programmes, cohorts and enrolments.",
                               {.port = 7072, .admin_port = 9072, .metrics_port = 9172});
  std::string database = "sqlite:participant.db";
  std::string partner = "127.0.0.1:7071";
  std::string holders = "matching,events";
  absl::Duration erasure_deadline = absl::Hours(24);
  process.config()
      .Text("database", &database, "Where it keeps them: sqlite:FILE or postgresql://…")
      .Text("partner", &partner, "Where the partner service listens, HOST:PORT: it knows the agreements")
      .Text("erasure-holders", &holders, "Who holds something about persons beside this service, by commas")
      .Duration("erasure-deadline", &erasure_deadline, "How long a holder may take to erase a person");
  brygga::sql::LogRetention keep;
  brygga::feed::AddSettings(process.config(), &keep);
  return process.Run(argc, argv, [&](const brygga::rpc::ServerOptions& options) -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(
        const auto service,
        brygga::participant::ParticipantService::Open(
            database, brygga::rpc::Channel::Connect(partner), process.service_tokens(),
            {.log = brygga::sql::ErrorLog(options.log), .keep_changes = keep},
            {.erasure = {.holders = brygga::participant::HoldersIn(holders), .deadline = erasure_deadline},
             .log = options.log}));
    BRYGGA_ASSIGN_OR_RETURN(const auto server, brygga::rpc::Server::Start(options, service->services()));
    return process.ServeUntilSignalled({server.get()});
  });
}
