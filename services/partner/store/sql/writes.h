// Writing one thing and noting the change: what single calls and imports share.
#ifndef BRYGGA_SERVICES_PARTNER_STORE_SQL_WRITES_H_
#define BRYGGA_SERVICES_PARTNER_STORE_SQL_WRITES_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/sql/transaction.h"
#include "services/partner/domain/agreement.h"
#include "services/partner/domain/contact_person.h"
#include "services/partner/domain/organisation.h"

namespace brygga::partner {

// False where something that must be unique is taken; then nothing was written.
absl::StatusOr<bool> Insert(sql::Transaction& tx, const Organisation& organisation);
absl::StatusOr<bool> Insert(sql::Transaction& tx, const ContactPerson& person);

// kAborted, ChangedMeanwhile: another call took what must be unique.
absl::Status Update(sql::Transaction& tx, const Organisation& organisation);

// The first version, and each further one.
absl::Status Insert(sql::Transaction& tx, const Agreement& agreement);
absl::Status InsertNextVersion(sql::Transaction& tx, const Agreement& agreement);

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_STORE_SQL_WRITES_H_
