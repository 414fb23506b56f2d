#include "services/participant/domain/import.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace brygga::participant {
namespace {

RowPlan WithoutEffect(const ImportRow& row, ImportOutcome outcome) {
  return {.result = {.external_ref = row.person.external_ref, .outcome = outcome}};
}

RowPlan Refused(const ImportRow& row, std::vector<FieldViolation> violations) {
  RowPlan plan = WithoutEffect(row, ImportOutcome::kRefused);
  plan.result.violations = std::move(violations);
  return plan;
}

const Enrolment* FindEnrolment(const std::optional<KnownPerson>& known, const Enrolment& wanted) {
  if (!known) return nullptr;
  for (const Enrolment& enrolment : known->enrolments) {
    if (enrolment.ref.cohort == wanted.ref.cohort && enrolment.role == wanted.role) return &enrolment;
  }
  return nullptr;
}

// Whether the row may be stored at all: each of its programmes has a basis for
// running itself.
bool HasBasis(const ImportBatch& batch, const ImportRow& row, const CohortsByRef& cohorts) {
  if (row.consent == RowConsent::kRefused) return false;
  const bool given = row.consent == RowConsent::kGiven;
  const std::set<Purpose> consented(batch.purposes.begin(), given ? batch.purposes.end() : batch.purposes.begin());
  if (row.enrolments.empty()) return consented.contains(Purpose::kProgramme);
  return std::all_of(row.enrolments.begin(), row.enrolments.end(), [&](const ImportEnrolment& item) {
    return MayProcess(cohorts.at(item.enrolment.ref.cohort).programme, item.enrolment.role, Purpose::kProgramme,
                      consented);
  });
}

std::string CohortPath(size_t enrolment) { return absl::StrCat("enrolments[", enrolment, "].cohort"); }

std::vector<FieldViolation> CheckRow(const ImportRow& row, const CohortsByRef& cohorts) {
  std::vector<FieldViolation> violations = row.problems;
  for (FieldViolation& violation : CheckParticipant(row.person, row.background)) {
    const bool named = std::any_of(row.problems.begin(), row.problems.end(),
                                   [&](const FieldViolation& problem) { return problem.field == violation.field; });
    if (!named) violations.push_back(std::move(violation));
  }
  if (!row.person.external_ref) {
    violations.push_back({"participant.external_ref", "must be set: it is how a repeated file finds the person again"});
  }
  if (row.consent == RowConsent::kUnspecified) {
    violations.push_back({"consent", "must be one of GIVEN, REFUSED, NOT_ASKED"});
  }
  const Participant person = Completed(row.person);
  std::set<std::pair<CohortRef, Role>> seen;
  for (size_t i = 0; i < row.enrolments.size(); ++i) {
    const Enrolment& enrolment = row.enrolments[i].enrolment;
    const CohortFacts& facts = cohorts.at(enrolment.ref.cohort);
    for (FieldViolation& violation : CheckEnrolment(enrolment, facts.programme, person)) {
      violations.push_back({absl::StrCat("enrolments[", i, "].", violation.field), std::move(violation.description)});
    }
    if (!seen.insert({enrolment.ref.cohort, enrolment.role}).second) {
      violations.push_back({CohortPath(i), "is there twice in one role; leave one out"});
    }
  }
  return violations;
}

// The cohorts that no longer take the new applications of the row.
std::vector<FieldViolation> CheckCohortsOpen(const ImportRow& row, const CohortsByRef& cohorts,
                                             const std::optional<KnownPerson>& known) {
  std::vector<FieldViolation> violations;
  for (size_t i = 0; i < row.enrolments.size(); ++i) {
    const Enrolment& enrolment = row.enrolments[i].enrolment;
    const CohortState state = cohorts.at(enrolment.ref.cohort).cohort.state;
    if (state == CohortState::kOpen || FindEnrolment(known, enrolment) != nullptr) continue;
    violations.push_back(
        {CohortPath(i), absl::StrCat("The cohort is ", WordOf(state),
                                     ": only an OPEN cohort takes new applications. Name another cohort.")});
  }
  return violations;
}

Enrolment NewEnrolment(const ImportEnrolment& item, const ParticipantId& person, absl::Time now) {
  Enrolment enrolment = item.enrolment;
  enrolment.person = person;
  enrolment.revision = 1;
  enrolment.created_at = enrolment.updated_at = now;
  enrolment.state = item.withdrawn ? EnrolmentState::kWithdrawn : EnrolmentState::kApplied;
  return enrolment;
}

// What the row makes of an enrolment that exists. One that is over stays as it
// is: a file does not undo what a person decided.
Enrolment ChangedEnrolment(const Enrolment& before, const ImportEnrolment& item, int person_capacity, absl::Time now) {
  Enrolment wanted = item.enrolment;
  wanted.person = before.person;
  const absl::StatusOr<Enrolment> updated = UpdateEnrolment(before, std::move(wanted), person_capacity, "", now);
  if (!updated.ok()) return before;
  if (!item.withdrawn) return *updated;
  absl::StatusOr<Enrolment> withdrawn = WithdrawEnrolment(*updated, now);
  if (!withdrawn.ok()) return before;
  withdrawn->revision = before.revision + 1;
  return *std::move(withdrawn);
}

void PlanEnrolments(const ImportRow& row, const std::optional<KnownPerson>& known, const Participant& person,
                    absl::Time now, RowPlan& plan) {
  for (const ImportEnrolment& item : row.enrolments) {
    plan.programmes.push_back(item.enrolment.ref.cohort.programme);
    const Enrolment* const before = FindEnrolment(known, item.enrolment);
    if (before == nullptr) {
      plan.enrolments.push_back(NewEnrolment(item, person.id, now));
    } else if (Enrolment after = ChangedEnrolment(*before, item, person.capacity, now); after != *before) {
      plan.enrolments.push_back(std::move(after));
    }
  }
}

// A consent under a notice is asked once: where it was withdrawn, a repeated
// file does not give it again.
void PlanConsents(const ImportBatch& batch, const ImportRow& row, const std::optional<KnownPerson>& known,
                  const ParticipantId& person, absl::Time now, RowPlan& plan) {
  if (row.consent != RowConsent::kGiven) return;
  for (size_t i = 0; i < batch.purposes.size(); ++i) {
    const Purpose purpose = batch.purposes[i];
    bool asked_before = false;
    for (const Consent& consent : known ? known->consents : std::vector<Consent>()) {
      if (consent.purpose != purpose) continue;
      if (consent.notice.version == batch.notice.version) asked_before = true;
    }
    if (asked_before) continue;
    for (const Consent& consent : known ? known->consents : std::vector<Consent>()) {
      if (consent.purpose == purpose && consent.live()) plan.consents.push_back(Withdrawn(consent, now));
    }
    plan.consents.push_back({.id = row.consent_ids[i],
                             .person = person,
                             .purpose = purpose,
                             .notice = batch.notice,
                             .channel = ConsentChannel::kImport,
                             .given_at = now});
  }
}

RowPlan PlanNew(const ImportBatch& batch, const ImportRow& row, absl::Time now) {
  RowPlan plan = WithoutEffect(row, ImportOutcome::kCreated);
  Participant person = Completed(row.person);
  person.created_at = person.updated_at = now;
  plan.result.person = person.id;
  plan.background = row.background;
  PlanEnrolments(row, std::nullopt, person, now, plan);
  PlanConsents(batch, row, std::nullopt, person.id, now, plan);
  plan.person = std::move(person);
  return plan;
}

RowPlan PlanKnown(const ImportBatch& batch, const ImportRow& row, const KnownPerson& known, absl::Time now) {
  RowPlan plan = WithoutEffect(row, ImportOutcome::kUnchanged);
  plan.result.person = known.person.id;
  Participant person = *UpdateParticipant(known.person, row.person, "", now);  // Checked: the same external_ref.
  if (row.background != known.background) plan.background = row.background;
  if (person == known.person && plan.background) {  // Who follows the person learns that something changed.
    ++person.revision;
    person.updated_at = now;
  }
  PlanEnrolments(row, known, person, now, plan);
  PlanConsents(batch, row, known, person.id, now, plan);
  if (person != known.person) plan.person = std::move(person);
  if (plan.person || !plan.enrolments.empty() || !plan.consents.empty()) {
    plan.result.outcome = ImportOutcome::kUpdated;
  }
  return plan;
}

// DUPLICATE where somebody agrees in name, year and e-mail address, AMBIGUOUS
// where somebody agrees in part.
RowPlan PlanAlike(const ImportRow& row, const std::vector<Lookalike>& lookalikes) {
  RowPlan plan = WithoutEffect(row, ImportOutcome::kAmbiguous);
  const auto in_all = [](const Lookalike& other) { return other.same_name_and_year && other.same_email; };
  const bool duplicate = std::any_of(lookalikes.begin(), lookalikes.end(), in_all);
  if (duplicate) plan.result.outcome = ImportOutcome::kDuplicate;
  for (const Lookalike& other : lookalikes) {
    if (duplicate && !in_all(other)) continue;
    plan.result.resembles.push_back(other.external_ref.value_or(ExternalRef()));
  }
  return plan;
}

}  // namespace

