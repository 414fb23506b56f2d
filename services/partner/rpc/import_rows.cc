#include "services/partner/rpc/import_rows.h"

#include <utility>
#include <vector>

#include "common/ids/uuid.h"
#include "common/rpc/validator.h"
#include "services/partner/rpc/convert.h"

namespace brygga::partner {
namespace {

std::vector<FieldViolation> ProblemsOf(const v1::ImportOrganisationRow& row, bool has_operator) {
  std::vector<FieldViolation> problems = rpc::Validate(row);
  if (!row.has_organisation()) {
    problems.push_back({"organisation", "is missing"});
  } else if (!row.organisation().has_external_ref()) {
    problems.push_back({"organisation.external_ref.key", "is missing; it is how the row is found again"});
  }
  if (!row.organisation().parent().empty()) {
    problems.push_back({"organisation.parent", "cannot be imported; create units one by one"});
  }
  if (row.has_terms() && !has_operator) {
    problems.push_back({"terms", "are with an operator; name it in the request's operator"});
  }
  return problems;
}

ImportRow ToImportRow(v1::ImportOrganisationRow row, const v1::ImportOrganisationsRequest& request, absl::Time now) {
  v1::Organisation& organisation = *row.mutable_organisation();
  if (organisation.has_external_ref() && organisation.external_ref().source().empty()) {
    organisation.mutable_external_ref()->set_source(request.source());
  }
  ImportRow result = {.problems = ProblemsOf(row, !request.operator_().empty())};
  if (row.has_terms() && result.problems.empty()) {
    result.terms = ToDomain(row.terms());
    result.problems = Problems(*result.terms, "terms");
  }
  if (!result.problems.empty()) return result;
  result.organisation = ToDomain(organisation);
  result.organisation.id = OrganisationId(NewUuid(now));
  result.agreement_id = AgreementId(NewUuid(now));
  result.contact_email = row.contact_email();
  result.contact_id = ContactPersonId(NewUuid(now));
  return result;
}

}  // namespace

ImportBatch ToImportBatch(const v1::ImportOrganisationsRequest& request, absl::Time now) {
  ImportBatch batch = {.operator_id = ToOrganisationId(request.operator_())};
  for (const v1::ImportOrganisationRow& row : request.rows()) batch.rows.push_back(ToImportRow(row, request, now));
  return batch;
}

}  // namespace brygga::partner
