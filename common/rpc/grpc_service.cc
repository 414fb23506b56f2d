// The one file that uses grpc::internal on the server's side: a grpc::Service
// whose methods come from a descriptor, in bytes, so that a handler costs
// neither a generated class nor a reactor of its own.
#include "common/rpc/grpc_service.h"

#include <google/protobuf/arena.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/support/client_callback.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/server_callback.h>

#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/mutation/mutation.h"
#include "common/rpc/call.h"
#include "common/rpc/client.h"
#include "common/rpc/grpc_client.h"
#include "common/rpc/stream.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/wait/no_wait.h"

namespace brygga::rpc {

bool Call::cancelled() const { return state_.context != nullptr && state_.context->IsCancelled(); }

namespace {

using google::protobuf::Arena;
using google::protobuf::ArenaOptions;
using google::protobuf::Message;
using google::protobuf::MessageLite;

// Bytes.

bool ParsedInto(const grpc::ByteBuffer& bytes, Message* message) {
  grpc::Slice whole;  // As short messages come: no reader, no copy of the buffer.
  if (bytes.TrySingleSlice(&whole).ok()) return message->ParseFromArray(whole.begin(), static_cast<int>(whole.size()));
  grpc::ByteBuffer copy(bytes);  // Shares the slices.
  grpc::ProtoBufferReader reader(&copy);
  return reader.status().ok() && message->ParseFromZeroCopyStream(&reader);
}

absl::Status Parse(const grpc::ByteBuffer& bytes, Message* message) {
  if (ParsedInto(bytes, message)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("the request is not a ", message->GetDescriptor()->full_name(), " in UTF-8"),
                   {.reason = "MALFORMED_REQUEST"});
}

grpc::ByteBuffer ToBytes(const MessageLite& message) {
  grpc::Slice slice(message.ByteSizeLong());
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

grpc::ByteBuffer ToBytes(std::string_view text) {
  const grpc::Slice slice(text.data(), text.size());
  return grpc::ByteBuffer(&slice, 1);
}

grpc::Status ToGrpc(const WireStatus& wire) {
  if (wire.code == 0) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(wire.code), wire.message, wire.details);
}

// An arena whose first messages need no allocation.
ArenaOptions BeginningWith(char* block, size_t size) {
  ArenaOptions options;
  options.initial_block = block;
  options.initial_block_size = size;
  return options;
}

// What is unavailable after so long would be so again, and each caller in a chain
// would multiply the wait by its tries.
constexpr absl::Duration kTooLongToRepeat = absl::Seconds(1);

// Headers.

std::string_view ToView(const grpc::string_ref& text) { return {text.data(), text.size()}; }

std::string_view HeaderOf(const grpc::CallbackServerContext& context, const char* name) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(name);
  return found == metadata.end() ? std::string_view() : ToView(found->second);
}

absl::Time DeadlineOf(const grpc::CallbackServerContext& context) {
  const auto deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return absl::InfiniteFuture();
  return absl::FromChrono(deadline);
}

// What unary calls and streams have in common, from arrival to judgement.
class Incoming {
 public:
  Incoming(Pipeline& pipeline, const BoundMethod& method, grpc::CallbackServerContext* context)
      : pipeline(pipeline), method(method), context(context), record(HeaderOf(*context, "traceparent")) {
    record.state.method = method.name;
    record.state.context = context;
    entered = pipeline.gate.Enter();
    if (entered) pipeline.metrics.in_flight().Increment();
  }
  ~Incoming() {
    if (!entered) return;
    pipeline.metrics.in_flight().Decrement();
    pipeline.gate.Leave();
  }
  Incoming(const Incoming&) = delete;
  Incoming& operator=(const Incoming&) = delete;

  // Of a call that had to wait for its thread since `asked`.
  absl::Status AfterQueue(absl::Duration asked = absl::ZeroDuration()) {
    record.queued = record.Elapsed() - asked;
    return pipeline.AfterQueue(record, context->IsCancelled());
  }

