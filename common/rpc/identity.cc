#include "common/rpc/identity.h"

#include <algorithm>

namespace brygga::rpc {
namespace {

bool LiesUnder(std::string_view resource, std::string_view bound) {
  return !bound.empty() && resource.substr(0, bound.size()) == bound &&
         (resource.size() == bound.size() || resource[bound.size()] == '/');
}

}  // namespace

std::string_view NameOf(Role role) {
  switch (role) {
    case Role::kAnonymous:
      return "ANONYMOUS";
    case Role::kParticipant:
      return "PARTICIPANT";
    case Role::kPartnerContact:
      return "PARTNER_CONTACT";
    case Role::kCoordinator:
      return "COORDINATOR";
    case Role::kService:
      return "SERVICE";
    case Role::kAdmin:
      return "ADMIN";
  }
  return "";
}

bool Identity::HasRole(Role role) const {
  return std::any_of(bindings.begin(), bindings.end(), [&](const Binding& binding) { return binding.role == role; });
}

bool Identity::IsAdminOrService() const { return HasRole(Role::kAdmin) || HasRole(Role::kService); }

bool Identity::Has(Role role, std::string_view resource) const {
  return IsAdminOrService() || std::any_of(bindings.begin(), bindings.end(), [&](const Binding& binding) {
           return binding.role == role && LiesUnder(resource, binding.resource);
         });
}

std::vector<std::string> Identity::BoundTo(Role role) const {
  std::vector<std::string> resources;
  for (const Binding& binding : bindings) {
    if (binding.role == role) resources.push_back(binding.resource);
  }
  return resources;
}

}  // namespace brygga::rpc
