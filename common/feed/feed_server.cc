// A server of one feed over the database that it is told, for storm_test: to be
// killed and started again.
#include <string>
#include <vector>

#include "common/feed/change_feed.h"
#include "common/feed/feed_testing.h"
#include "common/rpc/process.h"
#include "common/status/macros.h"

int main(int argc, char** argv) {
  using brygga::feed::FeedServer;
  brygga::rpc::Process process("feed-server", "Serves the changes of a test's database.", {});
  std::string database;
  process.config().Text("database", &database, "Where they are");
  return process.Run(argc, argv, [&](const brygga::rpc::ServerOptions& options) -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(const auto opened,
                            brygga::sql::Database::Open(database, {.migrations = brygga::feed::kTestMigrations}));
    BRYGGA_ASSIGN_OR_RETURN(const auto feed, brygga::feed::ChangeFeed::Open(*opened, FeedServer::Quick()));
    std::vector<brygga::rpc::Service> services;
    services.push_back(feed->Serve<FeedServer::Request, FeedServer::Response>("brygga.partner.v1.ChangeService",
                                                                              "WatchPartnerChanges"));
    BRYGGA_ASSIGN_OR_RETURN(const auto server, brygga::rpc::Server::Start(options, std::move(services)));
    return process.ServeUntilSignalled({server.get()});
  });
}