  // Authenticates before the request is parsed: strangers cost little.
  absl::Status Admit(const grpc::ByteBuffer& bytes, Message* request) {
    const auto [first, last] = context->client_metadata().equal_range("authorization");
    const auto headers = static_cast<int>(std::distance(first, last));
    BRYGGA_RETURN_IF_ERROR(
        pipeline.Authenticate(headers == 0 ? std::nullopt : std::optional(ToView(first->second)), headers, &record));
    BRYGGA_RETURN_IF_ERROR(method.access.CheckRole(record.state.caller));
    BRYGGA_RETURN_IF_ERROR(Parse(bytes, request));
    record.state.request = request;
    return pipeline.Judge(method, record, *request);
  }

  // A call to the backend that carries on what this one brought.
  std::unique_ptr<grpc::ClientContext> MakeClientContext() const {
    auto client = grpc::ClientContext::FromCallbackServerContext(*context);
    const CallState& state = record.state;
    if (state.deadline != absl::InfiniteFuture()) client->set_deadline(absl::ToChronoTime(state.deadline));
    if (!state.token.empty()) client->AddMetadata("authorization", absl::StrCat("Bearer ", std::string(state.token)));
    client->AddMetadata("traceparent", std::string(state.traceparent));
    return client;
  }

  grpc::Status Ended(const absl::Status& status) {
    // Tells the caller's gRPC not to try again by itself.
    if (absl::IsUnavailable(status) && record.Elapsed() > kTooLongToRepeat) {
      context->AddTrailingMetadata("grpc-retry-pushback-ms", "-1");
    }
    return ToGrpc(pipeline.Ended(method, record, status));
  }

  Pipeline& pipeline;
  const BoundMethod& method;
  grpc::CallbackServerContext* const context;
  CallRecord record;
  bool entered = false;
};

// Runs `function`; an exception that gets so far is a bug of ours. Its text may
// hold bound values, so only its type is told.
template <typename F>
absl::Status Guarded(F function) {
  try {
    return function();
  } catch (const std::exception& exception) {
    return absl::InternalError(absl::StrCat("an exception: ", typeid(exception).name()));
  }
}

// Unary calls.

// Where it runs is told by the method's options. It ends once: after its
// function has returned, or by the Reply that the function left.
class UnaryCall final : public grpc::ServerUnaryReactor, public OpenCall {
 public:
  UnaryCall(Pipeline& pipeline, const BoundMethod& method, grpc::CallbackServerContext* context,
            const grpc::ByteBuffer* request, grpc::ByteBuffer* response)
      : incoming_(pipeline, method, context), request_(request), response_(response) {}

  // Drain gate and admission.
  void Start() {
    if (!incoming_.entered) return EndNow(Draining());
    const MethodOptions& options = incoming_.method.method->options;
    incoming_.record.state.deadline = Pipeline::GrantedDeadline(DeadlineOf(*incoming_.context), options, absl::Now());
    switch (options.run_on) {
      case RunOn::kInline:
        return Run();
      case RunOn::kInlineUnlessItWaits:
        if (incoming_.method.trial->Worthwhile()) return RunUnlessItWaits();
        [[fallthrough]];
      case RunOn::kExecutor:
        return RunOnExecutor();
    }
  }

  void OnDone() override { delete this; }
  void OnCancel() override {}  // Call::cancelled() tells.
  // Both are trivial, so gRPC may run them where it stands. Otherwise every call
  // pays for a trip to gRPC's executor, about a third of an echo.
  bool InternalInlineable() override { return true; }

  void Send(const Message& response) override { ToBytes(response).Swap(response_); }
  void SendBytes(std::string_view response) override { ToBytes(response).Swap(response_); }

  void End(const absl::Status& status) override { EndLater(Concluded(status)); }

  void EndOnThread(absl::AnyInvocable<absl::Status()> function) override {
    kept_->function = std::move(function);
    const absl::Duration asked = incoming_.record.Elapsed();
    const bool taken = incoming_.pipeline.executor.TryRun([this, asked] {
      absl::Status status = incoming_.AfterQueue(asked);
      if (status.ok()) status = Concluded(Guarded([this] { return kept_->function(); }));
      kept_->function = nullptr;  // What it holds goes while the call still counts as running.
      EndLater(status);
    });
    if (!taken) EndNow(Overloaded());
  }

 private:
  // What a method that may answer later needs while its answer is owed.
  struct Kept {
    explicit Kept(const CallState& state) : call(state) {}
    alignas(8) char first_block[1024];
    Arena arena{BeginningWith(first_block, sizeof(first_block))};
    const Call call;
    Service::Begin begin;
    absl::AnyInvocable<absl::Status()> function;
  };

