#include "services/participant/domain/decide.h"

#include <vector>

#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/participant/domain/errors.h"

namespace brygga::participant {

absl::Status MayApply(const CohortFacts& facts, const Enrolment& enrolment, const Participant& person,
                      const std::set<Purpose>& consented) {
  std::vector<FieldViolation> violations = CheckEnrolment(enrolment, facts.programme, person);
  if (!violations.empty()) return InvalidFields(std::move(violations));
  if (facts.cohort.state != CohortState::kOpen) return CohortNotOpen(facts.cohort.ref, facts.cohort.state);
  if (!MayProcess(facts.programme, enrolment.role, Purpose::kProgramme, consented)) {
    return ConsentMissing(person.id, Purpose::kProgramme);
  }
  return absl::OkStatus();
}

void Count(const Enrolment& enrolment, CriterionCounts& counts) {
  if (!enrolment.decision) return;
  for (const Finding& finding : enrolment.decision->findings) ++counts[{enrolment.role, finding.code, finding.outcome}];
}

CohortDecider::CohortDecider(CohortFacts facts, RuleSet rules, DecisionTerms terms, int adepts_enrolled, absl::Time now)
    : facts_(std::move(facts)),
      rules_(std::move(rules)),
      terms_(std::move(terms)),
      now_(now),
      adepts_enrolled_(adepts_enrolled),
      report_{.programme = facts_.programme.id, .rule_set_version = rules_.version} {}

PlaceLeft CohortDecider::PlaceFor(Role role) const {
  if (role != Role::kAdept || facts_.cohort.places == 0) return PlaceLeft::kYes;
  return adepts_enrolled_ < facts_.cohort.places ? PlaceLeft::kYes : PlaceLeft::kNo;
}

absl::StatusOr<Enrolment> CohortDecider::Decide(const Applicant& applicant) {
  const Enrolment& before = applicant.enrolment;
  Decision decision = participant::Decide(rules_, facts_.programme, applicant, terms_.agreements, terms_.date, now_);
  BRYGGA_ASSIGN_OR_RETURN(Enrolment after, ApplyDecision(before, std::move(decision), PlaceFor(before.role), now_));
  if (after.role == Role::kAdept && after.state == EnrolmentState::kEnrolled) ++adepts_enrolled_;
  ++report_.decided[{after.role, after.state}];
  Count(after, report_.criteria);
  if (before.decision && after.state == before.state) {
    after.decision->decided_at = before.decision->decided_at;
    if (after.decision == before.decision) return before;
    after.decision->decided_at = now_;
  }
  return after;
}

}  // namespace brygga::participant
