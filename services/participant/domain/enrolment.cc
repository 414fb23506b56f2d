#include "services/participant/domain/enrolment.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/ids/resource_name.h"
#include "common/ids/uuid.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/participant/domain/errors.h"

namespace brygga::participant {
namespace {

const std::vector<EnrolmentState> kDecidable = {EnrolmentState::kApplied, EnrolmentState::kUnderReview,
                                                EnrolmentState::kWaitlisted, EnrolmentState::kDenied};

EnrolmentState StateAfter(Verdict verdict, PlaceLeft place) {
  switch (verdict) {
    case Verdict::kEligible:
      return place == PlaceLeft::kYes ? EnrolmentState::kEnrolled : EnrolmentState::kWaitlisted;
    case Verdict::kIneligible:
      return EnrolmentState::kDenied;
    case Verdict::kNeedsEvidence:
    case Verdict::kUnspecified:
      return EnrolmentState::kUnderReview;
  }
  return EnrolmentState::kUnderReview;
}

std::vector<FieldViolation> CheckCapacity(int capacity, int person_capacity) {
  if (capacity >= 0 && capacity <= person_capacity) return {};
  return {{"enrolment.capacity", "may only lower the person's capacity; leave it out to use that"}};
}

}  // namespace

const list::Schema kEnrolmentSchema = {
    {.name = "participant"},
    {.name = "role", .kind = list::FieldKind::kEnum, .enum_values = AllWords<Role>()},
    {.name = "state", .kind = list::FieldKind::kEnum, .enum_values = AllWords<EnrolmentState>()},
    {.name = "create_time", .kind = list::FieldKind::kTime, .sortable = list::Sortable::kYes},
};

list::Value EnrolmentField(const Enrolment& enrolment, std::string_view field) {
  if (field == "participant") return NameOf(enrolment.person);
  if (field == "role") return WordOf(enrolment.role);
  if (field == "state") return WordOf(enrolment.state);
  if (field == "create_time") return absl::ToUnixMicros(enrolment.created_at);
  return enrolment.ref.enrolment.value();
}

std::vector<FieldViolation> CheckEnrolment(const Enrolment& enrolment, const Programme& programme,
                                           const Participant& person) {
  std::vector<FieldViolation> violations = CheckCapacity(enrolment.capacity, person.capacity);
  if (!programme.HasRole(enrolment.role)) violations.push_back({"enrolment.role", "is not a role of the programme"});
  if (enrolment.rounds_waited < 0 || enrolment.rounds_waited > 1000) {
    violations.push_back({"enrolment.rounds_waited", "must be from 0 to 1000"});
  }
  std::set<std::string> seen;
  for (size_t i = 0; i < enrolment.excluded_organisations.size(); ++i) {
    const std::string& organisation = enrolment.excluded_organisations[i];
    const std::string path = absl::StrCat("enrolment.preferences.excluded_organisations[", i, "]");
    if (i == 20) violations.push_back({"enrolment.preferences.excluded_organisations", "has more than 20 elements"});
    if (!MatchesResourceName("organisations/*", organisation)) {
      violations.push_back({path, "must name an organisation: organisations/{organisation}"});
    }
    if (!seen.insert(organisation).second) violations.push_back({path, "is there twice; leave one out"});
  }
  return violations;
}

absl::StatusOr<Enrolment> UpdateEnrolment(const Enrolment& before, Enrolment wanted, int person_capacity,
                                          std::string_view etag, absl::Time now) {
  BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, before.revision, NameOf(before.ref)));
  if (before.state == EnrolmentState::kCompleted || before.state == EnrolmentState::kWithdrawn) {
    return WrongEnrolmentState(before.ref, before.state,
                               {EnrolmentState::kApplied, EnrolmentState::kUnderReview, EnrolmentState::kDenied,
                                EnrolmentState::kWaitlisted, EnrolmentState::kEnrolled});
  }
  std::vector<FieldViolation> violations = CheckCapacity(wanted.capacity, person_capacity);
  if (wanted.person != before.person) violations.push_back({"enrolment.participant", "cannot be changed"});
  if (wanted.role != before.role) violations.push_back({"enrolment.role", "cannot be changed"});
  if (!violations.empty()) return InvalidFields(std::move(violations));
  wanted.ref = before.ref;
  wanted.revision = before.revision;
  wanted.created_at = before.created_at;
  wanted.updated_at = before.updated_at;
  wanted.state = before.state;
  wanted.decision = before.decision;
  if (wanted == before) return before;
  wanted.revision = before.revision + 1;
  wanted.updated_at = now;
  return wanted;
}

absl::StatusOr<Enrolment> WithdrawEnrolment(Enrolment enrolment, absl::Time now) {
  if (enrolment.state == EnrolmentState::kWithdrawn) return enrolment;
  if (enrolment.state == EnrolmentState::kCompleted) {
    return WrongEnrolmentState(enrolment.ref, enrolment.state,
                               {EnrolmentState::kApplied, EnrolmentState::kUnderReview, EnrolmentState::kDenied,
                                EnrolmentState::kWaitlisted, EnrolmentState::kEnrolled});
  }
  enrolment.state = EnrolmentState::kWithdrawn;
  ++enrolment.revision;
  enrolment.updated_at = now;
  return enrolment;
}

bool IsDecidable(EnrolmentState state) {
  return std::find(kDecidable.begin(), kDecidable.end(), state) != kDecidable.end();
}

bool IsPending(EnrolmentState state) { return IsDecidable(state) && state != EnrolmentState::kDenied; }

absl::StatusOr<Enrolment> ApplyDecision(Enrolment enrolment, Decision decision, PlaceLeft place, absl::Time now) {
  if (!IsDecidable(enrolment.state)) return WrongEnrolmentState(enrolment.ref, enrolment.state, kDecidable);
  enrolment.state = StateAfter(decision.verdict, place);
  enrolment.decision = std::move(decision);
  ++enrolment.revision;
  enrolment.updated_at = now;
  return enrolment;
}

ScreeningState StateOn(const Screening& screening, Date day) {
  const bool expired = screening.expire_date && *screening.expire_date < day;
  return screening.state == ScreeningState::kPassed && expired ? ScreeningState::kExpired : screening.state;
}

std::vector<FieldViolation> CheckScreening(const Screening& screening, const std::string& path) {
  std::vector<FieldViolation> violations;
  if (screening.state == ScreeningState::kExpired) {
    violations.push_back({path + ".state", "must be one of PENDING, PASSED, FAILED; EXPIRED follows from expire_date"});
  }
  if (screening.expire_date && *screening.expire_date < screening.date) {
    violations.push_back({path + ".expire_date", "must not be before the day it was done"});
  }
  return violations;
}

bool AllPassed(const std::vector<Screening>& screenings, Date day) {
  std::set<ScreeningKind> passed;
  for (const Screening& screening : screenings) {
    if (StateOn(screening, day) == ScreeningState::kPassed) passed.insert(screening.kind);
  }
  return passed.size() == AllWords<ScreeningKind>().size();
}

Screening ScreeningFor(const ParticipantId& person, Screening screening, absl::Time now) {
  screening.id =
      ScreeningId(UuidOf(absl::StrCat(person.value(), "/", WordOf(screening.kind), "/", absl::ToUnixMicros(now))));
  screening.person = person;
  screening.recorded_at = now;
  return screening;
}

bool IsScreened(const std::vector<Screening>& present, const Screening& wanted, Date today) {
  return std::any_of(present.begin(), present.end(), [&](const Screening& screening) {
    return screening.kind == wanted.kind && StateOn(screening, today) == wanted.state;
  });
}

}  // namespace brygga::participant