  void RunOnExecutor() {
    const bool taken = incoming_.pipeline.executor.TryRun([this] {
      if (absl::Status late = incoming_.AfterQueue(); !late.ok()) return EndNow(late);
      Run();
    });
    if (!taken) EndNow(Overloaded());
  }

  // What it did where it was refused counts for nothing.
  void RunUnlessItWaits() {
    absl::Status status;
    bool refused;
    {
      const NoWait no_wait;
      status = AdmitAndAnswer();
      refused = no_wait.refused();
    }
    incoming_.method.trial->Ended(refused);
    refused ? RunOnExecutor() : EndOrBegin(status);
  }

  void Run() {
    if (incoming_.method.backend == nullptr) return EndOrBegin(AdmitAndAnswer());
    if (absl::Status admitted = WithRequest([](const Message&) { return absl::OkStatus(); }); !admitted.ok()) {
      return EndNow(admitted);
    }
    Forward();
  }

  absl::Status AdmitAndAnswer() {
    if (incoming_.method.method->later) return AdmitAndAnswerLater();
    return WithRequest([this](const Message& request) {
      const Call call(incoming_.record.state);
      return Concluded(Guarded([&] { return incoming_.method.method->unary(request, call, *this); }));
    });
  }

  // Admits the call and hands its request to `function`.
  template <typename F>
  absl::Status WithRequest(F function) {
    alignas(8) char first_block[4096];
    Arena arena(BeginningWith(first_block, sizeof(first_block)));
    Message* request = incoming_.method.method->request->New(&arena);
    BRYGGA_RETURN_IF_ERROR(incoming_.Admit(*request_, request));
    return function(*request);
  }

  absl::Status AdmitAndAnswerLater() {
    kept_ = std::make_unique<Kept>(incoming_.record.state);
    Message* request = incoming_.method.method->request->New(&kept_->arena);
    BRYGGA_RETURN_IF_ERROR(incoming_.Admit(*request_, request));
    return Concluded(
        Guarded([&] { return incoming_.method.method->later(*request, kept_->call, *this, kept_->begin); }));
  }

  // The status of a function that has run; an answer that is repeated is sent.
  absl::Status Concluded(absl::Status status) {
    const auto first_answer = ReplayedAnswer(status);
    if (!first_answer) return status;
    ToBytes(*first_answer).Swap(response_);
    return absl::OkStatus();
  }

  void EndOrBegin(const absl::Status& status) {
    if (!status.ok() || kept_ == nullptr || !kept_->begin) return EndNow(status);
    Service::Begin begin = std::move(kept_->begin);  // This object may be gone before it returns.
    // An exception that passes a Reply on its way out has answered it.
    Guarded([&] {
      begin(*this);
      return absl::OkStatus();
    }).IgnoreError();
  }

  // The end of a call that nobody may be waiting for any more.
  void EndLater(const absl::Status& status) {
    const absl::Status late = Pipeline::InTime(incoming_.record, incoming_.context->IsCancelled());
    EndNow(late.ok() ? status : late);
  }

  // Holds no thread while the backend works.
  void Forward() {
    backend_ = incoming_.MakeClientContext();
    Channel& backend = *incoming_.method.backend;
    const absl::Status begun = backend.Begin(incoming_.method.name, [&] {
      grpc::GenericStub stub(backend.grpc_channel());
      stub.UnaryCall(backend_.get(), "/" + incoming_.method.name, grpc::StubOptions(), request_, response_,
                     [this](const grpc::Status& status) { EndNow(FromGrpc(status, incoming_.method.name)); });
    });
    if (!begun.ok()) EndNow(begun);  // Otherwise this object may be gone by now.
  }

  // The last thing that may touch this object: OnDone deletes it.
  void EndNow(const absl::Status& status) { Finish(incoming_.Ended(status)); }

