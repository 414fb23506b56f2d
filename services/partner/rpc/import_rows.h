// The rows of an import, each judged by itself.
#ifndef BRYGGA_SERVICES_PARTNER_RPC_IMPORT_ROWS_H_
#define BRYGGA_SERVICES_PARTNER_RPC_IMPORT_ROWS_H_

#include "absl/time/time.h"
#include "brygga/partner/v1/partner_service.pb.h"
#include "services/partner/domain/import.h"

namespace brygga::partner {

// The batch with new ids, born at `now`, for whatever its rows make, and with
// all that is wrong in each row. The rules of a row are those in the proto: the
// validator checks single rows here, since the pipeline does not.
ImportBatch ToImportBatch(const v1::ImportOrganisationsRequest& request, absl::Time now);

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_RPC_IMPORT_ROWS_H_
