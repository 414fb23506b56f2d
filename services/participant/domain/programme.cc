#include "services/participant/domain/programme.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/participant/domain/errors.h"

namespace brygga::participant {

const list::Schema kProgrammeSchema = {
    {.name = "kind", .kind = list::FieldKind::kEnum, .enum_values = AllWords<ProgrammeKind>()},
    {.name = "operator"},
    {.name = "display_name", .sortable = list::Sortable::kYes},
    {.name = "create_time", .kind = list::FieldKind::kTime, .sortable = list::Sortable::kYes},
};

const list::Schema kCohortSchema = {
    {.name = "state", .kind = list::FieldKind::kEnum, .enum_values = AllWords<CohortState>()},
    {.name = "programme_kind", .kind = list::FieldKind::kEnum, .enum_values = AllWords<ProgrammeKind>()},
    {.name = "start_date", .kind = list::FieldKind::kDate, .sortable = list::Sortable::kYes},
    {.name = "display_name", .sortable = list::Sortable::kYes},
    {.name = "create_time", .kind = list::FieldKind::kTime, .sortable = list::Sortable::kYes},
};

bool Programme::HasRole(Role role) const { return std::find(roles.begin(), roles.end(), role) != roles.end(); }

list::Value ProgrammeField(const Programme& programme, std::string_view field) {
  if (field == "kind") return WordOf(programme.kind);
  if (field == "operator") return programme.operator_name;
  if (field == "display_name") return programme.display_name;
  if (field == "create_time") return absl::ToUnixMicros(programme.created_at);
  return programme.id.value();
}

LegalBasis BasisOf(const Programme& programme, Role role, Purpose purpose) {
  for (const PurposeBasis& basis : programme.legal_bases) {
    if (basis.role == role && basis.purpose == purpose) return basis.basis;
  }
  return LegalBasis::kConsent;
}

bool MayProcess(const Programme& programme, Role role, Purpose purpose, const std::set<Purpose>& consented) {
  return BasisOf(programme, role, purpose) != LegalBasis::kConsent || consented.contains(purpose);
}

std::vector<FieldViolation> CheckProgramme(const Programme& programme) {
  std::vector<FieldViolation> violations;
  std::set<std::pair<Role, Purpose>> seen;
  for (size_t i = 0; i < programme.legal_bases.size(); ++i) {
    const PurposeBasis& basis = programme.legal_bases[i];
    const std::string path = absl::StrCat("programme.legal_bases[", i, "]");
    if (!programme.HasRole(basis.role)) violations.push_back({path + ".role", "is not among the programme's roles"});
    if (!seen.insert({basis.role, basis.purpose}).second) {
      violations.push_back({path, "names a role and purpose that an earlier one names; leave one out"});
    }
  }
  return violations;
}

absl::StatusOr<Programme> UpdateProgramme(const Programme& before, Programme wanted, std::string_view etag,
                                          absl::Time now) {
  BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, before.revision, NameOf(before.id)));
  std::vector<FieldViolation> violations = CheckProgramme(wanted);
  if (wanted.kind != before.kind) violations.push_back({"programme.kind", "cannot be changed"});
  if (wanted.operator_name != before.operator_name) violations.push_back({"programme.operator", "cannot be changed"});
  for (const Role role : before.roles) {
    if (!wanted.HasRole(role))
      violations.push_back({"programme.roles", "a role cannot be taken away: " + WordOf(role)});
  }
  if (!violations.empty()) return InvalidFields(std::move(violations));
  wanted.id = before.id;
  wanted.revision = before.revision;
  wanted.created_at = before.created_at;
  wanted.updated_at = before.updated_at;
  wanted.rule_set_version = before.rule_set_version;
  if (wanted == before) return before;
  wanted.revision = before.revision + 1;
  wanted.updated_at = now;
  return wanted;
}

list::Value CohortField(const Cohort& cohort, std::string_view field) {
  if (field == "state") return WordOf(cohort.state);
  if (field == "programme_kind") return WordOf(cohort.programme_kind);
  if (field == "start_date") return cohort.start_date ? FormatDate(*cohort.start_date) : "";
  if (field == "display_name") return cohort.display_name;
  if (field == "create_time") return absl::ToUnixMicros(cohort.created_at);
  return cohort.ref.cohort.value();
}

std::vector<FieldViolation> CheckCohort(const Cohort& cohort) {
  if (cohort.start_date && cohort.end_date && *cohort.end_date < *cohort.start_date) {
    return {{"cohort.end_date", "must not be before start_date"}};
  }
  return {};
}

absl::StatusOr<Cohort> UpdateCohort(const Cohort& before, Cohort wanted, std::string_view etag, absl::Time now) {
  BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, before.revision, NameOf(before.ref)));
  if (std::vector<FieldViolation> violations = CheckCohort(wanted); !violations.empty()) {
    return InvalidFields(std::move(violations));
  }
  if (before.state == CohortState::kCompleted || before.state == CohortState::kCancelled) {
    return WrongCohortState(before.ref, before.state,
                            {CohortState::kDraft, CohortState::kOpen, CohortState::kClosed, CohortState::kMatching,
                             CohortState::kRunning, CohortState::kFollowUp});
  }
  wanted.ref = before.ref;
  wanted.revision = before.revision;
  wanted.created_at = before.created_at;
  wanted.updated_at = before.updated_at;
  wanted.state = before.state;
  wanted.programme_kind = before.programme_kind;
  if (wanted == before) return before;
  wanted.revision = before.revision + 1;
  wanted.updated_at = now;
  return wanted;
}

std::vector<CohortState> StatesBefore(CohortState state) {
  switch (state) {
    case CohortState::kUnspecified:
    case CohortState::kDraft:
      return {};
    case CohortState::kOpen:
      return {CohortState::kDraft, CohortState::kClosed};
    case CohortState::kCancelled:
      return {CohortState::kDraft,    CohortState::kOpen,    CohortState::kClosed,
              CohortState::kMatching, CohortState::kRunning, CohortState::kFollowUp};
    case CohortState::kClosed:
    case CohortState::kMatching:
    case CohortState::kRunning:
    case CohortState::kFollowUp:
    case CohortState::kCompleted:
      return {static_cast<CohortState>(static_cast<int>(state) - 1)};
  }
  return {};
}

absl::StatusOr<Cohort> MoveCohort(Cohort cohort, CohortState state, std::string_view etag, absl::Time now) {
  if (cohort.state == state) return cohort;
  BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, cohort.revision, NameOf(cohort.ref)));
  const std::vector<CohortState> allowed = StatesBefore(state);
  if (std::find(allowed.begin(), allowed.end(), cohort.state) == allowed.end()) {
    return WrongCohortState(cohort.ref, cohort.state, allowed);
  }
  cohort.state = state;
  ++cohort.revision;
  cohort.updated_at = now;
  return cohort;
}

}  // namespace brygga::participant
