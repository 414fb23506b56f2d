#include <utility>

#include "common/status/macros.h"
#include "services/partner/domain/errors.h"
#include "services/partner/store/sql/rows.h"
#include "services/partner/store/sql/sql_partner_store.h"
#include "services/partner/store/sql/statements.h"
#include "services/partner/store/sql/writes.h"

namespace brygga::partner {

using sql::Row;
using sql::Transaction;

absl::StatusOr<Known> SqlPartnerStore::KnownOf(Transaction& tx, const ImportRow& row,
                                               const OrganisationId& operator_id) const {
  Known known;
  const ExternalRef& ref = *row.organisation.external_ref;
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> by_ref,
                          tx.QueryOne(kSelectOrganisationByRef, {{"source", ref.source}, {"key", ref.key}}));
  if (const std::string& number = row.organisation.organisation_number; !number.empty()) {
    BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> by_number,
                            tx.QueryOne(kSelectOrganisationByNumber, {{"number", number}}));
    if (by_number) known.by_number = ToOrganisation(*by_number);
  }
  if (!by_ref) return known;

  // Read again under the lock: another call may have changed it in between.
  const OrganisationId id = by_ref->As<OrganisationId>("id");
  BRYGGA_RETURN_IF_ERROR(Lock(tx, id));
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> locked, tx.QueryOne(kSelectOrganisation, {{"id", id}}));
  known.by_ref = ToOrganisation(*locked);
  if (row.terms) {
    BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> overlapping,
                            tx.Query(kSelectOverlappingAgreements, {{"id", ""},
                                                                    {"organisation", id},
                                                                    {"operator", operator_id},
                                                                    {"kind", NameOf(row.terms->kind)},
                                                                    {"valid_from", FormatDate(row.terms->period.from)},
                                                                    {"valid_to", FormatDate(row.terms->period.to)}}));
    for (const Row& agreement : overlapping) known.overlapping.push_back(ToAgreement(agreement));
  }
  BRYGGA_ASSIGN_OR_RETURN(
      const std::optional<Row> contact,
      tx.QueryOne(kSelectContactPersonByEmail, {{"organisation", id}, {"email_key", EmailKey(row.contact_email)}}));
  known.has_contact = contact.has_value();
  return known;
}

absl::Status SqlPartnerStore::Apply(Transaction& tx, const ImportPlan& plan) const {
  if (plan.create) {
    BRYGGA_ASSIGN_OR_RETURN(const bool inserted, Insert(tx, *plan.create));
    if (!inserted) return ChangedMeanwhile(plan.create->id);
  }
  if (plan.update) BRYGGA_RETURN_IF_ERROR(Update(tx, *plan.update));
  if (plan.create_agreement) BRYGGA_RETURN_IF_ERROR(Insert(tx, *plan.create_agreement));
  if (plan.correct_agreement) BRYGGA_RETURN_IF_ERROR(InsertNextVersion(tx, *plan.correct_agreement));
  if (plan.create_contact) {
    BRYGGA_ASSIGN_OR_RETURN(const bool inserted, Insert(tx, *plan.create_contact));
    if (!inserted) return ChangedMeanwhile(plan.create_contact->organisation);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ImportResult>> SqlPartnerStore::Import(const Mutation<std::vector<ImportResult>>& mutation,
                                                                  const ImportBatch& batch) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<std::vector<ImportResult>> {
    if (!batch.operator_id.empty()) {
      BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> found,
                              tx.QueryOne(kSelectOrganisation, {{"id", batch.operator_id}}));
      if (!found) return OperatorUnusable(batch.operator_id);
    }
    std::vector<ImportResult> results;
    std::map<ExternalRef, int> seen;
    for (const ImportRow& row : batch.rows) {
      Known known;
      if (row.problems.empty()) {
        BRYGGA_ASSIGN_OR_RETURN(known, KnownOf(tx, row, batch.operator_id));
        const auto [first, fresh] = seen.try_emplace(*row.organisation.external_ref, static_cast<int>(results.size()));
        if (!fresh) known.row_with_same_key = first->second;
      }
      const ImportPlan plan = PlanRow(row, batch.operator_id, known, tx.now());
      BRYGGA_RETURN_IF_ERROR(Apply(tx, plan));
      results.push_back(plan.result);
    }
    return results;
  });
}

}  // namespace brygga::partner
