// Bringing in organisations row by row: what each row means, given what is known.
#ifndef BRYGGA_SERVICES_PARTNER_DOMAIN_IMPORT_H_
#define BRYGGA_SERVICES_PARTNER_DOMAIN_IMPORT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/status/error.h"
#include "services/partner/domain/agreement.h"
#include "services/partner/domain/contact_person.h"
#include "services/partner/domain/ids.h"
#include "services/partner/domain/organisation.h"

namespace brygga::partner {

// One row. The ids are new ones, used where the row makes something new.
struct ImportRow {
  std::vector<FieldViolation> problems;  // What the fields alone show to be wrong.
  Organisation organisation;             // With external_ref, unless there are problems.
  std::optional<AgreementTerms> terms;
  AgreementId agreement_id;
  std::string contact_email;
  ContactPersonId contact_id;
};

struct ImportBatch {
  OrganisationId operator_id;  // Empty only where no row has terms.
  std::vector<ImportRow> rows;
};

enum class ImportOutcome { kCreated = 1, kUpdated, kUnchanged, kRefused, kAmbiguous };

struct ImportResult {
  ImportOutcome outcome = ImportOutcome::kUnchanged;
  OrganisationId organisation;  // Empty where nothing is stored.
  std::vector<FieldViolation> problems;
  std::vector<OrganisationId> candidates;

  friend bool operator==(const ImportResult&, const ImportResult&) = default;
};

// What storage knows that bears on a row.
struct Known {
  std::optional<int> row_with_same_key;   // An earlier row of the batch, from 0.
  std::optional<Organisation> by_ref;     // Has the row's external_ref.
  std::optional<Organisation> by_number;  // Has the row's organisation number; no unit.
  std::vector<Agreement> overlapping;     // Of by_ref: current, with the operator, of the row's kind and days.
  bool has_contact = false;               // by_ref has a contact person with the row's address.
};

// What is to be stored for a row.
struct ImportPlan {
  ImportResult result;
  std::optional<Organisation> create;
  std::optional<Organisation> update;
  std::optional<Agreement> create_agreement;
  std::optional<Agreement> correct_agreement;
  std::optional<ContactPerson> create_contact;
};

// Decides about one row. Nothing is stored for a row that is wrong, or that may
// mean more than one organisation or agreement: a person decides about those.
ImportPlan PlanRow(const ImportRow& row, const OrganisationId& operator_id, const Known& known, absl::Time now);

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_DOMAIN_IMPORT_H_
