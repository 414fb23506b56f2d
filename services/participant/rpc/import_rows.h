// The rows of an import, each judged by itself.
#ifndef BRYGGA_SERVICES_PARTICIPANT_RPC_IMPORT_ROWS_H_
#define BRYGGA_SERVICES_PARTICIPANT_RPC_IMPORT_ROWS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "brygga/participant/v1/participant_service.pb.h"
#include "services/participant/domain/import.h"

namespace brygga::participant {

// The batch with new ids, born at `now`, for whatever its rows make, and with
// what cannot be read in each row. The rules of a row are those in the proto:
// the validator checks single rows here, since the pipeline does not.
//
// kInvalidArgument: a row has consent, and there is no notice or no purpose.
absl::StatusOr<ImportBatch> ToImportBatch(const v1::ImportParticipantsRequest& request, absl::Time now);

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_RPC_IMPORT_ROWS_H_
