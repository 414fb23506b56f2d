// The one file that uses grpc::internal on the client's side: calls by the name
// of a method, with messages as they are.
#include "common/rpc/client.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/client_unary_call.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/rpc_method.h>
#include <grpcpp/support/client_callback.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <algorithm>
#include <cstdio>
#include <new>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/grpc_client.h"
#include "common/rpc/trace.h"
#include "common/rpc/wire_status.h"
#include "common/status/check.h"
#include "common/status/error.h"
#include "common/wait/mutex.h"
#include "common/wait/no_wait.h"

namespace brygga::rpc {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::Message;
using google::protobuf::MessageLite;
using grpc::internal::RpcMethod;

// No `timeout` here: with this gRPC it fails every call at once. Every retried
// call is a read or carries a request_id.
constexpr char kServiceConfig[] = R"({
  "loadBalancingConfig": [{"round_robin": {}}],
  "methodConfig": [{
    "name": [{}],
    "retryPolicy": {
      "maxAttempts": 3, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
      "retryableStatusCodes": ["UNAVAILABLE"]
    }
  }],
  "retryThrottling": {"maxTokens": 20, "tokenRatio": 0.1}
})";

// Ends the process where `method` ("package.Service/Method") takes or gives
// other messages: a bug of ours.
void CheckMethod(const std::string& method, std::string_view request, std::string_view response, bool streams) {
  std::string name = method;
  std::replace(name.begin(), name.end(), '/', '.');
  const auto* descriptor = DescriptorPool::generated_pool()->FindMethodByName(name);
  const bool fits = descriptor != nullptr && descriptor->input_type()->full_name() == request &&
                    descriptor->output_type()->full_name() == response && descriptor->server_streaming() == streams;
  if (!fits) std::fprintf(stderr, "%s: no such method, or other types\n", method.c_str());
  BRYGGA_CHECK(fits);
}

std::unique_ptr<grpc::ClientContext> MakeContext(const CallOptions& options) {
  auto context = options.parent() == nullptr ? std::make_unique<grpc::ClientContext>()
                                             : grpc::ClientContext::FromCallbackServerContext(*options.parent());
  if (options.deadline() != absl::InfiniteFuture()) context->set_deadline(absl::ToChronoTime(options.deadline()));
  if (!options.token().empty()) context->AddMetadata("authorization", absl::StrCat("Bearer ", options.token()));
  context->AddMetadata("traceparent",
                       options.traceparent().empty() ? std::string(TraceContext("").header()) : options.traceparent());
  return context;
}

absl::Status Unreachable(std::string_view method) {
  const std::string service(method.substr(0, method.find('/')));
  return Unavailable("UNREACHABLE", absl::StrCat(service, " cannot be reached"), absl::Seconds(1));
}

class ByteReader final : public RawReader {
 public:
  ByteReader(Channel& channel, std::unique_ptr<grpc::ClientContext> context, std::string method, const Message& request)
      : context_(std::move(context)), method_(std::move(method)) {
    grpc::Slice slice(request.ByteSizeLong());
    request.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
    reader_ = OpenBytes(channel, context_.get(), method_, grpc::ByteBuffer(&slice, 1));
    if (reader_ == nullptr) {
      finished_ = true;
      status_ = Unreachable(method_);
    }
  }
  ~ByteReader() override {
    if (finished_) return;
    context_->TryCancel();
    Finish().IgnoreError();
  }

  bool Read(Message* message) override {
    grpc::ByteBuffer bytes;
    if (finished_ || !reader_->Read(&bytes)) return false;
    grpc::ProtoBufferReader stream(&bytes);
    return message->ParseFromZeroCopyStream(&stream);
  }

  absl::Status Finish() override {
    if (finished_) return status_;
    // gRPC wants every message taken before it tells the end.
    for (grpc::ByteBuffer bytes; reader_->Read(&bytes);) {
    }
    finished_ = true;
    status_ = FromGrpc(reader_->Finish(), method_);
    return status_;
  }

  void Cancel() override { context_->TryCancel(); }

 private:
  const std::unique_ptr<grpc::ClientContext> context_;
  const std::string method_;
  std::unique_ptr<grpc::ClientReader<grpc::ByteBuffer>> reader_;
  bool finished_ = false;
  absl::Status status_;
};

