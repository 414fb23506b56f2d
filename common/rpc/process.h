// The frame of every server's main(): settings, signals, start, drain.
// Includes no gRPC header.
//
//   int main(int argc, char** argv) {
//     rpc::Process process("partner", "Keeps organisations, agreements and contact persons.",
//                          {.port = 7071, .admin_port = 9071, .metrics_port = 9171});
//     std::string database = "sqlite:partner.db";
//     process.config().Text("database", &database, "sqlite:FILE or postgresql://…");
//     return process.Run(argc, argv, [&](const rpc::ServerOptions& options) -> absl::Status {
//       …open the database, make the service…
//       BRYGGA_ASSIGN_OR_RETURN(const auto server, rpc::Server::Start(options, service->services()));
//       return process.ServeUntilSignalled({server.get()});
//     });
//   }
#ifndef BRYGGA_COMMON_RPC_PROCESS_H_
#define BRYGGA_COMMON_RPC_PROCESS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/config/config.h"
#include "common/log/log.h"
#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/server.h"

namespace brygga::rpc {

struct Ports {
  int port = 0;
  int admin_port = 0;
  int metrics_port = 0;
};

// Made first in main(), before any thread: it blocks SIGTERM and SIGINT for all
// of them and settles Abseil's deadlock detection. Not thread-safe.
class Process {
 public:
  Process(std::string name, std::string_view description, const Ports& ports);
  ~Process();

  // Where the program adds settings of its own, before Run.
  Config& config() { return config_; }

  // Reads the settings and calls `serve` with what they say of the server.
  // Returns the code to exit with: 0 after a drain, 1 after an error, which it
  // prints, 2 for wrong settings.
  int Run(int argc, char** argv, const std::function<absl::Status(const ServerOptions&)>& serve);

  // Makes `servers` ready, says on the log where they listen, blocks until
  // SIGTERM or SIGINT, and drains them all at once.
  absl::Status ServeUntilSignalled(const std::vector<Server*>& servers);

  // The local issuer, where --local-issuer names its folder; else null.
  const std::shared_ptr<const LocalIssuer>& local_issuer() const { return issuer_; }
  // Tokens for calls that this service makes in its own name: of the local
  // issuer, or from --service-token-file.
  const TokenSource& service_tokens() const { return *service_tokens_; }
  Log& log() { return *log_; }

 private:
  absl::StatusOr<ServerOptions> Prepare();

  const std::string name_;
  Config config_;
  ServerOptions server_;
  std::string host_ = "127.0.0.1";
  Ports ports_;
  std::string local_issuer_folder_;
  JwtOptions jwt_;
  std::string service_token_file_;
  std::string log_file_;
  std::string log_level_ = "info";
  std::shared_ptr<const LocalIssuer> issuer_;
  std::unique_ptr<TokenSource> service_tokens_;
  std::shared_ptr<Log> log_;
};

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_PROCESS_H_
