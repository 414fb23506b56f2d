// What the (access) option of a method asks of its caller.
#ifndef BRYGGA_COMMON_RPC_ACCESS_H_
#define BRYGGA_COMMON_RPC_ACCESS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/identity.h"

namespace google::protobuf {
class FieldDescriptor;
class Message;
class MethodDescriptor;
}  // namespace google::protobuf

namespace brygga::rpc {

// Immutable; safe for concurrent use.
class AccessRule {
 public:
  // kInternal: the method has no (access), no roles, no scope, or a field that
  // its request does not have or that is no text.
  static absl::StatusOr<AccessRule> Of(const google::protobuf::MethodDescriptor& method);

  // OK where `caller` has one of the roles. An administrator has every role.
  //
  // kUnauthenticated, TOKEN_MISSING: the method is not for anonymous callers.
  // kPermissionDenied: none of the caller's roles would do.
  absl::Status CheckRole(const Identity& caller) const;

  // OK where one of those roles reaches what `request` is about. After
  // CheckRole.
  //
  // kNotFound: it does not; in the words for what does not exist.
  absl::Status CheckScope(const Identity& caller, const google::protobuf::Message& request) const;

 private:
  bool Allows(Role role) const;

  std::vector<Role> roles_;
  bool by_field_ = false;
  std::vector<const google::protobuf::FieldDescriptor*> path_;  // Where by_field_.
};

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_ACCESS_H_
