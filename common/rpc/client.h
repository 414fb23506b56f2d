// Calls to a service by the name of its method, without generated stubs.
// Includes no gRPC header.
//
//   BRYGGA_ASSIGN_OR_RETURN(const auto person, participants.Call<participant::v1::GetParticipantResponse>(
//       call, "brygga.participant.v1.ParticipantService/GetParticipant", request));
#ifndef BRYGGA_COMMON_RPC_CLIENT_H_
#define BRYGGA_COMMON_RPC_CLIENT_H_

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "common/rpc/gate.h"

namespace google::protobuf {
class Message;
}
namespace grpc {
class Channel;
}

namespace brygga::rpc {

// On whose behalf a call is made, and for how long.
class CallOptions {
 public:
  // On behalf of `parent`: its token, its trace, its deadline, and cancelled
  // with it. Implicit, so that a handler passes its call.
  CallOptions(const Call& parent);  // NOLINT(google-explicit-constructor)
  // With a token, or anonymously, within `timeout` from now.
  static CallOptions Within(absl::Duration timeout, std::string token = "");

  // The earlier of the deadline so far and `deadline`.
  CallOptions& Until(absl::Time deadline);
  CallOptions& WithToken(std::string token);
  CallOptions& WithTrace(std::string traceparent);

  absl::Time deadline() const { return deadline_; }
  const std::string& token() const { return token_; }
  const std::string& traceparent() const { return traceparent_; }
  grpc::CallbackServerContext* parent() const { return parent_; }

 private:
  CallOptions() = default;

  absl::Time deadline_ = absl::InfiniteFuture();
  std::string token_;
  std::string traceparent_;
  grpc::CallbackServerContext* parent_ = nullptr;
};

// The receiving side of a server-streaming call. Not thread-safe, except
// Cancel.
class RawReader {
 public:
  virtual ~RawReader() = default;
  // False at the end of the stream, for whatever reason: then ask Finish.
  virtual bool Read(google::protobuf::Message* message) = 0;
  virtual absl::Status Finish() = 0;
  virtual void Cancel() = 0;
};

template <typename Response>
class StreamReader {
 public:
  explicit StreamReader(std::unique_ptr<RawReader> raw) : raw_(std::move(raw)) {}

  // Blocks for the next message. False at the end of the stream, for whatever
  // reason: then ask Finish.
  bool Read(Response* response) { return raw_->Read(response); }
  // How the stream ended. After Read was false, or after Cancel.
  absl::Status Finish() { return raw_->Finish(); }
  void Cancel() { raw_->Cancel(); }

 private:
  std::unique_ptr<RawReader> raw_;
};

struct ChannelOptions {
  // Longest time between attempts to reach a server that is gone.
  absl::Duration max_reconnect_backoff = absl::Seconds(5);
  int max_message_bytes = 16 << 20;
};

// A connection to one service. Errors come back as they were made there, with
// reason and details (common/status/error.h). Safe for concurrent use.
class Channel {
 public:
  // `target`: "127.0.0.1:7071", "dns:///matching:7073", "unix:/run/x". Connects
  // when first used; plain text.
  static std::shared_ptr<Channel> Connect(const std::string& target, const ChannelOptions& options = {});
  // `server`: the gate of a server in this process, which closes before the
  // server goes. gRPC's channels within a process do not survive a call to a
  // server that has gone.
  explicit Channel(std::shared_ptr<grpc::Channel> channel, std::shared_ptr<Gate> server = nullptr);
  ~Channel();

  // Calls `method` and blocks for the answer.
  //
  // kUnavailable: the service cannot be reached; a read may be repeated.
  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(const CallOptions& options, std::string_view method, const Request& request) {
    absl::StatusOr<Response> response(absl::in_place);
    if (absl::Status status = CallMessage(options, method, request, &*response); !status.ok()) return status;
    return response;
  }

  // The same without waiting: for fan-out. The request is read before this
  // returns. The answer is computed on gRPC's thread; the future may be dropped.
  template <typename Response, typename Request>
  std::future<absl::StatusOr<Response>> CallAsync(const CallOptions& options, std::string_view method,
                                                  const Request& request) {
    struct State {
      std::promise<absl::StatusOr<Response>> promise;
      Response response;
    };
    const auto state = std::make_shared<State>();  // Shared with the callback, which may outlive the future.
    StartMessage(options, method, request, &state->response, [state](absl::Status status) {
      if (status.ok()) {
        state->promise.set_value(std::move(state->response));
      } else {
        state->promise.set_value(std::move(status));
      }
    });
    return state->promise.get_future();
  }

  // Opens a server stream.
  template <typename Response, typename Request>
  StreamReader<Response> Open(const CallOptions& options, std::string_view method, const Request& request) {
    return StreamReader<Response>(OpenMessage(options, method, request, Response::descriptor()->full_name()));
  }

  // What the service's health says of its readiness: true for SERVING. An error
  // where it cannot be asked.
  std::future<absl::StatusOr<bool>> ReadinessAsync(const CallOptions& options);

  // True once the connection stands, false when it does not by `deadline`.
  bool WaitForConnection(absl::Time deadline);

  // The untyped functions behind the above.
  absl::Status CallMessage(const CallOptions& options, std::string_view method,
                           const google::protobuf::Message& request, google::protobuf::Message* response);
  void StartMessage(const CallOptions& options, std::string_view method, const google::protobuf::Message& request,
                    google::protobuf::Message* response, std::function<void(absl::Status)> done);
  std::unique_ptr<RawReader> OpenMessage(const CallOptions& options, std::string_view method,
                                         const google::protobuf::Message& request, std::string_view response_type);

  const std::shared_ptr<grpc::Channel>& grpc_channel() const { return channel_; }
  // Every call of grpc_channel() to `method` is begun in `begin`. kUnavailable:
  // the server has gone, and nothing was begun.
  absl::Status Begin(std::string_view method, absl::FunctionRef<void()> begin);

 private:
  absl::Status CallWithinTheProcess(const CallOptions& options, std::string_view method,
                                    const google::protobuf::Message& request, google::protobuf::Message* response);

  const std::shared_ptr<grpc::Channel> channel_;  // Shared because gRPC's calls share it.
  const std::shared_ptr<Gate> server_;  // Shared with the server, which may go first. Null beyond the process.
};

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_CLIENT_H_
