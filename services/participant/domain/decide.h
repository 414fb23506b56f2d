// Deciding a cohort's applications, and admitting new ones.
#ifndef BRYGGA_SERVICES_PARTICIPANT_DOMAIN_DECIDE_H_
#define BRYGGA_SERVICES_PARTICIPANT_DOMAIN_DECIDE_H_

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/participant/domain/import.h"
#include "services/participant/domain/rule.h"

namespace brygga::participant {

// Whether `person`, who consents to `consented`, may apply with `enrolment`.
//
// kFailedPrecondition: CohortNotOpen, ConsentMissing. kInvalidArgument:
// CheckEnrolment finds something.
absl::Status MayApply(const CohortFacts& facts, const Enrolment& enrolment, const Participant& person,
                      const std::set<Purpose>& consented);

// For which day, and what partner said about employers.
struct DecisionTerms {
  Date date;
  AgreementFacts agreements;
};

using StateCounts = std::map<std::pair<Role, EnrolmentState>, int>;
using CriterionCounts = std::map<std::tuple<Role, std::string, CriterionOutcome>, int>;

// What deciding a cohort came to.
struct DecisionReport {
  ProgrammeId programme;
  int rule_set_version = 0;
  StateCounts decided;
  CriterionCounts criteria;

  friend bool operator==(const DecisionReport&, const DecisionReport&) = default;
};

// A cohort and how its enrolments stand, each criterion by its latest decision.
struct CohortSummary {
  Cohort cohort;
  StateCounts enrolments;
  StateCounts erased;  // Of persons who have been erased, as they stood; not among `enrolments`.
  CriterionCounts criteria;
};

// Adds what a decision found to `counts`.
void Count(const Enrolment& enrolment, CriterionCounts& counts);

// Decides one enrolment after another of one cohort, and keeps count of its
// places. Not thread-safe.
class CohortDecider {
 public:
  // `adepts_enrolled`: how many take part already.
  CohortDecider(CohortFacts facts, RuleSet rules, DecisionTerms terms, int adepts_enrolled, absl::Time now);

  // What the enrolment becomes; itself where the same was decided before.
  //
  // kFailedPrecondition ENROLMENT_STATE: it cannot be decided.
  absl::StatusOr<Enrolment> Decide(const Applicant& applicant);

  const DecisionReport& report() const { return report_; }

 private:
  PlaceLeft PlaceFor(Role role) const;

  const CohortFacts facts_;
  const RuleSet rules_;
  const DecisionTerms terms_;
  const absl::Time now_;
  int adepts_enrolled_;
  DecisionReport report_;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_DOMAIN_DECIDE_H_
