#include "common/rpc/testing.h"

#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

#include "common/status/check.h"

namespace brygga::rpc {
namespace {

// A folder that lives as long as the test process.
class ProcessFolder {
 public:
  ProcessFolder() : path_((std::filesystem::temp_directory_path() / "brygga-issuer-XXXXXX").string()) {
    BRYGGA_CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~ProcessFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::shared_ptr<const Authenticator> TestAuthenticator() {
  static const auto authenticator = OpenJwtAuthenticator(TestIssuer().jwt_options()).value();
  return authenticator;
}

std::vector<Service> One(Service service) {
  std::vector<Service> services;
  services.push_back(std::move(service));
  return services;
}

}  // namespace

Identity Anonymous() { return {}; }
Identity Admin() { return {.subject = "admin-1", .bindings = {{.role = Role::kAdmin}}}; }
Identity ServiceNamed(const std::string& service) {
  return {.subject = "service:" + service, .bindings = {{.role = Role::kService}}};
}
Identity CoordinatorOf(const std::string& programme) {
  return {.subject = "coordinator-1", .bindings = {{Role::kCoordinator, programme}}};
}
Identity ContactOf(const std::string& organisation) {
  return {.subject = "contact-1", .bindings = {{Role::kPartnerContact, organisation}}};
}
Identity ParticipantNamed(const std::string& participant) {
  return {.subject = "participant-1", .bindings = {{Role::kParticipant, participant}}};
}

const LocalIssuer& TestIssuer() {
  static const ProcessFolder folder;
  static const auto issuer = LocalIssuer::OpenOrCreate(folder.path()).value();
  return *issuer;
}

std::string TokenOf(const Identity& caller) { return caller.IsAnonymous() ? "" : TestIssuer().Mint(caller); }

TestServer::TestServer(std::vector<Service> services, ServerOptions options)
    : log_(options.log == nullptr ? Log::ToMemory(options.name) : options.log) {
  options.log = log_;
  if (options.authenticator == nullptr) options.authenticator = TestAuthenticator();
  auto server = Server::Start(std::move(options), std::move(services));
  if (!server.ok()) std::fprintf(stderr, "%s\n", server.status().ToString().c_str());
  BRYGGA_CHECK(server.ok());
  server_ = *std::move(server);
  server_->SetReady(true);
  channel_ = server_->InProcessChannel();
}

TestServer::TestServer(Service service, ServerOptions options)
    : TestServer(One(std::move(service)), std::move(options)) {}

}  // namespace brygga::rpc
