#include "services/partner/store/sql/writes.h"

#include "common/status/macros.h"
#include "services/partner/domain/errors.h"
#include "services/partner/store/sql/rows.h"
#include "services/partner/store/sql/statements.h"

namespace brygga::partner {

absl::StatusOr<bool> Insert(sql::Transaction& tx, const Organisation& organisation) {
  BRYGGA_ASSIGN_OR_RETURN(const int64_t inserted, tx.Affect(kInsertOrganisation, InsertArgs(organisation)));
  if (inserted == 1) tx.Changed(NameOf(organisation.id), ChangeKind::kCreated, organisation.revision);
  return inserted == 1;
}

absl::StatusOr<bool> Insert(sql::Transaction& tx, const ContactPerson& person) {
  BRYGGA_ASSIGN_OR_RETURN(const int64_t inserted, tx.Affect(kInsertContactPerson, InsertArgs(person)));
  if (inserted == 1) tx.Changed(NameOf(person.organisation, person.id), ChangeKind::kCreated, person.revision);
  return inserted == 1;
}

absl::Status Update(sql::Transaction& tx, const Organisation& organisation) {
  const absl::Status updated = tx.Run(kUpdateOrganisation, UpdateArgs(organisation));
  if (sql::ConstraintOf(updated) == "organisations_by_number") return ChangedMeanwhile(organisation.id);
  BRYGGA_RETURN_IF_ERROR(updated);
  tx.Changed(NameOf(organisation.id), ChangeKind::kUpdated, organisation.revision);
  return absl::OkStatus();
}

absl::Status Insert(sql::Transaction& tx, const Agreement& agreement) {
  BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertAgreement, {{"id", agreement.id},
                                                   {"organisation", agreement.organisation},
                                                   {"operator", agreement.operator_id},
                                                   {"created_at", agreement.created_at}}));
  BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertAgreementVersion, VersionArgs(agreement)));
  tx.Changed(NameOf(agreement.organisation, agreement.id), ChangeKind::kCreated, agreement.revision);
  return absl::OkStatus();
}

absl::Status InsertNextVersion(sql::Transaction& tx, const Agreement& agreement) {
  BRYGGA_RETURN_IF_ERROR(tx.Run(kSupersedeAgreement, {{"id", agreement.id}, {"recorded_at", agreement.recorded_at}}));
  BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertAgreementVersion, VersionArgs(agreement)));
  tx.Changed(NameOf(agreement.organisation, agreement.id), ChangeKind::kUpdated, agreement.revision);
  return absl::OkStatus();
}

}  // namespace brygga::partner