  Incoming incoming_;
  const grpc::ByteBuffer* const request_;
  grpc::ByteBuffer* const response_;
  std::unique_ptr<grpc::ClientContext> backend_;
  std::unique_ptr<Kept> kept_;  // Of a method that may answer later.
};

// Server streams.

// Runs its function on a thread of the stream pool. One write is in flight at a
// time; whatever ends the stream wakes the function in Write or Wait.
class StreamCall final : public grpc::ServerWriteReactor<grpc::ByteBuffer>, public RawStream, public Drainable {
 public:
  StreamCall(Pipeline& pipeline, const BoundMethod& method, grpc::CallbackServerContext* context,
             const grpc::ByteBuffer* request)
      : incoming_(pipeline, method, context), request_(request) {}

  // Drain gate and admission.
  void Start() {
    if (!incoming_.entered) return End(Draining());
    incoming_.record.state.deadline = DeadlineOf(*incoming_.context);
    incoming_.pipeline.open_streams.Add(this);
    incoming_.pipeline.metrics.streams().Increment();
    registered_ = true;
    if (incoming_.pipeline.gate.closed()) Drain();  // It closed between Enter and Add.
    if (!incoming_.pipeline.stream_threads.TryRun([this] { Run(); })) End(TooManyStreams());
  }

  absl::Status Write(const MessageLite& message) override { return WriteBytes(ToBytes(message)); }

  absl::Status WriteLast(const MessageLite& message) override {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return !writing_ || cancelled_; });
      if (cancelled_) return absl::CancelledError("the caller left");
      writing_ = true;
      in_flight_ = ToBytes(message);
    }
    StartWrite(&in_flight_);
    return absl::OkStatus();
  }

  absl::Status Wait(absl::Duration duration) override {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, absl::ToChronoNanoseconds(duration), [this] { return woken_ || cancelled_ || draining_; });
    woken_ = false;
    return Condition();
  }

  void Wake() override {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    wake_.notify_all();
  }

  void Drain() override {
    const std::lock_guard lock(mutex_);
    draining_ = true;
    if (backend_ != nullptr) backend_->TryCancel();
    wake_.notify_all();
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) cancelled_ = true;
    wake_.notify_all();
  }
  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    wake_.notify_all();
  }
  void OnDone() override {
    if (registered_) {
      incoming_.pipeline.open_streams.Remove(this);
      incoming_.pipeline.metrics.streams().Decrement();
    }
    delete this;
  }

 private:
  void Run() {
    Arena arena;
    Message* request = incoming_.method.method->request->New(&arena);
    absl::Status status = incoming_.AfterQueue();
    if (status.ok()) status = incoming_.Admit(*request_, request);
    if (status.ok()) status = incoming_.method.backend == nullptr ? Answer(*request) : Forward();
    {
      // gRPC takes the end of a stream only after its last write.
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return !writing_; });
    }
    End(status);
  }

  absl::Status Answer(const Message& request) {
    const Call call(incoming_.record.state);
    return Guarded([&] { return incoming_.method.method->stream(request, call, *this); });
  }

  absl::Status Forward() {
    auto context = incoming_.MakeClientContext();
    {
      const std::lock_guard lock(mutex_);
      backend_ = context.get();
    }
    const auto reader = OpenBytes(*incoming_.method.backend, context.get(), incoming_.method.name, *request_);
    grpc::ByteBuffer bytes;
    absl::Status written;
    while (written.ok() && reader != nullptr && reader->Read(&bytes)) written = WriteBytes(bytes);
    if (!written.ok()) context->TryCancel();
    const grpc::Status ended = reader == nullptr ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "") : reader->Finish();
    const std::lock_guard lock(mutex_);
    backend_ = nullptr;
    if (absl::Status condition = Condition(); !condition.ok()) return condition;
    return FromGrpc(ended, incoming_.method.name);
  }

  absl::Status WriteBytes(const grpc::ByteBuffer& bytes) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return !writing_ || cancelled_ || draining_; });
      if (absl::Status condition = Condition(); !condition.ok()) return condition;
      writing_ = true;
      in_flight_ = bytes;
    }
    StartWrite(&in_flight_);
    return absl::OkStatus();
  }

  // Why the stream must end, if it must. Under mutex_.
  absl::Status Condition() const {
    if (absl::Now() >= incoming_.record.state.deadline) {
      return MakeError(absl::StatusCode::kDeadlineExceeded, "the stream's deadline has passed",
                       {.reason = "DEADLINE_EXCEEDED"});
    }
    if (cancelled_) return absl::CancelledError("the caller left");
    if (draining_) return Draining();
    return absl::OkStatus();
  }

  // The last thing that may touch this object: OnDone deletes it.
  void End(const absl::Status& status) { Finish(incoming_.Ended(status)); }

  Incoming incoming_;
  const grpc::ByteBuffer* const request_;
  bool registered_ = false;
  grpc::ByteBuffer in_flight_;  // Of gRPC while writing_.
  std::mutex mutex_;
  // All below guarded by mutex_.
  std::condition_variable wake_;
  bool writing_ = false;
  bool cancelled_ = false;
  bool draining_ = false;
  bool woken_ = false;                      // By Wake, since the last Wait.
  grpc::ClientContext* backend_ = nullptr;  // While a backend is read.
};

