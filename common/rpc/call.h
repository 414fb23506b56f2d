// One RPC in progress, as its handler sees it. Includes no gRPC header.
#ifndef BRYGGA_COMMON_RPC_CALL_H_
#define BRYGGA_COMMON_RPC_CALL_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/mutation/mutation.h"
#include "common/rpc/identity.h"

namespace google::protobuf {
class Message;
}
namespace grpc {
class CallbackServerContext;
}

namespace brygga::rpc {

// What a Call tells of. common/rpc fills it; a test of a plain function may too.
// All that it points to outlives it.
struct CallState {
  std::string_view method;  // "brygga.partner.v1.PartnerService/GetOrganisation".
  Identity caller;
  std::string_view token;        // The verified bearer token, or empty.
  std::string_view traceparent;  // W3C trace context of this call's own span.
  absl::Time deadline = absl::InfiniteFuture();
  const google::protobuf::Message* request = nullptr;
  grpc::CallbackServerContext* context = nullptr;
};

// Immutable; lives as long as the handler runs. Safe for concurrent use.
class Call {
 public:
  // Borrows `state`, which outlives the call.
  explicit Call(const CallState& state) : state_(state) {}
  explicit Call(CallState&& state) = delete;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  const Identity& caller() const { return state_.caller; }
  std::string_view method() const { return state_.method; }
  // When the caller stops waiting; infinite only in a stream whose caller set none.
  absl::Time deadline() const { return state_.deadline; }
  // True once nobody waits for the answer.
  bool cancelled() const;

  // True where the caller is an administrator or a service, or has `role` bound
  // to `resource` ("programmes/p") or to what it lies under.
  bool Has(Role role, std::string_view resource) const { return state_.caller.Has(role, resource); }
  bool IsAdminOrService() const { return state_.caller.IsAdminOrService(); }
  // The resources that the caller's `role` is bound to.
  std::vector<std::string> BoundTo(Role role) const { return state_.caller.BoundTo(role); }

  // The mutation that this call makes; `render` turns what the store returns
  // into the response that a repeated request will get.
  //
  //   store_.Change(call.Mutates(&ToAcceptResponse), id, accept)
  //
  // request_id and validate_only are read from the request's fields of those
  // names.
  template <typename Response, typename T>
  Mutation<T> Mutates(Response (*render)(const T&)) const {
    return Mutates<T>([render](const T& value) { return render(value); });
  }

  // The same with any callable: call.Mutates<Match>([&](const Match& match) { … }).
  // It must be pure and may outlive no local that it refers to.
  template <typename T, typename Render>
  Mutation<T> Mutates(Render render) const {
    Mutation<T> mutation;
    static_cast<Origin&>(mutation) = MakeOrigin();
    mutation.render = [render = std::move(render)](const T& value) { return render(value).SerializeAsString(); };
    return mutation;
  }

  // What a call to another service on behalf of this one carries on (client.h).
  const CallState& state() const { return state_; }

 private:
  Origin MakeOrigin() const;

  const CallState& state_;
};

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_CALL_H_
