#include "services/matching/rpc/policy_handler.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "common/rpc/list.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/matching/rpc/convert.h"
#include "services/matching/work/default_policies.h"

namespace brygga::matching {
namespace {

v1::CreatePolicyResponse ToCreateResponse(const MatchingPolicy& policy) {
  v1::CreatePolicyResponse response;
  *response.mutable_policy() = ToProto(policy);
  return response;
}

// The engine names what is wrong by its path in the document; the caller sees
// paths in the request.
absl::Status InRequest(const absl::Status& status) {
  std::vector<FieldViolation> fields = DetailsOf(status).fields;
  if (fields.empty()) return InvalidFields({{"policy.document", std::string(status.message())}});
  for (FieldViolation& field : fields) {
    field.field = field.field.empty() ? "policy.document" : "policy.document." + field.field;
  }
  return InvalidFields(std::move(fields));
}

}  // namespace

absl::StatusOr<v1::GetPolicyResponse> PolicyHandler::Get(const v1::GetPolicyRequest& request, const rpc::Call& call) {
  const Named<std::string> name = ToPolicyName(request.name());
  int version = 0;
  if (name.id != "current" && (!absl::SimpleAtoi(name.id, &version) || version < 1)) return NotFound(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const MatchingPolicy policy, store_.GetPolicy(name.key, version, call.deadline()));
  v1::GetPolicyResponse response;
  *response.mutable_policy() = ToProto(policy);
  return response;
}

absl::StatusOr<v1::ListPoliciesResponse> PolicyHandler::List(const v1::ListPoliciesRequest& request,
                                                             const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, PolicySchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListPolicies(ToCohortKey(request.parent()), query, call.deadline()));
  v1::ListPoliciesResponse response;
  for (const MatchingPolicy& policy : page.items) *response.add_policies() = ToProto(policy);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::StatusOr<v1::CreatePolicyResponse> PolicyHandler::Create(const v1::CreatePolicyRequest& request,
                                                               const rpc::Call& call) {
  auto policy = MakePolicy(reference_, request.policy().document());
  if (!policy.ok()) return InRequest(policy.status());
  policy->cohort = ToCohortKey(request.parent());
  BRYGGA_RETURN_IF_ERROR(projection_.Ensure(policy->cohort, call.deadline()));
  BRYGGA_ASSIGN_OR_RETURN(const MatchingPolicy made, store_.CreatePolicy(call.Mutates(&ToCreateResponse), *policy));
  return ToCreateResponse(made);
}

}  // namespace brygga::matching
