#include "common/rpc/access.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "brygga/common/v1/options.pb.h"
#include "common/status/error.h"

namespace brygga::rpc {
namespace {

namespace v1 = ::brygga::common::v1;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

Role ToRole(v1::Role role) {
  switch (role) {
    case v1::ROLE_PARTICIPANT:
      return Role::kParticipant;
    case v1::ROLE_PARTNER_CONTACT:
      return Role::kPartnerContact;
    case v1::ROLE_COORDINATOR:
      return Role::kCoordinator;
    case v1::ROLE_SERVICE:
      return Role::kService;
    case v1::ROLE_ADMIN:
      return Role::kAdmin;
    default:
      return Role::kAnonymous;
  }
}

absl::Status Wrong(const MethodDescriptor& method, std::string_view what) {
  return absl::InternalError(absl::StrCat(method.full_name(), ": (access) ", std::string(what)));
}

// The fields along `path`; empty where there is no such path to a text.
std::vector<const FieldDescriptor*> Resolve(const Descriptor& type, const std::string& path) {
  std::vector<const FieldDescriptor*> fields;
  const Descriptor* at = &type;
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    const FieldDescriptor* field = at == nullptr ? nullptr : at->FindFieldByName(std::string(name));
    if (field == nullptr || (!fields.empty() && fields.back()->is_repeated())) return {};
    fields.push_back(field);
    at = field->message_type();
  }
  if (fields.back()->type() != FieldDescriptor::TYPE_STRING) return {};
  return fields;
}

// The texts at the end of `path` in `message`; one empty text where none is set.
std::vector<std::string> Read(const Message& message, const std::vector<const FieldDescriptor*>& path) {
  const Message* at = &message;
  for (size_t i = 0; i + 1 < path.size(); ++i) at = &at->GetReflection()->GetMessage(*at, path[i]);
  const FieldDescriptor* last = path.back();
  if (!last->is_repeated()) return {at->GetReflection()->GetString(*at, last)};
  const int count = at->GetReflection()->FieldSize(*at, last);
  std::vector<std::string> texts;
  texts.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    texts.push_back(at->GetReflection()->GetRepeatedString(*at, last, i));
  }
  if (texts.empty()) texts.emplace_back();
  return texts;
}

}  // namespace

absl::StatusOr<AccessRule> AccessRule::Of(const MethodDescriptor& method) {
  if (!method.options().HasExtension(v1::access)) return Wrong(method, "is missing");
  const v1::Access& access = method.options().GetExtension(v1::access);
  AccessRule rule;
  for (const int role : access.roles()) {
    if (role == v1::ROLE_UNSPECIFIED || !v1::Role_IsValid(role)) return Wrong(method, "names no role");
    rule.roles_.push_back(ToRole(static_cast<v1::Role>(role)));
  }
  if (rule.roles_.empty()) return Wrong(method, "names no role");
  switch (access.scope()) {
    case v1::SCOPE_GLOBAL:
    case v1::SCOPE_HANDLER:
      if (!access.field().empty()) return Wrong(method, "names a field that its scope does not read");
      return rule;
    case v1::SCOPE_FIELD:
      rule.by_field_ = true;
      rule.path_ = Resolve(*method.input_type(), access.field());
      if (rule.path_.empty()) return Wrong(method, "names a field that the request does not have as text");
      return rule;
    default:
      return Wrong(method, "has no scope");
  }
}

bool AccessRule::Allows(Role role) const { return std::find(roles_.begin(), roles_.end(), role) != roles_.end(); }

absl::Status AccessRule::CheckRole(const Identity& caller) const {
  if (Allows(Role::kAnonymous)) return absl::OkStatus();
  if (caller.IsAnonymous()) {
    return MakeError(absl::StatusCode::kUnauthenticated,
                     "this call needs a token; send it as metadata `authorization: Bearer …`",
                     {.reason = "TOKEN_MISSING"});
  }
  const bool allowed = std::any_of(caller.bindings.begin(), caller.bindings.end(), [this](const Binding& binding) {
    return binding.role == Role::kAdmin || Allows(binding.role);
  });
  if (allowed) return absl::OkStatus();
  const auto words = [](std::string* out, Role role) { out->append(NameOf(role)); };
  return PermissionDenied(absl::StrCat("this call needs one of these roles: ", absl::StrJoin(roles_, ", ", words)));
}

absl::Status AccessRule::CheckScope(const Identity& caller, const Message& request) const {
  if (!by_field_ || Allows(Role::kAnonymous) || caller.HasRole(Role::kAdmin)) return absl::OkStatus();
  if (caller.HasRole(Role::kService) && Allows(Role::kService)) return absl::OkStatus();
  for (const std::string& name : Read(request, path_)) {
    const bool reached = std::any_of(caller.bindings.begin(), caller.bindings.end(), [&](const Binding& binding) {
      return Allows(binding.role) && Identity{.bindings = {binding}}.Has(binding.role, name);
    });
    if (!reached) return NotFound(name);
  }
  return absl::OkStatus();
}

}  // namespace brygga::rpc
