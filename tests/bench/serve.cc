#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/log/log.h"
#include "common/rpc/auth/authenticator.h"
#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/server.h"
#include "common/rpc/service.h"
#include "common/sql/database.h"
#include "common/status/check.h"
#include "services/partner/service.h"
#include "services/suite/suite.h"
#include "tests/bench/candidates_contender.h"
#include "tests/bench/contender.h"
#include "tests/bench/echo.pb.h"
#include "tests/bench/echo_reference.h"

namespace brygga::bench {
namespace {

void WaitForEndOfInput() {
  char c;
  while (read(STDIN_FILENO, &c, 1) > 0) {
  }
}

void Ready(const std::string& address) {
  std::printf("%s\n", address.c_str());
  std::fflush(stdout);
}

// Serves as in production: tokens verified, metrics kept, every call logged to
// a file.
void ServeWithPipeline(std::string_view name, const std::string& folder, std::vector<rpc::Service> services) {
  const auto issuer = rpc::LocalIssuer::OpenOrCreate(folder + "/issuer");
  BRYGGA_CHECK(issuer.ok());
  const auto authenticator = rpc::OpenJwtAuthenticator((*issuer)->jwt_options());
  BRYGGA_CHECK(authenticator.ok());
  const auto server = rpc::Server::Start({.name = std::string(name),
                                          .metrics_address = "127.0.0.1:0",
                                          .authenticator = *authenticator,
                                          .local_issuer = true,
                                          .log = Log::ToFile(name, absl::StrCat(folder, "/", getpid(), ".log"))},
                                         std::move(services));
  BRYGGA_CHECK(server.ok());
  (*server)->SetReady(true);
  Ready(absl::StrCat("127.0.0.1:", (*server)->port()));
  WaitForEndOfInput();
  (*server)->Drain();
}

void ServePartner(std::string_view name, const std::string& folder, sql::GroupCommit group_commit) {
  const auto service = partner::PartnerService::Open(absl::StrCat("sqlite:", folder, "/", getpid(), ".db"),
                                                     {.group_commit = group_commit});
  BRYGGA_CHECK(service.ok());
  ServeWithPipeline(name, folder, (*service)->services());
}

// All five services in one process, as a small organisation runs them; the
// address is the gateway's.
void ServeSuite(const std::string& folder) {
  const auto issuer = rpc::LocalIssuer::OpenOrCreate(folder + "/issuer");
  BRYGGA_CHECK(issuer.ok());
  const auto authenticator = rpc::OpenJwtAuthenticator((*issuer)->jwt_options());
  BRYGGA_CHECK(authenticator.ok());
  const std::string data = absl::StrCat(folder, "/suite-", getpid());
  std::filesystem::create_directory(data);
  const auto log = Log::ToFile("suite", data + "/log");
  const auto suite = suite::Suite::Start({
      .folder = data,
      .server = [&](const std::string& service) -> rpc::ServerOptions {
        return {.name = service,
                .metrics_address = "127.0.0.1:0",
                .authenticator = *authenticator,
                .local_issuer = true,
                .log = log};
      },
      .tokens = [&](const std::string& service) { return (*issuer)->ServiceTokens(service); },
      .log = log,
  });
  BRYGGA_CHECK(suite.ok());
  for (rpc::Server* server : (*suite)->servers()) server->SetReady(true);
  Ready((*suite)->server("gateway").address());
  WaitForEndOfInput();
  (*suite)->Drain();
}

absl::StatusOr<v1::EchoResponse> Echo(const v1::EchoRequest& request, const rpc::Call&) {
  v1::EchoResponse response;
  response.set_text(request.text());
  return response;
}

void ServePipeline(const std::string& folder, const rpc::MethodOptions& options) {
  std::vector<rpc::Service> services;
  services.emplace_back("brygga.bench.v1.EchoService")
      .UnaryFunction<v1::EchoRequest, v1::EchoResponse>("Echo", &Echo, options);
  ServeWithPipeline("pipeline", folder, std::move(services));
}

}  // namespace

int Serve(std::string_view name, const std::string& folder) {
  if (name == "echo") {
    ServeEchoReference(&Ready, &WaitForEndOfInput);
  } else if (name == "pipeline") {
    ServePipeline(folder, rpc::kInMemory);
  } else if (name == "pipeline-executor") {
    ServePipeline(folder, {});
  } else if (name == "partner") {
    ServePartner(name, folder, sql::GroupCommit::kOn);
  } else if (name == "partner-ungrouped") {
    ServePartner(name, folder, sql::GroupCommit::kOff);
  } else if (IsCandidatesContender(name)) {
    const CandidatesContender contender = OpenCandidates(name, folder);
    ServeWithPipeline(name, folder, contender.service->services());
  } else if (name == "suite") {
    ServeSuite(folder);
  } else {
    std::fprintf(stderr, "brygga-bench: no contender is called %s\n", std::string(name).c_str());
    return 2;
  }
  return 0;
}

}  // namespace brygga::bench
