// The one door for mutations, the same for both engines. Internal to
// common/sql.
#ifndef BRYGGA_COMMON_SQL_DOOR_H_
#define BRYGGA_COMMON_SQL_DOOR_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/mutation/mutation.h"
#include "common/sql/transaction.h"

namespace brygga::sql {

using ChangeFunction = absl::FunctionRef<absl::StatusOr<std::string>(Transaction&)>;

// Replay or RequestIdReused where the request is known; else OK.
absl::Status FindAnswer(Reader& reader, const Origin& origin);

// Finds the answer, or runs `change` and writes change log, audit entries and
// answer. Neither begins nor ends the transaction. The transaction is to be
// done again where MetAnother(tx.failure()) or the status says so.
absl::Status PassDoor(Transaction& tx, const Origin& origin, ChangeFunction change);

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_DOOR_H_
