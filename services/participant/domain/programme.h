// A programme that an operator runs, and its cohorts.
#ifndef BRYGGA_SERVICES_PARTICIPANT_DOMAIN_PROGRAMME_H_
#define BRYGGA_SERVICES_PARTICIPANT_DOMAIN_PROGRAMME_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/status/error.h"
#include "common/time/local_time.h"
#include "services/participant/domain/ids.h"
#include "services/participant/domain/words.h"

namespace brygga::participant {

// Why data of those in `role` may be used for `purpose`.
struct PurposeBasis {
  Role role = Role::kUnspecified;
  Purpose purpose = Purpose::kUnspecified;
  LegalBasis basis = LegalBasis::kUnspecified;

  friend bool operator==(const PurposeBasis&, const PurposeBasis&) = default;
};

struct Programme {
  ProgrammeId id;
  int64_t revision = 1;
  absl::Time created_at;
  absl::Time updated_at;
  std::string display_name;
  ProgrammeKind kind = ProgrammeKind::kUnspecified;
  std::string operator_name;  // organisations/{organisation}
  std::vector<Role> roles;
  std::vector<PurposeBasis> legal_bases;
  std::string cadence;
  bool private_mentors_allowed = false;
  int rule_set_version = 0;  // 0: none.

  bool HasRole(Role role) const;

  friend bool operator==(const Programme&, const Programme&) = default;
};

extern const list::Schema kProgrammeSchema;
list::Value ProgrammeField(const Programme& programme, std::string_view field);

// The basis of a purpose: CONSENT where the programme says nothing.
LegalBasis BasisOf(const Programme& programme, Role role, Purpose purpose);

// Whether data of a person in `role`, who consents to `consented`, may be used
// for `purpose`.
bool MayProcess(const Programme& programme, Role role, Purpose purpose, const std::set<Purpose>& consented);

// What is wrong with a programme: a basis twice, or for a role it lacks.
std::vector<FieldViolation> CheckProgramme(const Programme& programme);

// `before` with display name, roles, bases, cadence and private mentors of
// `wanted`; `before` itself where nothing differs.
//
// kAborted ETAG_MISMATCH. kInvalidArgument: kind, operator or a role would go,
// or CheckProgramme finds something.
absl::StatusOr<Programme> UpdateProgramme(const Programme& before, Programme wanted, std::string_view etag,
                                          absl::Time now);

// One run of a programme.
struct Cohort {
  CohortRef ref;
  int64_t revision = 1;
  absl::Time created_at;
  absl::Time updated_at;
  std::string display_name;
  CohortState state = CohortState::kDraft;
  ProgrammeKind programme_kind = ProgrammeKind::kUnspecified;  // The programme's.
  int places = 0;                                              // For adepts; 0: no limit.
  std::optional<Date> start_date;
  std::optional<Date> end_date;

  friend bool operator==(const Cohort&, const Cohort&) = default;
};

extern const list::Schema kCohortSchema;
list::Value CohortField(const Cohort& cohort, std::string_view field);

// What is wrong with a cohort: it ends before it starts.
std::vector<FieldViolation> CheckCohort(const Cohort& cohort);

// `before` with display name, places and dates of `wanted`.
//
// kAborted ETAG_MISMATCH. kFailedPrecondition COHORT_STATE: it is over.
// kInvalidArgument: CheckCohort finds something.
absl::StatusOr<Cohort> UpdateCohort(const Cohort& before, Cohort wanted, std::string_view etag, absl::Time now);

// The states from which a cohort may move to `state`.
std::vector<CohortState> StatesBefore(CohortState state);

// Moves a cohort on: one step, to CANCELLED, or from CLOSED back to OPEN.
// Moving to the state that it is in changes nothing.
//
// kAborted ETAG_MISMATCH. kFailedPrecondition COHORT_STATE.
absl::StatusOr<Cohort> MoveCohort(Cohort cohort, CohortState state, std::string_view etag, absl::Time now);

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_DOMAIN_PROGRAMME_H_
