// What only one replica may do at a time: a row with a holder, an end and a
// fencing number that grows with every new holder.
#ifndef BRYGGA_COMMON_SQL_LEASE_H_
#define BRYGGA_COMMON_SQL_LEASE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/database.h"

namespace brygga::sql {

struct Lease {
  std::string name;
  std::string holder;
  int64_t fence = 0;
};

// Takes or prolongs the lease `name` for `holder` (a random id of the process)
// until `length` from now; nothing where somebody else has it. Prolonging keeps
// the fence.
absl::StatusOr<std::optional<Lease>> AcquireLease(Database& database, std::string_view name, std::string_view holder,
                                                  absl::Duration length, absl::Time deadline);

// Gives the lease back, if it is still held.
absl::Status ReleaseLease(Database& database, const Lease& lease, absl::Time deadline);

// First statement of every transaction done under a lease: it fails with
// kAborted where somebody else has taken the lease since, so that a holder that
// slept through its end changes nothing. Nobody can take it before the
// transaction ends.
absl::Status CheckLease(Transaction& tx, const Lease& lease);

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_LEASE_H_
