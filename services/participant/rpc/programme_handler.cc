#include "services/participant/rpc/programme_handler.h"

#include <string>
#include <utility>
#include <vector>

#include "common/ids/uuid.h"
#include "common/rpc/list.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/participant/rpc/access.h"
#include "services/participant/rpc/convert.h"

namespace brygga::participant {
namespace {

v1::CreateProgrammeResponse ToCreateResponse(const Programme& programme) {
  v1::CreateProgrammeResponse response;
  *response.mutable_programme() = ToProto(programme);
  return response;
}

v1::UpdateProgrammeResponse ToUpdateResponse(const Programme& programme) {
  v1::UpdateProgrammeResponse response;
  *response.mutable_programme() = ToProto(programme);
  return response;
}

v1::CreateRuleSetResponse ToRuleSetResponse(const RuleSet& rules) {
  v1::CreateRuleSetResponse response;
  *response.mutable_rule_set() = ToProto(rules);
  return response;
}

template <typename Response>
Response ToCohortResponse(const Cohort& cohort) {
  Response response;
  *response.mutable_cohort() = ToProto(cohort);
  return response;
}

absl::Status Expect(std::vector<FieldViolation> violations) {
  return violations.empty() ? absl::OkStatus() : InvalidFields(std::move(violations));
}

}  // namespace

absl::StatusOr<bool> ProgrammeHandler::MayRead(const rpc::Call& call, const ProgrammeId& programme) const {
  if (Runs(call, programme)) return true;
  const Audience audience = AudienceOf(call);
  for (const ParticipantId& person : audience.persons) {
    const absl::Status linked = store_.CheckVisible({.programmes = {programme}}, {person}, call.deadline());
    if (linked.ok() || !absl::IsNotFound(linked)) return linked.ok() ? absl::StatusOr<bool>(true) : linked;
  }
  return false;
}

absl::StatusOr<v1::CreateProgrammeResponse> ProgrammeHandler::Create(const v1::CreateProgrammeRequest& request,
                                                                     const rpc::Call& call) {
  Programme programme = ToDomain(request.programme());
  BRYGGA_RETURN_IF_ERROR(Expect(CheckProgramme(programme)));
  programme.id = ProgrammeId(NewUuid(absl::Now()));
  BRYGGA_ASSIGN_OR_RETURN(const Programme created, store_.CreateProgramme(call.Mutates(&ToCreateResponse), programme));
  return ToCreateResponse(created);
}

absl::StatusOr<v1::GetProgrammeResponse> ProgrammeHandler::Get(const v1::GetProgrammeRequest& request,
                                                               const rpc::Call& call) {
  const ProgrammeId id = ToProgrammeId(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const bool may_read, MayRead(call, id));
  if (!may_read) return NotFound(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const Programme programme, store_.GetProgramme(id, call.deadline()));
  v1::GetProgrammeResponse response;
  *response.mutable_programme() = ToProto(programme);
  return response;
}

absl::StatusOr<v1::ListProgrammesResponse> ProgrammeHandler::List(const v1::ListProgrammesRequest& request,
                                                                  const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, kProgrammeSchema));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListProgrammes(AudienceOf(call), query, call.deadline()));
  v1::ListProgrammesResponse response;
  for (const Programme& programme : page.items) *response.add_programmes() = ToProto(programme);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::StatusOr<v1::UpdateProgrammeResponse> ProgrammeHandler::Update(const v1::UpdateProgrammeRequest& request,
                                                                     const rpc::Call& call) {
  const Programme wanted = ToDomain(request.programme());
  const auto update = [&](const Programme& before, absl::Time now) {
    return UpdateProgramme(before, wanted, request.programme().etag(), now);
  };
  BRYGGA_ASSIGN_OR_RETURN(
      const Programme changed,
      store_.ChangeProgramme(call.Mutates(&ToUpdateResponse), ToProgrammeId(request.programme().name()), update));
  return ToUpdateResponse(changed);
}

absl::StatusOr<v1::CreateRuleSetResponse> ProgrammeHandler::CreateRuleSet(const v1::CreateRuleSetRequest& request,
                                                                          const rpc::Call& call) {
  RuleSet rules = ToDomain(request.rule_set());
  rules.programme = ToProgrammeId(request.parent());
  BRYGGA_RETURN_IF_ERROR(Expect(CheckRuleSet(rules)));
  BRYGGA_ASSIGN_OR_RETURN(const RuleSet created, store_.CreateRuleSet(call.Mutates(&ToRuleSetResponse), rules));
  return ToRuleSetResponse(created);
}