// Services.

using Bytes = grpc::ByteBuffer;
using UnaryHandler = grpc::internal::CallbackUnaryHandler<Bytes, Bytes>;
using StreamHandler = grpc::internal::CallbackServerStreamingHandler<Bytes, Bytes>;
using grpc::internal::RpcMethod;
using grpc::internal::RpcServiceMethod;

class BoundService final : public grpc::Service {
 public:
  BoundService(std::vector<BoundMethod> methods, Pipeline& pipeline)
      : methods_(std::move(methods)), pipeline_(pipeline) {
    for (const BoundMethod& method : methods_) paths_.push_back("/" + method.name);
    for (size_t i = 0; i < methods_.size(); ++i) Register(methods_[i], paths_[i].c_str(), static_cast<int>(i));
  }

 private:
  // gRPC owns the method and its handler, and keeps the pointer to the path.
  void Register(const BoundMethod& method, const char* path, int index) {
    const bool streams = method.method->descriptor->server_streaming();
    AddMethod(
        new RpcServiceMethod(path, streams ? RpcMethod::SERVER_STREAMING : RpcMethod::NORMAL_RPC, /*handler=*/nullptr));
    if (streams) {
      MarkMethodCallback(index,
                         new StreamHandler([this, &method](grpc::CallbackServerContext* context, const Bytes* request) {
                           auto* call = new StreamCall(pipeline_, method, context, request);
                           call->Start();
                           return call;
                         }));
    } else {
      MarkMethodCallback(index, new UnaryHandler([this, &method](grpc::CallbackServerContext* context,
                                                                 const Bytes* request, Bytes* response) {
                           auto* call = new UnaryCall(pipeline_, method, context, request, response);
                           call->Start();
                           return call;
                         }));
    }
  }

  const std::vector<BoundMethod> methods_;
  std::vector<std::string> paths_;
  Pipeline& pipeline_;
};

class Declaration final : public grpc::Service {
 public:
  explicit Declaration(const brygga::rpc::Service& service) {
    for (const auto& method : service.methods()) {
      paths_.push_back("/" + service.descriptor().full_name() + "/" + method.descriptor->name());
    }
    for (size_t i = 0; i < paths_.size(); ++i) {
      AddMethod(new RpcServiceMethod(paths_[i].c_str(), RpcMethod::NORMAL_RPC, /*handler=*/nullptr));
      MarkMethodCallback(static_cast<int>(i),
                         new UnaryHandler([](grpc::CallbackServerContext* context, const Bytes*, Bytes*) {
                           auto* reactor = context->DefaultReactor();
                           reactor->Finish(grpc::Status(grpc::StatusCode::UNIMPLEMENTED,
                                                        "this port describes the service; call it on its data port"));
                           return reactor;
                         }));
    }
  }

 private:
  std::vector<std::string> paths_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Service>> MakeGrpcService(const Service& service, Pipeline& pipeline) {
  BRYGGA_RETURN_IF_ERROR(service.Check());
  std::vector<BoundMethod> methods;
  for (const Service::Method& method : service.methods()) {
    BRYGGA_ASSIGN_OR_RETURN(BoundMethod bound, pipeline.Bind(service, method));
    methods.push_back(std::move(bound));
  }
  return std::make_shared<BoundService>(std::move(methods), pipeline);
}

std::shared_ptr<grpc::Service> MakeDeclaration(const Service& service) {
  return std::make_shared<Declaration>(service);
}

}  // namespace brygga::rpc
