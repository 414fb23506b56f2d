// brygga-partner: the partner service in a process of its own.
#include <memory>
#include <string>

#include "common/feed/change_feed.h"
#include "common/rpc/process.h"
#include "common/rpc/server.h"
#include "common/sql/error_log.h"
#include "common/status/macros.h"
#include "services/partner/service.h"

int main(int argc, char** argv) {
  brygga::rpc::Process process("partner", "Keeps organisations, networks, agreements, contact persons and openings.",
                               {.port = 7071, .admin_port = 9071, .metrics_port = 9171});
  std::string database = "sqlite:partner.db";
  process.config().Text("database", &database, "Where it keeps them: sqlite:FILE or postgresql://…");
  brygga::sql::LogRetention keep;
  brygga::feed::AddSettings(process.config(), &keep);
  return process.Run(argc, argv, [&](const brygga::rpc::ServerOptions& options) -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(const auto service,
                            brygga::partner::PartnerService::Open(
                                database, {.log = brygga::sql::ErrorLog(options.log), .keep_changes = keep}));
    BRYGGA_ASSIGN_OR_RETURN(const auto server, brygga::rpc::Server::Start(options, service->services()));
    return process.ServeUntilSignalled({server.get()});
  });
}