bool MayBeSomebodyElse(const ImportRow& row, const std::optional<KnownPerson>& known) {
  return !known && !row.confirmed_distinct && row.consent != RowConsent::kRefused;
}

RowPlan PlanRow(const ImportBatch& batch, const ImportRow& row, const CohortsByRef& cohorts,
                const std::optional<KnownPerson>& known, const std::vector<Lookalike>& lookalikes, absl::Time now) {
  if (row.consent == RowConsent::kRefused) return WithoutEffect(row, ImportOutcome::kNoConsent);
  std::vector<FieldViolation> violations = CheckRow(row, cohorts);
  const bool sound = violations.empty();
  for (FieldViolation& late : CheckCohortsOpen(row, cohorts, known)) violations.push_back(std::move(late));
  if (!sound) return Refused(row, std::move(violations));
  if (!HasBasis(batch, row, cohorts)) return WithoutEffect(row, ImportOutcome::kNoConsent);
  if (MayBeSomebodyElse(row, known) && !lookalikes.empty()) return PlanAlike(row, lookalikes);
  // Last, for no other cohort would take a row that ended above.
  if (!violations.empty()) return Refused(row, std::move(violations));
  return known ? PlanKnown(batch, row, *known, now) : PlanNew(batch, row, now);
}

int ImportReport::Count(ImportOutcome outcome) const {
  return static_cast<int>(std::count_if(results.begin(), results.end(),
                                        [&](const RowResult& result) { return result.outcome == outcome; }));
}

}  // namespace brygga::participant