absl::StatusOr<v1::GetRuleSetResponse> ProgrammeHandler::GetRuleSet(const v1::GetRuleSetRequest& request,
                                                                    const rpc::Call& call) {
  const RuleSetRef ref = ToRuleSetRef(request.name());
  if (ref.version < 1) return NotFound(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const RuleSet rules, store_.GetRuleSet(ref.programme, ref.version, call.deadline()));
  v1::GetRuleSetResponse response;
  *response.mutable_rule_set() = ToProto(rules);
  return response;
}

absl::StatusOr<v1::CreateCohortResponse> ProgrammeHandler::CreateCohort(const v1::CreateCohortRequest& request,
                                                                        const rpc::Call& call) {
  Cohort cohort = ToDomain(request.cohort());
  cohort.ref = {ToProgrammeId(request.parent()), CohortId(NewUuid(absl::Now()))};
  BRYGGA_RETURN_IF_ERROR(Expect(CheckCohort(cohort)));
  const auto render = &ToCohortResponse<v1::CreateCohortResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const Cohort created, store_.CreateCohort(call.Mutates(render), cohort));
  return render(created);
}

absl::StatusOr<v1::GetCohortResponse> ProgrammeHandler::GetCohort(const v1::GetCohortRequest& request,
                                                                  const rpc::Call& call) {
  const CohortRef ref = ToCohortRef(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const bool may_read, MayRead(call, ref.programme));
  if (!may_read) return NotFound(request.name());
  BRYGGA_ASSIGN_OR_RETURN(const Cohort cohort, store_.GetCohort(ref, call.deadline()));
  return ToCohortResponse<v1::GetCohortResponse>(cohort);
}

absl::StatusOr<v1::ListCohortsResponse> ProgrammeHandler::ListCohorts(const v1::ListCohortsRequest& request,
                                                                      const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(request, kCohortSchema));
  std::optional<ProgrammeId> programme;
  if (request.parent() != "programmes/-") programme = ToProgrammeId(request.parent());
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListCohorts(programme, AudienceOf(call), query, call.deadline()));
  v1::ListCohortsResponse response;
  for (const Cohort& cohort : page.items) *response.add_cohorts() = ToProto(cohort);
  response.set_next_page_token(rpc::NextPageToken(request, page));
  return response;
}

absl::StatusOr<v1::UpdateCohortResponse> ProgrammeHandler::UpdateCohort(const v1::UpdateCohortRequest& request,
                                                                        const rpc::Call& call) {
  const Cohort wanted = ToDomain(request.cohort());
  const auto update = [&](const Cohort& before, absl::Time now) {
    return participant::UpdateCohort(before, wanted, request.cohort().etag(), now);
  };
  const auto render = &ToCohortResponse<v1::UpdateCohortResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const Cohort changed,
                          store_.ChangeCohort(call.Mutates(render), ToCohortRef(request.cohort().name()), update));
  return render(changed);
}

absl::StatusOr<v1::ChangeCohortStateResponse> ProgrammeHandler::ChangeCohortState(
    const v1::ChangeCohortStateRequest& request, const rpc::Call& call) {
  const auto move = [&](const Cohort& before, absl::Time now) {
    return MoveCohort(before, ToDomain<CohortState>(request.state()), request.etag(), now);
  };
  const auto render = &ToCohortResponse<v1::ChangeCohortStateResponse>;
  BRYGGA_ASSIGN_OR_RETURN(const Cohort moved,
                          store_.ChangeCohort(call.Mutates(render), ToCohortRef(request.name()), move));
  return render(moved);
}

absl::StatusOr<v1::GetCohortSummaryResponse> ProgrammeHandler::GetCohortSummary(
    const v1::GetCohortSummaryRequest& request, const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const CohortSummary summary, store_.Summarise(ToCohortRef(request.name()), call.deadline()));
  v1::GetCohortSummaryResponse response;
  *response.mutable_cohort() = ToProto(summary.cohort);
  AddCounts(summary.enrolments, *response.mutable_enrolments());
  AddCounts(summary.criteria, *response.mutable_criteria());
  AddCounts(summary.erased, *response.mutable_erased());
  return response;
}

}  // namespace brygga::participant
