// One RPC in progress, as its handler sees it. Includes no gRPC header.
#ifndef BRYGGA_COMMON_RPC_CALL_H_
#define BRYGGA_COMMON_RPC_CALL_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "common/mutation/mutation.h"

namespace brygga::rpc {

enum class Role { kAnonymous, kParticipant, kPartnerContact, kCoordinator, kService, kAdmin };

// One role of a caller and the resource it is bound to: "programmes/p" for a
// coordinator, "organisations/o" for a contact, "participants/p" for a
// participant; empty for the others.
struct Binding {
  Role role = Role::kAnonymous;
  std::string resource;
};

// Who calls, from a verified token. Immutable.
struct Identity {
  std::string subject;  // The token's `sub`; "anonymous" without a token.
  std::vector<Binding> bindings;
};

// Immutable; lives as long as the handler runs.
class Call {
 public:
  const Identity& caller() const;
  // When the caller stops waiting; never infinite.
  absl::Time deadline() const;
  bool cancelled() const;

  // True where the caller is an administrator or a service, or has `role` bound
  // to `resource` ("programmes/p").
  bool Has(Role role, std::string_view resource) const;
  bool IsAdminOrService() const;
  // The resources that the caller's `role` is bound to.
  std::vector<std::string> BoundTo(Role role) const;

  // The mutation that this call makes; `render` turns what the store returns
  // into the response that a repeated request will get.
  //
  //   store_.Change(call.Mutates(&ToAcceptResponse), id, accept)
  //
  // request_id and validate_only are read from the request's fields of those
  // names.
  template <typename Response, typename T>
  Mutation<T> Mutates(Response (*render)(const T&)) const;

  // What a call to another service made on behalf of this one carries on:
  // token, trace context and deadline.
  // (client.h)
};

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_CALL_H_
