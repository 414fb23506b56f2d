#include "services/suite/testing.h"

#include <cstdio>
#include <utility>

#include "common/log/log.h"
#include "common/status/check.h"

namespace brygga::suite {
namespace {

rpc::ServerOptions OptionsOf(const std::string& service) {
  static const auto authenticator = rpc::OpenJwtAuthenticator(rpc::TestIssuer().jwt_options()).value();
  return {.name = service,
          .address = "127.0.0.1:0",
          .drain_grace = absl::Seconds(5),
          .authenticator = authenticator,
          .local_issuer = true,
          .log = Log::ToMemory(service)};
}

}  // namespace

void SuiteTest::Start() {
  auto suite = Suite::Start({
      .folder = folder_.path(),
      .server = &OptionsOf,
      .tokens = [](const std::string& service) { return rpc::TestIssuer().ServiceTokens(service); },
  });
  if (!suite.ok()) std::fprintf(stderr, "%s\n", suite.status().ToString().c_str());
  BRYGGA_CHECK(suite.ok());
  suite_ = *std::move(suite);
  for (rpc::Server* server : suite_->servers()) server->SetReady(true);
  gateway_ = suite_->channel("gateway");
}

void SuiteTest::Restart() {
  gateway_.reset();
  suite_.reset();
  Start();
}

}  // namespace brygga::suite
