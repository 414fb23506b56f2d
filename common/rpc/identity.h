// Who a caller is. Includes neither gRPC nor protobuf.
#ifndef BRYGGA_COMMON_RPC_IDENTITY_H_
#define BRYGGA_COMMON_RPC_IDENTITY_H_

#include <string>
#include <string_view>
#include <vector>

namespace brygga::rpc {

enum class Role { kAnonymous, kParticipant, kPartnerContact, kCoordinator, kService, kAdmin };

// The word of a role in tokens: "ADMIN", "COORDINATOR", ...
std::string_view NameOf(Role role);

// One role of a caller and the resource it is bound to: "programmes/p" for a
// coordinator, "organisations/o" for a contact, "participants/p" for a
// participant; empty for the others.
struct Binding {
  Role role = Role::kAnonymous;
  std::string resource;

  friend bool operator==(const Binding&, const Binding&) = default;
};

// Who calls, from a verified token.
struct Identity {
  std::string subject = "anonymous";  // The token's `sub`.
  std::vector<Binding> bindings = {};

  bool IsAnonymous() const { return bindings.empty(); }
  bool IsAdminOrService() const;
  // True for an administrator or a service, and for a caller whose `role` is
  // bound to `resource` or to what `resource` lies under: a coordinator of
  // programmes/p has programmes/p/cohorts/c.
  bool Has(Role role, std::string_view resource) const;
  // True for a caller with `role`, bound to anything.
  bool HasRole(Role role) const;
  std::vector<std::string> BoundTo(Role role) const;

  friend bool operator==(const Identity&, const Identity&) = default;
};

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_IDENTITY_H_