// gRPC 1.51 ends its callback threads with the last channel or server, and waits
// for them. Where that last one goes in a callback, as the channel of a call that
// nobody waits for does, a thread waits for itself in vain, and then goes on with
// a queue that is deleted. So one channel, which leads nowhere, stays for ever
// and keeps them.
void KeepCallbackThreads() {
  struct Kept {
    std::shared_ptr<grpc::Channel> nowhere = grpc::CreateChannel("", nullptr);
    grpc::ClientContext context;
    grpc::Slice nothing;
    grpc::ByteBuffer request = grpc::ByteBuffer(&nothing, 1);
    grpc::ByteBuffer response;
  };
  alignas(Kept) static char room[sizeof(Kept)];  // Where a search for leaks finds what it holds.
  static const bool begun = [] {
    auto* kept = new (room) Kept;
    grpc::internal::CallbackUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(
        kept->nowhere.get(), RpcMethod("/", RpcMethod::NORMAL_RPC), &kept->context, &kept->request, &kept->response,
        [](const grpc::Status&) {});
    return true;
  }();
  (void)begun;
}

}  // namespace

absl::Status FromGrpc(const grpc::Status& status, const std::string& method) {
  if (status.ok()) return absl::OkStatus();
  absl::Status read = FromWire(status.error_code(), status.error_message(), status.error_details());
  if (!ReasonOf(read).empty()) return read;
  // No details of ours: gRPC itself speaks.
  const std::string service = method.substr(0, method.find('/'));
  switch (read.code()) {
    case absl::StatusCode::kUnavailable:
      return Unreachable(method);
    case absl::StatusCode::kDeadlineExceeded:
      return MakeError(read.code(), absl::StrCat(service, " did not answer in time"), {.reason = "DEADLINE_EXCEEDED"});
    default:
      return read;
  }
}

std::unique_ptr<grpc::ClientReader<grpc::ByteBuffer>> OpenBytes(Channel& channel, grpc::ClientContext* context,
                                                                const std::string& method,
                                                                const grpc::ByteBuffer& request) {
  const std::string path = "/" + method;
  std::unique_ptr<grpc::ClientReader<grpc::ByteBuffer>> reader;
  const absl::Status begun = channel.Begin(method, [&] {
    reader.reset(grpc::internal::ClientReaderFactory<grpc::ByteBuffer>::Create(
        channel.grpc_channel().get(), RpcMethod(path.c_str(), RpcMethod::SERVER_STREAMING), context, request));
  });
  return begun.ok() ? std::move(reader) : nullptr;
}

CallOptions::CallOptions(const Call& parent)
    : deadline_(parent.deadline()),
      token_(parent.state().token),
      traceparent_(parent.state().traceparent),
      parent_(parent.state().context) {}

CallOptions CallOptions::Within(absl::Duration timeout, std::string token) {
  CallOptions options;
  options.deadline_ = absl::Now() + timeout;
  options.token_ = std::move(token);
  return options;
}

CallOptions& CallOptions::Until(absl::Time deadline) {
  deadline_ = std::min(deadline_, deadline);
  return *this;
}

CallOptions& CallOptions::WithToken(std::string token) {
  token_ = std::move(token);
  return *this;
}

CallOptions& CallOptions::WithTrace(std::string traceparent) {
  traceparent_ = std::move(traceparent);
  return *this;
}

std::shared_ptr<Channel> Channel::Connect(const std::string& target, const ChannelOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(kServiceConfig);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS,
                   static_cast<int>(absl::ToInt64Milliseconds(options.max_reconnect_backoff)));
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, 5000);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, 32 << 10);
  arguments.SetMaxReceiveMessageSize(options.max_message_bytes);
  return std::make_shared<Channel>(grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments));
}

Channel::Channel(std::shared_ptr<grpc::Channel> channel, std::shared_ptr<Gate> server)
    : channel_(std::move(channel)), server_(std::move(server)) {
  KeepCallbackThreads();
}
Channel::~Channel() = default;

absl::Status Channel::Begin(std::string_view method, absl::FunctionRef<void()> begin) {
  const std::shared_ptr<Gate> server = server_;  // What is begun may end, and this channel with it.
  if (server != nullptr && !server->Enter()) return Unreachable(method);
  begin();
  if (server != nullptr) server->Leave();
  return absl::OkStatus();
}

