// The handler behind testing_proto/probe.proto: it does what a test asks for.
#ifndef BRYGGA_COMMON_RPC_PROBE_HANDLER_H_
#define BRYGGA_COMMON_RPC_PROBE_HANDLER_H_

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "common/mutation/fake_ledger.h"
#include "common/rpc/call.h"
#include "common/rpc/service.h"
#include "common/rpc/stream.h"
#include "common/rpc/testing_proto/probe.pb.h"

namespace brygga::rpc {

// A door that a test opens. Safe for concurrent use.
class Latch {
 public:
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    wake_.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool open_ = false;  // Guarded by mutex_.
};

inline constexpr char kProbe[] = "brygga.rpc.testing.ProbeService/";

// Safe for concurrent use once its functions are set.
class ProbeHandler {
 public:
  // What Echo does instead of echoing.
  std::function<absl::StatusOr<std::string>(const Call&)> on_echo;
  // What EchoLater does instead of echoing at once.
  std::function<Later<testing::EchoResponse>(const testing::EchoRequest&, const Call&)> on_later;
  // What Watch does instead of counting.
  std::function<absl::Status(const Call&, Stream<testing::WatchResponse>&)> on_watch;
  std::atomic<int> echoes = 0;
  std::atomic<int> changes = 0;

  absl::StatusOr<testing::EchoResponse> Echo(const testing::EchoRequest& request, const Call& call) {
    ++echoes;
    testing::EchoResponse response;
    response.set_text(request.text());
    if (!on_echo) return response;
    auto text = on_echo(call);
    if (!text.ok()) return text.status();
    response.set_text(*text);
    return response;
  }
  Later<testing::EchoResponse> EchoLater(const testing::EchoRequest& request, const Call& call) {
    return on_later ? on_later(request, call) : Echo(request, call);
  }
  absl::StatusOr<testing::EchoResponse> Scoped(const testing::ScopedRequest&, const Call&) const {
    return testing::EchoResponse();
  }
  absl::StatusOr<testing::EchoResponse> ScopedMany(const testing::ScopedManyRequest&, const Call&) const {
    return testing::EchoResponse();
  }
  absl::StatusOr<testing::EchoResponse> Validate(const testing::ValidateRequest&, const Call&) {
    return testing::EchoResponse();
  }

  // Keeps values as a store would, through the ledger of fakes.
  absl::StatusOr<testing::ChangeResponse> Change(const testing::ChangeRequest& request, const Call& call) {
    const Mutation<int64_t> mutation = call.Mutates<int64_t>([value = request.value()](int64_t revision) {
      testing::ChangeResponse response;
      response.set_value(value);
      response.set_revision(revision);
      return response;
    });
    last_origin = mutation;
    const std::lock_guard lock(mutex_);
    auto revision = ledger_.Once(mutation, revision_, [&]() -> absl::StatusOr<int64_t> {
      ++changes;
      return ++revision_;
    });
    if (!revision.ok()) return revision.status();
    testing::ChangeResponse response;
    response.set_value(request.value());
    response.set_revision(*revision);
    return response;
  }

  // Counts from 1 to request.count, or for ever.
  absl::Status Watch(const testing::WatchRequest& request, const Call& call, Stream<testing::WatchResponse>& stream) {
    if (on_watch) return on_watch(call, stream);
    testing::WatchResponse response;
    response.set_filling(std::string(request.bytes(), 'x'));
    for (int i = 1; request.count() == 0 || i <= request.count(); ++i) {
      response.set_number(i);
      if (absl::Status status = stream.Write(response); !status.ok()) return status;
      written = i;
    }
    return absl::OkStatus();
  }

  std::atomic<int> written = 0;
  Origin last_origin;

 private:
  std::mutex mutex_;
  FakeLedger ledger_;     // Guarded by mutex_.
  int64_t revision_ = 0;  // Guarded by mutex_.
};

inline Service ProbeService(ProbeHandler& handler, const MethodOptions& options = {}) {
  Service service("brygga.rpc.testing.ProbeService");
  service.Unary("Echo", &handler, &ProbeHandler::Echo, options)
      .Unary("EchoInline", &handler, &ProbeHandler::Echo, kInMemory)
      .Unary("EchoLater", &handler, &ProbeHandler::EchoLater, options)
      .Unary("AdminOnly", &handler, &ProbeHandler::Echo)
      .Unary("ServiceOnly", &handler, &ProbeHandler::Echo)
      .Unary("Scoped", &handler, &ProbeHandler::Scoped)
      .Unary("ScopedMany", &handler, &ProbeHandler::ScopedMany)
      .Unary("Validate", &handler, &ProbeHandler::Validate)
      .Unary("Change", &handler, &ProbeHandler::Change)
      .ServerStream("Watch", &handler, &ProbeHandler::Watch);
  return service;
}

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_PROBE_HANDLER_H_
