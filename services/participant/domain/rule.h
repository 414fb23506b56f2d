// Eligibility rules: data that a pure function reads.
#ifndef BRYGGA_SERVICES_PARTICIPANT_DOMAIN_RULE_H_
#define BRYGGA_SERVICES_PARTICIPANT_DOMAIN_RULE_H_

#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/status/error.h"
#include "common/time/local_time.h"
#include "services/participant/domain/enrolment.h"
#include "services/participant/domain/ids.h"
#include "services/participant/domain/participant.h"
#include "services/participant/domain/programme.h"
#include "services/participant/domain/words.h"

namespace brygga::participant {

// One fact compared with values. The facts and what may be asked of each are
// documented in brygga/participant/v1/programme.proto.
struct RuleCondition {
  std::string fact;
  RuleOperator op = RuleOperator::kUnspecified;
  std::vector<std::string> values;

  friend bool operator==(const RuleCondition&, const RuleCondition&) = default;
};

// Met where any condition holds, unknown where none does and any is unknown,
// else failed.
struct Criterion {
  std::string code;
  Role role = Role::kUnspecified;
  std::string description;
  std::vector<RuleCondition> any_of;

  friend bool operator==(const Criterion&, const Criterion&) = default;
};

// One version of a programme's rules. Never changed.
struct RuleSet {
  ProgrammeId programme;
  int version = 0;
  absl::Time created_at;
  std::vector<Criterion> criteria;

  friend bool operator==(const RuleSet&, const RuleSet&) = default;
};

// Every wrong thing in a rule set, with its path under "rule_set.".
std::vector<FieldViolation> CheckRuleSet(const RuleSet& rules);

// True where a criterion asks whether employers have agreements.
bool AsksAboutAgreements(const RuleSet& rules);

// Employers about whom partner was asked, and those that have an active
// agreement with the operator on the day of the decision.
struct AgreementFacts {
  std::set<std::string> asked;
  std::set<std::string> active;
  absl::Time as_of = absl::InfiniteFuture();  // Where nobody was asked about, it is always known.
};

// All that the rules may ask about one enrolment.
struct Applicant {
  Enrolment enrolment;
  Participant person;
  Background background;
  std::vector<Screening> screenings;
};

// What the rules say of `applicant` on `date`. `decided_at` is only noted.
Decision Decide(const RuleSet& rules, const Programme& programme, const Applicant& applicant,
                const AgreementFacts& agreements, Date date, absl::Time decided_at);

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_DOMAIN_RULE_H_