bool Channel::WaitForConnection(absl::Time deadline) {
  return channel_->WaitForConnected(absl::ToChronoTime(deadline));
}

absl::Status Channel::CallMessage(const CallOptions& options, std::string_view method, const Message& request,
                                  Message* response) {
  if (NoWait::Refuses()) return NoWait::Refusal();
  if (server_ != nullptr) return CallWithinTheProcess(options, method, request, response);
  const std::string name(method);
  CheckMethod(name, request.GetDescriptor()->full_name(), response->GetDescriptor()->full_name(), /*streams=*/false);
  const auto context = MakeContext(options);
  const std::string path = "/" + name;
  return FromGrpc(grpc::internal::BlockingUnaryCall<MessageLite, MessageLite>(
                      channel_.get(), RpcMethod(path.c_str(), RpcMethod::NORMAL_RPC), context.get(), request, response),
                  name);
}

// Only the beginning of a call holds up a server that wants to go; while the
// call blocks, the server can end it.
absl::Status Channel::CallWithinTheProcess(const CallOptions& options, std::string_view method, const Message& request,
                                           Message* response) {
  absl::Status ended;
  Notification done;
  StartMessage(options, method, request, response, [&](absl::Status status) {
    ended = std::move(status);
    done.Notify();
  });
  done.WaitForNotification();
  return ended;
}

void Channel::StartMessage(const CallOptions& options, std::string_view method, const Message& request,
                           Message* response, std::function<void(absl::Status)> done) {
  if (NoWait::Refuses()) return done(NoWait::Refusal());
  const std::string name(method);
  CheckMethod(name, request.GetDescriptor()->full_name(), response->GetDescriptor()->full_name(), /*streams=*/false);
  // Shared with the callback, which is the last to need it.
  const std::shared_ptr<grpc::ClientContext> context = MakeContext(options);
  const std::string path = "/" + name;
  const absl::Status begun = Begin(name, [&] {
    grpc::internal::CallbackUnaryCall<MessageLite, MessageLite>(
        channel_.get(), RpcMethod(path.c_str(), RpcMethod::NORMAL_RPC), context.get(), &request, response,
        [context, name, done](const grpc::Status& status) { done(FromGrpc(status, name)); });
  });
  if (!begun.ok()) done(begun);
}

std::future<absl::StatusOr<bool>> Channel::ReadinessAsync(const CallOptions& options) {
  // grpc.health.v1 is not among our contracts: its two messages have one field.
  struct State {
    std::unique_ptr<grpc::ClientContext> context;
    grpc::ByteBuffer request, response;
    std::promise<absl::StatusOr<bool>> promise;
  };
  const auto state = std::make_shared<State>();  // Shared with the callback, which may outlive the future.
  state->context = MakeContext(options);
  const grpc::Slice service(std::string("\x0a\x09readiness"));
  state->request = grpc::ByteBuffer(&service, 1);
  const std::string method = "grpc.health.v1.Health/Check";
  const std::string path = "/" + method;
  const absl::Status begun = Begin(method, [&] {
    grpc::internal::CallbackUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(
        channel_.get(), RpcMethod(path.c_str(), RpcMethod::NORMAL_RPC), state->context.get(), &state->request,
        &state->response, [state, method](const grpc::Status& status) {
          if (!status.ok()) return state->promise.set_value(FromGrpc(status, method));
          grpc::Slice answer;
          const bool whole = state->response.DumpToSingleSlice(&answer).ok();
          state->promise.set_value(whole && answer.size() == 2 && answer.begin()[0] == 0x08 && answer.begin()[1] == 1);
        });
  });
  if (!begun.ok()) state->promise.set_value(begun);
  return state->promise.get_future();
}

std::unique_ptr<RawReader> Channel::OpenMessage(const CallOptions& options, std::string_view method,
                                                const Message& request, std::string_view response_type) {
  std::string name(method);
  CheckMethod(name, request.GetDescriptor()->full_name(), response_type, /*streams=*/true);
  return std::make_unique<ByteReader>(*this, MakeContext(options), std::move(name), request);
}

}  // namespace brygga::rpc
