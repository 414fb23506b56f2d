// The methods of one proto service and the functions that answer them.
// Includes no gRPC header.
//
//   rpc::Service PartnerService(PartnerHandler& handler) {
//     return std::move(rpc::Service("brygga.partner.v1.PartnerService")
//                          .Unary("GetOrganisation", &handler, &PartnerHandler::GetOrganisation)
//                          .Unary("CreateOrganisation", &handler, &PartnerHandler::CreateOrganisation)
//                          .ServerStream("WatchChanges", &handler, &PartnerHandler::WatchChanges));
//   }
//
// Every call of a bound method passes the pipeline of common/rpc before the
// function sees it: trace, metrics, log, drain gate, admission, authentication,
// authorisation, validation, idempotency. The function may block, or return a
// Later (later.h) and have its answer come from elsewhere.
#ifndef BRYGGA_COMMON_RPC_SERVICE_H_
#define BRYGGA_COMMON_RPC_SERVICE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "common/rpc/later.h"
#include "common/rpc/stream.h"

namespace google::protobuf {
class MethodDescriptor;
class ServiceDescriptor;
}  // namespace google::protobuf
namespace prometheus {
class Registry;
}

namespace brygga::rpc {

class Channel;

// Where the function of a unary method runs.
enum class RunOn {
  kExecutor,  // On the service's bounded executor: it may block.
  kInline,    // On gRPC's own thread: it answers from memory and never waits.
  // On gRPC's own thread under a NoWait (common/wait/no_wait.h), and, where
  // that was refused, again on the executor: for short reads without effects.
  kInlineUnlessItWaits,
};

struct MethodOptions {
  RunOn run_on = RunOn::kExecutor;
  // The deadline of a caller that sets none, and the longest that is granted.
  absl::Duration default_deadline = absl::Seconds(10);
  absl::Duration max_deadline = absl::Seconds(60);
};

// For methods that move much: imports, rounds.
inline constexpr MethodOptions kLongRunning = {.default_deadline = absl::Seconds(60),
                                               .max_deadline = absl::Minutes(10)};
// One thing read by its name: seldom waits for a disk, and a change of threads
// would cost more than the read.
inline constexpr MethodOptions kPointRead = {.run_on = RunOn::kInlineUnlessItWaits};
// Answered from memory.
inline constexpr MethodOptions kInMemory = {.run_on = RunOn::kInline};

// A table, made at start-up and handed to a Server. Handlers are borrowed and
// outlive the server. Not thread-safe; immutable once a server has it.
class Service {
 public:
  using Message = google::protobuf::Message;
  using Begin = absl::AnyInvocable<void(OpenCall&)>;

  // `full_name`: "brygga.partner.v1.PartnerService". A name that is not in the
  // linked contracts is a bug and ends the process, and so are a method that
  // does not exist or has other types, and a method bound twice.
  explicit Service(std::string_view full_name);

  // Binds a unary method:
  //   absl::StatusOr<Response> Handler::Method(const Request&, const Call&) [const]
  template <typename H, typename Request, typename Response>
  Service& Unary(std::string_view method, H* handler,
                 absl::StatusOr<Response> (H::*function)(const Request&, const Call&),
                 const MethodOptions& options = {}) {
    return UnaryFunction<Request, Response>(method, std::bind_front(function, handler), options);
  }
  template <typename H, typename Request, typename Response>
  Service& Unary(std::string_view method, const H* handler,
                 absl::StatusOr<Response> (H::*function)(const Request&, const Call&) const,
                 const MethodOptions& options = {}) {
    return UnaryFunction<Request, Response>(method, std::bind_front(function, handler), options);
  }

  // Binds a unary method that may answer later:
  //   Later<Response> Handler::Method(const Request&, const Call&) [const]
  template <typename H, typename Request, typename Response>
  Service& Unary(std::string_view method, H* handler, Later<Response> (H::*function)(const Request&, const Call&),
                 const MethodOptions& options = {}) {
    return LaterFunction<Request, Response>(method, std::bind_front(function, handler), options);
  }
  template <typename H, typename Request, typename Response>
  Service& Unary(std::string_view method, const H* handler,
                 Later<Response> (H::*function)(const Request&, const Call&) const, const MethodOptions& options = {}) {
    return LaterFunction<Request, Response>(method, std::bind_front(function, handler), options);
  }

