// A service that says what a test wrote down, for any method of any contract.
#ifndef BRYGGA_SERVICES_GATEWAY_RPC_SCRIPTED_BACKEND_H_
#define BRYGGA_SERVICES_GATEWAY_RPC_SCRIPTED_BACKEND_H_

#include <google/protobuf/message.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/client.h"

namespace brygga::gateway {

// A call as the backend saw it.
struct SeenCall {
  std::string method;         // "brygga.partner.v1.PartnerService/GetOrganisation".
  std::string authorization;  // The header as it came.
  std::string request;        // The bytes as they came.
  absl::Duration time_left;   // To the deadline that came along.
};

// Speaks raw gRPC and shares no code with common/rpc's servers. A method without
// an answer says UNIMPLEMENTED. Safe for concurrent use after it was scripted.
class ScriptedBackend {
 public:
  ScriptedBackend();
  ~ScriptedBackend();

  // Answers `method` with these messages: one for a unary method, as many as one
  // likes for a stream.
  void Answer(const std::string& method, const std::vector<const google::protobuf::Message*>& messages);
  void Answer(const std::string& method, const google::protobuf::Message& message) { Answer(method, {&message}); }
  // Answers with an error and its details.
  void Fail(const std::string& method, const absl::Status& error);
  // Says nothing until the caller leaves.
  void Hang(const std::string& method);

  // What came in, in order. `method`: only calls of that one.
  std::vector<SeenCall> Seen(const std::string& method) const;

  // Stops: from then on nobody is there.
  void Die();

  std::shared_ptr<rpc::Channel> channel() const { return channel_; }

 private:
  class Generic;

  const std::unique_ptr<Generic> generic_;
  std::shared_ptr<rpc::Channel> channel_;
};

}  // namespace brygga::gateway

#endif  // BRYGGA_SERVICES_GATEWAY_RPC_SCRIPTED_BACKEND_H_
