// All five services in one process.
#ifndef BRYGGA_SERVICES_SUITE_SUITE_H_
#define BRYGGA_SERVICES_SUITE_SUITE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/log/log.h"
#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/client.h"
#include "common/rpc/server.h"
#include "common/sql/database.h"
#include "common/sql/log_retention.h"
#include "common/time/clock.h"
#include "services/events/service.h"
#include "services/gateway/service.h"
#include "services/matching/service.h"
#include "services/participant/service.h"
#include "services/partner/service.h"

namespace brygga::suite {

// The services in the order in which they start: each calls only those before it.
inline constexpr const char* kServices[] = {"partner", "participant", "matching", "events", "gateway"};

struct SuiteOptions {
  // Where a service keeps its data: a folder for SQLite files.
  std::string folder;
  // The folder that holds policy/ and reference/.
  std::string data = "data";
  // How each server runs and where it listens, by its name. What differs from
  // server to server is set here by the caller; the rest they share.
  std::function<rpc::ServerOptions(const std::string& service)> server;
  // Tokens for calls that a service makes in its own name. Outlives the suite.
  std::function<std::unique_ptr<rpc::TokenSource>(const std::string& service)> tokens;
  // Null: the machine's clock. Outlives the suite.
  const Clock* clock = nullptr;
  matching::KeptRankingsSettings rankings = {};
  sql::LogRetention keep_changes = {};  // Of every service.
  std::shared_ptr<Log> log = nullptr;   // Shared with the servers.
};

// Running from Start to Drain or destruction. Every service has its own server
// with its own bounded executor, its own SQLite file, and channels within the
// process to those that it calls. Safe for concurrent use.
class Suite {
 public:
  // What opening a database or starting a server answers.
  static absl::StatusOr<std::unique_ptr<Suite>> Start(SuiteOptions options);
  ~Suite();

  // The servers, gateway last.
  std::vector<rpc::Server*> servers() const;
  rpc::Server& server(const std::string& service) const { return *servers_.at(service); }

  // A channel within the process.
  std::shared_ptr<rpc::Channel> channel(const std::string& service) const {
    return servers_.at(service)->InProcessChannel();
  }

  matching::MatchingService& matching() { return *matching_; }

  // Stops the gateway, then each service after those that call it, so that no
  // call that was accepted fails. The second call does nothing.
  void Drain();

 private:
  explicit Suite(SuiteOptions options) : options_(std::move(options)) {}

  absl::Status StartPartner();
  absl::Status StartParticipant();
  absl::Status StartMatching();
  absl::Status StartEvents();
  absl::Status StartGateway();
  absl::Status Serve(const std::string& service, std::vector<rpc::Service> services);
  std::string DatabaseOf(const std::string& service) const;
  sql::Options DatabaseOptions() const;
  const rpc::TokenSource& TokensOf(const std::string& service);

  const SuiteOptions options_;
  std::map<std::string, std::unique_ptr<rpc::TokenSource>> tokens_;
  std::unique_ptr<partner::PartnerService> partner_;
  std::unique_ptr<participant::ParticipantService> participant_;
  std::unique_ptr<matching::MatchingService> matching_;
  std::unique_ptr<events::EventsService> events_;
  std::unique_ptr<gateway::GatewayService> gateway_;
  std::map<std::string, std::unique_ptr<rpc::Server>> servers_;
};

}  // namespace brygga::suite

#endif  // BRYGGA_SERVICES_SUITE_SUITE_H_