  // Binds a server-streaming method:
  //   absl::Status Handler::Method(const Request&, const Call&, Stream<Response>&) [const]
  // A stream has no deadline of the server's; the caller may set one.
  template <typename H, typename Request, typename Response>
  Service& ServerStream(std::string_view method, H* handler,
                        absl::Status (H::*function)(const Request&, const Call&, Stream<Response>&)) {
    return StreamFunction<Request, Response>(method, std::bind_front(function, handler));
  }
  template <typename H, typename Request, typename Response>
  Service& ServerStream(std::string_view method, const H* handler,
                        absl::Status (H::*function)(const Request&, const Call&, Stream<Response>&) const) {
    return StreamFunction<Request, Response>(method, std::bind_front(function, handler));
  }

  // The functions behind Unary and ServerStream, for a handler that is a
  // lambda.
  template <typename Request, typename Response, typename F>
  Service& UnaryFunction(std::string_view method, F function, const MethodOptions& options = {}) {
    return Add(method, {.request = &Request::default_instance(),
                        .response = &Response::default_instance(),
                        .options = options,
                        .unary = [function](const Message& request, const Call& call, OpenCall& open) {
                          absl::StatusOr<Response> response = function(static_cast<const Request&>(request), call);
                          if (response.ok()) open.Send(*response);
                          return std::move(response).status();
                        }});
  }
  template <typename Request, typename Response, typename F>
  Service& LaterFunction(std::string_view method, F function, const MethodOptions& options = {}) {
    return Add(method, {.request = &Request::default_instance(),
                        .response = &Response::default_instance(),
                        .options = options,
                        .later = [function](const Message& request, const Call& call, OpenCall& open, Begin& begin) {
                          Later<Response> later = function(static_cast<const Request&>(request), call);
                          if (auto* typed = std::get_if<typename Later<Response>::Begin>(&later.outcome())) {
                            begin = [typed = std::move(*typed)](OpenCall& open) mutable {
                              typed(Reply<Response>(open));
                            };
                            return absl::OkStatus();
                          }
                          if (const auto* rendered = std::get_if<Rendered<Response>>(&later.outcome())) {
                            open.SendBytes(rendered->bytes);
                            return absl::OkStatus();
                          }
                          auto& answer = std::get<absl::StatusOr<Response>>(later.outcome());
                          if (answer.ok()) open.Send(*answer);
                          return std::move(answer).status();
                        }});
  }
  template <typename Request, typename Response, typename F>
  Service& StreamFunction(std::string_view method, F function) {
    return Add(method, {.request = &Request::default_instance(),
                        .response = &Response::default_instance(),
                        .stream = [function](const Message& request, const Call& call, RawStream& raw) -> absl::Status {
                          Stream<Response> stream(raw);
                          return function(static_cast<const Request&>(request), call, stream);
                        }});
  }

  // Has `measure` called when a server starts to serve this, with the registry of
  // its metrics, for metrics of the service's own. It may keep the registry.
  using Measure = std::function<void(const std::shared_ptr<prometheus::Registry>&)>;
  Service& MeasuredBy(Measure measure) {
    measure_ = std::move(measure);
    return *this;
  }

  // A service whose every method is passed on to `backend` as bytes, after
  // trace, metrics, log, drain gate, authentication, authorisation and
  // validation here; the backend checks again. Unary calls take and hold no
  // thread.
  static Service Forward(std::string_view full_name, std::shared_ptr<Channel> backend);

  struct Method {
    const Message* request = nullptr;
    const Message* response = nullptr;
    MethodOptions options = {};
    // One of these, or none where the service forwards.
    std::function<absl::Status(const Message&, const Call&, OpenCall&)> unary = {};
    // Sends the answer, or sets `begin`.
    std::function<absl::Status(const Message&, const Call&, OpenCall&, Begin& begin)> later = {};
    std::function<absl::Status(const Message&, const Call&, RawStream&)> stream = {};
    const google::protobuf::MethodDescriptor* descriptor = nullptr;
  };

  const google::protobuf::ServiceDescriptor& descriptor() const { return *descriptor_; }
  const std::vector<Method>& methods() const { return methods_; }
  // Where to forward, or null.
  const std::shared_ptr<Channel>& backend() const { return backend_; }
  // Null where the service has no metrics of its own.
  const Measure& measure() const { return measure_; }

  // kInternal: a declared method is not bound, or has no (access), or the
  // field that its access names does not exist. A server refuses to start.
  absl::Status Check() const;

 private:
  Service& Add(std::string_view method, Method bound);

  const google::protobuf::ServiceDescriptor* descriptor_;
  std::vector<Method> methods_;  // By the descriptor's index.
  std::shared_ptr<Channel> backend_;
  Measure measure_;
};

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_SERVICE_H_
