// A server of one or more proto services, with the pipeline before each
// function. Includes no gRPC header.
#ifndef BRYGGA_COMMON_RPC_SERVER_H_
#define BRYGGA_COMMON_RPC_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/log/log.h"
#include "common/rpc/auth/authenticator.h"
#include "common/rpc/client.h"
#include "common/rpc/service.h"

namespace prometheus {
class Registry;
}

namespace brygga::rpc {

// Addresses are "host:port"; port 0 takes a free one. An empty address does
// not listen.
struct ServerOptions {
  std::string name;                                  // "partner": in logs and metrics.
  std::string address = "127.0.0.1:0";               // Data: the services and health.
  std::string admin_address = {};                    // Health and reflection.
  std::string metrics_address = {};                  // Prometheus, over HTTP.
  int threads = 64;                                  // Of the executor, for functions that block: mostly asleep.
  int queue = 256;                                   // Calls that may wait for a thread.
  absl::Duration max_queue_wait = absl::Seconds(2);  // A call that waited longer is refused.
  int streams = 64;                                  // Server streams at once, a thread each.
  absl::Duration drain_wait = absl::ZeroDuration();  // Between "not ready" and refusing calls.
  absl::Duration drain_grace = absl::Seconds(20);    // For calls that run; then they are cancelled.
  int max_message_bytes = 16 << 20;
  // Of a connection: clients that come back find replicas that have come since.
  absl::Duration max_connection_age = absl::Minutes(5);
  // Null: every call is anonymous.
  std::shared_ptr<const Authenticator> authenticator = nullptr;
  // The authenticator trusts a local issuer: then listening beyond loopback is refused.
  bool local_issuer = false;
  std::shared_ptr<Log> log = nullptr;  // Null: no log.
};

// Running from Start to Drain or destruction. Shares nothing with other servers
// of the process: own executor, own metrics. Safe for concurrent use.
class Server {
 public:
  // Starts to serve; not ready yet (SetReady).
  //
  // kInternal: a service does not Check(). kUnavailable: an address is taken.
  // kFailedPrecondition: listens beyond loopback with a local issuer.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options, std::vector<Service> services);
  ~Server();  // Drains without waiting, if Drain was not called.

  // What health says of readiness, on both ports. Liveness is SERVING all along.
  void SetReady(bool ready);

  // Not ready; waits drain_wait; refuses new calls (kUnavailable, DRAINING) and
  // ends streams with it; waits for the calls that run; stops. Blocks. The
  // second call does nothing.
  void Drain();

  // The ports that were bound, or 0.
  int port() const;
  int admin_port() const;
  int metrics_port() const;
  // "127.0.0.1:7071", with the port that was bound.
  std::string address() const;

  // A channel within the process, through the whole pipeline. It may outlive the
  // server: then every call is kUnavailable, UNREACHABLE.
  std::shared_ptr<Channel> InProcessChannel() const;

  // Where a service registers metrics of its own.
  prometheus::Registry& metrics() const;

 private:
  class State;
  explicit Server(std::unique_ptr<State> state);

  const std::unique_ptr<State> state_;
};

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_SERVER_H_
