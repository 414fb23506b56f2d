#include "services/gateway/rpc/scripted_backend.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/wire_status.h"
#include "common/status/check.h"

namespace brygga::gateway {
namespace {

struct Script {
  std::vector<std::string> messages;
  std::optional<grpc::Status> error;
  bool hang = false;
};

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string ToText(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  BRYGGA_CHECK(buffer.Dump(&slices).ok());
  std::string text;
  for (const grpc::Slice& slice : slices) text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return text;
}

}  // namespace

class ScriptedBackend::Generic final : public grpc::CallbackGenericService {
 public:
  void Set(const std::string& method, Script script) {
    const std::lock_guard lock(mutex_);
    scripts_["/" + method] = std::move(script);
  }

  std::vector<SeenCall> Seen(const std::string& method) const {
    const std::lock_guard lock(mutex_);
    std::vector<SeenCall> seen;
    for (const SeenCall& call : seen_) {
      if (call.method == method) seen.push_back(call);
    }
    return seen;
  }

  void Start() {
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(this);
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    server_ = builder.BuildAndStart();
    BRYGGA_CHECK(server_ != nullptr);
  }

  void Stop() {
    if (server_) server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
  }

  int port() const { return port_; }

 private:
  class Reactor final : public grpc::ServerGenericBidiReactor {
   public:
    Reactor(Generic& generic, grpc::GenericCallbackServerContext& context) : generic_(generic), context_(context) {
      StartRead(&request_);
    }

   private:
    void OnReadDone(bool ok) override {
      if (!ok) return Finish(grpc::Status::CANCELLED);  // A call that is never finished lets no server stop.
      script_ = generic_.Take(context_, ToText(request_));
      if (!script_) return Finish(grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "no script"));
      script_->hang ? HangOrLeave() : WriteNext();
    }
    void OnWriteDone(bool ok) override { ok ? WriteNext() : Finish(grpc::Status::CANCELLED); }
    void OnCancel() override { HangOrLeave(); }
    void OnDone() override { delete this; }

    // Once the call hangs and its caller has left, in whichever order.
    void HangOrLeave() {
      if (hangs_or_left_.exchange(true)) Finish(grpc::Status::CANCELLED);
    }

    void WriteNext() {
      if (next_ == script_->messages.size()) return Finish(script_->error.value_or(grpc::Status::OK));
      response_ = ToBuffer(script_->messages[next_++]);
      StartWrite(&response_);
    }

    Generic& generic_;
    grpc::GenericCallbackServerContext& context_;
    grpc::ByteBuffer request_, response_;
    std::optional<Script> script_;
    size_t next_ = 0;
    std::atomic<bool> hangs_or_left_ = false;
  };

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    return new Reactor(*this, *context);
  }

  std::optional<Script> Take(const grpc::GenericCallbackServerContext& context, std::string request) {
    const auto header = context.client_metadata().find("authorization");
    const std::string authorization =
        header == context.client_metadata().end() ? "" : std::string(header->second.data(), header->second.size());
    const absl::Time deadline = absl::FromChrono(context.deadline());
    const std::lock_guard lock(mutex_);
    seen_.push_back({.method = context.method().substr(1),
                     .authorization = authorization,
                     .request = std::move(request),
                     .time_left = deadline - absl::Now()});
    const auto script = scripts_.find(context.method());
    return script == scripts_.end() ? std::nullopt : std::optional<Script>(script->second);
  }

  mutable std::mutex mutex_;
  std::map<std::string, Script> scripts_;
  std::vector<SeenCall> seen_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

ScriptedBackend::ScriptedBackend() : generic_(std::make_unique<Generic>()) {
  generic_->Start();
  channel_ = rpc::Channel::Connect(absl::StrCat("127.0.0.1:", generic_->port()));
}

ScriptedBackend::~ScriptedBackend() { generic_->Stop(); }

void ScriptedBackend::Answer(const std::string& method, const std::vector<const google::protobuf::Message*>& messages) {
  Script script;
  for (const auto* message : messages) script.messages.push_back(message->SerializeAsString());
  generic_->Set(method, std::move(script));
}

void ScriptedBackend::Fail(const std::string& method, const absl::Status& error) {
  const rpc::WireStatus wire = rpc::ToWire(error, "trace");
  generic_->Set(method, {.error = grpc::Status(static_cast<grpc::StatusCode>(wire.code), wire.message, wire.details)});
}

void ScriptedBackend::Hang(const std::string& method) { generic_->Set(method, {.hang = true}); }

std::vector<SeenCall> ScriptedBackend::Seen(const std::string& method) const { return generic_->Seen(method); }

void ScriptedBackend::Die() { generic_->Stop(); }

}  // namespace brygga::gateway
