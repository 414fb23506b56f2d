#include "services/partner/domain/import.h"

#include <utility>

namespace brygga::partner {
namespace {

ImportPlan Refused(std::vector<FieldViolation> problems) {
  return {.result = {.outcome = ImportOutcome::kRefused, .problems = std::move(problems)}};
}

ImportPlan Ambiguous(FieldViolation why, std::vector<OrganisationId> candidates = {}) {
  return {.result = {
              .outcome = ImportOutcome::kAmbiguous, .problems = {std::move(why)}, .candidates = std::move(candidates)}};
}

// The organisation that the row means, or why that is not clear.
std::optional<ImportPlan> WhyAmbiguous(const Known& known) {
  if (known.row_with_same_key) {
    return Ambiguous({"organisation.external_ref.key", "is also the key of row " +
                                                           std::to_string(*known.row_with_same_key + 1) +
                                                           " of this batch; keep one of them"});
  }
  if (known.by_number && (!known.by_ref || known.by_ref->id != known.by_number->id)) {
    std::vector<OrganisationId> candidates = {known.by_number->id};
    if (known.by_ref) candidates.insert(candidates.begin(), known.by_ref->id);
    return Ambiguous({"organisation.organisation_number",
                      "belongs to an organisation with another external_ref; give it this one, or mend the number"},
                     std::move(candidates));
  }
  if (known.overlapping.size() > 1) {
    return Ambiguous({"terms.valid_from",
                      "the days from valid_from to valid_to are covered by several agreements of this kind; correct "
                      "them one by one"},
                     {known.by_ref->id});
  }
  return std::nullopt;
}

void PlanOrganisation(const ImportRow& row, const Known& known, absl::Time now, ImportPlan& plan) {
  if (!known.by_ref) {
    plan.create = row.organisation;
    plan.create->created_at = plan.create->updated_at = now;
    return;
  }
  Organisation after = *Update(*known.by_ref, row.organisation, /*etag=*/"", now);
  if (after != *known.by_ref) plan.update = std::move(after);
}

void PlanAgreement(const ImportRow& row, const OrganisationId& organisation, const OrganisationId& operator_id,
                   const Known& known, absl::Time now, ImportPlan& plan) {
  if (!row.terms) return;
  if (known.overlapping.empty()) {
    plan.create_agreement = Agreement{.id = row.agreement_id,
                                      .organisation = organisation,
                                      .operator_id = operator_id,
                                      .created_at = now,
                                      .recorded_at = now,
                                      .terms = *row.terms};
    return;
  }
  const Agreement& before = known.overlapping.front();
  Agreement after = *Correct(before, {.terms = *row.terms, .reason = "IMPORTED"}, now);
  if (after != before) plan.correct_agreement = std::move(after);
}

void PlanContact(const ImportRow& row, const OrganisationId& organisation, const Known& known, absl::Time now,
                 ImportPlan& plan) {
  if (row.contact_email.empty() || known.has_contact) return;
  plan.create_contact = ContactPerson{.id = row.contact_id,
                                      .organisation = organisation,
                                      .created_at = now,
                                      .updated_at = now,
                                      .email = row.contact_email};
}

ImportOutcome OutcomeOf(const ImportPlan& plan) {
  if (plan.create) return ImportOutcome::kCreated;
  const bool changes = plan.update || plan.create_agreement || plan.correct_agreement || plan.create_contact;
  return changes ? ImportOutcome::kUpdated : ImportOutcome::kUnchanged;
}

}  // namespace

ImportPlan PlanRow(const ImportRow& row, const OrganisationId& operator_id, const Known& known, absl::Time now) {
  if (!row.problems.empty()) return Refused(row.problems);
  if (auto ambiguous = WhyAmbiguous(known)) return *std::move(ambiguous);
  const OrganisationId organisation = known.by_ref ? known.by_ref->id : row.organisation.id;
  if (row.terms && organisation == operator_id) {
    return Refused({{"terms", "the organisation is the operator itself; it has no agreement with itself"}});
  }
  ImportPlan plan;
  PlanOrganisation(row, known, now, plan);
  PlanAgreement(row, organisation, operator_id, known, now, plan);
  PlanContact(row, organisation, known, now, plan);
  plan.result.organisation = organisation;
  plan.result.outcome = OutcomeOf(plan);
  return plan;
}

}  // namespace brygga::partner
